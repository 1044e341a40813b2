import FlareKit

/// How the records of a tool's export or log are written, and which of their columns say what.
///
/// Built-in schemas are the files of configs/tables, each of which names the sources of its facts.
package struct TableSchema: PluginOptions, Equatable {
    package enum Form: String, CaseIterable, OptionValue {
        case json, rows, keys, patterns, xml
    }

    /// What stands between key and value.
    package enum Assign: String, CaseIterable, OptionValue {
        case equals = "="
        case colon = ":"
    }

    package var title = ""
    package var sources: [String] = []
    package var unverified: [String] = []
    package var signs: [[String]] = []
    package var form = Form.rows
    package var separator = ","
    package var behind = ""
    package var assign = Assign.equals
    package var columns: [String] = []
    package var variants: [RowVariant] = []
    package var patterns: [String] = []
    package var inside: [String] = ["_source", "records[]", "hits[]"]
    package var pairs: Pairs?
    package var tuples: Tuples?
    package var join: Join?
    package var conversations: Conversations?
    package var until = ""
    package var addresses: Addresses?
    package var also: [Form] = []
    package var timeZone = "UTC"
    package var dayFirst = false
    package var decimalComma = false
    package var time = "@time"
    package var records: [String: KindSchema] = [:]

    package init() {}

    /// The columns of rows of one kind.
    package struct RowVariant: PluginOptions, Equatable {
        package var column = ""
        package var values: [String] = []
        package var columns: [String] = []

        package init() {}

        package static var options: [Option<Self>] {
            [
                Option("column", \.column, "The column that tells them.", required: true),
                Option("values", \.values, "Its values in these rows.", required: true),
                Option("columns", \.columns, "All columns of these rows; _ for one of no interest.", required: true),
            ]
        }
    }

    /// Rows inside a document.
    package struct Tuples: PluginOptions, Equatable {
        package var path = ""
        package var columns: [String] = []

        package init() {}

        package static var options: [Option<Self>] {
            [
                Option("path", \.path, "Where the list of rows stands.", required: true),
                Option(
                    "columns", \.columns, "Their columns, between commas; _ for one of no interest.", required: true),
            ]
        }
    }

    /// Values in lists of objects, each beside its name.
    package struct Pairs: PluginOptions, Equatable {
        package var `in` = FieldNames([])
        package var name = ""
        package var value = ""

        package init() {}

        package static var options: [Option<Self>] {
            [
                Option("in", \.in, "Columns that hold such a list as a text of JSON; else it stands in the document."),
                Option("name", \.name, "The member with the name.", required: true),
                Option("value", \.value, "The member with the value.", required: true),
            ]
        }
    }

    /// Two records that are one.
    package struct Join: PluginOptions, Equatable {
        package var by: [String] = []
        package var column = ""
        package var values: [String] = []

        package init() {}

        package static var options: [Option<Self>] {
            [
                Option("by", \.by, "What both have in common.", required: true),
                Option("column", \.column, "The column that tells the first one.", required: true),
                Option(
                    "values", \.values, "Its values in the first one; an empty one where that has none.", required: true
                ),
            ]
        }
    }

    /// Records for each direction of a conversation, and for each piece of long ones.
    package struct Conversations: PluginOptions, Equatable {
        package var start = FieldNames([])
        package var end = FieldNames([])
        package var duration = FieldNames([])
        package var source = FieldNames([])
        package var sourcePort = FieldNames([])
        package var destination = FieldNames([])
        package var port = FieldNames([])
        package var proto = FieldNames([])
        package var bytes = FieldNames([])
        package var packets = FieldNames([])
        package var bytesBack = FieldNames([])
        package var packetsBack = FieldNames([])
        package var flags = FieldNames([])

        package init() {}

        package static var options: [Option<Self>] {
            [
                Option("start", \.start, "Its beginning.", required: true),
                Option("end", \.end, "Its end."),
                Option("duration", \.duration, "How long it lasted, in seconds."),
                Option("source", \.source, "Who sent.", required: true),
                Option("src_port", \.sourcePort, "Its port."),
                Option("destination", \.destination, "Who received.", required: true),
                Option("port", \.port, "Its port."),
                Option("proto", \.proto, "The transport protocol."),
                Option("bytes", \.bytes, "Bytes sent."),
                Option("packets", \.packets, "Packets sent."),
                Option("bytes_back", \.bytesBack, "Bytes of the other direction, where one record has both."),
                Option("packets_back", \.packetsBack, "Packets of the other direction."),
                Option("flags", \.flags, "Flags of TCP, as letters."),
            ]
        }

        /// As readers take them.
        package var all: [FieldNames] {
            [
                start, end, duration, source, sourcePort, destination, port, proto, bytes, packets, bytesBack,
                packetsBack, flags,
            ]
        }
        /// The columns of the record that is made of them.
        package static let made = [
            "@start", "@end", "@source", "@src_port", "@destination", "@port", "@proto", "@bytes_out", "@packets_out",
            "@bytes_back", "@packets_back",
        ]
    }

    /// Where records name their machine and its address.
    package struct Addresses: PluginOptions, Equatable {
        package var machine = ""
        package var address = ""

        package init() {}

        package static var options: [Option<Self>] {
            [
                Option("machine", \.machine, "The machine's name.", required: true),
                Option("address", \.address, "Its address.", required: true),
            ]
        }
    }

    package static var options: [Option<Self>] {
        [
            Option("title", \.title, "One line: tool, form, versions."),
            Option("sources", \.sources, "Where the format was looked up."),
            Option("unverified", \.unverified, "What was not found there."),
            Option(
                "signs", \.signs, "Texts that a record or header has, all of one list: by these a file is recognised."),
            Option(
                "form", \.form,
                "How records are written: json (objects, one a line, in an array or spread over lines), rows (cells between "
                    + "separators, as CSV), keys (key=value), patterns (lines of text), xml (events of Windows)."),
            Option("separator", \.separator, "What stands between the cells of rows: a character, tab or space."),
            Option(
                "behind", \.behind, "The text of a line behind which rows or keys begin, such as the name of a program."
            ),
            Option(
                "assign", \.assign,
                "What stands between key and value: = or :, behind which a blank or a quote has to follow."),
            Option("columns", \.columns, "The columns of rows without a header; _ for one of no interest."),
            Option("variants", \.variants, "The columns of rows by what stands in one of them."),
            Option(
                "patterns", \.patterns,
                "Lines with places such as {source}; {_} for what is of no interest, {event=built} for what the pattern "
                    + "itself says. What has a name is a word, unless it goes on to a quote, a bracket or the end; {source:ip} "
                    + "is an address, {port:number} a number, {*} as much as lets the rest follow."),
            Option(
                "inside", \.inside,
                "Members in which documents stand as exports wrap them; with [] at its end an array that holds them all."
            ),
            Option("pairs", \.pairs, "Values in lists of objects, each beside its name."),
            Option("tuples", \.tuples, "Rows inside a document."),
            Option(
                "join", \.join,
                "By what two records are one, such as the beginning and the end of a connection; `first NAME` is what the first said."
            ),
            Option(
                "conversations", \.conversations,
                "Where records of the directions and pieces of a conversation say what; one record is made of them, with the "
                    + "columns \(Conversations.made.joined(separator: ", "))."),
            Option("until", \.until, "A line behind which no rows stand."),
            Option(
                "addresses", \.addresses,
                "Where records name their machine and its address: what others say of the machine is the column @address."
            ),
            Option("also", \.also, "Further forms in which the same columns are exported."),
            Option("time_zone", \.timeZone, "The zone of times that say none: UTC, +02:00, Europe/Berlin, or local."),
            Option("day_first", \.dayFirst, "Whether 3/4/2025 is the third of April."),
            Option("decimal_comma", \.decimalComma, "Whether 1,5 is one and a half, and 1.234 more than a thousand."),
            Option(
                "time", \.time,
                "The column of the record's time where a kind does not say its start; @time is what stands at the beginning "
                    + "of a line, `date + time` two columns."),
            Option("records", \.records, "The columns of each kind, such as flow, dns, http, process."),
        ]
    }

    /// Reads a schema from the text of a file.
    package static func read(_ text: String, file: String) throws -> TableSchema {
        let schema = try read(text)
        try schema.check(file)
        return schema
    }

    /// - Parameter option: how complaints name the schema.
    /// - Throws: a complaint about a column of a known kind that is none, or a zone that nobody knows.
    package func check(_ option: String) throws {
        guard !records.isEmpty else {
            throw OptionComplaint("there are no columns of records", option: option, expected: "records: {flow: …}")
        }
        for (name, kind) in records.sorted(by: { $0.key < $1.key }) where RecordKind.known.contains(RecordKind(name)) {
            let known = KindSchema.heads + ["end", "state"] + ColumnName.known.map(\.name)
            for column in kind.fields.keys.sorted() where !known.contains(column) {
                throw OptionComplaint(
                    "\"\(column)\" of \(name) is no column", option: option,
                    expected: "one of " + known.joined(separator: ", "))
            }
        }
        guard separatorByte != nil else {
            throw OptionComplaint(
                "\"\(separator)\" is no separator", option: option, expected: "one character, tab or space")
        }
        guard ZoneChanges(timeZone) != nil else {
            throw OptionComplaint(
                "\"\(timeZone)\" is no time zone", option: option, expected: "UTC, +02:00, Europe/Berlin, or local")
        }
    }

    /// The schema as YAML in one line, without what is as it is by default.
    package var written: String { Self.difference(datum, TableSchema().datum).description }

    private static func difference(_ datum: OptionDatum, _ usual: OptionDatum?) -> OptionDatum {
        guard case .object(let values) = datum else { return datum }
        var usualValues: [String: OptionDatum] = [:]
        if case .object(let given)? = usual { usualValues = given }
        return .object(
            values.filter { $0.value != usualValues[$0.key] && $0.value != .null }
                .mapValues { Self.written($0) })
    }

    private static func written(_ datum: OptionDatum) -> OptionDatum {
        guard case .object(let values) = datum else { return datum }
        let kind = KindSchema().datum
        guard case .object(let usual) = kind else { return datum }
        return .object(values.filter { $0.value != .null && $0.value != usual[$0.key] }.mapValues(Self.written))
    }

    package var separatorByte: UInt8? {
        switch separator {
        case "tab", "\\t": 9
        case "space": 32
        default: separator.utf8.count == 1 ? separator.utf8.first : nil
        }
    }

    /// The schema of its records.
    package var recordSchema: RecordSchema {
        var schema = RecordSchema()
        schema.title = title
        schema.logged = time
        schema.records = records
        schema.table = self
        return schema
    }
}
