import RecordArenas
import FlareKit
import Foundation
import RecordReaders
import RecordSchemas
import SensorText

extension ReadingPlan {
    /// The columns that records of a table are told by, whoever asks for them: how long a flow lasted, since its start may
    /// be its end without that, and the host, which is all that is known behind a proxy.
    static func told(_ kind: RecordKind, _ schema: RecordSchema) -> Set<ColumnName> {
        guard schema.table != nil, let fields = schema.kinds[kind]?.fields else { return [] }
        var columns: Set<ColumnName> = fields["host"] == nil ? [] : [.host]
        if fields["duration"] != nil || fields["end"] != nil { columns.insert(.duration) }
        return columns
    }

    func begin(_ table: TableSchema) {
        let form: RecordTableForm =
            switch table.form {
            case .json: RecordTableJSON
            case .rows: RecordTableRows
            case .keys: RecordTableKeys
            case .patterns: RecordTablePatterns
            case .xml: RecordTableXML
            }
        let separator = CChar(bitPattern: table.separatorByte ?? UInt8(ascii: ","))
        RecordPlanBeTable(pointer, form, separator, table.behind, Self.lines(table.inside))
        RecordPlanSetAssign(
            pointer,
            table.assign == .colon ? CChar(bitPattern: UInt8(ascii: ":")) : CChar(bitPattern: UInt8(ascii: "=")))
        if table.decimalComma { RecordPlanSetDecimalComma(pointer) }
        if let changes = ZoneChanges(table.timeZone) {
            RecordPlanSetTimes(pointer, table.dayFirst, changes.since, changes.east, changes.since.count)
        }
    }

    func add(_ kind: RecordKind, _ fields: KindSchema, _ table: TableSchema, _ asked: Set<ColumnName>) {
        let isWanted = number(of: kind) != nil
        RecordPlanAddKind(
            pointer, number(of: kind) ?? ContextKind(RECORD_NOBODY),
            fields.transport.map { SensorProtocolNumber($0, $0.utf8.count) } ?? TransportProtocol.unknown,
            comparisons[kind]?.sharing.isEmpty == false, Self.mayBeNobodys.contains(kind))
        for (path, values) in Self.sorted(fields.select) { RecordPlanRequire(pointer, path, Self.lines(values)) }
        for (path, values) in Self.sorted(fields.exclude) { RecordPlanExclude(pointer, path, Self.lines(values)) }
        // Who says nothing of what the kind is about is none.
        for path in fields.has.flatMap(\.names) { RecordPlanExclude(pointer, path, "") }
        guard isWanted else { return }
        for (path, values) in Self.sorted(fields.turned) { RecordPlanTurn(pointer, path, Self.lines(values)) }
        RecordPlanSetFlow(
            pointer, fields.durationUnit.nanoseconds, kind == .flow && fields.oneWay, fields.turnsByPorts)
        // A flow that tells its end alone began so much earlier as it lasted.
        let starts = (fields.start.map { [$0] } ?? []) + (fields.fields["end"] == nil ? [table.time] : [])
        if !starts.isEmpty { RecordPlanAddPart(pointer, RecordStart, Self.choices(Self.lines(starts))) }
        if let end = fields.fields["end"] { RecordPlanAddPart(pointer, RecordEnd, Self.lines(end.names)) }
        for (name, part) in Self.parts {
            if let names = fields.fields[name]?.names { RecordPlanAddPart(pointer, part, Self.lines(names)) }
        }
        let told = Self.told(kind, table.recordSchema)
        for (name, names) in fields.fields.sorted(by: { $0.key < $1.key })
        where Self.parts[name] == nil && name != "end" {
            let column = ColumnName.known.first { $0.name == name } ?? .text(name)
            guard let place = number(of: column) else { continue }
            var roles = self.roles(of: column, kind, isAsked: asked.contains(column)) ?? 0
            if told.contains(column), column == .host { roles |= UInt16(ContextIsHost.rawValue) }
            guard roles != 0 || told.contains(column) else { continue }
            let form = column == .duration ? RecordDuration : column.readForm
            RecordPlanAddColumn(pointer, place, form, roles, Self.lines(names.names))
        }
        if fields.fields["duration"] == nil, told.contains(.duration), let place = number(of: .duration) {
            let roles = self.roles(of: .duration, kind, isAsked: asked.contains(.duration)) ?? 0
            RecordPlanAddColumn(pointer, place, RecordDuration, roles, "")
        }
    }

    /// What refers to the columns that kinds want.
    func finish(_ table: TableSchema) {
        if let join = table.join {
            RecordPlanSetJoin(pointer, Self.lines(join.by), join.column, Self.lines(join.values))
        }
        if let conversations = table.conversations {
            Self.withTexts(conversations.all.map { Self.lines($0.names) }) { paths in
                Self.withTexts(TableSchema.Conversations.made) { made in
                    RecordPlanSetConversations(pointer, paths, made, made.count)
                }
            }
        }
        if let pairs = table.pairs {
            RecordPlanSetPairs(pointer, Self.lines(pairs.in.names), pairs.name, pairs.value)
        }
        if !table.until.isEmpty { RecordPlanSetUntil(pointer, table.until) }
        if let addresses = table.addresses {
            RecordPlanSetAddresses(pointer, Self.choices(addresses.machine), Self.choices(addresses.address))
        }
        if !table.columns.isEmpty { RecordPlanAddRow(pointer, Self.lines(table.columns), nil, nil) }
        for variant in table.variants {
            RecordPlanAddRow(pointer, Self.lines(variant.columns), variant.column, Self.lines(variant.values))
        }
        for pattern in table.patterns { RecordPlanAddPattern(pointer, pattern) }
        if let tuples = table.tuples { RecordPlanSetTuples(pointer, tuples.path, Self.lines(tuples.columns)) }
    }

    /// Lends texts to C.
    private static func withTexts(_ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Void) {
        let copies = texts.map { strdup($0) }
        body(copies.map { UnsafePointer($0) })
        copies.forEach { free($0) }
    }

    /// `a | b`: the first of several places.
    private static func choices(_ path: String) -> String { path.replacingOccurrences(of: " | ", with: "\n") }

    private static func sorted(_ conditions: [String: [String]]) -> [(String, [String])] {
        conditions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
