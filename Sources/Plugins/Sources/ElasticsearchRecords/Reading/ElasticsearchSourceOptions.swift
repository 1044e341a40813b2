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

    /// What the cluster does with flows before it sends them.
    public enum Grouping: String, CaseIterable, OptionValue {
        case off
        case channels
        case filtered
    }

    package var connection = ConnectionOptions()
    var index: String?
    var schema = "suricata"
    var fields: [String: FieldNames] = [:]
    var select: [String: FieldNames] = [:]
    var time = Time.start
    var filter: String?
    var contextIndex: String?
    var allowPartial = false
    var grouping = Grouping.channels

    public init() {}

    public static var options: [Option<Self>] {
        connectionOptions + [
            Option("connections", \.connection.connections, "Number of parallel connections.", range: 1...64),
            Option(
                "index", \.index,
                "Indices of flows: a name, a pattern such as logstash-flow-*, or several with commas; by default the schema's."
            ),
            Option(
                "schema", \.schema,
                "Field names of the documents: \(BuiltInSchemas.names.joined(separator: ", ")), or the path of a file like those in configs/fields."
            ),
            Option(
                "fields", \.fields,
                "Fields that replace those of the schema, by column: {bytes_toserver: client.ip_bytes}. start and logged name the times."
            ),
            Option(
                "select", \.select,
                "Field values that mark a document as a flow, in place of the schema's: {event_type: flow}."),
            Option(
                "time", \.time,
                "Time of a flow: start is its begin (or the logged time if there is none), logged is when it was logged, minutes later."
            ),
            Option("filter", \.filter, "Lucene query (query_string) that flows must match: NOT dest_port:123."),
            Option(
                "context_index", \.contextIndex,
                "Indices of protocol records (dns, tls, http, alerts and others); by default those of the flows and of the schema."
            ),
            Option("allow_partial", \.allowPartial, "Accepts an answer without some of the shards."),
            Option(
                "grouping", \.grouping,
                "Work of the cluster: channels groups flows by channel, so that Flare fetches only the flows of candidates; filtered also drops small and filtered channels there, without their counts; off sends all flows."
            ),
        ]
    }
}
