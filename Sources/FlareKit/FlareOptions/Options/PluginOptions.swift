import FlareModel

/// The options of a plugin: a struct whose properties carry the defaults, and one list that says what each is
/// called and means. Decoding, `flare plugins show`, the JSON Schema and the reference all come from that list.
///
///     struct ClassicOptions: PluginOptions {
///         var minFlows = 10
///         var direction = Direction.outbound
///
///         static var options: [Option<Self>] {
///             [
///                 Option("min_flows", \.minFlows, "Only channels with more flows are judged.", unit: "flows", range: 1...),
///                 Option("direction", \.direction, "Which channels are kept."),
///             ]
///         }
///     }
///
/// It can be the type of another struct's property too, alone or in a list: a nested object.
public protocol PluginOptions: OptionValue {
    /// The defaults. A required option has some value here, which is never used.
    init()
    /// One option a property, in the order they are listed.
    static var options: [PluginOption<Self>] { get }
}

extension PluginOptions {
    /// One option of a ``PluginOptions``. The name is short where options are written, and takes no other's place
    /// elsewhere.
    public typealias Option<Owner> = PluginOption<Owner>

    /// What is known of the options without their code.
    public static var descriptions: [OptionDescription] {
        let defaults = Self()
        return options.map { $0.description(defaults) }
    }

    public static var optionType: OptionType { .object(descriptions) }

    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .object(let values) = datum else { throw .mismatch(datum, Self.optionType) }
        self.init()
        for option in Self.options {
            guard let value = values[option.name] else { continue }
            do throws(OptionComplaint) {
                try option.assign(value, &self)
            } catch {
                throw error.within(option.name)
            }
        }
    }

    public var datum: OptionDatum {
        .object(Dictionary(Self.options.map { ($0.name, $0.datum(self)) }) { first, _ in first })
    }

    /// Reads options from a text in YAML: a file of its own, or a test's.
    ///
    /// - Parameters:
    ///   - yaml: a mapping of option names to values; empty for the defaults.
    ///   - folder: the absolute folder of relative paths.
    ///   - environment: what `${NAME}` refers to.
    ///   - file: how complaints name the text.
    /// - Throws: all complaints.
    public static func read(
        _ yaml: String, folder: String = "/", environment: [String: String] = [:], file: String = "options.yaml"
    ) throws(ConfigurationError) -> Self {
        let node = try YAMLReader.read(yaml, file: file, folder: folder)
        var context = DecodingContext(environment: environment)
        let reader = OptionReader(type: optionType)
        guard let datum = node.isNull ? .object([:]) : reader.read(node, named: "", &context) else {
            try context.finish()
            return Self()
        }
        var options = Self()
        do throws(OptionComplaint) {
            options = try Self(datum: datum)
        } catch {
            context.complain(error, about: node, at: node.mark)
        }
        try context.finish()
        return options
    }
}

/// One option: its name, the property that holds it, and what is said of it.
public struct PluginOption<Owner>: Sendable {
    public let name: String
    let assign: @Sendable (OptionDatum, inout Owner) throws(OptionComplaint) -> Void
    let datum: @Sendable (Owner) -> OptionDatum
    let description: @Sendable (Owner) -> OptionDescription

    /// - Parameters:
    ///   - name: snake_case, unique in the struct.
    ///   - path: the property.
    ///   - meaning: one or more sentences for a user.
    ///   - unit: of a number: `flows`, `s`, `%`. Durations and sizes carry their own.
    ///   - required: whether a pipeline has to give it; then the property's value in `init()` does not count.
    public init<Value: OptionValue>(
        _ name: String, _ path: WritableKeyPath<Owner, Value> & Sendable, _ meaning: String, unit: String? = nil,
        required: Bool = false
    ) {
        self.init(name, path, meaning, unit: unit, required: required, bounds: nil)
    }

    /// An option with bounds.
    ///
    /// - Parameters:
    ///   - name: snake_case, unique in the struct.
    ///   - path: the property.
    ///   - meaning: one or more sentences for a user.
    ///   - unit: of a number: `flows`, `s`, `%`. Durations and sizes carry their own.
    ///   - range: the values allowed, such as `1...` or `0...1`.
    ///   - required: whether a pipeline has to give it.
    public init<Value: OptionValue & Comparable>(
        _ name: String, _ path: WritableKeyPath<Owner, Value> & Sendable, _ meaning: String, unit: String? = nil,
        range: some OptionBounds<Value>, required: Bool = false
    ) {
        self.init(name, path, meaning, unit: unit, required: required, bounds: range.optionRange)
    }

    /// An option that may be left empty, with bounds where it is not.
    ///
    /// - Parameters:
    ///   - name: snake_case, unique in the struct.
    ///   - path: the property.
    ///   - meaning: one or more sentences for a user.
    ///   - unit: of a number: `flows`, `s`, `%`. Durations and sizes carry their own.
    ///   - range: the values allowed, where there is one.
    ///   - required: whether a pipeline has to give it.
    public init<Value: OptionValue & Comparable>(
        _ name: String, _ path: WritableKeyPath<Owner, Value?> & Sendable, _ meaning: String, unit: String? = nil,
        range: some OptionBounds<Value>, required: Bool = false
    ) {
        self.init(name, path, meaning, unit: unit, required: required, bounds: range.optionRange)
    }

    /// A list with bounds for its elements.
    ///
    /// - Parameters:
    ///   - name: snake_case, unique in the struct.
    ///   - path: the property.
    ///   - meaning: one or more sentences for a user.
    ///   - unit: of a number: `flows`, `s`, `%`. Durations and sizes carry their own.
    ///   - range: the values allowed for each element.
    ///   - required: whether a pipeline has to give it.
    public init<Value: OptionValue & Comparable>(
        _ name: String, _ path: WritableKeyPath<Owner, [Value]> & Sendable, _ meaning: String, unit: String? = nil,
        range: some OptionBounds<Value>, required: Bool = false
    ) {
        self.init(name, path, meaning, unit: unit, required: required, bounds: range.optionRange)
    }

    private init<Value: OptionValue>(
        _ name: String, _ path: WritableKeyPath<Owner, Value> & Sendable, _ meaning: String, unit: String?,
        required: Bool, bounds: OptionRange?
    ) {
        self.name = name
        self.assign = { datum, owner throws(OptionComplaint) in owner[keyPath: path] = try Value(datum: datum) }
        self.datum = { $0[keyPath: path].datum }
        self.description = { defaults in
            OptionDescription(
                name: name, type: Value.optionType, unit: unit, meaning: meaning,
                defaultValue: defaults[keyPath: path].datum, range: bounds, isRequired: required)
        }
    }
}

/// The options of a plugin that has none.
public struct NoOptions: PluginOptions {
    public init() {}
    public static var options: [Option<Self>] { [] }
}
