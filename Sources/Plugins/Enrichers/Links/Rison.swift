/// Rison, the form of state in Kibana's URLs (w33ble/rison-node js/rison.js): JSON with less punctuation.
indirect enum Rison: Sendable {
    case text(String)
    case flag(Bool)
    case object([(name: String, value: Rison)])
    case array([Rison])
    /// A word that is written without quotes.
    case word(String)

    /// The value before it is percent-encoded.
    var text: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .flag(let flag): flag ? "!t" : "!f"
        case .object(let members): "(" + members.map { "\($0.name):\($0.value.text)" }.joined(separator: ",") + ")"
        case .array(let elements): "!(" + elements.map(\.text).joined(separator: ",") + ")"
        case .word(let word): word
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = String.UnicodeScalarView("'".unicodeScalars)
        for scalar in text.unicodeScalars {
            if scalar == "'" || scalar == "!" { quoted.append("!") }
            quoted.append(scalar)
        }
        quoted.append("'")
        return String(quoted)
    }
}
