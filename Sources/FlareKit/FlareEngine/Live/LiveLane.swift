import FlareModel
import FlarePlugins
import Synchronization

/// One cursor of a live run with what was read of it, and from where that could be read again.
final class LiveLane: Sendable {
    /// Why it stopped reading.
    enum Stop: Hashable, Sendable {
        /// At a record that starts at the boundary or later, at this moment (nanoseconds since 1970).
        case reached(Int64)
        /// The cursor has nothing for now.
        case idle
        case ended

        var isReached: Bool { if case .reached = self { true } else { false } }
    }

    /// A place from which reading could begin again.
    private struct Place: Sendable {
        var checkpoint: Checkpoint
        /// No record before the place is of a later time, neither one that was yielded nor one that was kept for being
        /// asked again: nanoseconds since 1970.
        var newestBefore: Int64
    }

    private struct State: Sendable {
        var part: ReadPart
        var batch: RecordBatch
        /// Rows of each table of the batch that were taken.
        var taken: [Int]
        var ingest = IngestCounts()
        var places: [Place]
        /// The newest time in what the cursor has yielded, or keeps for being asked again.
        var newestRead = Int64.min
        var isFresh = true
        var hasEnded = false
    }

    let source: String
    private let cursor: any Cursor
    private let plan: ReadPlan
    private let request: WindowRequest
    private let step: Int64
    private let state: Mutex<State>

    /// - Parameters:
    ///   - start: where the cursor began, if it resumed.
    ///   - step: how far apart in the records' time the places are that are kept, in nanoseconds.
    init(
        _ source: String, _ cursor: any Cursor, _ plan: ReadPlan, _ request: WindowRequest, start: Checkpoint?,
        step: Int64
    ) {
        self.source = source
        self.cursor = cursor
        self.plan = plan
        self.request = request
        self.step = step
        let batch = RecordBatch(plan.kinds)
        let beginning = Place(checkpoint: start ?? Checkpoint(), newestBefore: .min)
        state = Mutex(
            State(
                part: ReadPart(plan), batch: batch, taken: batch.tables.map { _ in 0 },
                places: [beginning]))
    }

    var newest: Timestamp? { state.withLock(\.part.newest) }

    /// Reads until a record reaches the boundary or nothing more is there.
    ///
    /// - Parameters:
    ///   - boundary: nanoseconds since 1970.
    ///   - now: later records are rejected.
    func read(until boundary: Int64, now: Timestamp, _ meter: ReadMeter) throws -> Stop {
        let policy = AdmissionPolicy(request, window: request.fixed, now: now)
        while !meter.isCancelled {
            if let reached = state.withLock({ take(&$0, until: boundary, policy) }) { return .reached(reached) }
            guard try fill(policy, meter) else { return state.withLock(\.hasEnded) ? .ended : .idle }
        }
        throw CancellationError()
    }

    /// Asks the cursor for its next batch.
    ///
    /// - Returns: whether anything came.
    private func fill(_ policy: AdmissionPolicy, _ meter: ReadMeter) throws -> Bool {
        try state.withLock { state in
            guard !state.hasEnded else { return false }
            keepPlace(&state)
            state.batch.removeAll()
            state.batch.lowWatermark = nil
            for table in state.taken.indices { state.taken[table] = 0 }
            let before = state.ingest
            state.hasEnded = try !cursor.next(into: &state.batch)
            state.ingest = cursor.ingest
            meter.advance(bytes: state.ingest.bytes - before.bytes, records: state.ingest.read - before.read)
            for table in state.batch.tables {
                for row in 0..<table.count where table.start[row] < policy.future {
                    state.newestRead = max(state.newestRead, table.start[row])
                }
            }
            if let kept = cursor.newestKept(before: Timestamp(nanoseconds: policy.future)) {
                state.newestRead = max(state.newestRead, kept.nanoseconds)
            }
            return state.batch.count > 0 || state.ingest.read > before.read
        }
    }

    /// Remembers where reading stands, once the records have moved on far enough.
    private func keepPlace(_ state: inout State) {
        let isFirst = state.isFresh
        state.isFresh = false
        guard let last = state.places.last, !isFirst, state.newestRead > .min else { return }
        guard last.newestBefore == .min || state.newestRead - step >= last.newestBefore else { return }
        state.places.append(Place(checkpoint: cursor.checkpoint(), newestBefore: state.newestRead))
    }

    /// Takes the rows of the batch up to the first one that reaches the boundary.
    ///
    /// - Returns: when that one starts; `nil` where the whole batch was taken.
    private func take(_ state: inout State, until boundary: Int64, _ policy: AdmissionPolicy) -> Int64? {
        var cut: (time: Int64, position: Int64, table: Int, row: Int)?
        for (place, table) in state.batch.tables.enumerated() where plan.subjects.contains(table.kind) {
            let row = (state.taken[place]..<table.count).first {
                table.start[$0] >= boundary && table.start[$0] < policy.future
            }
            guard let row else { continue }
            if let cut, cut.position <= table.position[row] { continue }
            cut = (table.start[row], table.position[row], place, row)
        }
        let input = BatchInput(state.batch)
        for (place, table) in state.batch.tables.enumerated() {
            var end = table.count
            if let cut {
                end = place == cut.table ? cut.row : rows(of: table, from: state.taken[place], before: cut.position)
            }
            state.part.take(
                table, state.taken[place]..<end, of: input, plan, policy)
            state.taken[place] = end
        }
        return cut?.time
    }

    /// The end of the rows that stand before a position of their input; all where positions have no meaning.
    private func rows(of table: RecordTable, from first: Int, before position: Int64) -> Int {
        guard position >= 0 else { return table.count }
        return (first..<table.count).first { table.position[$0] >= position } ?? table.count
    }

    /// Forgets what lies before the window, and says what is left and from where it could be read again.
    func keep(since: Timestamp?) -> (part: ReadPart, ingest: IngestCounts, checkpoint: Checkpoint) {
        state.withLock { state in
            if let since {
                state.part.forget(before: since.nanoseconds)
                let first = state.places.lastIndex { $0.newestBefore < since.nanoseconds } ?? 0
                state.places.removeFirst(first)
            } else {
                state.places.removeLast(state.places.count - 1)
            }
            return (state.part, state.ingest, state.places[0].checkpoint)
        }
    }
}

extension WindowRequest {
    /// The window where its ends are given; all where they follow from the records.
    var fixed: TimeWindow { if case .between(let window) = self { window } else { .all } }
}
