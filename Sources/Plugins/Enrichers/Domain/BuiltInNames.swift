import CDomainLists

/// The lists of names that the command carries.
enum BuiltInNames {
    /// The public suffixes and the well-known names, by the names of their files.
    static let files: [String: [UInt8]] = [
        "public_suffix_list.dat": [UInt8](flare_public_suffix_list()),
        "well-known-names.txt": [UInt8](flare_well_known_names()),
    ]
    /// What names that people chose look like.
    static var nameModel: [UInt8] { [UInt8](flare_name_model()) }
}

extension [UInt8] {
    fileprivate init(_ bytes: flare_bytes) { self.init(UnsafeBufferPointer(start: bytes.start, count: bytes.count)) }
}
