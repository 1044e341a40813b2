import FlareKit

/// JSON (RFC 8259) as one line, keys in the order in which they are given.
package enum JSONText {
    package static func object(_ members: [(key: String, json: String)]) -> String {
        "{" + members.map { "\(text($0.key)):\($0.json)" }.joined(separator: ",") + "}"
    }

    package static func array(_ elements: [String]) -> String { "[" + elements.joined(separator: ",") + "]" }

    /// A value; `null` where there is none, and for numbers that JSON does not have.
    package static func value(_ value: Value?) -> String {
        switch value {
        case nil: "null"
        case .text(let text): self.text(text)
        case .integer(let number): String(number)
        case .number(let number): self.number(number)
        case .boolean(let flag): flag ? "true" : "false"
        case .time(let time): text(time.description)
        case .address(let address): text(address.description)
        case .texts(let texts): array(texts.map(text))
        }
    }

    package static func number(_ number: Double) -> String {
        number.isFinite ? Value.number(number).description : "null"
    }

    /// A text in quotes. Besides what JSON asks for, whatever steers a terminal is escaped: the value is whole, and a
    /// line can be looked at as it is.
    package static func text(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where SafeText.isControl(scalar):
                for unit in UTF16.encode(scalar) ?? .init() { result += escape(unit) }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
