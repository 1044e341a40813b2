import ElasticsearchClient
import FlareKit
import RecordSchemas

/// The options of the source `elasticsearch`.
public struct ElasticsearchSourceOptions: PluginOptions, ConnectsToCluster {
    /// Which of a flow's times is taken.
    public enum Time: String, CaseIterable, OptionValue {
        case start
        case logged
    }

    package var connection = ConnectionOptions()
    var index: String?
    var schema = "suricata"
    var fields: [String: FieldNames] = [:]
    var select: [String: FieldNames] = [:]
    var time = Time.start
    var logDelay: OptionDuration?
    var filter: String?
    var exclude: [String] = []
    var contextIndex: String?
    var contextFilter: String?
    var page = 5000
    var keepAlive = OptionDuration.minutes(5)
    var allowPartial = false
    var group = true
    var push = false
    var groupPage = 10_000

    public init() {}

    public static var options: [Option<Self>] {
        connectionOptions + [
            Option(
                "index", \.index,
                "The indices of flows: a name, a pattern such as logstash-flow-*, or several with commas. By default the schema's."
            ),
            Option(
                "schema", \.schema,
                "Which fields say what: \(BuiltInSchemas.names.joined(separator: ", ")), or the path of a file like those in configs/fields."
            ),
            Option(
                "fields", \.fields,
                "Fields in place of the schema's, by column: {bytes_toserver: client.ip_bytes}. Also start and logged."),
            Option(
                "select", \.select,
                "Which documents are flows, in place of the schema's choice: {event_type: flow}, fields with a value or several."
            ),
            Option(
                "time", \.time,
                "The time of a flow: start is when it began, or when it was logged where the document does not say; logged is when it was logged, minutes later."
            ),
            Option(
                "log_delay", \.logDelay,
                "How much later than its start a flow may be logged. Used where the index can filter on the logged time alone: what is logged later is missed. By default the schema's."
            ),
            Option("filter", \.filter, "A Lucene query (query_string) that documents have to match."),
            Option("exclude", \.exclude, "Lucene queries; a document that matches one of them is left out."),
            Option(
                "context_index", \.contextIndex,
                "The indices of what else the sensor said, for enrichers such as context. By default those of the flows and the schema's of each kind."
            ),
            Option(
                "context_filter", \.contextFilter,
                "A Lucene query that those other records have to match. To those filter and exclude do not apply."),
            Option("page", \.page, "Documents a request.", unit: "documents", range: 1...10_000),
            Option(
                "keep_alive", \.keepAlive, "How long the cluster keeps a search open between two requests.",
                range: OptionDuration.seconds(1)...),
            Option("allow_partial", \.allowPartial, "Whether an answer without some of the shards will do."),
            Option(
                "group", \.group,
                "Whether the cluster groups flows by channel where it can, so that only the candidates' flows are fetched."
            ),
            Option(
                "push", \.push,
                "Whether the cluster also leaves out channels with too few flows and those that the filters drop. Then it keeps their counts to itself."
            ),
            Option(
                "group_page", \.groupPage, "Channels a request, where the cluster groups.", unit: "channels",
                range: 10...65_000),
        ]
    }
}
