import ElasticsearchClient
import FlareKit
import RecordSchemas

/// The options of the source `clickhouse`.
public struct ClickHouseSourceOptions: PluginOptions, ConnectsToCluster {
    /// What the server does with flows before it sends them.
    public enum Grouping: String, CaseIterable, OptionValue {
        case off
        case channels
        case filtered
    }

    package var connection = ConnectionOptions()
    var database: String?
    var table: String?
    var schema = "rita"
    var fields: [String: FieldNames] = [:]
    var filter: String?
    var grouping = Grouping.channels

    public init() { connection.usualPort = 8123 }

    package static var urlsMeaning: String {
        "URLs of the server's HTTP interface, such as http://127.0.0.1:8123. Flare asks the next one if one does not answer."
    }

    public static var options: [Option<Self>] {
        connectionOptions + [
            Option("connections", \.connection.connections, "Number of parallel connections.", range: 1...64),
            Option("database", \.database, "Database of the tables; by default that of the user."),
            Option("table", \.table, "Table or view of flows; by default that of the schema."),
            Option(
                "schema", \.schema,
                "Column names of the tables: \(DatabaseSchemas.texts.keys.sorted().joined(separator: ", ")), or the path of a file like those in configs/databases."
            ),
            Option(
                "fields", \.fields,
                "Columns that replace those of the schema, by what they say: {bytes_toserver: out_bytes}. start is the time."
            ),
            Option("filter", \.filter, "SQL condition that flows must meet: dst_port != 123."),
            Option(
                "grouping", \.grouping,
                "Work of the server: channels groups flows by channel, so that Flare fetches only the flows of candidates; filtered also keeps small channels there, without their counts; off sends all flows."
            ),
        ]
    }
}

/// The schemas that this command carries: the files of configs/databases.
enum DatabaseSchemas {
    static let texts: [String: [UInt8]] = [
        "rita": PackageResources.rita_yaml,
        "suricata": PackageResources.suricata_yaml,
        "zeek": PackageResources.zeek_yaml,
    ]
}
