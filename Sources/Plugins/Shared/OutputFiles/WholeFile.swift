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
/// be replaced: it gets the output on `commit`, as standard output does.
package struct WholeFile {
    /// Bytes that are kept back before they are written.
    private static let bufferSize = 1 << 20

    /// Between being made and being held a file is nobody's; one this many seconds old is past that.
    private static let leftAlone = 60

    private enum Target {
        /// A file, written beside its place first.
        case beside(descriptor: Int32, path: String)
        /// A device, a pipe or standard output, written on commit.
        case direct
    }

    /// `nil` is standard output.
    package let path: String?
    private var target: Target?
    private var buffer: [UInt8] = []
    private var madeFolders: [String] = []

    package init(_ path: String?) {
        self.path = path
    }

    /// Prepares to write, so that a path that cannot be written is known before hours of reading.
    package mutating func open() throws {
        guard target == nil else { return }
        buffer.removeAll(keepingCapacity: true)
        guard let path else {
            target = .direct
            return
        }
        let place = FileSystem.followed(path)
        let old = FileSystem.status(place)
        if let old {
            switch old.st_mode & S_IFMT {
            case S_IFREG: break
            case S_IFDIR: throw PluginError("is a folder", at: path, remedy: "name a file in it")
            default:
                target = .direct
                return
            }
            guard access(place, W_OK) == 0 else { throw FileSystem.failure("cannot be replaced", path) }
        }
        let folder = FileSystem.folder(of: place)
        madeFolders = try FileSystem.makeFolders(folder)
        removeLeftovers(in: folder)
        do {
            let partial = "\(folder)/.flare-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36)).partial"
            let descriptor = try FileSystem.open(partial, O_WRONLY | O_CREAT | O_EXCL)
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
        if case .beside(let descriptor, let partial) = target, buffer.count >= Self.bufferSize {
            try FileSystem.write(buffer, to: descriptor, partial)
            buffer.removeAll(keepingCapacity: true)
        }
    }

    /// Puts what was written since `open` in its place. Does nothing where nothing was opened since the last commit.
    package mutating func commit() throws {
        switch target {
        case nil: return
        case .direct: try writeDirectly()
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

    private func writeDirectly() throws {
        guard let path else {
            try FileSystem.write(buffer, to: STDOUT_FILENO, "standard output")
            return
        }
        let descriptor = try FileSystem.open(path, O_WRONLY)
        defer { _ = close(descriptor) }
        try FileSystem.write(buffer, to: descriptor, path)
    }
}
