/// A zip archive, read from its beginning to its end by the header before each file (APPNOTE 6.3.10), so that it may come
/// from a pipe.
final class ZipArchive: Archive {
    private let source: BufferedInput
    private let path: String
    private var member: ZipMember?

    private static let headerSize = 30

    init(_ source: BufferedInput, path: String) {
        self.source = source
        self.path = path
    }

    func next() throws(InputFileError) -> ArchiveMember? {
        try member?.passRest()
        member = nil
        try source.fill(4)
        // What follows the last file is the archive's list of them.
        guard source.available.starts(with: [0x50, 0x4B, 0x03, 0x04]) else { return nil }
        try source.fill(Self.headerSize)
        guard source.available.count >= Self.headerSize else { throw fault(.truncated) }
        let header = Array(source.available.prefix(Self.headerSize))
        func number(_ place: Int, _ size: Int) -> Int64 { Self.number(header[place..<place + size]) }
        let (flags, method) = (number(6, 2), number(8, 2))
        let (nameSize, extraSize) = (Int(number(26, 2)), Int(number(28, 2)))
        let size = Self.headerSize + nameSize + extraSize
        try source.fill(size)
        guard source.available.count >= size else { throw fault(.truncated) }
        let words = Array(source.available.prefix(size).dropFirst(Self.headerSize))
        source.take(size)
        let name = String(decoding: words.prefix(nameSize), as: UTF8.self)
        var stored: Int64? = number(18, 4)
        let isLarge = stored == 0xFFFF_FFFF
        if isLarge { stored = Self.largeSize(words[nameSize...], hasSize: number(22, 4) == 0xFFFF_FFFF) }
        let hasSizeBehind = flags & 8 != 0
        if hasSizeBehind, stored == 0 { stored = nil }
        let decoder: (any Decoder)?
        do throws(DecodingFault) {
            decoder = flags & 1 == 0 ? try Self.decoder(method) : nil
        } catch {
            throw fault(error.reason)
        }
        guard let decoder, stored != nil || method == 8 else {
            let reason = InputFileError.Reason.foreign(
                flags & 1 != 0 ? "encrypted in a zip" : "stored in a zip by a method that is not read (\(method))",
                remedy: flags & 1 != 0 ? "unpack it with its password: unzip -P PASSWORD FILE" : "unpack it: unzip FILE"
            )
            guard let stored else { throw InputFileError(path: path, reason: reason) }
            let unread = ZipMember(source, path, PlainDecoder(), stored, hasSizeBehind: hasSizeBehind, isLarge: isLarge)
            member = unread
            return ArchiveMember(name: name, content: nil, refusal: reason)
        }
        let next = ZipMember(source, path, decoder, stored, hasSizeBehind: hasSizeBehind, isLarge: isLarge)
        member = next
        return name.hasSuffix("/") ? try self.next() : ArchiveMember(name: name, content: next)
    }

    private static func decoder(_ method: Int64) throws(DecodingFault) -> (any Decoder)? {
        switch method {
        case 0: PlainDecoder()
        case 8: try GzipDecoder(isBare: true)
        case 12: try Bzip2Decoder()
        case 93: try ZstdDecoder()
        case 95: try XzDecoder()
        default: nil
        }
    }

    fileprivate static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
        bytes.reversed().reduce(0) { $0 &<< 8 | Int64($1) }
    }

    /// The stored size in the extra field of large files.
    private static func largeSize(_ extra: ArraySlice<UInt8>, hasSize: Bool) -> Int64? {
        var rest = extra
        while rest.count >= 4 {
            let begin = rest.startIndex
            let size = Int(number(rest[begin + 2..<begin + 4]))
            let place = begin + 4 + (hasSize ? 8 : 0)
            if number(rest[begin..<begin + 2]) == 1, place + 8 <= rest.endIndex {
                let stored = number(rest[place..<place + 8])
                return stored >= 0 ? stored : nil
            }
            rest = rest.dropFirst(4 + size)
        }
        return nil
    }

    private func fault(_ reason: InputFileError.Reason) -> InputFileError {
        InputFileError(path: path, reason: reason, position: source.position)
    }
}

/// The file at hand of an archive.
private final class ZipMember: ByteInput {
    private let source: BufferedInput
    private let path: String
    private let decoder: any Decoder
    /// What is left as stored; `nil` where only the content's own end tells.
    private var rest: Int64?
    private let hasSizeBehind: Bool
    private let isLarge: Bool
    private var hasEnded = false

    init(
        _ source: BufferedInput, _ path: String, _ decoder: any Decoder, _ stored: Int64?, hasSizeBehind: Bool,
        isLarge: Bool
    ) {
        self.source = source
        self.path = path
        self.decoder = decoder
        rest = stored
        self.hasSizeBehind = hasSizeBehind
        self.isLarge = isLarge
    }

    func next(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        while !hasEnded {
            if source.available.isEmpty { try source.fill(1) }
            let most = rest.map { min($0, Int64(source.available.count)) } ?? Int64(source.available.count)
            let input = UnsafeRawBufferPointer(rebasing: source.available[..<Int(most)])
            let isLast = source.hasEnded || rest == most
            do throws(DecodingFault) {
                let (consumed, written) = try decoder.decode(input, into: buffer, isLast: isLast)
                source.take(consumed)
                rest = rest.map { $0 - Int64(consumed) }
                if written > 0 { return written }
                if consumed == 0 {
                    if source.hasEnded, (rest ?? 0) > 0 { throw DecodingFault.truncated }
                    hasEnded = true
                }
            } catch {
                throw InputFileError(path: path, reason: error.reason, position: source.position)
            }
        }
        return 0
    }

    /// Goes on to what follows the file.
    func passRest() throws(InputFileError) {
        if rest == nil {
            let waste = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
            defer { waste.deallocate() }
            while try next(into: waste) > 0 {}
        }
        while let left = rest, left > 0 {
            try source.fill(1)
            let step = min(Int64(source.available.count), left)
            if step == 0 { throw InputFileError(path: path, reason: .truncated, position: source.position) }
            source.take(Int(step))
            rest = left - step
        }
        guard hasSizeBehind else { return }
        try source.fill(28)
        let behind = Array(source.available.prefix(28))
        let mark = behind.starts(with: [0x50, 0x4B, 0x07, 0x08]) ? 4 : 0
        // Sizes have four bytes each, or eight: the next header tells.
        let isShort = behind.count >= mark + 14 && behind[mark + 12] == 0x50 && behind[mark + 13] == 0x4B
        source.take(min(behind.count, mark + (isShort && !isLarge ? 12 : 20)))
    }
}
