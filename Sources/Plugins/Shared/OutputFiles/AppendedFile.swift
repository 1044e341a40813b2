import FlareKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that grows at its end, commit by commit, and can be taken up again at a mark.
package struct AppendedFile {
    private static let bytesKey = "bytes"
    private static let fileKey = "file"

    /// `nil` is standard output.
    package let path: String?
    private var descriptor: Int32?
    /// Bytes that stand: all up to the last commit.
    private var length: off_t = 0
    private var buffer: [UInt8] = []
    private var isNew = false
    private var ending: SuddenEnd.Token?

    package init(_ path: String?) {
        self.path = path
    }

    /// Opens the file, and cuts back what lies beyond the mark.
    ///
    /// The mark is for the file it was made on: where another one took its place (log rotation) or it became shorter,
    /// there is nothing to cut, and what comes next goes to the end.
    package mutating func open(resume mark: SinkMark?) throws {
        guard let path, descriptor == nil else { return }
        let wasThere = FileSystem.status(path) != nil
        _ = try FileSystem.makeFolders(FileSystem.folder(of: path))
        let descriptor = try FileSystem.open(path, O_RDWR | O_CREAT | O_APPEND)
        self.descriptor = descriptor
        isNew = !wasThere
        let status = try FileSystem.status(of: descriptor, path)
        guard status.st_mode & S_IFMT == S_IFREG else { return }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close()
            throw PluginError(
                "another process is writing it", at: path, remedy: "give each pipeline a path of its own")
        }
        length = status.st_size
        if let mark, mark.state[Self.fileKey] == Self.identity(status),
            let marked = mark.state[Self.bytesKey].flatMap({ off_t($0) }), (0..<length).contains(marked)
        {
            try cut(to: marked)
        }
        guardStanding()
        // A line that some other hand left unfinished is not ours to finish or to cut.
        if try !endsWithLine() { buffer.append(UInt8(ascii: "\n")) }
    }

    /// Where the file stands: all up to the last commit; `nil` where that cannot be said.
    package func mark() throws -> SinkMark? {
        guard let descriptor, let path else { return nil }
        let status = try FileSystem.status(of: descriptor, path)
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        return SinkMark([Self.bytesKey: String(length), Self.fileKey: Self.identity(status)])
    }

    package mutating func write(_ bytes: some Sequence<UInt8>) {
        buffer.append(contentsOf: bytes)
    }

    /// Makes what was written stand.
    ///
    /// - Returns: where a later run goes on; `nil` where that cannot be said.
    package mutating func commit() throws -> SinkMark? {
        guard let path else {
            try FileSystem.write(buffer, to: STDOUT_FILENO, "standard output")
            buffer.removeAll(keepingCapacity: true)
            return nil
        }
        guard let descriptor else { throw PluginError("is not open", at: path) }
        try FileSystem.write(buffer, to: descriptor, path)
        buffer.removeAll(keepingCapacity: true)
        try FileSystem.flush(descriptor, path)
        let status = try FileSystem.status(of: descriptor, path)
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        isNew = false
        length = status.st_size
        guardStanding()
        return try mark()
    }

    /// Takes back what was not committed, and lets go of the file.
    package mutating func abort() {
        buffer.removeAll()
        if let descriptor, let path, let status = try? FileSystem.status(of: descriptor, path),
            status.st_mode & S_IFMT == S_IFREG
        {
            if status.st_size > length { _ = ftruncate(descriptor, length) }
            if isNew { _ = unlink(path) }
        }
        close()
    }

    /// Sees to it that what is not committed goes also where the process ends at once.
    private mutating func guardStanding() {
        guard let descriptor, let path else { return }
        if let ending { SuddenEnd.needsNot(ending) }
        ending = SuddenEnd.wouldNeed { [length, isNew] in
            if isNew { _ = unlink(path) } else { _ = ftruncate(descriptor, length) }
        }
    }

    /// Lets go of the file.
    package mutating func close() {
        if let ending { SuddenEnd.needsNot(ending) }
        ending = nil
        guard let descriptor else { return }
        self.descriptor = nil
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #elseif canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    private mutating func cut(to bytes: off_t) throws {
        guard let descriptor, let path else { return }
        guard ftruncate(descriptor, bytes) == 0 else { throw FileSystem.failure("cannot be cut back", path) }
        length = bytes
    }

    private func endsWithLine() throws -> Bool {
        guard let descriptor, let path, length > 0 else { return true }
        var last: UInt8 = 0
        guard pread(descriptor, &last, 1, length - 1) == 1 else { throw FileSystem.failure("cannot be read", path) }
        return last == UInt8(ascii: "\n")
    }

    /// Which file it is, whatever its name.
    private static func identity(_ status: stat) -> String { "\(status.st_dev):\(status.st_ino)" }
}
