import FlareKit
import PCAPScanner
import Synchronization

/// What connections said, kept from the first reading for when it is asked for again, within a bound: the oldest go first.
final class KeptRecords: Sendable {
    /// `@unchecked`: it is touched inside the lock alone.
    private struct State: @unchecked Sendable {
        var words: OpaquePointer?
        var isKeeping = false
    }

    private let bound: Int
    private let state = Mutex(State())

    /// - Parameter bound: in bytes.
    init(bound: Int) { self.bound = max(0, bound) }

    deinit { state.withLock { PCAPRecordsDestroy($0.words) } }

    /// Begins anew.
    func begin(isKeeping: Bool) {
        state.withLock { state in
            PCAPRecordsDestroy(state.words)
            state.words = PCAPRecordsCreate(bound)
            state.isKeeping = isKeeping
        }
    }

    /// Takes what a scanner has gathered.
    func take(_ scanner: OpaquePointer?) {
        state.withLock { if let words = $0.words { PCAPRecordsTake(words, scanner) } }
    }

    /// Whether anything is kept.
    var isKeeping: Bool { state.withLock(\.isKeeping) }

    /// How many there was no room for, and how many there are.
    var counts: (leftOut: Int, kept: Int) {
        state.withLock { state in
            guard let words = state.words else { return (0, 0) }
            return (Int(clamping: PCAPRecordsLeftOut(words)), PCAPRecordsCount(words))
        }
    }

    /// Goes through what is kept, up to so many at a time.
    ///
    /// - Parameter first: the first one to look at; raised to where to go on.
    /// - Returns: whether there is more.
    func read(from first: inout Int, most: Int, _ body: (PacketRecord) -> Bool) -> Bool {
        state.withLock { state in
            guard let words = state.words else { return false }
            let end = min(PCAPRecordsCount(words), first + most)
            while first < end, body(PacketRecord(PCAPRecordsAt(words, first))) { first += 1 }
            return first < PCAPRecordsCount(words)
        }
    }
}

/// Yields what was kept, as far as it was asked for.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`.
final class KeptRecordsCursor: Cursor, @unchecked Sendable {
    private static let mostAtOnce = 4096

    private let kept: KeptRecords
    private let questions: RecordQuestions
    private var first = 0
    private(set) var ingest = IngestCounts()

    init(_ kept: KeptRecords, _ questions: RecordQuestions, remarks: [String]) {
        self.kept = kept
        self.questions = questions
        for remark in remarks { ingest.noted[remark] = IngestCounts.Tally(count: 1) }
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        let hasMore = kept.read(from: &first, most: Self.mostAtOnce) { word in
            guard let place = batch.index(of: word.kind), questions.ask(for: word) else {
                ingest.skip("not asked for")
                return true
            }
            guard !batch.tables[place].isFull else { return false }
            batch.tables[place].append(word)
            ingest.use(word.kind)
            return true
        }
        return hasMore || batch.count > 0
    }
}
