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

    /// Which folder a path leads to; `nil` where it leads to none.
    public static func ofFolder(_ path: String) -> FileIdentity? {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR ? FileIdentity(status) : nil
    }

    /// Whether a path leads to what is read once: a pipe, a socket, a device.
    public static func isStream(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    /// Looks at a regular file without opening it.
    ///
    /// - Returns: `nil` where there is none.
    public static func ofFile(_ path: String) -> FileStatus? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return FileStatus(status)
    }
}

/// A regular file as it stands at a moment.
public struct FileStatus: Hashable, Sendable {
    public let identity: FileIdentity
    /// Bytes as stored.
    public let size: Int64
    /// When its content changed last, in nanoseconds since 1970.
    public let changed: Int64

    init(_ status: stat) {
        identity = FileIdentity(status)
        size = Int64(status.st_size)
        #if canImport(Glibc)
            changed = Self.nanoseconds(status.st_mtim)
        #else
            changed = Self.nanoseconds(status.st_mtimespec)
        #endif
    }

    /// A file system knows years that the type does not: the time is cut to the range.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        let (whole, isLarge) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isLarger) = whole.addingReportingOverflow(Int64(time.tv_nsec))
        return isLarge || isLarger ? (time.tv_sec < 0 ? .min : .max) : sum
    }
}
