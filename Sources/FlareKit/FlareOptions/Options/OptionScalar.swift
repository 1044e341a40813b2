import FlareModel

/// Reads single values as options.
enum OptionScalar {
    /// - Parameters:
    ///   - source: the text it stands in, whose folder relative paths belong to.
    ///   - environment: for the user's home.
    /// - Returns: `nil` if the value is not of the type.
    static func read(
        _ value: YAMLValue, as type: OptionType, in source: SourceText, _ environment: [String: String]
    ) -> OptionDatum? {
        switch (type, value) {
        case (.boolean, .boolean(let value)): .boolean(value)
        case (.integer, .integer(let value)): .integer(value)
        case (.integer, .number(let value)): Int64(exactly: value).map(OptionDatum.integer)
        case (.number, .integer(let value)): .number(Double(value))
        case (.number, .number(let value)): value.isFinite ? .number(value) : nil
        case (.text, .text(let value)): .text(value)
        case (.choice(let choices), .text(let value)): choices.contains(value) ? .text(value) : nil
        case (.path, .text(let value)):
            value.isEmpty || value.contains("\0")
                ? nil : .path(OptionPath(value, in: source.folder, home: environment["HOME"]))
        case (.duration, .text(let value)): OptionDuration(value).map(OptionDatum.duration)
        case (.time, .text(let value)): Timestamp(value).map(OptionDatum.time)
        case (.byteSize, .text(let value)): ByteSize(value).map(OptionDatum.byteSize)
        case (.byteSize, .integer(let value)): value < 0 ? nil : .byteSize(ByteSize(bytes: value))
        case (.share, .text(let value)): value.hasSuffix("%") ? OptionShare(value).map(OptionDatum.share) : nil
        case (.share, .integer(let value)): (0...1).contains(value) ? .share(OptionShare(Double(value))) : nil
        case (.share, .number(let value)): (0...1).contains(value) ? .share(OptionShare(value)) : nil
        case (.address, .text(let value)): IPAddress(value).map(OptionDatum.address)
        case (.network, .text(let value)): CIDR(value).map(OptionDatum.network)
        default: nil
        }
    }

    /// What is said of a value that is not of its type.
    static func refusal(
        of scalar: ResolvedScalar, type: OptionType, range: OptionRange?
    ) -> (message: String, suggestion: String?) {
        if scalar.value == .null { return ("it has no value", nil) }
        return ("\(quoted(scalar)) is not \(noun(of: type))", suggestion(for: scalar, type: type))
    }

    /// The value as it was written, in quotes if it is text.
    static func quoted(_ scalar: ResolvedScalar) -> String {
        if case .text = scalar.value { "\"\(scalar.shown)\"" } else { scalar.shown }
    }

    private static func noun(of type: OptionType) -> String {
        switch type {
        case .choice: "one of its words"
        case .duration: "a duration"
        case .time: "a time"
        case .byteSize: "a size"
        case .share: "a share"
        case .network: "a network"
        default: type.phrase
        }
    }

    static func suggestion(for scalar: ResolvedScalar, type: OptionType) -> String? {
        switch (type, scalar.value) {
        case (.boolean, .text(let word)):
            switch word.lowercased() {
            case "yes", "y", "on": "write true"
            case "no", "n", "off": "write false"
            default: nil
            }
        case (.integer, .text(let text)), (.number, .text(let text)):
            YAMLValue(plain: text) == .text(text) || scalar.shown != text ? nil : "write it without quotes"
        case (.text, .boolean), (.text, .integer), (.text, .number), (.choice, .boolean), (.choice, .integer),
            (.path, .integer), (.path, .number), (.path, .boolean):
            "put it in quotes: \"\(scalar.shown)\""
        case (.choice(let words), .text): NearestName.suggestion(for: scalar.shown, among: words)
        case (.duration, .integer), (.duration, .number):
            "say in which unit: \(scalar.shown)s, \(scalar.shown)m or \(scalar.shown)h"
        default: nil
        }
    }
}
