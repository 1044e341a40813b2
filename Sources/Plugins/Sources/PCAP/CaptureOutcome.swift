import FlareKit
import PCAPScanner
import Synchronization

/// What became of a reading's packets, for a reader of the results.
final class CaptureOutcome: Sendable {
    private struct State: Sendable {
        var rejected: [(reason: String, remedy: String, count: Int)] = []
        var unknownLink: Int64 = -1
        var evicted = 0
    }

    private let state = Mutex(State())

    func take(_ totals: PCAPTotals, _ ingest: IngestCounts) {
        var next = State(rejected: [], unknownLink: totals.unknownLink, evicted: Int(clamping: totals.evicted))
        for number in 0..<PCAPReasons.rawValue {
            let reason = PCAPReason(rawValue: number)
            let (name, remedy) = (String(cString: PCAPReasonName(reason)), String(cString: PCAPReasonRemedy(reason)))
            guard let tally = ingest.rejected[name], !remedy.isEmpty else { continue }
            next.rejected.append((name, remedy, tally.count))
        }
        state.withLock { $0 = next }
    }

    /// What was left out and what to do about it, in sentences.
    var remarks: [String] {
        let state = state.withLock { $0 }
        var remarks = state.rejected.map { reason, remedy, count in
            let link = reason.hasSuffix("link type") ? " (\(state.unknownLink))" : ""
            return "\(count.grouped) \(reason)\(link) were left out: \(remedy)"
        }
        if state.evicted > 0 {
            remarks.append(
                "\(state.evicted.grouped) connections were ended early, because more were open than memory is set "
                    + "aside for: their later packets count as further connections; read fewer files at a time")
        }
        return remarks
    }
}
