import CompressedFiles
import ContextReading
import FlareKit
import LineFiles
import RecordSchemas

/// Connections in exports and logs of any tool: CSV and other rows, key=value, lines of text, JSON, events of Windows.
///
/// A schema says which columns are Flare's own. A file is read from its beginning to its end by one cursor; several files
/// are read at a time, unless a connection's beginning and end are told by records of their own, which may stand in two.
public struct TableSource: Source, BuiltInPlugin {
    public static let name = "table"
    public static let summary =
        "Reads exports and logs of firewalls, proxies, resolvers, endpoints: CSV, key=value, syslog, JSON."

    let options: TableSourceOptions
    /// The schema that the options name; `nil` where the files have to tell.
    let named: TableSchema?
    let counts = SiteCounts()
    /// What was kept of an input that is read once.
    let kept: KeptRows

    public init(_ options: TableSourceOptions, _ context: PluginContext = PluginContext()) throws {
        try InputPaths.check(options.paths)
        self.options = options
        kept = KeptRows(bound: Int(clamping: options.contextMemory.bytes))
        var schema = options.table
        if let table = options.table {
            guard options.schema == nil else {
                throw OptionComplaint("schema and table both say what the columns are", option: "table")
            }
            try table.check("table")
        } else if let name = options.schema {
            schema = try Self.schema(name, folder: context.folder)
        }
        if let zone = options.timeZone {
            guard ZoneChanges(zone) != nil else {
                throw OptionComplaint(
                    "\"\(zone)\" is no time zone", option: "time_zone",
                    expected: "UTC, +02:00, Europe/Berlin, or local")
            }
            schema?.timeZone = zone
        }
        named = schema
    }

    private static func schema(_ name: String, folder: String) throws -> TableSchema {
        let plain = name.hasPrefix("builtin:") ? String(name.dropFirst("builtin:".count)) : name
        if let schema = try BuiltInTables.schema(plain) { return schema }
        guard name.contains("/") || name.hasSuffix(".yaml") else {
            throw OptionComplaint(
                "\"\(name)\" is no schema of tables", option: "schema",
                expected: "one of \(BuiltInTables.names.joined(separator: ", ")), or the path of a file",
                suggestion: NearestName.suggestion(for: name, among: BuiltInTables.names))
        }
        let path = OptionPath(name, in: folder).file ?? name
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw OptionComplaint("\(path) cannot be read", option: "schema")
        }
        return try TableSchema.read(text, file: path)
    }

    var inputs: InputPaths {
        options.netFlow == nil ? InputPaths(texts: options.paths) : InputPaths(flows: options.paths)
    }

    public var offers: Set<RecordKind> { [.flow, .dns] }

    public var isRereadable: Bool { !inputs.haveStreams }

    public func extent() async -> Int64? { inputs.extent }

    public func open(_ scan: Scan) async throws -> [any Cursor] {
        if scan.isLive, inputs.withoutStreams.count > 0 {
            throw PluginError(
                "a table is not followed as its file grows",
                remedy: "pipe its lines in: tail -F FILE | flare … --follow -; or read it without --follow")
        }
        let opened = try inputs.open()
        let again = isRereadable ? [] : scan.askedAgain.intersection(Self.contextKinds)
        kept.begin()
        return try cursors(opened, scan, keeping: again) { schema in
            var full = scan
            // The exact cut is the engine's.
            full.window = .all
            full.kinds.merge(Self.columns(of: again, schema)) { $0.union($1) }
            return try Interest(all: full, schema.recordSchema)
        }.map(\.cursor)
    }

    /// All columns that a schema has of some kinds.
    private static func columns(of kinds: Set<RecordKind>, _ schema: TableSchema) -> [RecordKind: Set<ColumnName>] {
        schema.recordSchema.kinds.filter { kinds.contains($0.key) }.mapValues { fields in
            Set(ColumnName.known.filter { fields.fields[$0.name] != nil } + [.id, .sourcePort])
        }
    }

    typealias Cursors = [(scanner: TableScanner, cursor: TableCursor)]

    /// - Parameters:
    ///   - again: the kinds that are kept for when they are asked for again.
    ///   - interest: what is asked for of the records of a schema.
    func cursors(
        _ opened: InputPaths.Opened, _ scan: Scan, keeping again: Set<RecordKind> = [],
        _ interest: (TableSchema) throws -> Interest
    ) throws -> Cursors {
        var notes = opened.notes
        var groups: [(schema: TableSchema, files: [TableWork.File])] = []
        for file in opened.files {
            do {
                let (schema, next) = try work(on: file, isLive: scan.isLive)
                if let place = groups.firstIndex(where: { $0.schema == schema }) {
                    groups[place].files.append(next)
                } else {
                    groups.append((schema, [next]))
                }
            } catch let error as InputFileError {
                if opened.files.count == 1 { throw PluginError(error) }
                notes.note(error)
            }
        }
        var cursors: Cursors = []
        for group in groups {
            let count =
                group.schema.join == nil && group.schema.conversations == nil
                ? max(1, scan.parallelism / max(1, groups.count)) : 1
            let interest = try interest(group.schema)
            let work = TableWork(group.files)
            for _ in 0..<max(1, min(count, group.files.count)) {
                let scanner = TableScanner(interest, longest: Int(clamping: options.maxLine.bytes))
                let cursor = TableCursor(
                    work, scanner, kept: again.isEmpty ? nil : kept, keptKinds: Self.columns(of: again, group.schema),
                    notes: notes,
                    mayRepeat: opened.files.count > 1, isLive: scan.isLive)
                notes = IngestCounts()
                cursors.append((scanner, cursor))
            }
        }
        guard !cursors.isEmpty else { throw PluginError("none of the files is a table that can be read") }
        return cursors
    }

    private func work(on file: InputFile, isLive: Bool) throws -> (TableSchema, TableWork.File) {
        if try isOfNFCapd(file) {
            guard file.isAsStored else {
                throw PluginError(
                    "it is packed, and nfdump reads files of nfcapd as they are", at: file.path, remedy: "unpack it")
            }
            if options.netFlow == .complete, try NetFlowDump.isSampled(file.path) {
                throw PluginError(
                    "its flows are sampled: of packets only some were counted, so that calls are missing and their rhythm with them",
                    at: file.path, remedy: "export without sampling, or read them all the same: sampled: true")
            }
            guard let schema = try BuiltInTables.schema("nfdump") else {
                throw PluginError("there is no schema nfdump")
            }
            return (schema, TableWork.File(file: file, form: nil, isNetFlow: true))
        }
        let (schema, isInMessages) = try schema(of: file, isLive: isLive)
        return (schema, TableWork.File(file: file, form: isInMessages ? .messages : nil))
    }

    /// By the mark at its beginning.
    private func isOfNFCapd(_ file: InputFile) throws -> Bool {
        guard !file.isStream else { return false }
        let mark = file.beginning(16)
        if mark.content.isEmpty, let failure = mark.failure { throw failure }
        return FileContent(mark.content, isWhole: mark.isWhole) == .netFlow
    }

    /// - Parameter isLive: nobody waits for more of a stream than a schema needs that is named.
    private func schema(of file: InputFile, isLive: Bool) throws -> (TableSchema, isInMessages: Bool) {
        if let named {
            return (named, try isLive && file.isStream ? false : TableRecognition.isInMessages(file, named))
        }
        var found = try TableRecognition.schema(of: file, isLive: isLive)
        if let zone = options.timeZone { found.schema.timeZone = zone }
        return (found.schema, found.isInMessages)
    }
}

extension TableSource: CheckablePlugin {
    /// Whether the files are there and can be opened; nothing is read.
    public func check(_ question: CheckQuestion) async -> [CheckRemark] { isRereadable ? inputs.remarks() : [] }
}
