import FlareKit

/// Reads some slices of searches, one after the other.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`; what cursors
/// share is the searches' contexts, which are guarded by themselves.
final class SearchCursor: Cursor, @unchecked Sendable {
    private var slices: [SliceReader]
    /// The counts of the slices that were read.
    private var closed = IngestCounts()
    private let origin: String

    init(_ slices: [SliceReader], origin: String, remarks: [String] = []) {
        self.slices = slices
        self.origin = origin
        for remark in remarks { closed.noted[remark] = IngestCounts.Tally(count: 1) }
    }

    var ingest: IngestCounts {
        var ingest = closed
        for slice in slices { ingest.merge(slice.ingest) }
        return ingest
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        batch.origin = origin
        while let slice = slices.first {
            switch try slice.step(into: &batch) {
            case .waiting: return true
            case .read: if batch.count > 0 { return true }
            case .end:
                closed.merge(slice.ingest)
                slices.removeFirst()
            }
        }
        return false
    }
}
