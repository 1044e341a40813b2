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
    package var remedy = ""
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
                Option("column", \.column, "Column whose value tells which columns a row has.", required: true),
                Option("values", \.values, "Values of that column in these rows.", required: true),
                Option(
                    "columns", \.columns, "All columns of these rows, in order; _ is a column that is not used.",
                    required: true),
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
                Option("path", \.path, "Path of the list that holds the rows.", required: true),
                Option(
                    "columns", \.columns,
                    "Columns of a row, whose cells are separated by commas; _ is a column that "
                        + "is not used.", required: true),
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
                Option(
                    "in", \.in,
                    "Columns that hold such a list as JSON text; without them the list is a member of the document."),
                Option("name", \.name, "Member of each object that holds the name.", required: true),
                Option("value", \.value, "Member of each object that holds the value.", required: true),
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
                Option("by", \.by, "Columns that have the same values in both records.", required: true),
                Option("column", \.column, "Column whose value marks the first record.", required: true),
                Option(
                    "values", \.values,
                    "Values of that column in the first record; an empty text stands for no "
                        + "value.", required: true
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
                Option("start", \.start, "Start of the record.", required: true),
                Option("end", \.end, "End of the record."),
                Option("duration", \.duration, "Duration of the record, in seconds."),
                Option("source", \.source, "Address of the sender.", required: true),
                Option("src_port", \.sourcePort, "Port of the sender."),
                Option("destination", \.destination, "Address of the receiver.", required: true),
                Option("port", \.port, "Port of the receiver."),
                Option("proto", \.proto, "Transport protocol."),
                Option("bytes", \.bytes, "Bytes from the sender to the receiver."),
                Option("packets", \.packets, "Packets from the sender to the receiver."),
                Option(
                    "bytes_back", \.bytesBack,
                    "Bytes from the receiver to the sender, if one record has both directions."),
                Option("packets_back", \.packetsBack, "Packets from the receiver to the sender."),
                Option("flags", \.flags, "TCP flags, as letters."),
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
                Option("machine", \.machine, "Column of the machine's name.", required: true),
                Option("address", \.address, "Column of the machine's address.", required: true),
            ]
        }
    }

    package static var options: [Option<Self>] {
        [
            Option("title", \.title, "Name of the format in one line: tool, form, versions."),
            Option("sources", \.sources, "Documents that describe the format."),
            Option("unverified", \.unverified, "Parts of the schema that these documents do not confirm."),
            Option(
                "signs", \.signs,
                "Texts by which a file is recognized: a record or the header has all texts of one "
                    + "list."),
            Option(
                "remedy", \.remedy,
                "What to do if a file has these signs and none of its records can be used."),
            Option(
                "form", \.form,
                "Form of the records: json (objects, one per line, in an array or spread over lines), rows (cells "
                    + "between separators, as in CSV), keys (key=value), patterns (lines of text), xml (Windows "
                    + "events)."),
            Option("separator", \.separator, "Separator of the cells of rows: a character, tab or space."),
            Option(
                "behind", \.behind, "Text in a line after which the rows or keys begin, such as the name of a program."
            ),
            Option(
                "assign", \.assign,
                "Sign between key and value: = or :. After : comes a blank or a quote."),
            Option("columns", \.columns, "Columns of rows without a header, in order; _ is a column that is not used."),
            Option("variants", \.variants, "Columns of rows that differ by the value of one column."),
            Option(
                "patterns", \.patterns,
                "Lines with places such as {source}; {_} is a place that is not used, {event=built} a value that "
                    + "every matching line has. A named place is one word, unless a quote, a bracket or the end of "
                    + "the line follows it; {source:ip} is an address, {port:number} a number, {*} any text."),
            Option(
                "inside", \.inside,
                "Members that hold the documents, as exports wrap them; [] at the end of a name is an array of "
                    + "documents."
            ),
            Option(
                "pairs", \.pairs,
                "Lists of objects that hold a name and a value each; every value becomes the column of its name."),
            Option("tuples", \.tuples, "Rows inside a document."),
            Option(
                "join", \.join,
                "Joins two records of one flow, such as the beginning and the end of a connection; `first NAME` is "
                    + "the value in the first record."
            ),
            Option(
                "conversations", \.conversations,
                "Joins the records of one conversation (both directions, several parts) into one, with the columns "
                    + "\(Conversations.made.joined(separator: ", ")). The options below name the columns of these "
                    + "records."),
            Option("until", \.until, "Line after which there are no more rows."),
            Option(
                "addresses", \.addresses,
                "Columns in which records name their machine and its address. Other records of that machine get the "
                    + "address as the column @address."
            ),
            Option("also", \.also, "Further forms in which the same columns are exported."),
            Option("time_zone", \.timeZone, "Time zone of times without one: UTC, +02:00, Europe/Berlin, or local."),
            Option("day_first", \.dayFirst, "Reads 3/4/2025 as the third of April."),
            Option("decimal_comma", \.decimalComma, "Reads 1,5 as one and a half, and 1.234 as more than a thousand."),
            Option(
                "time", \.time,
                "Column of the record's time, for kinds without a start; @time is the time at the beginning of a "
                    + "line, `date + time` joins two columns."),
            Option("records", \.records, "Columns of each kind of record, such as flow, dns, http, process."),
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
