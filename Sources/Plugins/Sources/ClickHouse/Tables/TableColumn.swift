import RecordSchemas

/// A column of a table, and what it says in SQL.
struct TableColumn: Sendable {
    let name: String
    /// As the server's catalogue has it: `LowCardinality(Nullable(String))`.
    let type: String
    private let isNullable: Bool
    private let form: Form

    private enum Form { case seconds, fine, fraction, integer, text, bytes, uuid, array, other }

    init(_ name: String, type: String) {
        (self.name, self.type) = (name, type)
        var bare = type[...]
        var isNullable = false
        for wrapper in ["LowCardinality(", "Nullable("] where bare.hasPrefix(wrapper) {
            bare = bare.dropFirst(wrapper.count).dropLast()
            isNullable = wrapper == "Nullable("
        }
        self.isNullable = isNullable
        let word = bare.prefix { $0 != "(" }
        form =
            switch word {
            case "DateTime", "DateTime32": .seconds
            case "DateTime64": .fine
            case "Float32", "Float64", "Decimal", "Decimal32", "Decimal64", "Decimal128": .fraction
            case _ where word.hasPrefix("Int") || word.hasPrefix("UInt"): .integer
            case "String", "Enum8", "Enum16", "IPv4", "IPv6", "Bool": .text
            case "FixedString": .bytes
            case "UUID": .uuid
            case "Array": .array
            default: .other
            }
    }

    var quoted: String { Statement.quoted(name) }

    /// The column, or a value in place of none.
    private func orElse(_ expression: String, _ value: String) -> String {
        isNullable ? "ifNull(\(expression), \(value))" : expression
    }

    /// The column as a text; empty where it says nothing.
    var text: String {
        switch form {
        case .array: "arrayStringConcat(arrayMap(flare_x -> toString(flare_x), \(quoted)), '\\n')"
        case .bytes: orElse("hex(\(quoted))", "''")
        default: orElse("toString(\(quoted))", "''")
        }
    }

    /// An address as a text; of 16 bytes and 32 bits too.
    var address: String {
        switch (form, type) {
        case (.bytes, _) where type.contains("(16)"): orElse("IPv6NumToString(\(quoted))", "''")
        case (.integer, _): orElse("IPv4NumToString(\(quoted))", "''")
        default: text
        }
    }

    /// A whole number; -1 where it says nothing.
    var number: String {
        switch form {
        case .integer, .fraction: orElse("toInt64(\(quoted))", "-1")
        default: "toInt64(ifNull(toInt64OrNull(\(text)), -1))"
        }
    }

    /// A duration in nanoseconds.
    func duration(_ unit: KindSchema.DurationUnit) -> String {
        let number = form == .text ? "toFloat64OrNull(\(text))" : "toFloat64(\(quoted))"
        return "toInt64(ifNull(round(\(number) * \(Int64(unit.nanoseconds))), -1))"
    }

    /// Nanoseconds since 1970, UTC; 0 where it says nothing.
    ///
    /// Whole numbers count seconds or a smaller unit, told by their size. A text is a date in RFC 3339 or what is near to it,
    /// or counts seconds.
    var time: String {
        switch form {
        case .seconds: orElse("toInt64(toUnixTimestamp(\(quoted))) * 1000000000", "0")
        case .fine: orElse("toInt64(toUnixTimestamp64Nano(\(quoted)))", "0")
        // Doubles tell microseconds apart, and nothing finer.
        case .fraction: orElse("toInt64(round(toFloat64(\(quoted)) * 1000000)) * 1000", "0")
        case .integer:
            orElse(
                "toInt64(\(quoted)) * multiIf(\(quoted) < 100000000000, 1000000000, \(quoted) < 100000000000000, 1000000, "
                    + "\(quoted) < 100000000000000000, 1000, 1)", "0")
        default:
            // Old servers make something of any text.
            "multiIf(toFloat64OrZero(\(text)) > 0, toInt64(round(toFloat64OrZero(\(text)) * 1000000)) * 1000, "
                + "match(\(text), '^[0-9]{4}[-/]'), "
                + "toInt64(toUnixTimestamp(parseDateTimeBestEffortOrZero(\(text), 'UTC'))) * 1000000000 + "
                + "toInt64OrZero(substring(concat(extract(\(text), '[.]([0-9]{1,9})'), '000000000'), 1, 9)), 0)"
        }
    }

    /// A bound of seconds since 1970 in the column's own type, by which the server leaves out what it need not read; `nil`
    /// where there is none.
    func bound(_ seconds: Int64) -> String? {
        switch form {
        case .seconds, .fine: "toDateTime(\(min(max(seconds, 0), Int64(UInt32.max))))"
        case .fraction: String(seconds)
        default: nil
        }
    }

    /// What tells values apart, for a hash.
    var key: String { isNullable ? text : quoted }

    var isArray: Bool { form == .array }

    /// Whether a time may not be there.
    var maySayNothing: Bool { isNullable || form == .text }

    /// Whether values are compared with texts as they are.
    var isText: Bool { form == .text && type.contains("String") }
}
