import ElasticsearchClient
import FlareKit
import RecordSchemas

/// The options of `kibana`.
public struct KibanaOptions: PluginOptions {
    /// What answers at the URL.
    public enum Application: String, CaseIterable, OptionValue {
        case kibana
        case opensearchDashboards = "opensearch-dashboards"
    }

    var url = ""
    var dataView = ""
    var version = "8.15"
    var application = Application.kibana
    var schema = "suricata"

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "url", \.url, "URL of Kibana, with /s/SPACE for a space: https://kibana:5601", required: true),
            Option("data_view", \.dataView, "Id of the data view (index pattern) of flows.", required: true),
            Option("version", \.version, "Version of Kibana, such as 7.17, 8.14 or 9.1; it decides the form of links."),
            Option("application", \.application, "Kibana or OpenSearch Dashboards."),
            Option("schema", \.schema, "Field names of the documents, as in the source elasticsearch."),
        ]
    }
}

/// Gives findings a link to their channel's records in Kibana.
public struct KibanaEnricher: Enricher, BuiltInPlugin {
    public static let name = "kibana"
    public static let summary = "Gives findings a link to their records in Kibana or OpenSearch Dashboards."
    public static let evidence = [
        Field(
            "kibana_url", .text, "Kibana's Discover at the channel's records.", section: .links, label: "Kibana",
            ecs: "event.url")
    ]

    private let options: KibanaOptions
    private let choice: SchemaChoice
    private let form: KibanaLink.Form

    public init(_ options: KibanaOptions, _ context: PluginContext) throws {
        guard let version = Server.Version(options.version.contains(".") ? options.version : options.version + ".0")
        else {
            throw OptionComplaint("\"\(options.version)\" is no version", option: "version", expected: "8.15 or 9.1")
        }
        guard options.url.hasPrefix("http://") || options.url.hasPrefix("https://") else {
            throw OptionComplaint("\"\(options.url)\" is no URL", option: "url", expected: "https://kibana:5601")
        }
        if let complaint = Redaction.complaint(aboutLink: options.url, option: "url") { throw complaint }
        self.options = options
        choice = try SchemaChoice(options.schema, folder: context.folder)
        switch options.application {
        case .kibana: form = version < Server.Version(8, 15) ? .index : .dataSource
        case .opensearchDashboards: form = version < Server.Version(2, 10) ? .index : .dataExplorer
        }
    }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        var url = options.url
        while url.hasSuffix("/") { url.removeLast() }
        let link = KibanaLink(url: url, dataView: options.dataView, form: form, map: try choice.load())
        for place in findings.indices {
            findings[place].evidence["kibana_url"] = link.link(to: findings[place]).map(Value.text)
        }
    }
}
