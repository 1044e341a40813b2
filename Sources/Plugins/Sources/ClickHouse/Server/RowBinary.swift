/// Reads an answer in ClickHouse's format RowBinary: numbers of fixed width, texts and arrays behind their lengths.
struct RowBinary {
    /// The answer is not of the form that was asked for.
    struct Damage: Error {}

    let bytes: [UInt8]
    private(set) var place: Int

    init(_ bytes: [UInt8], at place: Int = 0) { (self.bytes, self.place) = (bytes, place) }

    var isAtEnd: Bool { place == bytes.count }

    /// A length: seven bits a byte, the lowest first (LEB128).
    mutating func length() throws(Damage) -> Int {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while place < bytes.count, shift < 63 {
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7F) << shift
            guard byte & 0x80 != 0 else {
                guard let length = Int(exactly: value) else { throw Damage() }
                return length
            }
            shift += 7
        }
        throw Damage()
    }

    /// Passes over some bytes.
    ///
    /// - Returns: where they begin.
    mutating func skip(_ count: Int) throws(Damage) -> Int {
        guard count >= 0, count <= bytes.count - place else { throw Damage() }
        defer { place += count }
        return place
    }

    mutating func integer() throws(Damage) -> Int64 { Self.integer(bytes, at: try skip(8)) }

    /// A count of rows; what is none is no part of an answer.
    mutating func count() throws(Damage) -> Int {
        let count = try integer()
        guard (0..<1 << 48).contains(count) else { throw Damage() }
        return Int(count)
    }

    /// Where a text stands.
    mutating func range() throws(Damage) -> Range<Int> {
        let length = try length()
        let start = try skip(length)
        return start..<start + length
    }

    mutating func text() throws(Damage) -> String { String(decoding: bytes[try range()], as: UTF8.self) }

    /// Where the numbers of an array begin.
    ///
    /// - Throws: `Damage` where there are not as many as expected.
    mutating func integers(_ count: Int) throws(Damage) -> Int {
        guard try length() == count, count <= bytes.count / 8 else { throw Damage() }
        return try skip(8 * count)
    }

    /// Eight bytes, the lowest first.
    static func integer(_ bytes: [UInt8], at place: Int) -> Int64 {
        bytes.withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Int64.self)) }
    }
}
