/// Why a text is not JSON, and where.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    package let what: String
    /// Bytes from the beginning.
    package let position: Int

    package var description: String { "\(what) at byte \(position)" }
}

/// Reads JSON (RFC 8259) from memory, one value after the other, without making objects of what nobody asks for.
///
/// It holds a place in the text. Every method reads on from there and leaves the place behind what it read. All
/// reading is within the memory's bounds, which `byte` alone decides.
package struct JSONScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Where it stands, in bytes from the beginning.
    package private(set) var position: Int

    /// The deepest nesting that is read.
    private static let deepest = 200

    package init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// The byte at the place; 0 at the end, which no JSON has outside of a text.
    @inline(__always)
    private var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

    @inline(__always)
    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private func error(_ what: String) -> JSONError {
        JSONError(what: position >= bytes.count ? "the text ends too early" : what, position: position)
    }

    private mutating func expect(_ character: UInt8) throws(JSONError) {
        skipSpace()
        guard byte == character else { throw error("'\(Character(Unicode.Scalar(character)))' was expected") }
        position += 1
    }

    /// What the next value begins with; 0 at the end.
    package mutating func peek() -> UInt8 {
        skipSpace()
        return byte
    }

    /// Reads on to the end of the text.
    ///
    /// - Throws: where something follows.
    package mutating func finish() throws(JSONError) {
        skipSpace()
        if position < bytes.count { throw error("something follows the value") }
    }

    // MARK: - Structure

    /// Reads an object; `member` has to read each value.
    package mutating func object(
        _ member: (UnsafeBufferPointer<UInt8>, inout JSONScanner) throws(JSONError) -> Void
    ) throws(JSONError) {
        try expect(UInt8(ascii: "{"))
        if peek() == UInt8(ascii: "}") {
            position += 1
            return
        }
        while true {
            skipSpace()
            let name = try rawText()
            try expect(UInt8(ascii: ":"))
            try member(name, &self)
            skipSpace()
            if byte == UInt8(ascii: ",") {
                position += 1
            } else {
                try expect(UInt8(ascii: "}"))
                return
            }
        }
    }

    /// Reads an array; `element` has to read each element.
    package mutating func array(_ element: (inout JSONScanner) throws(JSONError) -> Void) throws(JSONError) {
        try expect(UInt8(ascii: "["))
        if peek() == UInt8(ascii: "]") {
            position += 1
            return
        }
        while true {
            try element(&self)
            skipSpace()
            if byte == UInt8(ascii: ",") {
                position += 1
            } else {
                try expect(UInt8(ascii: "]"))
                return
            }
        }
    }

    /// Reads over a value of any kind, checking that it is one.
    package mutating func skip(depth: Int = 0) throws(JSONError) {
        guard depth < Self.deepest else { throw error("the values are nested too deep") }
        switch peek() {
        case UInt8(ascii: "{"): try object { _, scanner throws(JSONError) in try scanner.skip(depth: depth + 1) }
        case UInt8(ascii: "["): try array { scanner throws(JSONError) in try scanner.skip(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try rawText()
        default: _ = try rawScalar()
        }
    }

    // MARK: - Values

    /// Reads a text; escapes are left as they are.
    package mutating func rawText() throws(JSONError) -> UnsafeBufferPointer<UInt8> {
        try expect(UInt8(ascii: "\""))
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = UnsafeBufferPointer(rebasing: bytes[start..<position])
                position += 1
                return text
            case UInt8(ascii: "\\"): position += 2
            case 0..<0x20: throw error("a control character stands in a text")
            default: position += 1
            }
        }
        position = bytes.count
        throw error("")
    }

    /// Reads a number, `true`, `false` or `null` as it is written.
    package mutating func rawScalar() throws(JSONError) -> UnsafeBufferPointer<UInt8> {
        skipSpace()
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "E"):
                position += 1
                continue
            default: break
            }
            break
        }
        let raw = UnsafeBufferPointer(rebasing: bytes[start..<position])
        guard !raw.isEmpty else { throw error("a value was expected") }
        let isNumber = raw[0] == UInt8(ascii: "-") || (0x30...0x39).contains(raw[0])
        guard isNumber || Self.words.contains(where: { $0.elementsEqual(raw) }) else {
            position = start
            throw error("a value was expected")
        }
        return raw
    }

    private static let words = ["true", "false", "null"].map { Array($0.utf8) }

    /// Reads any value into memory.
    package mutating func value(depth: Int = 0) throws(JSONError) -> JSON {
        guard depth < Self.deepest else { throw error("the values are nested too deep") }
        switch peek() {
        case UInt8(ascii: "{"):
            var members: [JSON.Member] = []
            try object { name, scanner throws(JSONError) in
                let name = Self.text(name)
                members.append(JSON.Member(name: name, value: try scanner.value(depth: depth + 1)))
            }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSON] = []
            try array { scanner throws(JSONError) in elements.append(try scanner.value(depth: depth + 1)) }
            return .array(elements)
        case UInt8(ascii: "\""): return .text(Self.text(try rawText()))
        default: return try scalar()
        }
    }

    private mutating func scalar() throws(JSONError) -> JSON {
        let raw = try rawScalar()
        switch raw[0] {
        case UInt8(ascii: "t"): return true
        case UInt8(ascii: "f"): return false
        case UInt8(ascii: "n"): return .null
        default:
            let text = String(decoding: raw, as: UTF8.self)
            if let whole = Int64(text) { return .integer(whole) }
            guard let number = Double(text) else { throw error("'\(text)' is no number") }
            return .number(number)
        }
    }

    /// A raw text with its escapes read. An escape that means nothing is left as it is; half a surrogate pair becomes
    /// U+FFFD.
    package static func text(_ raw: UnsafeBufferPointer<UInt8>) -> String {
        guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
        return JSONEscapes.read(raw)
    }
}

extension JSON {
    /// Reads a whole text.
    package init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
        let bytes = ContiguousArray(bytes)
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<JSON, JSONError> in
            var scanner = JSONScanner(buffer)
            do throws(JSONError) {
                let value = try scanner.value()
                try scanner.finish()
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }
}
