import FlareKit
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The system's calls on files, their failures as errors that say what happened and where.
package enum FileSystem {
    /// The file a path leads to once symbolic links are followed, also where nothing stands at their end yet.
    package static func followed(_ path: String) -> String {
        var path = path
        // As many links as Linux follows.
        for _ in 0..<40 {
            if let resolved = realpath(path, nil) {
                defer { free(resolved) }
                return String(cString: resolved)
            }
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
            path = target.hasPrefix("/") ? target : "\(folder(of: path))/\(target)"
        }
        return path
    }

    /// A path as a reader would write it, without `..` and links in its folder.
    public static func shown(_ path: String) -> String {
        let folder = followed(folder(of: path))
        let name = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
        return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
    }

    /// What stands at a path, links followed; `nil` where there is nothing.
    package static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    package static func status(of descriptor: Int32, _ path: String) throws -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be looked at", path) }
        return status
    }

    /// The part of a path before its last component; `.` where there is none.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a folder and those above it.
    ///
    /// - Returns: the folders that were not there before, the outermost first.
    package static func makeFolders(_ path: String) throws -> [String] {
        guard status(path) == nil else { return [] }
        let above = folder(of: path)
        let made = above == path ? [] : try makeFolders(above)
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure("cannot be created", path) }
        return made + [path]
    }

    /// What a folder holds, hidden entries too; nothing where it cannot be read.
    package static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    /// Opens a file.
    package static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o666) throws -> Int32 {
        while true {
            #if canImport(Glibc)
                let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
            #elseif canImport(Musl)
                let descriptor = Musl.open(path, flags | O_CLOEXEC, mode)
            #else
                let descriptor = Darwin.open(path, flags | O_CLOEXEC, mode)
            #endif
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { throw failure("cannot be opened for writing", path) }
        }
    }

    /// Writes all bytes.
    package static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws {
        try bytes.withUnsafeBytes { buffer in
            // The pointer lives in this closure alone; `written` never passes the buffer's count.
            var written = 0
            while written < buffer.count {
                let count = writeOnce(descriptor, buffer[written...])
                if count > 0 {
                    written += count
                } else if errno != EINTR {
                    throw failure("cannot be written", path)
                }
            }
        }
    }

    private static func writeOnce(_ descriptor: Int32, _ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
        let rebased = UnsafeRawBufferPointer(rebasing: bytes)
        #if canImport(Glibc)
            return Glibc.write(descriptor, rebased.baseAddress, rebased.count)
        #elseif canImport(Musl)
            return Musl.write(descriptor, rebased.baseAddress, rebased.count)
        #else
            return Darwin.write(descriptor, rebased.baseAddress, rebased.count)
        #endif
    }

    /// Makes sure that what was written outlives a power cut.
    package static func flush(_ descriptor: Int32, _ path: String) throws {
        // A pipe or a terminal cannot be flushed, and need not be.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS else {
            throw failure("cannot be written", path)
        }
    }

    /// Makes sure that a folder's new entries outlive a power cut.
    package static func flushFolder(_ path: String) throws {
        let descriptor = try open(path, O_RDONLY)
        defer { _ = close(descriptor) }
        try flush(descriptor, path)
    }

    package static func failure(_ what: String, _ path: String) -> PluginError {
        let code = errno
        let remedy: String? =
            switch code {
            case ENOSPC, EDQUOT, EFBIG: "free some space, or name another path"
            case EACCES, EPERM, EROFS: "allow writing there, or name another path"
            case EPIPE: "the reader of the output went away"
            default: nil
            }
        return PluginError("\(what): \(String(cString: strerror(code)))", at: path, remedy: remedy)
    }
}
