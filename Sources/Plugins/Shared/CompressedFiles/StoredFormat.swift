/// How a file's content is stored, told by its first bytes and not by its name.
public enum StoredFormat: Hashable, Sendable {
    case plain
    /// One or more gzip members (RFC 1952).
    case gzip
    /// One or more zstd frames (RFC 8878), skippable ones included.
    case zstd
    /// One or more streams of xz, or one of its forerunners lzma and lzip.
    case xz
    /// One or more streams of bzip2.
    case bzip2
    /// One or more frames of lz4.
    case lz4
    /// Compressed in a way that is not read here, by its name: `zip`, `7z`.
    case unsupported(String)

    /// The most bytes that are looked at.
    public static let headLength = 6

    /// - Parameter head: the first bytes of the content, `headLength` of them if there are so many.
    public init(head: some Collection<UInt8>) {
        func begins(_ magic: UInt8...) -> Bool { head.starts(with: magic) }
        let bytes = Array(head.prefix(4))
        let isSkippableFrame =
            bytes.count == 4 && bytes[0] & 0xF0 == 0x50 && bytes[1] == 0x2A && bytes[2] == 0x4D && bytes[3] == 0x18
        if begins(0x1F, 0x8B) {
            self = .gzip
        } else if begins(0x28, 0xB5, 0x2F, 0xFD) || isSkippableFrame {
            self = .zstd
        } else if begins(0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00) {
            self = .xz
        } else if begins(0x42, 0x5A, 0x68), let level = bytes.last, (0x31...0x39).contains(level), bytes.count == 4 {
            self = .bzip2
        } else if begins(0x04, 0x22, 0x4D, 0x18) {
            self = .lz4
        } else if begins(0x50, 0x4B, 0x03, 0x04) {
            self = .unsupported("zip")
        } else if begins(0x1F, 0x9D) {
            self = .unsupported("compress")
        } else if begins(0x5D, 0x00, 0x00) || begins(0x4C, 0x5A, 0x49, 0x50) {
            // lzma, whose first bytes are those of its settings, and lzip.
            self = .xz
        } else if begins(0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C) {
            self = .unsupported("7z")
        } else if begins(0x52, 0x61, 0x72, 0x21) {
            self = .unsupported("rar")
        } else {
            self = .plain
        }
    }

    /// The command that unpacks a format, in brackets; empty where none is known.
    static func unpacking(_ format: String) -> String {
        let commands = [
            "zip": "unzip", "compress": "gzip -dk", "7z": "7z x", "rar": "unrar x",
        ]
        return commands[format].map { " (\($0) FILE)" } ?? ""
    }
}
