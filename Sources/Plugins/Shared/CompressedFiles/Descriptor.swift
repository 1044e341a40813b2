import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An open file of the system's, closed with it.
final class Descriptor: Sendable {
    let number: Int32
    /// Standard input is the process's own, and stays open.
    let isOwned: Bool
    private let isHeld = Atomic(false)

    /// How many are held open for longer than a reading.
    private static let heldCount = Atomic(0)
    /// For what else a process has open: libraries, outputs, connections.
    private static let others = 128

    static let standardInput = Descriptor(STDIN_FILENO)

    private init(_ number: Int32) { (self.number, isOwned) = (number, false) }

    /// Opens a file, without waiting for a pipe's writer.
    init(path: String) throws(InputFileError) {
        number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        isOwned = true
        guard number >= 0 else { throw InputFileError(path: path, reason: .system(errno)) }
    }

    deinit {
        if isHeld.load(ordering: .relaxed) { Self.heldCount.subtract(1, ordering: .relaxed) }
        if isOwned, number >= 0 { close(number) }
    }

    /// Asks to stay open for long.
    ///
    /// - Returns: `false` where so many are held that others would have no room.
    func hold() -> Bool {
        let limit = Self.limit
        let most = limit < 2 * Self.others ? limit / 4 : limit - Self.others
        guard Self.heldCount.load(ordering: .relaxed) < most else { return false }
        isHeld.store(true, ordering: .relaxed)
        Self.heldCount.add(1, ordering: .relaxed)
        return true
    }

    /// How many the process may have open.
    private static var limit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Lets the process have so many open beside the others, as far as the system allows.
    static func allow(_ count: Int) {
        let wanted = rlim_t(count + others)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < wanted else {
            return
        }
        limit.rlim_cur = min(limit.rlim_max, wanted)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    func status(_ path: String) throws(InputFileError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw InputFileError(path: path, reason: .system(errno)) }
        return status
    }

    /// Reads at a place.
    ///
    /// - Returns: how many bytes were read: fewer than there is room for only at the file's end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64, _ path: String) throws(InputFileError)
        -> Int
    {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = pread(number, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
            if count == 0 { break }
            if count > 0 {
                filled += count
            } else if errno != EINTR {
                throw InputFileError(path: path, reason: .system(errno), position: offset + Int64(filled))
            }
        }
        return filled
    }

    /// Reads what comes next.
    ///
    /// - Returns: as the system's `read`, whose errors are in `errno`.
    func readNext(into buffer: UnsafeMutableRawBufferPointer) -> Int { systemRead(number, buffer) }
}

/// The system's `read`, which the class's own methods hide.
private func systemRead(_ number: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(number, buffer.baseAddress, buffer.count)
}
