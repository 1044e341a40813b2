import FlareKit

/// The options of `html`.
public struct HTMLOptions: PluginOptions {
    public var path = OptionPath("report.html")
    public var maxRows = 5000
    public var times = ClockChoice.utc
    public var group = PageGroup.incident
    public var links: [String: String] = [:]

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("path", \.path, "Output file; - is standard output."),
            Option(
                "max_rows", \.maxRows,
                "Maximum number of findings on the page, the most urgent first; a csv sink beside it has all.",
                unit: "findings", range: 1...100_000),
            Option("times", \.times, "Time zone of the page when it opens; the reader can switch."),
            Option("group", \.group, "Grouping of findings when the page opens; the reader can switch."),
            Option(
                "links", \.links,
                "Links of each finding to other tools, a URL by name: https://siem/?q={src_ip}. The page replaces columns "
                    + "in braces by the finding's values, percent-encoded. A finding without one of the values has no "
                    + "such link."),
        ]
    }
}

/// The clock of the times on a page.
public enum ClockChoice: String, CaseIterable, OptionValue {
    case utc, local
}

/// What the page gathers findings under at first.
public enum PageGroup: String, CaseIterable, OptionValue { case incident, destination, source, none }
