/// Reads one line of JSON (RFC 8259) that somebody else wrote: strictly, and never deeper than `deepest`.
package struct JSONReader {
    /// What is wrong, and where.
    package struct Fault: Error, Equatable, CustomStringConvertible {
        let what: String
        /// From 0.
        let byte: Int

        package var description: String { "\(what) at byte \(byte)" }
    }

    private static let deepest = 64
    private let bytes: [UInt8]
    private var place = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Parameter bytes: one value, with white space around it or none.
    package static func read(_ bytes: [UInt8]) throws(Fault) -> JSONValue {
        var reader = JSONReader(bytes)
        let value = try reader.value()
        reader.skipSpace()
        guard reader.place == bytes.count else { throw reader.fault("something follows the value") }
        return value
    }

    private func fault(_ what: String) -> Fault { Fault(what: what, byte: place) }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { place += 1 }
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func value() throws(Fault) -> JSONValue {
        skipSpace()
        guard let first = next else { throw fault("the value is missing") }
        switch first {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try list()
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw fault("no value begins")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Fault) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount {
            guard place + offset < bytes.count, bytes[place + offset] == word.utf8Start[offset] else {
                throw fault("no value begins")
            }
        }
        place += word.utf8CodeUnitCount
        return value
    }

    private mutating func descend() throws(Fault) {
        place += 1
        depth += 1
        guard depth <= Self.deepest else { throw fault("values are nested deeper than \(Self.deepest)") }
    }

    private mutating func list() throws(Fault) -> JSONValue {
        try descend()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        skipSpace()
        if accept("]") { return .list(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if accept("]") { return .list(elements) }
            guard accept(",") else { throw fault("a comma or ] was expected") }
        }
    }

    private mutating func object() throws(Fault) -> JSONValue {
        try descend()
        defer { depth -= 1 }
        var values: [String: JSONValue] = [:]
        skipSpace()
        if accept("}") { return .object(values) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault("a name in quotes was expected") }
            let name = try text()
            skipSpace()
            guard accept(":") else { throw fault("a colon was expected") }
            values[name] = try value()
            skipSpace()
            if accept("}") { return .object(values) }
            guard accept(",") else { throw fault("a comma or } was expected") }
        }
    }

    private mutating func number() throws(Fault) -> JSONValue {
        let start = place
        var isWhole = true
        _ = accept("-")
        let first = place
        guard digits() else { throw fault("a digit was expected") }
        if bytes[first] == UInt8(ascii: "0"), place > first + 1 { throw fault("a number begins with 0") }
        if accept(".") {
            isWhole = false
            guard digits() else { throw fault("a digit was expected") }
        }
        if accept("e") || accept("E") {
            isWhole = false
            if !accept("+") { _ = accept("-") }
            guard digits() else { throw fault("a digit was expected") }
        }
        let literal = String(decoding: bytes[start..<place], as: UTF8.self)
        if isWhole, let number = Int64(literal) { return .integer(number) }
        guard let number = Double(literal), number.isFinite else { throw fault("the number is out of range") }
        return .number(number)
    }

    private mutating func digits() -> Bool {
        let start = place
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { place += 1 }
        return place > start
    }

    private mutating func text() throws(Fault) -> String {
        place += 1
        let start = place
        var unescaped: [UInt8]?
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                let slice = unescaped ?? Array(bytes[start..<place])
                guard let text = String(validating: slice, as: UTF8.self) else { throw fault("a text is not UTF-8") }
                place += 1
                return text
            case UInt8(ascii: "\\"):
                var part = unescaped ?? Array(bytes[start..<place])
                try escape(into: &part)
                unescaped = part
            case 0..<0x20: throw fault("a text holds a control character")
            default:
                unescaped?.append(byte)
                place += 1
            }
        }
        throw fault("a text does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Fault) {
        place += 1
        guard let letter = next else { throw fault("a text does not end") }
        place += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try fourDigits()
            if (0xD800...0xDBFF).contains(code), accept("\\"), accept("u") {
                let low = try fourDigits()
                guard (0xDC00...0xDFFF).contains(low) else { throw fault("half of a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault("half of a surrogate pair") }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: throw fault("\\ is followed by a letter that means nothing")
        }
    }

    private mutating func fourDigits() throws(Fault) -> UInt32 {
        guard place + 4 <= bytes.count,
            let code = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
        else { throw fault("four hexadecimal digits were expected") }
        place += 4
        return code
    }
}
