/// The options of a plugin that has no Swift type for them: one from outside.
public struct OptionValues: Sendable, Hashable {
    private let values: [String: OptionDatum]

    /// - Parameters:
    ///   - given: what was written, by name.
    ///   - options: the plugin's options, whose defaults stand in for the rest.
    package init(_ given: [String: OptionDatum], defaultsOf options: [OptionDescription]) {
        let defaults = Dictionary(options.map { ($0.name, $0.defaultValue) }) { first, _ in first }
        values = defaults.merging(given) { _, given in given }
    }

    /// The value of an option, its default where it was not given; `nil` for a name the plugin does not have.
    public subscript(name: String) -> OptionDatum? { values[name] }

    /// The names of all options, sorted.
    public var names: [String] { values.keys.sorted() }
}
