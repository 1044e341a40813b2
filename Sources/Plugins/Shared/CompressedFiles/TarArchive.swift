/// A tar archive (POSIX.1-2001, pax; GNU tar's long names).
final class TarArchive: Archive {
    static let blockSize = 512

    private let source: BufferedInput
    private let path: String
    /// What is left of the file at hand, and behind it up to the next header.
    private var rest: Int64 = 0
    private var padding: Int64 = 0

    init(_ source: BufferedInput, path: String) {
        self.source = source
        self.path = path
    }

    /// Whether a content begins with a header whose sum is right.
    static func begins(_ head: UnsafeRawBufferPointer) -> Bool {
        guard head.count >= blockSize, head[0] != 0, let stated = octal(head[148..<156]) else { return false }
        var sum = 8 * Int64(UInt8(ascii: " "))
        for place in 0..<blockSize where !(148..<156).contains(place) { sum += Int64(head[place]) }
        return sum == stated
    }

    func next() throws(InputFileError) -> ArchiveMember? {
        try skip(rest + padding)
        (rest, padding) = (0, 0)
        var longName: String?
        var longSize: Int64?
        while true {
            try source.fill(Self.blockSize)
            let header = Array(source.available.prefix(Self.blockSize))
            if header.isEmpty || header.allSatisfy({ $0 == 0 }) { return nil }
            guard header.count == Self.blockSize else { throw fault(.truncated) }
            guard header.withUnsafeBytes({ Self.begins($0) }),
                let size = header.withUnsafeBytes({ Self.number($0[124..<136]) })
            else { throw fault(.corrupt("a header of tar is damaged")) }
            source.take(Self.blockSize)
            let isLong = "LKxg".utf8.contains(header[156])
            (rest, padding) = (isLong ? size : longSize ?? size, 0)
            padding = (Int64(Self.blockSize) - rest % Int64(Self.blockSize)) % Int64(Self.blockSize)
            if isLong {
                let text = try longText()
                if header[156] == UInt8(ascii: "L") { longName = Self.text(text[...]) }
                if header[156] == UInt8(ascii: "x") {
                    let values = Self.values(text)
                    longName = values["path"] ?? longName
                    longSize = values["size"].flatMap { Int64($0) } ?? longSize
                }
                continue
            }
            let prefix =
                header[257..<262].elementsEqual("ustar".utf8) && header[263] != UInt8(ascii: " ")
                ? Self.text(header[345..<500]) : ""
            let name = longName ?? (prefix.isEmpty ? "" : prefix + "/") + Self.text(header[0..<100])
            switch header[156] {
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
                if name.hasSuffix("/") { break }
                return ArchiveMember(name: name, content: TarMember(self))
            case UInt8(ascii: "S"):
                return ArchiveMember(
                    name: name, content: nil, refusal: .foreign("a sparse file of GNU tar", remedy: "unpack it"))
            default: break
            }
            // A folder, or a link to what is read by its own name.
            try skip(rest + padding)
            (longName, longSize) = (nil, nil)
        }
    }

    /// Reads of the file at hand.
    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        guard rest > 0 else { return 0 }
        let room = Int(min(Int64(buffer.count), rest))
        let count = try source.next(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
        if count == 0 { throw fault(.truncated) }
        rest -= Int64(count)
        return count
    }

    /// A name or other values that are longer than a header has room for.
    private func longText() throws(InputFileError) -> [UInt8] {
        guard rest <= 1 << 20 else { throw fault(.corrupt("a header of tar is damaged")) }
        let size = Int(rest + padding)
        try source.fill(size)
        guard source.available.count >= size else { throw fault(.truncated) }
        let text = Array(source.available.prefix(Int(rest)))
        source.take(size)
        (rest, padding) = (0, 0)
        return text
    }

    private func skip(_ count: Int64) throws(InputFileError) {
        var left = count
        while left > 0 {
            try source.fill(1)
            let step = min(Int64(source.available.count), left)
            if step == 0 { throw fault(.truncated) }
            source.take(Int(step))
            left -= step
        }
    }

    private func fault(_ reason: InputFileError.Reason) -> InputFileError {
        InputFileError(path: path, reason: reason, position: source.position)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// A number in octal digits, or in binary where it is too large for these.
    private static func number(_ field: Slice<UnsafeRawBufferPointer>) -> Int64? {
        guard let first = field.first, first & 0x80 != 0 else { return octal(field) }
        var value: Int64 = 0
        for byte in field.dropFirst() {
            guard value < 1 << 54 else { return nil }
            value = value << 8 | Int64(byte)
        }
        return first == 0x80 ? value : nil
    }

    private static func octal(_ field: Slice<UnsafeRawBufferPointer>) -> Int64? {
        var value: Int64 = 0
        for byte in field.drop(while: { $0 == 0x20 }) {
            if byte == 0x20 || byte == 0 { break }
            guard (0x30...0x37).contains(byte) else { return nil }
            value = value << 3 | Int64(byte - 0x30)
        }
        return value
    }

    /// The records of an extended header: "LENGTH NAME=VALUE\n".
    private static func values(_ text: [UInt8]) -> [String: String] {
        var values: [String: String] = [:]
        var rest = text[...]
        while let space = rest.firstIndex(of: 0x20),
            let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > space - rest.startIndex + 1,
            length <= rest.count
        {
            let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
            if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
                values[String(decoding: record[..<equals], as: UTF8.self)] = String(
                    decoding: record[(equals + 1)...], as: UTF8.self)
            }
            rest = rest.dropFirst(length)
        }
        return values
    }
}

/// The file at hand of an archive.
private final class TarMember: ByteInput {
    private let archive: TarArchive

    init(_ archive: TarArchive) { self.archive = archive }

    func next(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        try archive.read(into: buffer)
    }
}
