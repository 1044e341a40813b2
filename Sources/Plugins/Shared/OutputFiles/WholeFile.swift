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
/// What is written goes to a file without a name in the same folder, or a hidden one where the file system knows no such
/// files. It takes the place of the old one on `commit`: a reader sees the old file or the new one, never half of either.
/// A path that leads to a device or a pipe is no file to be replaced: it gets the output on `commit`, as standard output
/// does, or as it is written where that is asked for.
package struct WholeFile {
    /// Bytes that are kept back before they are written.
    private static let bufferSize = 1 << 20

    private enum Target {
        /// A file, written beside its place first.
        case beside(PartialFile)
        /// A device, a pipe or standard output; open once something was written.
        case direct(descriptor: Int32?)
    }

    /// `nil` is standard output.
    package let path: String?
    private var target: Target?
    private var buffer: [UInt8] = []
    private var madeFolders: [String] = []
    private var ending: SuddenEnd.Token?
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
        if !madeFolders.isEmpty {
            ending = SuddenEnd.wouldNeed { [madeFolders] in for folder in madeFolders.reversed() { _ = rmdir(folder) } }
        }
        PartialFile.removeLeftovers(in: folder)
        do {
            // Nobody may read of the new file what the old one kept from him, not even while it is written.
            let rights = old.map { $0.st_mode & 0o777 } ?? 0o666
            let partial = try PartialFile(in: folder, rights: rights)
            target = .beside(partial)
            if let old {
                // Who owns the file and who may read it stays as it was; giving a file away takes root.
                _ = fchown(partial.descriptor, old.st_uid, old.st_gid)
                _ = fchmod(partial.descriptor, old.st_mode & 0o7777)
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
        case .beside(let partial):
            try FileSystem.write(buffer, to: partial.descriptor, path ?? "")
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
        case .beside(let partial):
            guard let path else { return }
            let place = FileSystem.followed(path)
            try FileSystem.write(buffer, to: partial.descriptor, path)
            try FileSystem.flush(partial.descriptor, path)
            try partial.replace(place, shownAs: path)
            target = nil
            forgetFolders()
            try FileSystem.flushFolder(FileSystem.folder(of: place))
        }
        target = nil
        buffer.removeAll(keepingCapacity: true)
    }

    /// Takes back what was not committed; the old file stands.
    package mutating func abort() {
        if case .beside(let partial) = target { partial.remove() }
        closeDirect()
        for folder in madeFolders.reversed() { _ = rmdir(folder) }
        forgetFolders()
        target = nil
        buffer.removeAll()
    }

    private mutating func forgetFolders() {
        madeFolders = []
        if let ending { SuddenEnd.needsNot(ending) }
        ending = nil
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
