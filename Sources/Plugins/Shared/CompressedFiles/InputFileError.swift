#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a file cannot be read, or not to its end.
public struct InputFileError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// The system refused, with this `errno`.
        case system(Int32)
        case isDirectory
        /// Compressed in a way that is not read here.
        case unsupported(String)
        /// The compressed content ends in the middle.
        case truncated
        /// What is stored is not what the format allows, in the words of the library.
        case corrupt(String)
        /// Fewer bytes than when it was opened: cut or replaced meanwhile.
        case becameShorter
        /// A pipe that no process writes to.
        case noWriter
        /// A pipe, a socket or a device that a pattern matched.
        case notRegular
        /// Nothing is in it.
        case empty
        /// Another file has its name since it was opened.
        case replaced
        /// What is in it is not read: what it is, in a noun with its article, and what to do.
        case foreign(String, remedy: String)
    }

    /// The file as it was named.
    public let path: String
    public let reason: Reason
    /// How many stored bytes were read before; `nil` where nothing was.
    public let position: Int64?

    public init(path: String, reason: Reason, position: Int64? = nil) {
        self.path = path
        self.reason = reason
        self.position = position
    }
}

extension InputFileError: CustomStringConvertible {
    public var description: String { place + ": " + explanation }

    /// The file, and how far it was read.
    public var place: String { path + (position.map { " (at byte \($0) as stored)" } ?? "") }

    /// What is wrong and what to do, without the file's name.
    public var explanation: String {
        switch reason {
        case .system(ENOENT): "there is no such file"
        case .system(EACCES): "no permission to read it"
        case .system(ENXIO): "it is a socket, or a device that is not there"
        case .system(ELOOP): "its links lead in a circle"
        case .system(let code): String(cString: strerror(code))
        case .isDirectory: "it is a directory; name the files in it, as in '\(path)/*'"
        case .unsupported(let format):
            "it is compressed with \(format), which is not read; unpack it\(StoredFormat.unpacking(format)), or use gzip, "
                + "zstd, xz, bzip2, lz4 or none"
        case .truncated: "the compressed content ends in the middle; what came before was read"
        case .corrupt(let detail): "the compressed content is damaged (\(detail)); what came before was read"
        case .becameShorter: "it became shorter while it was read; what came before was read"
        case .noWriter: "it is a pipe, and no process writes to it"
        case .notRegular: "it is no regular file; name it by itself if it is to be read"
        case .empty: "it is empty"
        case .replaced: "another file has its name since it was opened"
        case .foreign(let what, let remedy): "it is \(what)" + (remedy.isEmpty ? "" : "; \(remedy)")
        }
    }
}

extension InputFileError {
    /// Whether it is of a kind that is not read, and not damaged.
    public var isOfKind: Bool {
        switch reason {
        case .unsupported, .foreign: true
        default: false
        }
    }
}

extension InputFileError.Reason {
    /// What such an input is called where several are counted.
    public var name: String {
        switch self {
        case .system(ENOENT): "file that vanished"
        case .system(EACCES): "file without permission"
        case .system(ELOOP): "link that leads in a circle"
        case .system(let code): "file with an error (\(String(cString: strerror(code))))"
        case .isDirectory: "directory"
        case .unsupported(let format): "file compressed with \(format)"
        case .truncated: "compressed file cut short"
        case .corrupt: "damaged compressed file"
        case .becameShorter: "file that became shorter"
        case .noWriter: "pipe without a writer"
        case .notRegular: "pipe, socket or device"
        case .empty: "empty file"
        case .replaced: "file that another one replaced"
        case .foreign(let what, let remedy): "file that is \(what)" + (remedy.isEmpty ? "" : " (\(remedy))")
        }
    }
}
