import FlareKit

/// A run in memory: records in, findings out, nothing on disk.
///
///     let findings = try await MemoryRun.findings(of: detector, in: .channel(from: "10.0.0.1", to: "203.0.113.9", times: times))
public enum MemoryRun {
    /// The run's clock: an hour after the last record.
    private static let hour = 3600.0

    /// What a detector finds, sorted as a sink gets it.
    ///
    /// - Parameters:
    ///   - grouping: takes the place of the one that the detector asks for.
    ///   - enrichers: act on the findings, and on channels before detection if they are filters.
    public static func findings(
        of detector: any Detector, in records: [MemoryRecord], grouping: Grouping? = nil,
        enrichers: [any Enricher] = [], threads: Int = 2
    ) async throws -> [Finding] {
        try await outcome(of: detector, in: records, grouping: grouping, enrichers: enrichers, threads: threads)
            .findings
    }

    /// All that a run with one detector came to.
    public static func outcome(
        of detector: any Detector, in records: [MemoryRecord], grouping: Grouping? = nil,
        enrichers: [any Enricher] = [], threads: Int = 2
    ) async throws -> RunOutcome {
        try await outcome(of: [detector], in: records, grouping: grouping, enrichers: enrichers, threads: threads)
    }

    /// All that a run with several detectors came to.
    public static func outcome(
        of detectors: [any Detector], in records: [MemoryRecord], grouping: Grouping? = nil,
        enrichers: [any Enricher] = [], threads: Int = 2
    ) async throws -> RunOutcome {
        let end = records.map(\.start).max() ?? Timestamp(seconds: 0)
        let pipeline = Pipeline(
            name: "memory", sources: [.init("memory", MemorySource(records))],
            enrichers: enrichers.enumerated().map { .init("enricher \($0.offset + 1)", $0.element) },
            detectors: detectors.map { .init($0.name, $0, grouping: grouping) }, sinks: [.init("memory", MemorySink())],
            acceptsEmpty: true, threads: threads)
        return try await RunEngine(version: "test", now: Timestamp(seconds: end.seconds + hour)).run(pipeline)
    }

    /// What an enricher makes of findings.
    public static func enriched(_ findings: [Finding], by enricher: any Enricher) async throws -> [Finding] {
        var findings = findings
        let header = RunHeader(pipeline: "memory", version: "test", started: Timestamp(seconds: 0), sources: [])
        try await enricher.enrich(&findings, RunContext(header: header, window: .all))
        return findings
    }

    /// What a source yields, all cursors one after the other, without an engine.
    ///
    /// - Returns: the flows as records, and the ingest counts of all cursors.
    public static func records(
        of source: any Source, kind: RecordKind = .flow,
        columns: Set<ColumnName> = [.bytesToServer, .bytesToClient]
    ) async throws -> (records: [MemoryRecord], ingest: IngestCounts) {
        let kinds = [kind: columns]
        var records: [MemoryRecord] = []
        var ingest = IngestCounts()
        for cursor in try await source.open(Scan(kinds: kinds, now: Timestamp(seconds: 0))) {
            records += try cursor.records(kinds)
            ingest.merge(cursor.ingest)
        }
        return (records, ingest)
    }
}

extension Cursor {
    /// Drives the cursor to its end.
    ///
    /// - Parameters:
    ///   - kinds: what it was opened for, with its columns.
    ///   - look: called after each batch.
    public func records(
        _ kinds: [RecordKind: Set<ColumnName>], capacity: Int = 256, look: () -> Void = {}
    ) throws -> [MemoryRecord] {
        var records: [MemoryRecord] = []
        var batch = RecordBatch(kinds, capacity: capacity)
        var goesOn = true
        while goesOn {
            batch.removeAll()
            goesOn = try next(into: &batch)
            records += MemoryRecord.rows(of: batch)
            look()
        }
        return records
    }
}

extension MemoryRecord {
    /// The rows of all tables.
    public static func rows(of batch: RecordBatch) -> [MemoryRecord] {
        batch.tables.flatMap { table in (0..<table.count).map { MemoryRecord(table, row: $0) } }
    }

    /// A row of a table, without what the sensor did not say.
    init(_ table: RecordTable, row: Int) {
        self.init(
            table.kind, at: Timestamp(nanoseconds: table.start[row]).seconds, from: table.source[row].description,
            to: table.destination[row].description, port: table.port[row], proto: table.proto[row],
            texts: table.texts.mapValues { $0[row] }.filter { !$0.value.isEmpty })
        start = Timestamp(nanoseconds: table.start[row])
        numbers = table.numbers.mapValues { $0[row] }.filter { $0.value != RecordTable.unknown }
    }
}
