import FlareKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file on its way to another one's place: without a name where the file system can do that, so that a killed process
/// leaves nothing; else under a hidden name, which is held as long as it is written.
package struct PartialFile {
    let descriptor: Int32
    private let folder: String
    /// `nil` as long as it has no name.
    private let path: String?
    private let ending: SuddenEnd.Token?

    private init(_ descriptor: Int32, in folder: String, path: String?) {
        self.descriptor = descriptor
        self.folder = folder
        self.path = path
        ending = path.map { path in SuddenEnd.wouldNeed { _ = unlink(path) } }
    }

    /// - Parameter rights: who may do what with it, but for what the process withholds from all.
    init(in folder: String, rights: mode_t) throws {
        if let descriptor = Self.nameless(in: folder, rights) {
            _ = flock(descriptor, LOCK_EX | LOCK_NB)
            self.init(descriptor, in: folder, path: nil)
        } else {
            try self.init(named: folder, rights: rights)
        }
    }

    /// One that has a name from the beginning.
    package init(named folder: String, rights: mode_t = 0o666) throws {
        while true {
            let path = Self.newName(in: folder)
            let descriptor = try FileSystem.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: rights)
            _ = flock(descriptor, LOCK_EX)
            // Before it was held, somebody may have taken it for what a killed process left.
            if try FileSystem.status(of: descriptor, path).st_nlink > 0 {
                self.init(descriptor, in: folder, path: path)
                return
            }
            _ = close(descriptor)
        }
    }

    /// Puts the file in the place of another one, or where there is none.
    func replace(_ place: String, shownAs shown: String) throws {
        let path = try path ?? named(for: shown)
        guard rename(path, place) == 0 else {
            let failure = FileSystem.failure("cannot be replaced", shown)
            if self.path == nil { _ = unlink(path) }
            throw failure
        }
        letGo()
    }

    package func remove() {
        if let path { _ = unlink(path) }
        letGo()
    }

    /// Removes what killed processes left: files under our names that nobody holds.
    static func removeLeftovers(in folder: String) {
        for name in FileSystem.names(in: folder) where name.hasPrefix(".flare-") && name.hasSuffix(".partial") {
            let path = "\(folder)/\(name)"
            guard let descriptor = try? FileSystem.open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK) else { continue }
            defer { _ = close(descriptor) }
            guard let found = try? FileSystem.status(of: descriptor, path), found.st_mode & S_IFMT == S_IFREG,
                flock(descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            _ = unlink(path)
        }
    }

    private func letGo() {
        if let ending { SuddenEnd.needsNot(ending) }
        _ = close(descriptor)
    }

    private static func newName(in folder: String) -> String {
        "\(folder)/.flare-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36)).partial"
    }

    /// A file without a name that can be given one later (open(2), O_TMPFILE); `nil` where there is no such thing.
    private static func nameless(in folder: String, _ rights: mode_t) -> Int32? {
        #if os(Linux)
            let temporary: Int32 = 0o20_000_000
            let flags = O_WRONLY | O_DIRECTORY | temporary
            guard let descriptor = try? FileSystem.open(folder, flags, mode: rights) else { return nil }
            if access(link(to: descriptor), F_OK) == 0 { return descriptor }
            _ = close(descriptor)
        #endif
        return nil
    }

    private static func link(to descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

    /// Gives the file a name.
    private func named(for shown: String) throws -> String {
        while true {
            let path = Self.newName(in: folder)
            if linkat(AT_FDCWD, Self.link(to: descriptor), AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 { return path }
            guard errno == EEXIST else { throw FileSystem.failure("cannot be replaced", shown) }
        }
    }
}
