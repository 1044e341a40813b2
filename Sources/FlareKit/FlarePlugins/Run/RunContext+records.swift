import FlareModel
import Synchronization

/// The records about findings' sources, read again.
public struct ContextRecords<Part: Sendable>: Sendable {
    /// What was made of them, a part a cursor.
    public var parts: [Part] = []
    /// What a reader of the results has to know: what could not be read, and why.
    public var remarks: [String] = []
}

extension RunContext {
    /// Rows of a batch of records read again.
    private static let batchCapacity = 2048

    /// Asks all sources again for the records about some addresses, in the run's window, on all threads.
    ///
    /// A source whose input is not there any more is left out and named in the remarks: findings stand without it. One
    /// that cannot be read a second time answers from what it has kept, see ``Scan/askedAgain``.
    ///
    /// - Parameters:
    ///   - queries: the addresses, and of each the span of time that matters.
    ///   - kinds: what is asked for, with its columns.
    ///   - empty: what each thread begins with.
    ///   - take: takes in a batch, on a thread of the engine's.
    /// - Throws: `CancellationError` where the run is to end.
    public func records<Part: Sendable>(
        about queries: [ContextQuery], kinds: [RecordKind: Set<ColumnName>], empty: Part,
        take: @escaping @Sendable (RecordBatch, inout Part) -> Void
    ) async throws -> ContextRecords<Part> {
        var answer = ContextRecords<Part>()
        for source in contextSources {
            let offered = kinds.filter { source.contextKinds.contains($0.key) }
            guard !offered.isEmpty else { continue }
            let scan = Scan(
                window: window, kinds: offered, parallelism: max(1, threads), now: header.started)
            do {
                for (part, ingest) in try await read(source.records(about: queries, scan), offered, empty, take) {
                    answer.parts.append(part)
                    answer.remarks += ingest.noted.keys.sorted().map { "\(stage): \($0)" }
                }
            } catch  where !(error is CancellationError) {
                answer.remarks.append("\(stage): what was said could not be read again: \(error)")
            }
        }
        return answer
    }

    private func read<Part: Sendable>(
        _ cursors: [any Cursor], _ kinds: [RecordKind: Set<ColumnName>], _ empty: Part,
        _ take: @escaping @Sendable (RecordBatch, inout Part) -> Void
    ) async throws -> [(Part, IngestCounts)] {
        let meter = self.meter
        return try await withThrowingTaskGroup(of: (Int, Part, IngestCounts).self) { group in
            for (number, cursor) in cursors.enumerated() {
                group.addTask {
                    let part = try await EngineThread.run(until: meter) {
                        var part = empty
                        var batch = RecordBatch(kinds, capacity: Self.batchCapacity)
                        var goesOn = true
                        while goesOn {
                            if meter.isCancelled { throw CancellationError() }
                            batch.removeAll()
                            goesOn = try cursor.next(into: &batch)
                            take(batch, &part)
                        }
                        return part
                    }
                    return (number, part, cursor.ingest)
                }
            }
            var parts: [(Int, Part, IngestCounts)] = []
            for try await part in group { parts.append(part) }
            return parts.sorted { $0.0 < $1.0 }.map { ($0.1, $0.2) }
        }
    }
}
