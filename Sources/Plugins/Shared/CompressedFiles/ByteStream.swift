import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is read once: a pipe, a device, standard input. What was taken ahead of it is read again.
///
/// One thread at a time reads it.
final class ByteStream: ByteInput, Sendable {
    private let descriptor: Descriptor
    private let identity: FileIdentity
    private let path: String
    private let ahead: Mutex<ArraySlice<UInt8>>

    /// Those that were set aside, for who opens them next.
    private static let waiting = Mutex<[FileIdentity: ByteStream]>([:])

    private init(_ descriptor: Descriptor, _ identity: FileIdentity, _ path: String, ahead: [UInt8]) {
        self.descriptor = descriptor
        self.identity = identity
        self.path = path
        self.ahead = Mutex(ahead[...])
    }

    /// The stream of an open pipe or device, or the one that was set aside of it.
    static func open(_ descriptor: Descriptor, _ status: stat, _ path: String) throws(InputFileError) -> ByteStream {
        let identity = FileIdentity(status)
        if let stream = waiting.withLock({ $0.removeValue(forKey: identity) }) { return stream }
        var ahead: [UInt8] = []
        if descriptor.isOwned {
            if status.st_mode & S_IFMT == S_IFIFO { ahead = try awaitWriter(descriptor, path) }
            _ = fcntl(descriptor.number, F_SETFL, fcntl(descriptor.number, F_GETFL) & ~O_NONBLOCK)
        }
        return ByteStream(descriptor, identity, path, ahead: ahead)
    }

    func setAside() { Self.waiting.withLock { $0[identity] = self } }

    /// How often, and how long each time, a pipe's writer is waited for: two seconds in all.
    private static let writerPatience = (times: 40, milliseconds: Int32(50))

    /// Waits until a process has opened a pipe for writing.
    ///
    /// - Returns: what had to be read to find out.
    private static func awaitWriter(_ descriptor: Descriptor, _ path: String) throws(InputFileError) -> [UInt8] {
        for _ in 0..<writerPatience.times {
            var waiting = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, 0) > 0 { return [] }
            // Only reading tells a writer who has nothing to say yet from none.
            var byte: UInt8 = 0
            let count = withUnsafeMutableBytes(of: &byte) { descriptor.readNext(into: $0) }
            if count > 0 { return [byte] }
            if count < 0, errno == EAGAIN { return [] }
            if count < 0, errno != EINTR { throw InputFileError(path: path, reason: .system(errno)) }
            _ = poll(&waiting, 1, writerPatience.milliseconds)
        }
        throw InputFileError(path: path, reason: .noWriter)
    }

    /// What comes next, without taking it: so many bytes, fewer at the end.
    func peek(_ count: Int) throws(InputFileError) -> [UInt8] {
        var bytes = Array(ahead.withLock { $0 })
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
        defer { buffer.deallocate() }
        while bytes.count < count {
            let room = min(buffer.count, count - bytes.count)
            let found = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
            if found == 0 { break }
            bytes += buffer[..<found]
        }
        ahead.withLock { $0 = bytes[...] }
        return bytes
    }

    func next(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        let taken = ahead.withLock { ahead in
            let count = min(buffer.count, ahead.count)
            buffer.copyBytes(from: ahead.prefix(count))
            ahead = count == ahead.count ? [] : ahead.dropFirst(count)
            return count
        }
        return taken > 0 ? taken : try read(into: buffer)
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        while true {
            let count = descriptor.readNext(into: buffer)
            if count >= 0 { return count }
            guard errno == EINTR else { throw InputFileError(path: path, reason: .system(errno)) }
        }
    }
}
