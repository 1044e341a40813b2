#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What makes two names one file: device and number on it.
public struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let number: UInt64

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }

    /// Looks at a regular file without opening it.
    ///
    /// - Returns: `nil` where there is none.
    public static func ofFile(_ path: String) -> (identity: FileIdentity, size: Int64)? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return (FileIdentity(status), Int64(status.st_size))
    }
}
