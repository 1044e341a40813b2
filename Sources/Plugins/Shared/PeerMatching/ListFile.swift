import CompressedFiles
import FlareKit

/// How a list of addresses and names is written.
public enum ListFormat: String, Sendable, Hashable, CaseIterable {
    /// A network, address or name a line; also Zeek's tables with a `#fields` line.
    case plain
    /// `rank,domain`, as Tranco, Umbrella and Majestic publish top sites.
    case csv
    /// A MISP warning list: JSON with a type and a list.
    case misp
}

/// A list that was read into a matcher's builder.
public struct ListContent: Sendable {
    /// What the list calls itself; `nil` where its format has no place for that.
    public var name: String?
    public var format: ListFormat
    /// How many entries were taken, numbered from the first number on.
    public var entries = 0
    /// Entries that were left alone on purpose, by reason ("beyond the cut-off").
    public var skipped: [String: Int] = [:]
    /// Lines that could not be read.
    public var unreadable = 0
    /// The first few of them, with their lines.
    public var examples: [String] = []

    static let examplesKept = 3

    mutating func refuse(_ text: String, line: Int, because reason: String? = nil) {
        unreadable += 1
        guard examples.count < Self.examplesKept else { return }
        examples.append("line \(line): " + (reason.map { String($0.prefix(160)) } ?? "\"\(text.prefix(60))\""))
    }

    mutating func refuse(_ line: UnsafeBufferPointer<UInt8>, line number: Int) {
        // A line may be as long as the file.
        refuse(
            examples.count < Self.examplesKept ? String(decoding: line.prefix(240), as: UTF8.self) : "", line: number)
    }
}

/// Why a list cannot be used.
public struct ListError: Error, Sendable, CustomStringConvertible {
    public let path: String
    public let what: String

    public init(_ path: String, _ what: String) {
        self.path = path
        self.what = what
    }

    public var description: String { "\(path): \(what)" }
}

/// A file that holds a list, plain or compressed.
public struct ListFile: Sendable {
    public let path: String
    public let bytes: [UInt8]

    /// Longer lists are taken for a mistake.
    private static let longest = 1 << 30

    /// - Throws: `ListError` where the file is not there, cannot be read to its end, or is longer than 1 GiB.
    public init(path: String) throws(ListError) {
        self.path = path
        do {
            bytes = try Self.content(path)
        } catch let error as ListError {
            throw error
        } catch let error as InputFileError {
            throw ListError(path, error.explanation)
        } catch {
            throw ListError(path, "\(error)")
        }
    }

    private static func content(_ path: String) throws -> [UInt8] {
        let file = try InputFile(path: path)
        let reader = ContentReader(file)
        var content: [UInt8] = []
        if file.format == .plain, let size = file.size {
            guard size <= longest else { throw tooLong(path) }
            content.reserveCapacity(Int(size))
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
            if count == 0 { return content }
            content.append(contentsOf: buffer[..<count])
            if content.count > longest { throw tooLong(path) }
        }
    }

    private static func tooLong(_ path: String) -> ListError {
        ListError(path, "it is longer than 1 GiB, which no list is")
    }

    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// What the file is, by its name's ending, else by its first line with content.
    public var format: ListFormat {
        var name = path[...]
        for ending in [".gz", ".zst", ".xz", ".bz2", ".lz4"] where name.hasSuffix(ending) {
            name = name.dropLast(ending.count)
        }
        if name.hasSuffix(".json") { return .misp }
        if name.hasSuffix(".csv") { return .csv }
        let space: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF]
        let start = bytes.firstIndex { !space.contains($0) } ?? bytes.endIndex
        if start < bytes.endIndex, bytes[start] == UInt8(ascii: "{") { return .misp }
        let line = bytes[start...].prefix { $0 != 0x0A }
        let rank = line.prefix { (48...57).contains($0) }
        return !rank.isEmpty && line.dropFirst(rank.count).first == UInt8(ascii: ",") ? .csv : .plain
    }

    /// Reads the list.
    ///
    /// - Parameters:
    ///   - format: `nil` to tell by the file.
    ///   - cutoff: of a list with ranks, how many from the top are taken; `nil` for all.
    ///   - item: the number of the first entry; those that follow count on.
    /// - Throws: `ListError` where the file is not of the format at all.
    public func read(
        as format: ListFormat? = nil, cutoff: Int? = nil, into builder: inout PeerMatcher.Builder, from item: UInt32
    ) throws(ListError) -> ListContent {
        switch format ?? self.format {
        case .plain: return PlainList(file: self).read(into: &builder, from: item)
        case .csv: return RankedList(file: self, cutoff: cutoff).read(into: &builder, from: item)
        case .misp: return try WarningList(file: self).read(into: &builder, from: item)
        }
    }
}

/// Goes over the lines of a text, without their ends.
struct Lines {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0
    private(set) var number = 0

    /// - Parameter bytes: outlives the value.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        // A byte-order mark is no part of the first line.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    }

    mutating func next() -> UnsafeBufferPointer<UInt8>? {
        guard place < bytes.count else { return nil }
        let rest = UnsafeBufferPointer(rebasing: bytes[place...])
        let length = rest.firstIndex(of: 0x0A) ?? rest.count
        place += length + 1
        number += 1
        return UnsafeBufferPointer(rebasing: rest[..<length]).trimmed
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Without spaces, tabs and carriage returns at both ends.
    var trimmed: UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = count
        while start < end, Self.isSpace(self[start]) { start += 1 }
        while end > start, Self.isSpace(self[end - 1]) { end -= 1 }
        return UnsafeBufferPointer(rebasing: self[start..<end])
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    var text: String { String(decoding: self, as: UTF8.self) }
}

extension PeerMatcher.Builder {
    /// Adds what a word of a list means.
    ///
    /// - Returns: whether it means anything.
    mutating func add(word: UnsafeBufferPointer<UInt8>, item: UInt32) -> Bool {
        switch ListToken(word) {
        case .v4(let first, let bits): addV4(first, bits: bits, item: item)
        case .v6:
            guard let network = CIDR(word.text) else { return false }
            add(network, item: item)
        case .name(let name, let form): add(name, form, item: item)
        case nil: return false
        }
        return true
    }
}
