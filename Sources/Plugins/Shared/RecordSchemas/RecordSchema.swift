import FlareKit

/// Where the fields of a sensor's records stand: by kind and column, in the sensor's own files or in an index to which
/// something sent them.
///
/// Built-in schemas are the files of configs/fields, each of which names the sources of its facts.
package struct RecordSchema: PluginOptions, Equatable {
    package var title = ""
    package var sources: [String] = []
    package var unverified: [String] = []
    package var index = ""
    package var logged = "@timestamp"
    package var logDelay = OptionDuration.hours(1)
    package var fileTime: String?
    package var records: [String: KindSchema] = [:]
    /// How its records are written where they are those of a table; no option.
    package var table: TableSchema?

    package init() {}

    package static var options: [Option<Self>] {
        [
            Option("title", \.title, "Name of the schema in one line: sensor, shipper, versions.", required: true),
            Option("sources", \.sources, "Documents that list the names."),
            Option("unverified", \.unverified, "Names that the project's own templates do not confirm."),
            Option("index", \.index, "Index pattern of flows.", required: true),
            Option("logged", \.logged, "Field of the time at which a record was written."),
            Option("log_delay", \.logDelay, "Maximum time between the start of a flow and the writing of its record."),
            Option("file_time", \.fileTime, "Field of the time in the sensor's own files."),
            Option("records", \.records, "Fields of each kind of record, such as flow, dns, tls.", required: true),
        ]
    }

    /// The kinds that it knows.
    package var kinds: [RecordKind: KindSchema] {
        Dictionary(records.map { (RecordKind($0), $1) }) { first, _ in first }
    }

    /// The fields of a kind; those of lookups with their answers are those of `dns`.
    package subscript(kind: RecordKind) -> KindSchema? { records[kind == .lookup ? RecordKind.dns.name : kind.name] }

    package var flow: KindSchema {
        get { records[RecordKind.flow.name] ?? KindSchema() }
        set { records[RecordKind.flow.name] = newValue }
    }

    /// Reads a schema from the text of a file.
    ///
    /// - Throws: a complaint about a column of a known kind that is none. Kinds of one's own may have columns of one's own,
    ///   which are texts.
    package static func read(_ text: String, file: String) throws -> RecordSchema {
        let schema = try read(text)
        guard schema.records[RecordKind.flow.name] != nil else {
            throw OptionComplaint("there are no fields of flows", option: file, expected: "records: {flow: …}")
        }
        for (kind, fields) in schema.kinds.sorted(by: { $0.key.name < $1.key.name })
        where RecordKind.known.contains(kind) {
            let known = KindSchema.heads + (kind == .flow ? ["end"] : []) + ColumnName.known.map(\.name)
            for name in fields.fields.keys.sorted() where !known.contains(name) {
                throw OptionComplaint(
                    "\"\(name)\" of \(kind) is no column", option: file,
                    expected: "one of " + known.joined(separator: ", "))
            }
        }
        return schema
    }
}

/// Which lines or documents are records of a kind, and which of their fields say what.
package struct KindSchema: PluginOptions, Equatable {
    package var index: String?
    package var select: [String: [String]] = [:]
    package var exclude: [String: [String]] = [:]
    package var has: [FieldNames] = []
    package var answers: [String: [String]] = [:]
    package var start: String?
    package var transport: String?
    package var fields: [String: FieldNames] = [:]
    package var durationUnit = DurationUnit.seconds
    package var turned: [String: [String]] = [:]
    package var turnsByPorts = false
    package var oneWay = false

    package init() {}

    /// What every record has, and files alone do not say in columns.
    static let heads = ["source", "destination", "src_port", "port", "proto", "id"]

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

    package static var options: [Option<Self>] {
        [
            Option("index", \.index, "Index pattern, if it is not that of flows."),
            Option("select", \.select, "Fields with values; a document has one of the values in each field."),
            Option("exclude", \.exclude, "Fields with values; a document has none of them."),
            Option(
                "has", \.has,
                "Fields that mark a line of this kind if the fields of select are missing: one of them, or all of a "
                    + "list."),
            Option(
                "answers", \.answers,
                "Fields with the values that mark an answer to a lookup, if answers are records of their own."),
            Option("transport", \.transport, "Transport protocol of records that do not name it."),
            Option("start", \.start, "Field of the flow's start; without it, the time of writing is the start."),
            Option(
                "fields", \.fields,
                "Field of each column, such as source, destination, port, bytes_toserver, query. Of several fields "
                    + "the first that a record has is used; a column of lines takes all values. [] at the end of a "
                    + "name means that a cell of separated text is a list."),
            Option("duration_unit", \.durationUnit, "Unit of duration."),
            Option(
                "turned", \.turned,
                "Tables only: fields with the values that mark a record whose source and destination are swapped."),
            Option(
                "turns_by_ports", \.turnsByPorts,
                "Tables only: the ports tell which side is the client if nothing else does."),
            Option(
                "one_way", \.oneWay,
                "Tables only: each direction of a flow is a record; the client's record is used."),
        ]
    }

    /// The fields of a column, the first first.
    package subscript(column: String) -> [String] { fields[column]?.paths ?? [] }
}

/// One field or several: `flow.start`, or `[ssl.server_name, tls.client.server_name]`.
package struct FieldNames: OptionValue, Equatable {
    package var names: [String]

    package init(_ names: [String]) { self.names = names }

    /// The names alone: documents tell lists by themselves.
    package var paths: [String] { names.map { $0.hasSuffix("[]") ? String($0.dropLast(2)) : $0 } }

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
