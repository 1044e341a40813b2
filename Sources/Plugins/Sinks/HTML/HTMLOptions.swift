import FlareKit

/// The options of `html`.
public struct HTMLOptions: PluginOptions {
    public var path = OptionPath("report.html")
    public var title: String?
    public var maxRows = 5000
    public var maxDetails = 1000
    public var times = ClockChoice.utc
    public var group = PageGroup.incident
    public var kibana: KibanaOptions?
    public var evebox: String?
    public var links: [String: String] = [:]

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("path", \.path, "The page, written whole or not at all; - is standard output."),
            Option("title", \.title, "What stands at the head of the page; by default the pipeline's name."),
            Option(
                "max_rows", \.maxRows,
                "Findings that are listed, the most urgent ones. The page says how many more there are; a csv sink "
                    + "beside it has them all.", unit: "findings", range: 1...100_000),
            Option(
                "max_details", \.maxDetails, "Findings whose evidence is carried in full, the most urgent ones.",
                unit: "findings", range: 0...100_000),
            Option("times", \.times, "The clock that times are shown in at first; the page can switch."),
            Option("group", \.group, "What findings are gathered under at first; the page can switch."),
            Option("kibana", \.kibana, "Links each finding to its flows in Kibana's Discover."),
            Option(
                "evebox", \.evebox,
                "The address of EveBox, as in https://evebox.lan; links each finding to its events there."),
            Option(
                "links", \.links,
                "Further links of each finding, by their names: an address in which {src_ip} or any other column "
                    + "in braces stands for the finding's value, percent-encoded. A finding that lacks one of the "
                    + "values has no such link."),
        ]
    }
}

/// The clock of the times on a page.
public enum ClockChoice: String, CaseIterable, OptionValue {
    case utc, local
}

/// How links into Kibana are made.
public struct KibanaOptions: PluginOptions {
    public enum FieldNames: String, CaseIterable, OptionValue {
        case suricata, ecs
    }

    public var url = ""
    public var dataView: String?
    public var fields = FieldNames.suricata

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "url", \.url, "Kibana's address, as in https://kibana.lan:5601, with the space (/s/NAME) if any.",
                required: true),
            Option("data_view", \.dataView, "The id of the data view; by default Kibana's own choice."),
            Option(
                "fields", \.fields,
                "What fields are called there: suricata (src_ip, as SELKS and Clear NDR store it) or ecs (source.ip)."
            ),
        ]
    }
}

/// What the page gathers findings under at first.
public enum PageGroup: String, CaseIterable, OptionValue { case incident, destination, source, none }
