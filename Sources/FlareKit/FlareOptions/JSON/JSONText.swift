/// A text of JSON in the making.
package struct JSONText: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    package mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    /// An object, whose entries `body` writes with ``key(_:)`` and a value each.
    package mutating func object(_ body: (inout JSONText) -> Void) { nest("{", "}", body) }

    /// A list, whose elements `body` writes.
    package mutating func list(_ body: (inout JSONText) -> Void) { nest("[", "]", body) }

    private mutating func nest(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONText) -> Void) {
        separate()
        bytes.append(UInt8(ascii: open))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: close))
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// The name of the entry whose value comes next.
    package mutating func key(_ name: String) {
        append(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func appendNull() { raw("null") }

    package mutating func append(_ flag: Bool) { raw(flag ? "true" : "false") }

    package mutating func append(_ number: Int64) {
        separate()
        appendDigits(number)
    }

    package mutating func append(_ number: Int) { append(Int64(number)) }

    /// `null` for what is no number.
    package mutating func append(_ number: Double) { raw(number.isFinite ? number.description : "null") }

    package mutating func append(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 { appendCharacter(byte) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendCharacter(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0..<0x20:
            let digits = String(byte, radix: 16)
            bytes.append(contentsOf: (digits.count == 1 ? "\\u000" + digits : "\\u00" + digits).utf8)
        default: bytes.append(byte)
        }
    }

    /// A moment as seconds since 1970, with all the decimals it has.
    package mutating func append(seconds nanoseconds: Int64) {
        separate()
        if nanoseconds < 0 { bytes.append(UInt8(ascii: "-")) }
        let magnitude = nanoseconds.magnitude
        appendDigits(Int64(magnitude / 1_000_000_000))
        var rest = magnitude % 1_000_000_000
        guard rest > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        var scale: UInt64 = 100_000_000
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest / scale))
            rest %= scale
            scale /= 10
        }
    }

    package mutating func append(_ value: JSONValue) {
        switch value {
        case .null: appendNull()
        case .boolean(let flag): append(flag)
        case .integer(let number): append(number)
        case .number(let number): append(number)
        case .text(let text): append(text)
        case .list(let elements): list { for element in elements { $0.append(element) } }
        case .object(let values):
            object { text in
                for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                    text.key(name)
                    text.append(value)
                }
            }
        }
    }

    /// A value that stands beside the others, as a text of its own.
    package mutating func append(alone value: JSONValue) {
        needsComma = false
        append(value)
    }

    /// Text that is JSON already.
    package mutating func append(raw json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    private mutating func raw(_ word: String) { append(raw: word.utf8) }

    private mutating func appendDigits(_ number: Int64) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }
}

/// Base64 (RFC 4648, section 4) of numbers as 64-bit floating point, little-endian.
package enum PackedNumbers {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// In quotes.
    package static func base64(_ numbers: some Collection<Double>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(numbers.count * 8)
        for number in numbers {
            var bits = number.bitPattern
            for _ in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: bits))
                bits >>= 8
            }
        }
        var text: [UInt8] = [UInt8(ascii: "\"")]
        text.reserveCapacity(bytes.count * 4 / 3 + 6)
        var place = 0
        while place < bytes.count {
            let present = min(3, bytes.count - place)
            let first = UInt32(bytes[place]) << 16
            let second = present > 1 ? UInt32(bytes[place + 1]) << 8 : 0
            let group = first | second | (present > 2 ? UInt32(bytes[place + 2]) : 0)
            for digit in 0..<4 {
                text.append(
                    digit <= present ? alphabet[Int(group >> UInt32(18 - 6 * digit) & 63)] : UInt8(ascii: "="))
            }
            place += 3
        }
        text.append(UInt8(ascii: "\""))
        return text
    }
}
