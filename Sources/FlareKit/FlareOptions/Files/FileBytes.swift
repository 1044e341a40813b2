import Glibc

/// Reads small files whole: configuration and secrets.
package enum FileBytes {
    /// Why a file was not read.
    package struct Failure: Error {
        /// A phrase: `No such file or directory`.
        package let reason: String
        let isMissing: Bool
    }

    /// - Parameters:
    ///   - path: of a file, or of anything that can be read to its end.
    ///   - limit: a longer file is refused, without reading all of it.
    package static func read(_ path: String, atMost limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(errno)
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            if bytes.count > limit {
                throw Failure(reason: "it is longer than \(ByteSize(bytes: Int64(limit)))", isMissing: false)
            }
        }
    }

    /// Reads the first bytes of a file, fewer where it is shorter.
    package static func head(_ path: String, count: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        let found = Glibc.read(descriptor, &bytes, count)
        guard found >= 0 else { throw failure(errno) }
        return Array(bytes[..<found])
    }

    private static func failure(_ code: CInt) -> Failure {
        Failure(reason: String(cString: strerror(code)), isMissing: code == ENOENT || code == ENOTDIR)
    }

    /// The absolute path without symbolic links, `nil` where there is no such file.
    package static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The working directory.
    package static var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    /// An absolute path, symbolic links left as they are.
    package static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : OptionPath.join(workingDirectory, path[...])
    }

    /// The folder that a path stands in.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
