import FlareKit

/// The options of `threat-list`.
public struct ThreatListOptions: PluginOptions {
    public var lists: [ThreatListReference] = []
    public var maxAge = OptionDuration.days(7)
    public var amount = 20.0

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "lists", \.lists,
                "Files with what is known to be bad: plain lists, CSV, JSON of MISP, STIX 2.1 and abuse.ch (Feodo Tracker, "
                    + "SSLBL, URLhaus, ThreatFox); plain, gzip or zstd. Each a path, or a mapping that says more. No "
                    + "network is used: a line for cron that fetches one stands in the guide.",
                required: true),
            Option("max_age", \.maxAge, "An older file is said to be old."),
            Option(
                "amount", \.amount,
                "How much being on a list counts, in decibans: 10 makes the odds ten times as high.", range: 0...60),
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
                Option("name", \.reference.name, "What findings call it; the file's name where nothing is given."),
                Option("format", \.reference.format, "How it is written; auto tells by the first line."),
                Option("column", \.reference.column, "Of a CSV, the column with the values."),
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
