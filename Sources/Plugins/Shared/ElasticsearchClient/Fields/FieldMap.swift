import FlareKit

/// Which fields of an index say what: one sensor's records as one shipper writes them.
///
/// Built-in maps are the files of configs/fields, each of which names the sources of its facts.
package struct FieldMap: PluginOptions, Equatable {
    package var title = ""
    package var sources: [String] = []
    package var unverified: [String] = []
    package var index = ""
    package var logged = "@timestamp"
    package var logDelay = OptionDuration.hours(1)
    package var flow = KindMap()
    package var dns: KindMap?
    package var tls: KindMap?
    package var certificate: KindMap?
    package var http: KindMap?
    package var file: KindMap?
    package var ssh: KindMap?
    package var alert: KindMap?
    package var notice: KindMap?

    /// The sections besides flows.
    package static let words:
        [(kind: RecordKind, map: WritableKeyPath<FieldMap, KindMap?> & Sendable, summary: String)] = [
            (.dns, \.dns, "Look-ups."),
            (.tls, \.tls, "TLS handshakes."),
            (.certificate, \.certificate, "Certificates that are logged by themselves."),
            (.http, \.http, "HTTP requests."),
            (.file, \.file, "Files that were sent."),
            (.ssh, \.ssh, "SSH connections."),
            (.alert, \.alert, "Signatures that matched."),
            (.notice, \.notice, "The sensor's own remarks."),
        ]

    package init() {}

    package static var options: [Option<Self>] {
        [
            Option("title", \.title, "One line: sensor, shipper, versions.", required: true),
            Option("sources", \.sources, "Where the names were looked up."),
            Option("unverified", \.unverified, "What was not found in the project's own templates."),
            Option("index", \.index, "The index pattern of flows.", required: true),
            Option("logged", \.logged, "The date at which a record was written."),
            Option("log_delay", \.logDelay, "How much later than its flow's start a record may be written."),
            Option("flow", \.flow, "Flow records.", required: true),
        ] + words.map { Option($0.kind.name, $0.map, $0.summary) }
    }

    /// The kinds that it knows.
    package var kinds: [RecordKind: KindMap] {
        var kinds: [RecordKind: KindMap] = [.flow: flow]
        for section in Self.words { kinds[section.kind] = self[keyPath: section.map] }
        return kinds
    }
}

/// Which documents are records of a kind, and which of their fields say what.
package struct KindMap: PluginOptions, Equatable {
    package var index: String?
    package var select: [String: [String]] = [:]
    package var exclude: [String: [String]] = [:]
    package var answers: [String: [String]] = [:]
    package var start: String?
    package var fields: [String: FieldNames] = [:]
    package var durationUnit = DurationUnit.seconds

    package enum DurationUnit: String, CaseIterable, OptionValue {
        case seconds = "s"
        case milliseconds = "ms"
        case microseconds = "us"
        case nanoseconds = "ns"

        /// How many nanoseconds it has.
        package var nanoseconds: Double {
            switch self {
            case .seconds: 1e9
            case .milliseconds: 1e6
            case .microseconds: 1e3
            case .nanoseconds: 1
            }
        }
    }

    package init() {}

    package static var options: [Option<Self>] {
        [
            Option("index", \.index, "The index pattern, where it is not the one of flows."),
            Option("select", \.select, "Fields with the values of which a document has to have one."),
            Option("exclude", \.exclude, "Fields with the values of which a document must have none."),
            Option(
                "answers", \.answers,
                "Fields with the values by which an answer to a look-up is told, where it has source and destination the "
                    + "other way round. It is no look-up of its own."),
            Option("start", \.start, "The date at which the flow began; without it, the date of writing is the start."),
            Option(
                "fields", \.fields,
                "The field of each column, such as source, destination, port, bytes_toserver, query. Of several, the "
                    + "first that a document has; of answers and alternative_names all."),
            Option("duration_unit", \.durationUnit, "The unit of duration."),
        ]
    }

    /// The fields of a column, the first first.
    package subscript(column: String) -> [String] { fields[column]?.names ?? [] }
}

/// One field or several: `flow.start`, or `[ssl.server_name, tls.client.server_name]`.
package struct FieldNames: OptionValue, Equatable {
    package var names: [String]

    package init(_ names: [String]) { self.names = names }

    package static var optionType: OptionType { .any([.text, .list(.text)]) }

    package init(datum: OptionDatum) throws(OptionComplaint) {
        if case .text(let name) = datum {
            names = name.isEmpty ? [] : [name]
        } else {
            names = try [String](datum: datum)
        }
    }

    package var datum: OptionDatum { names.count == 1 ? .text(names[0]) : .list(names.map(OptionDatum.text)) }
}

extension FieldMap {
    /// The heads and columns of flows that a map can name.
    package static let columns = [
        "source", "destination", "port", "proto", "bytes_toserver", "bytes_toclient", "pkts_toserver",
        "pkts_toclient", "duration", "end", "id", "host", "query",
    ]

    /// The columns of the other kinds that a map can name, beside their heads.
    package static let wordColumns: [RecordKind: [ColumnName]] = [
        .dns: [.query, .queryType, .answers, .responseCode],
        .tls: certificateColumns + [.host, .version, .ja3, .ja3s, .ja4],
        .certificate: certificateColumns,
        .http: [.host, .method, .url, .userAgent, .contentType, .status, .length],
        .file: [.fileName, .hash, .contentType, .length],
        .ssh: [.clientSoftware, .serverSoftware],
        .alert: [.signature, .signatureID, .category, .alertSeverity, .action],
        .notice: [.signature, .category],
    ]
    private static let certificateColumns: [ColumnName] = [
        .subject, .issuer, .serial, .fingerprint, .alternativeNames, .validFrom, .validUntil,
    ]
    private static let wordHead = ["source", "destination", "src_port", "port", "proto", "id"]

    /// What a map can name of a kind.
    package static func columns(of kind: RecordKind) -> [String] {
        wordColumns[kind].map { wordHead + $0.map(\.name) } ?? columns
    }

    /// Reads a map from the text of a file.
    package static func read(_ text: String, file: String) throws -> FieldMap {
        let map = try read(text)
        for (kind, fields) in map.kinds {
            let known = columns(of: kind)
            for name in fields.fields.keys.sorted() where !known.contains(name) {
                throw OptionComplaint(
                    "\"\(name)\" of \(kind) is no column", option: file,
                    expected: "one of " + known.joined(separator: ", "))
            }
        }
        return map
    }

    /// Lays a pipeline's own fields over the map: `start`, `logged`, and the columns of flows.
    ///
    /// - Throws: a complaint about a name that is none.
    package func overridden(by fields: [String: FieldNames], option: String = "fields") throws(OptionComplaint)
        -> FieldMap
    {
        var map = self
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
            switch name {
            case "start": map.flow.start = field.names.first
            case "logged": map.logged = field.names.first ?? logged
            case _ where Self.columns.contains(name): map.flow.fields[name] = field
            default:
                throw OptionComplaint(
                    "\"\(name)\" is nothing that a flow has", option: "\(option).\(name)",
                    expected: "one of start, logged, " + Self.columns.joined(separator: ", "))
            }
        }
        return map
    }
}
