#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What stands in a folder.
public enum FolderContent {
    /// The names of all that stands in it, sorted.
    public static func names(in path: String) throws(InputFileError) -> [String] {
        guard let folder = opendir(path) else { throw InputFileError(path: path, reason: .system(errno)) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
