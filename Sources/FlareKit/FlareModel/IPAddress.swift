/// An IP address: 128 bits, IPv4 as `::ffff:a.b.c.d` (RFC 4291, section 2.5.5.2).
///
/// Ordered as numbers, so IPv4 addresses are neighbours and sorted as people expect.
public struct IPAddress: Hashable, Comparable, Sendable {
    /// The first 64 bits in network order, as a number.
    public var high: UInt64
    /// The last 64 bits in network order, as a number.
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address from its 32 bits as a number: 192.0.2.1 is 0xC0000201.
    public init(v4: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(v4))
    }

    /// 0.0.0.0: the address of a destination that was logged by its name alone.
    public static let unspecified = IPAddress(v4: 0)

    /// The 32 bits of an IPv4 address; `nil` for IPv6.
    public var v4: UInt32? {
        high == 0 && low >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: low) : nil
    }

    public var isV4: Bool { v4 != nil }

    public static func < (a: IPAddress, b: IPAddress) -> Bool {
        (a.high, a.low) < (b.high, b.low)
    }

    /// The eight groups of 16 bits, the first first.
    var groups: [UInt16] {
        [high >> 48, high >> 32, high >> 16, high, low >> 48, low >> 32, low >> 16, low]
            .map { UInt16(truncatingIfNeeded: $0) }
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted for IPv4; RFC 5952 for IPv6 (lower case, the longest run of zeros shortened).
    public var description: String {
        if let v4 { return "\(v4 >> 24).\(v4 >> 16 & 255).\(v4 >> 8 & 255).\(v4 & 255)" }
        let groups = self.groups
        var run: Range<Int>?
        var index = 0
        while index < 8 {
            guard groups[index] == 0 else {
                index += 1
                continue
            }
            let start = index
            while index < 8, groups[index] == 0 { index += 1 }
            if index - start > 1, index - start > run?.count ?? 0 { run = start..<index }
        }
        let hex = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard let run else { return hex(groups[...]) }
        return hex(groups[..<run.lowerBound]) + "::" + hex(groups[run.upperBound...])
    }
}

extension IPAddress {
    /// Reads an address in full or short form; a zone (`%eth0`) is refused, leading zeros in IPv4 too
    /// (RFC 6943, section 3.1.1: they may be octal).
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        guard let address = text.withUTF8({ Self(utf8: $0) }) else { return nil }
        self = address
    }

    /// - Parameter text: in UTF-8.
    package init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        if text.contains(UInt8(ascii: ":")) {
            guard let bits = Self.v6Bits(String(decoding: text, as: UTF8.self)) else { return nil }
            self = bits
        } else {
            guard let bits = Self.v4Bits(text) else { return nil }
            self.init(v4: bits)
        }
    }

    private static func v4Bits(_ text: some Sequence<UInt8>) -> UInt32? {
        var bits: UInt32 = 0
        var (parts, digits, value) = (1, 0, UInt32(0))
        for byte in text {
            if byte == UInt8(ascii: ".") {
                guard digits > 0 else { return nil }
                bits = bits << 8 | value
                (parts, digits, value) = (parts + 1, 0, 0)
            } else {
                // No zero leads, and none is larger than a byte.
                guard (48...57).contains(byte), digits == 0 || value > 0 else { return nil }
                value = value * 10 + UInt32(byte - 48)
                digits += 1
                guard value < 256 else { return nil }
            }
        }
        return parts == 4 && digits > 0 ? bits << 8 | value : nil
    }

    private static func v6Bits(_ text: String) -> IPAddress? {
        let halves = text.components(separatedByDoubleColon: ())
        guard halves.count <= 2 else { return nil }
        func groups(_ half: Substring, mayEndInV4: Bool) -> [UInt16]? {
            guard !half.isEmpty else { return [] }
            var result: [UInt16] = []
            let parts = half.split(separator: ":", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if mayEndInV4, index == parts.count - 1, part.contains(".") {
                    guard let v4 = v4Bits(part.utf8) else { return nil }
                    result += [UInt16(v4 >> 16), UInt16(v4 & 0xFFFF)]
                } else {
                    guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexDigit),
                        let group = UInt16(part, radix: 16)
                    else { return nil }
                    result.append(group)
                }
            }
            return result
        }
        guard let head = groups(halves[0], mayEndInV4: halves.count == 1),
            let tail = halves.count == 2 ? groups(halves[1], mayEndInV4: true) : []
        else { return nil }
        let missing = 8 - head.count - tail.count
        guard halves.count == 2 ? missing >= 1 : missing == 0 else { return nil }
        let all = head + Array(repeating: 0, count: missing) + tail
        let number = { (part: ArraySlice<UInt16>) in part.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
        return IPAddress(high: number(all[0..<4]), low: number(all[4..<8]))
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}

extension String {
    /// The parts between occurrences of `::`.
    fileprivate func components(separatedByDoubleColon: Void) -> [Substring] {
        var parts: [Substring] = []
        var start = startIndex
        var index = startIndex
        while index < endIndex {
            let next = self.index(after: index)
            if self[index] == ":", next < endIndex, self[next] == ":" {
                parts.append(self[start..<index])
                start = self.index(after: next)
                index = start
            } else {
                index = next
            }
        }
        return parts + [self[start...]]
    }
}

extension IPAddress: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = IPAddress(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no IP address")
        }
        self = address
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
