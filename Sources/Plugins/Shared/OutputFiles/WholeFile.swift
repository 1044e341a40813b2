import FlareKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that is written whole or not at all.
///
/// What is written goes to a hidden file in the same folder, which takes the place of the old one on `commit`: a
/// reader sees the old file or the new one, never half of either. A path that leads to a device or a pipe is no file to
/// be replaced: it gets the output on `commit`, as standard output does, or as it is written where that is asked for.
package struct WholeFile {
    /// Bytes that are kept back before they are written.
    private static let bufferSize = 1 << 20

    /// Between being made and being held a file is nobody's; one this many seconds old is past that.
    private static let leftAlone = 60

    private enum Target {
        /// A file, written beside its place first.
        case beside(descriptor: Int32, path: String)
        /// A device, a pipe or standard output; open once something was written.
        case direct(descriptor: Int32?)
    }

    /// `nil` is standard output.
    package let path: String?
    private var target: Target?
    private var buffer: [UInt8] = []
    private var madeFolders: [String] = []
    private let streams: Bool

    /// What leads to standard output, by whatever name.
    private static let standardOutput: Set<String> = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]

    /// - Parameters:
    ///   - path: `nil` for standard output.
    ///   - streams: whether what is no file gets what is written as it comes, so that it need not fit into memory. Then
    ///     nothing of it can be taken back.
    package init(_ path: String?, streams: Bool = false) {
        self.path = path.flatMap { Self.standardOutput.contains($0) ? nil : $0 }
        self.streams = streams
    }

    /// Prepares to write, so that a path that cannot be written is known before hours of reading.
    package mutating func open() throws {
        guard target == nil else { return }
        buffer.removeAll(keepingCapacity: true)
        guard let path else {
            target = .direct(descriptor: nil)
            return
        }
        let place = FileSystem.followed(path)
        let old = FileSystem.status(place)
        if let old {
            switch old.st_mode & S_IFMT {
            case S_IFREG: break
            case S_IFDIR: throw PluginError("is a folder", at: path, remedy: "name a file in it")
            default:
                target = .direct(descriptor: nil)
                return
            }
            guard access(place, W_OK) == 0 else { throw FileSystem.failure("cannot be replaced", path) }
        }
        let folder = FileSystem.folder(of: place)
        madeFolders = try FileSystem.makeFolders(folder)
        removeLeftovers(in: folder)
        do {
            let partial = "\(folder)/.flare-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36)).partial"
            // Nobody may read of the new file what the old one kept from him, not even while it is written.
            let rights = old.map { $0.st_mode & 0o777 } ?? 0o666
            let descriptor = try FileSystem.open(partial, O_WRONLY | O_CREAT | O_EXCL, mode: rights)
            // Held while it is written, so that others can tell it from what a killed run left.
            _ = flock(descriptor, LOCK_EX | LOCK_NB)
            target = .beside(descriptor: descriptor, path: partial)
            if let old {
                // Who owns the file and who may read it stays as it was; giving a file away takes root.
                _ = fchown(descriptor, old.st_uid, old.st_gid)
                _ = fchmod(descriptor, old.st_mode & 0o7777)
            }
        } catch {
            abort()
            throw PluginError("cannot be written: \(error)", at: path)
        }
    }

    package mutating func write(_ bytes: some Sequence<UInt8>) throws {
        try open()
        buffer.append(contentsOf: bytes)
        guard buffer.count >= Self.bufferSize else { return }
        switch target {
        case .beside(let descriptor, let partial):
            try FileSystem.write(buffer, to: descriptor, partial)
            buffer.removeAll(keepingCapacity: true)
        case .direct where streams: try writeDirectly()
        default: break
        }
    }

    /// Puts what was written since `open` in its place. Does nothing where nothing was opened since the last commit.
    package mutating func commit() throws {
        switch target {
        case nil: return
        case .direct:
            try writeDirectly()
            closeDirect()
        case .beside(let descriptor, let partial):
            guard let path else { return }
            let place = FileSystem.followed(path)
            try FileSystem.write(buffer, to: descriptor, partial)
            try FileSystem.flush(descriptor, partial)
            guard rename(partial, place) == 0 else { throw FileSystem.failure("cannot be replaced", path) }
            _ = close(descriptor)
            target = nil
            madeFolders = []
            try FileSystem.flushFolder(FileSystem.folder(of: place))
        }
        target = nil
        buffer.removeAll(keepingCapacity: true)
    }

    /// Takes back what was not committed; the old file stands.
    package mutating func abort() {
        if case .beside(let descriptor, let partial) = target {
            _ = close(descriptor)
            _ = unlink(partial)
        }
        closeDirect()
        for folder in madeFolders.reversed() { _ = rmdir(folder) }
        madeFolders = []
        target = nil
        buffer.removeAll()
    }

    /// Removes what killed runs left: files under our names that nobody has held for a minute.
    private func removeLeftovers(in folder: String) {
        for name in FileSystem.names(in: folder) where name.hasPrefix(".flare-") && name.hasSuffix(".partial") {
            let path = "\(folder)/\(name)"
            guard let descriptor = try? FileSystem.open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK) else { continue }
            defer { _ = close(descriptor) }
            guard let found = try? FileSystem.status(of: descriptor, path), found.st_mode & S_IFMT == S_IFREG,
                found.age >= Self.leftAlone, flock(descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            _ = unlink(path)
        }
    }

    private mutating func writeDirectly() throws {
        guard case .direct(let open) = target else { return }
        let descriptor = try open ?? path.map { try FileSystem.open($0, O_WRONLY) } ?? STDOUT_FILENO
        target = .direct(descriptor: descriptor)
        try FileSystem.write(buffer, to: descriptor, path ?? "standard output")
        buffer.removeAll(keepingCapacity: true)
    }

    private func closeDirect() {
        if case .direct(let descriptor?) = target, descriptor != STDOUT_FILENO { _ = close(descriptor) }
    }
}
