import CDomainLists

/// The lists of names that the command carries.
package enum BuiltInNames {
    /// The public suffixes and the well-known names, by the names of their files.
    package static let files: [String: [UInt8]] = [
        "public_suffix_list.dat": [UInt8](flare_public_suffix_list()),
        "well-known-names.txt": [UInt8](flare_well_known_names()),
    ]
    /// What names that people chose look like.
    package static let nameModel = NameModel(text: String(decoding: [UInt8](flare_name_model()), as: UTF8.self))
}

extension [UInt8] {
    init(_ bytes: flare_bytes) { self.init(UnsafeBufferPointer(start: bytes.start, count: bytes.count)) }
}
