import FlareModel

/// A type that an option can have.
///
/// Numbers, text, Booleans, durations, sizes, paths, addresses, networks, secrets, optionals, lists and maps of these
/// conform already, and so does every ``PluginOptions`` as a nested object. An enumeration of words needs no more
/// than the conformance:
///
///     enum Direction: String, CaseIterable, OptionValue { case outbound, inbound, all }
///
/// A type of one's own says which ``OptionType`` it is written as and reads itself from that.
public protocol OptionValue: Sendable {
    /// How a value is written.
    static var optionType: OptionType { get }

    /// Reads a value.
    ///
    /// - Parameter datum: of the type that ``optionType`` says.
    /// - Throws: what is wrong, for types that take only some of the values of their ``optionType``.
    init(datum: OptionDatum) throws(OptionComplaint)

    /// The value as it is described, the reverse of ``init(datum:)``.
    var datum: OptionDatum { get }
}

/// What is wrong with the value of an option.
///
/// A plugin throws it from its initializer for what only it knows, such as an end that lies before the beginning; it
/// is shown with the line of the option.
public struct OptionComplaint: Error, Sendable, Equatable {
    /// The option's name, a path such as `rules.2.pattern` inside lists and objects; empty for the value at hand.
    public let option: String
    /// What is wrong: `"19:00" is not later than the beginning`.
    public let message: String
    /// What would be right, as a phrase.
    public let expected: String?
    /// What to do, as a phrase.
    public let suggestion: String?

    public init(_ message: String, option: String = "", expected: String? = nil, suggestion: String? = nil) {
        self.option = option
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
    }

    /// The complaint for a datum of another type than ``OptionValue/optionType`` said.
    static func mismatch(_ datum: OptionDatum, _ type: OptionType) -> OptionComplaint {
        OptionComplaint("\(datum) does not fit", expected: type.phrase)
    }
}

extension Bool: OptionValue {
    public static var optionType: OptionType { .boolean }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .boolean(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = value
    }
    public var datum: OptionDatum { .boolean(self) }
}

extension Int: OptionValue {
    public static var optionType: OptionType { .integer }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .integer(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = Int(value)
    }
    public var datum: OptionDatum { .integer(Int64(self)) }
}

extension Int64: OptionValue {
    public static var optionType: OptionType { .integer }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .integer(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = value
    }
    public var datum: OptionDatum { .integer(self) }
}

extension Double: OptionValue {
    public static var optionType: OptionType { .number }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        switch datum {
        case .number(let value): self = value
        case .integer(let value): self = Double(value)
        default: throw .mismatch(datum, Self.optionType)
        }
    }
    public var datum: OptionDatum { .number(self) }
}

extension String: OptionValue {
    public static var optionType: OptionType { .text }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .text(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = value
    }
    public var datum: OptionDatum { .text(self) }
}

extension OptionValue where Self: CaseIterable & RawRepresentable, RawValue == String {
    public static var optionType: OptionType { .choice(allCases.map(\.rawValue)) }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .text(let word) = datum, let value = Self(rawValue: word) else {
            throw .mismatch(datum, Self.optionType)
        }
        self = value
    }
    public var datum: OptionDatum { .text(rawValue) }
}

extension Optional: OptionValue where Wrapped: OptionValue {
    public static var optionType: OptionType { Wrapped.optionType }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        self = if datum == .null { nil } else { try Wrapped(datum: datum) }
    }
    public var datum: OptionDatum { self?.datum ?? .null }
}

extension Array: OptionValue where Element: OptionValue {
    public static var optionType: OptionType { .list(Element.optionType) }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .list(let data) = datum else { throw .mismatch(datum, Self.optionType) }
        self = []
        for (index, datum) in data.enumerated() {
            do throws(OptionComplaint) {
                append(try Element(datum: datum))
            } catch {
                throw error.within("\(index)")
            }
        }
    }
    public var datum: OptionDatum { .list(map(\.datum)) }
}

extension Dictionary: OptionValue where Key == String, Value: OptionValue {
    public static var optionType: OptionType { .map(Value.optionType) }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .object(let data) = datum else { throw .mismatch(datum, Self.optionType) }
        self = [:]
        for (name, datum) in data {
            do throws(OptionComplaint) {
                self[name] = try Value(datum: datum)
            } catch {
                throw error.within(name)
            }
        }
    }
    public var datum: OptionDatum { .object(mapValues(\.datum)) }
}

extension OptionComplaint {
    /// The complaint as one about a part of something.
    func within(_ name: String) -> OptionComplaint {
        OptionComplaint(
            message, option: option.isEmpty ? name : "\(name).\(option)", expected: expected, suggestion: suggestion)
    }
}

extension Severity: OptionValue {}
