import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file, pipe or device opened for reading. It is closed when nobody needs it any more.
public final class InputFile: Sendable {
    /// As it was named.
    public let path: String
    /// Bytes as stored when it was opened; `nil` for pipes and devices.
    public let size: Int64?
    /// How the content is stored; `nil` for pipes and devices, whose content is not there yet.
    public let format: StoredFormat?

    /// Which file it is, by whatever name; `nil` for pipes and devices.
    public let identity: FileIdentity?

    private let descriptor: Int32
    private let isOwned: Bool
    /// A byte that was read of a pipe before its turn.
    private let firstByte = PendingByte()

    /// Opens a file.
    ///
    /// - Throws: where it is not there, may not be read, or is a directory.
    public convenience init(path: String) throws(InputFileError) {
        // A pipe's opening would wait for its writer, for ever if there is none.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw InputFileError(path: path, reason: .system(errno)) }
        try self.init(descriptor: descriptor, path: path, isOwned: true)
    }

    /// Takes standard input.
    public static func standardInput() throws(InputFileError) -> InputFile {
        try InputFile(descriptor: STDIN_FILENO, path: "standard input", isOwned: false)
    }

    /// Whether it is standard input, which is read once.
    public var isStandardInput: Bool { !isOwned }

    private init(descriptor: Int32, path: String, isOwned: Bool) throws(InputFileError) {
        self.descriptor = descriptor
        self.path = path
        self.isOwned = isOwned
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            if isOwned { close(descriptor) }
            throw InputFileError(path: path, reason: .system(code))
        }
        let kind = status.st_mode & S_IFMT
        guard kind != S_IFDIR else {
            if isOwned { close(descriptor) }
            throw InputFileError(path: path, reason: .isDirectory)
        }
        if isOwned {
            if kind == S_IFIFO {
                do throws(InputFileError) {
                    try firstByte.store(Self.awaitWriter(descriptor, path))
                } catch {
                    close(descriptor)
                    throw error
                }
            }
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        }
        // Standard input may be a file that a shell has already read from: it is taken as a stream.
        guard kind == S_IFREG, isOwned else {
            (size, format, identity) = (nil, nil, nil)
            return
        }
        size = Int64(status.st_size)
        identity = FileIdentity(status)
        var head = [UInt8](repeating: 0, count: StoredFormat.headLength)
        let count = head.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else {
            let code = errno
            close(descriptor)
            throw InputFileError(path: path, reason: .system(code))
        }
        format = StoredFormat(head: head.prefix(count))
    }

    /// How often, and how long each time, a pipe's writer is waited for: two seconds in all.
    private static let writerPatience = (times: 40, milliseconds: Int32(50))

    /// Waits until a process has opened a pipe for writing.
    ///
    /// - Returns: a byte that had to be read to find out; -1 where there was no need.
    private static func awaitWriter(_ descriptor: Int32, _ path: String) throws(InputFileError) -> Int {
        for _ in 0..<writerPatience.times {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, 0) > 0 { return -1 }
            // Only reading tells a writer who has nothing to say yet from none.
            var byte: UInt8 = 0
            let count = systemRead(descriptor, &byte, 1)
            if count > 0 { return Int(byte) }
            if count < 0, errno == EAGAIN { return -1 }
            if count < 0, errno != EINTR { throw InputFileError(path: path, reason: .system(errno)) }
            _ = poll(&waiting, 1, writerPatience.milliseconds)
        }
        throw InputFileError(path: path, reason: .noWriter)
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// How the file stands now; `nil` where the system does not say.
    public var status: FileStatus? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? FileStatus(status) : nil
    }

    /// Lets the process hold so many files open at a time, as far as the system allows.
    public static func allowOpen(_ count: Int) {
        /// For what else a process has open: libraries, outputs, connections.
        let others = 128
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
            limit.rlim_cur < rlim_t(count + others)
        else { return }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(count + others))
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Reads at a place of a regular file, from several threads at once if need be.
    ///
    /// - Parameter offset: in bytes from the beginning.
    /// - Returns: how many bytes were read: fewer than there is room for only at the file's end.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(InputFileError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
            if count == 0 { break }
            if count > 0 {
                filled += count
            } else if errno != EINTR {
                throw InputFileError(path: path, reason: .system(errno), position: offset + Int64(filled))
            }
        }
        return filled
    }

    /// Reads what comes next, waiting for it where it is a pipe.
    ///
    /// - Returns: how many bytes were read, 0 at the end.
    func readNext(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        let first = firstByte.exchange(-1)
        if first >= 0, !buffer.isEmpty {
            buffer[0] = UInt8(truncatingIfNeeded: first)
            return 1
        }
        while true {
            let count = systemRead(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw InputFileError(path: path, reason: .system(errno)) }
        }
    }
}

/// The system's `read`, which the class's own methods hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}

/// A byte that waits to be read, or -1.
private final class PendingByte: Sendable {
    private let value = Atomic(-1)

    func store(_ byte: Int) { value.store(byte, ordering: .relaxed) }
    func exchange(_ byte: Int) -> Int { value.exchange(byte, ordering: .relaxed) }
}
