/// The lists of names that the command carries; a target of their own, since their bytes take minutes to compile.
package enum DomainLists {
    /// The public suffixes and the well-known names, by the names of their files.
    package static let files: [String: [UInt8]] = [
        "public_suffix_list.dat": PackageResources.public_suffix_list_dat,
        "well-known-names.txt": PackageResources.well_known_names_txt,
    ]
    /// What names that people made look like.
    package static var nameModel: [UInt8] { PackageResources.name_model_txt }
}
