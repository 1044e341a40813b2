import RecordArenas
import FlareKit
import RecordReaders
import RecordSchemas
import SensorText

/// What is read of a sensor's files again, as scanners read it: which lines are records of which kind, and where the
/// columns stand that somebody asked for. Kinds and columns have numbers of their own in each plan.
///
/// `@unchecked`: it is complete once made, and only read afterwards.
package final class ReadingPlan: @unchecked Sendable {
    package let pointer: OpaquePointer?
    /// By their numbers.
    package let kinds: [RecordKind]
    let columns: [ColumnName]
    /// How records are compared that are not asked for in full.
    let comparisons: [RecordKind: Comparison]
    private let places: [ColumnName: Int]

    /// - Parameter asked: the columns by kind; kinds that the schema does not have are left alone.
    /// - Throws: `PluginError` where there are too many kinds.
    package init(
        _ schema: RecordSchema, _ asked: [RecordKind: Set<ColumnName>],
        comparing comparisons: [RecordKind: Comparison] = [:]
    ) throws {
        self.comparisons = comparisons
        // Sensors' flows have readers of their own.
        kinds = asked.keys.filter { schema[$0] != nil && ($0 != .flow || schema.table != nil) }
            .sorted { $0.name < $1.name }
        guard kinds.count <= Int(CONTEXT_MOST_KINDS) else {
            throw PluginError(
                "\(kinds.count) kinds of record are asked for at once, and \(CONTEXT_MOST_KINDS) can be told apart")
        }
        let read = kinds.map { kind in
            asked[kind, default: []].union(SharedValue.columns[kind] ?? []).union(Self.told(kind, schema))
        }
        // What every record has is no column of the plan.
        columns = Set(read.joined()).union([.answers]).filter { Self.parts[$0.name] == nil }.sorted {
            $0.name < $1.name
        }
        places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
        let isNamedByFile = schema.records.values.contains { !$0.has.isEmpty }
        pointer = RecordPlanCreate(isNamedByFile)
        if let table = schema.table { begin(table) }
        // Whose records flows are is told before anything else.
        let all = schema.kinds.keys.sorted { ($0 == .flow ? "" : $0.name) < ($1 == .flow ? "" : $1.name) }
        for known in all {
            let kind = known == .dns && asked[.lookup] != nil ? .lookup : known
            add(kind, schema, asked[kind] ?? [])
        }
        if let table = schema.table { finish(table) }
    }

    deinit { RecordPlanDestroy(pointer) }

    func number(of kind: RecordKind) -> ContextKind? { kinds.firstIndex(of: kind).map { ContextKind($0) } }

    func number(of column: ColumnName) -> ContextColumn? { places[column].map { ContextColumn($0) } }

    func place(_ column: ColumnName) -> Int? { places[column] }

    /// A bit for each of some kinds.
    func bits(of kinds: some Sequence<RecordKind>) -> UInt64 { kinds.compactMap(number).reduce(0) { $0 | 1 << $1 } }

    private func add(_ kind: RecordKind, _ schema: RecordSchema, _ asked: Set<ColumnName>) {
        guard let fields = schema[kind] else { return }
        if let table = schema.table { return add(kind, fields, table, asked) }
        RecordPlanAddKind(
            pointer, number(of: kind) ?? ContextKind(RECORD_NOBODY),
            fields.transport.map { SensorProtocolNumber($0, $0.utf8.count) } ?? TransportProtocol.unknown,
            comparisons[kind]?.sharing.isEmpty == false, Self.mayBeNobodys.contains(kind))
        for (path, values) in fields.select { for value in values { RecordPlanSelect(pointer, path, value) } }
        for names in fields.has { RecordPlanTell(pointer, Self.lines(names.names)) }
        guard number(of: kind) != nil else { return }
        for (path, values) in fields.answers {
            for value in values { RecordPlanAddAnswer(pointer, path, value, kind == .lookup) }
        }
        if asked.contains(.isAnswer), let mark = number(of: .isAnswer) { RecordPlanMarkAnswers(pointer, mark) }
        RecordPlanAddPart(pointer, RecordStart, schema.fileTime ?? schema.logged)
        for (name, part) in Self.parts {
            if let names = fields.fields[name]?.names { RecordPlanAddPart(pointer, part, Self.lines(names)) }
        }
        for (name, names) in fields.fields.sorted(by: { $0.key < $1.key }) where Self.parts[name] == nil {
            let column = ColumnName.known.first { $0.name == name } ?? .text(name)
            if let place = number(of: column), let roles = roles(of: column, kind, isAsked: asked.contains(column)) {
                RecordPlanAddColumn(pointer, place, column.readForm, roles, Self.lines(names.names))
            } else if column != .answerTTLs {
                // What stands in answers is not passed over.
                RecordPlanKnow(pointer, column.readForm, Self.lines(names.names))
            }
        }
    }

    static let parts: [String: RecordPart] = [
        "source": RecordSource, "destination": RecordDestination, "src_port": RecordSourcePort, "port": RecordPort,
        "proto": RecordProtocol, "id": RecordID,
    ]

    static func lines(_ names: [String]) -> String { names.joined(separator: "\n") }

    /// The kinds whose records may lack addresses: remarks of the sensor on itself, and files that nobody sent.
    static let mayBeNobodys: Set<RecordKind> = [.notice, .file]

    /// What is done with a column's values; `nil` for nothing.
    func roles(of column: ColumnName, _ kind: RecordKind, isAsked: Bool) -> UInt16? {
        let comparison = comparisons[kind]
        let isCounted = SharedValue.columns[kind]?.contains(column) == true
        // Lookups that were answered with an address are found by their answers, whoever keeps them.
        guard isAsked || isCounted || column == .answers else { return nil }
        let roles: [(role: ContextRole, holds: Bool)] = [
            (ContextKept, isAsked),
            (ContextCompared, comparison?.columns?.contains(column) ?? true),
            (ContextCounted, isCounted),
            (ContextIsHost, column.form == .host),
            (ContextIsQuery, column == .query),
            (ContextIsAnswers, column == .answers),
            (ContextIsShared, comparison?.sharing.contains(column) == true),
            (ContextIsContrast, comparison?.contrast.contains(column) == true),
            (ContextIsCertificate, column == .fingerprint),
            (ContextIsSubject, column == .subject),
        ]
        return UInt16(roles.filter(\.holds).reduce(0) { $0 | $1.role.rawValue })
    }
}

extension ColumnName {
    var readForm: RecordForm {
        switch form {
        case .number: RecordNumber
        case .time: RecordTime
        case .text, .host: RecordText
        case .lines: RecordLines
        case .entries: RecordEntries
        }
    }
}
