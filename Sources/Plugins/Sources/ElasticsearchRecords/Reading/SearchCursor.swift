import FlareKit

/// Reads some slices of searches, one after the other.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`; what cursors
/// share is the searches' contexts, which are guarded by themselves.
final class SearchCursor: Cursor, @unchecked Sendable {
    private var slices: [SliceReader]
    /// The book of the slices that were read.
    private var closed = Account()
    private let origin: String

    init(_ slices: [SliceReader], origin: String, remarks: [String] = []) {
        self.slices = slices
        self.origin = origin
        for remark in remarks { closed.noted[remark] = Account.Tally(count: 1) }
    }

    var account: Account {
        var account = closed
        for slice in slices { account.merge(slice.account) }
        return account
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        batch.origin = origin
        while let slice = slices.first {
            switch try slice.step(into: &batch) {
            case .waiting: return true
            case .read: if batch.count > 0 { return true }
            case .end:
                closed.merge(slice.account)
                slices.removeFirst()
            }
        }
        return false
    }
}
