import FlareModel
import FlarePlugins

/// What a run reads: which kinds become channels, and which give names to them.
struct ReadPlan: Sendable {
    /// The kinds to ask sources for.
    let kinds: [RecordKind: Set<ColumnName>]
    /// The kinds whose records are kept.
    let layouts: [RecordLayout]
    /// The kinds that channels are made of.
    let subjects: Set<RecordKind>
    /// Whether what is logged inside connections, `tls` and `http`, is joined to flows, and names by lookups.
    let joinsNames: Bool
    /// Whether records may stand in two inputs, and are told by their ids.
    let tellsRepeats: Bool
    /// What holds the kept records.
    let memory: RecordMemory

    /// The kinds that are logged inside connections, with a connection's id and the host asked for.
    static let transactions: [RecordKind] = [.tls, .http]

    init(
        _ demands: [Demand], enricherKinds: [RecordKind: Set<ColumnName>] = [:],
        tellingRepeats tellsRepeats: Bool = false, memory: RecordMemory = RecordMemory(limit: .max)
    ) {
        self.tellsRepeats = tellsRepeats
        self.memory = memory
        var kinds: [RecordKind: Set<ColumnName>] = [:]
        var subjects: [RecordKind: Set<ColumnName>] = [:]
        var derived: [RecordKind: Set<DerivedColumn>] = [:]
        let domains = demands.map(\.grouping).filter { $0.by == .domain }
        let keepsDomainsAlone = domains.allSatisfy(\.isByRegisteredDomain)
        joinsNames = demands.contains { $0.grouping.joinsNames }
        for demand in demands {
            let subject = demand.grouping.subject
            subjects[subject, default: []].formUnion(demand.columns)
            derived[subject, default: []].formUnion(demand.derived)
            for (kind, columns) in demand.kinds { kinds[kind, default: []].formUnion(columns) }
        }
        // What enrichers read again is joined to channels by the sensor's id of the flow; nobody else pays for it.
        if enricherKinds[.flow]?.contains(.id) == true {
            for subject in subjects.keys { subjects[subject]?.insert(.id) }
        }
        for (kind, columns) in derived {
            let sources = columns.reduce(into: Set<ColumnName>()) { $0.formUnion($1.sources) }
            kinds[kind, default: []].formUnion(sources)
            // Channels of single names are of questions alone.
            if kind == .dns, sources.contains(.isAnswer), !keepsDomainsAlone { subjects[kind]?.insert(.isAnswer) }
        }
        var layouts = subjects.sorted { $0.key.name < $1.key.name }.map { [joinsNames, derived] kind, columns in
            RecordLayout(
                kind: kind, columns: columns, derived: derived[kind] ?? [],
                hasNames: kind == .dns || (kind == .flow && joinsNames),
                keepsDomainsAlone: kind == .dns && keepsDomainsAlone, tellsRepeats: tellsRepeats)
        }
        for layout in layouts {
            var columns = subjects[layout.kind] ?? []
            if layout.tellsRepeats { columns.insert(.id) }
            if layout.hasPorts { columns.insert(.sourcePort) }
            if layout.hasNames { columns.formUnion(layout.kind == .dns ? [.query] : [.id, .host]) }
            kinds[layout.kind, default: []].formUnion(columns)
        }
        self.subjects = Set(layouts.map(\.kind))
        if joinsNames {
            kinds[.lookup, default: []].formUnion(LookupRows.columns)
            kinds[.certificate, default: []].formUnion(ShownServer.certificateColumns)
            layouts += [LookupRows.layout, ShownServer.certificateLayout]
            for kind in Self.transactions {
                var columns: Set<ColumnName> = [.id]
                if kind == .http {
                    columns.insert(.isProxied)
                    columns.formUnion((kinds[.flow] ?? []).intersection([.bytesToServer, .bytesToClient]))
                }
                if kind == .tls { kinds[kind, default: []].formUnion(ShownServer.columns) }
                kinds[kind, default: []].formUnion(columns.union([.host]))
                layouts.append(
                    RecordLayout(kind: kind, columns: columns, hasNames: true, tellsRepeats: tellsRepeats))
            }
        }
        self.layouts = layouts
        self.kinds = kinds
    }
}

/// What one thread has read so far.
struct ReadPart: Sendable {
    var shards: [RecordShard]
    var refused: [RecordKind: Refusals] = [:]

    init(_ plan: ReadPlan) { shards = plan.layouts.map { RecordShard(layout: $0, memory: plan.memory) } }

    mutating func take(_ batch: RecordBatch, _ plan: ReadPlan, _ policy: AdmissionPolicy) {
        let input = BatchInput(batch)
        for table in batch.tables { take(table, 0..<table.count, of: input, plan, policy) }
    }

    /// Takes some rows of a table.
    mutating func take(
        _ table: RecordTable, _ rows: Range<Int>, of input: BatchInput, _ plan: ReadPlan, _ policy: AdmissionPolicy
    ) {
        guard !rows.isEmpty, let place = shards.firstIndex(where: { $0.layout.kind == table.kind }) else { return }
        if table.kind == .lookup {
            var refusals = refused[.lookup] ?? Refusals()
            let answers = LookupRows.table(table, rows, input.origin, policy, &refusals)
            shards[place].append(answers, 0..<answers.count, of: input, policy: policy, refused: &refusals)
            refused[.lookup] = refusals
            return
        }
        shards[place].append(
            table, rows, of: input, policy: policy, refused: &refused[table.kind, default: Refusals()])
    }
}

/// Everything that was read: the kept records by kind, and the ingest counts.
struct ReadResult: Sendable {
    var stores: [RecordKind: RecordStore]
    var refused: [RecordKind: Refusals] = [:]
    /// Records that were taken out since others of the same ids were used.
    private(set) var repeated: [RecordKind: IngestCounts.Tally] = [:]
    /// Records that were taken out since another sensor saw the connection too.
    private(set) var shared: [RecordKind: IngestCounts.Tally] = [:]
    /// The ingest counts of each source by its name, as the source kept it.
    var ingestBySource: [String: IngestCounts] = [:]
    /// The source of each part.
    private let sources: [String]

    /// - Parameter parts: each with its source's name.
    init(_ parts: [(source: String, part: ReadPart)], _ plan: ReadPlan) {
        sources = parts.map(\.source)
        let parts = parts.map(\.part)
        stores = [:]
        for (place, layout) in plan.layouts.enumerated() {
            stores[layout.kind] = RecordStore(layout: layout, shards: parts.map { $0.shards[place] })
        }
        for part in parts {
            for (kind, refusals) in part.refused { refused[kind, default: Refusals()].merge(refusals) }
        }
    }

    /// Takes out what stands in two inputs of a source and in the window, and what two sensors saw of a connection, but once.
    mutating func useOnce(in window: TimeWindow) {
        var used: [Int64: Int64] = [:]
        let order = stores.keys.sorted { ($0 == .flow ? 0 : 1, $0.name) < ($1 == .flow ? 0 : 1, $1.name) }
        for kind in order {
            // Taken out of the table meanwhile, so that nothing is copied.
            guard var store = stores.removeValue(forKey: kind) else { continue }
            if store.layout.tellsRepeats {
                repeated[kind] = store.useOnce(in: window, sources: sources)
                if store.layout.hasPorts {
                    let outcome = store.countOnce(in: window, sources: sources)
                    shared[kind] = outcome.tally
                    if kind == .flow { used = outcome.ids }
                } else if ReadPlan.transactions.contains(kind) {
                    shared[kind] = store.moveInside(used, in: window, sources: sources)
                }
                store.endTelling()
            }
            stores[kind] = store
        }
    }
}

/// Drives cursors, each on a thread of its own, until they end.
struct Reader: Sendable {
    let plan: ReadPlan
    let policy: AdmissionPolicy
    let meter: ReadMeter

    /// Reads all cursors of all sources to their ends.
    ///
    /// - Throws: the first error by the order of the cursors; `CancellationError` where the run was cancelled.
    func read(_ cursors: [(source: String, cursor: any Cursor)]) async throws -> ReadResult {
        let outcomes = await withTaskGroup(of: (Int, Result<ReadPart, any Error>).self) { group in
            for (number, entry) in cursors.enumerated() {
                group.addTask {
                    do {
                        return (number, .success(try await EngineThread.run(until: meter) { try drain(entry.cursor) }))
                    } catch {
                        meter.cancel()
                        return (number, .failure(error))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
        let failures = outcomes.compactMap { if case .failure(let error) = $0.1 { error } else { nil } }
        if let failure = failures.first(where: { !($0 is CancellationError) }) ?? failures.first { throw failure }
        var result = ReadResult(try outcomes.map { (cursors[$0.0].source, try $0.1.get()) }, plan)
        for (source, cursor) in cursors { result.ingestBySource[source, default: IngestCounts()].merge(cursor.ingest) }
        return result
    }

    private func drain(_ cursor: any Cursor) throws -> ReadPart {
        var part = ReadPart(plan)
        var batch = RecordBatch(plan.kinds)
        var bytes: Int64 = 0
        var records = 0
        while true {
            if meter.isCancelled { throw CancellationError() }
            batch.removeAll()
            let goesOn = try cursor.next(into: &batch)
            part.take(batch, plan, policy)
            let ingest = cursor.ingest
            meter.advance(bytes: ingest.bytes - bytes, records: ingest.read - records)
            (bytes, records) = (ingest.bytes, ingest.read)
            if !goesOn { return part }
        }
    }
}
