import FlareKit

/// The options of `threat-list`.
public struct ThreatListOptions: PluginOptions {
    public var lists: [ThreatListReference] = []
    public var maxAge = OptionDuration.days(7)

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "lists", \.lists,
                "Files with indicators: plain lists, CSV, JSON of MISP, STIX 2.1 and abuse.ch (Feodo Tracker, SSLBL, "
                    + "URLhaus, ThreatFox); plain or compressed. Each is a path or a mapping. Flare downloads nothing.",
                required: true),
            Option("max_age", \.maxAge, "Age from which the report warns that a list is old."),
        ]
    }
}

/// A list as a pipeline file names it.
public struct ThreatListReference: OptionValue, Equatable {
    public enum Format: String, CaseIterable, OptionValue { case auto, plain, csv, json, misp, stix }

    public var path: OptionPath = ""
    public var name: String?
    public var format = Format.auto
    public var column: String?

    private struct Details: PluginOptions {
        var reference = ThreatListReference()

        static var options: [Option<Self>] {
            [
                Option("path", \.reference.path, "The file.", required: true),
                Option("name", \.reference.name, "Name of the list in findings; by default the file name."),
                Option("format", \.reference.format, "Format of the file; auto recognizes it by the first line."),
                Option("column", \.reference.column, "Column of the values in a CSV."),
            ]
        }
    }

    public static var optionType: OptionType { .any([.path, Details.optionType]) }

    public init(path: OptionPath) { self.path = path }
    private init() {}

    public init(datum: OptionDatum) throws(OptionComplaint) {
        if case .path(let path) = datum { self.path = path } else { self = try Details(datum: datum).reference }
    }

    public var datum: OptionDatum {
        if self == ThreatListReference(path: path) { return .path(path) }
        var details = Details()
        details.reference = self
        return details.datum
    }

    /// What findings call the list.
    var title: String { name ?? path.text.split(separator: "/").last.map(String.init) ?? path.text }
}
