import ElasticsearchClient

/// A query and the values in it: sent beside it where the server takes parameters, and written into it where not.
struct Statement: Sendable {
    var text = ""
    /// The values, by their numbers.
    private(set) var values: [String] = []
    /// Whether the server takes parameters.
    let hasParameters: Bool

    init(for server: ClickHouseServer) { hasParameters = server.hasParameters }

    init(_ text: String, hasParameters: Bool = false) { (self.text, self.hasParameters) = (text, hasParameters) }

    /// How a value stands in the query.
    mutating func value(_ value: String) -> String {
        guard hasParameters else { return Self.literal(value) }
        values.append(value)
        return "{flare\(values.count - 1):String}"
    }

    /// One of several values.
    mutating func anyOf(_ texts: some Sequence<String>) -> String {
        "(" + texts.map { value($0) }.joined(separator: ", ") + ")"
    }

    /// What is sent beside the query. A parameter is read as a field of separated text, with the escapes of a literal.
    var parameters: [(name: String, value: String)] {
        values.enumerated().map { ("param_flare\($0.offset)", Self.escaped($0.element)) }
    }

    /// A text in a query.
    static func literal(_ text: String) -> String { "'\(escaped(text))'" }

    /// The inside of a literal (ClickHouse, "Syntax", String): quotes, backslashes and control characters are escaped.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "'", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\0": result += "\\0"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A name of a table or a column, whatever is in it.
    static func quoted(_ name: String) -> String {
        "`" + name.replacing("\\", with: "\\\\").replacing("`", with: "\\`") + "`"
    }
}
