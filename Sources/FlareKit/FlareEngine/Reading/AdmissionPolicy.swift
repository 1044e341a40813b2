import FlareModel

/// Which records are kept by their time.
struct AdmissionPolicy: Sendable {
    static let outside = "outside the window"
    static let future = "from the future"

    /// Nanoseconds since 1970; inside.
    let since: Int64
    /// Nanoseconds since 1970; outside.
    let until: Int64
    /// Records that start at or after this moment are from the future.
    let future: Int64
    /// The window's length where it is relative to the newest record.
    let span: Int64?

    /// How far a sensor's clock may run ahead of ours.
    static let clockTolerance: Int64 = 300_000_000_000

    init(_ request: WindowRequest, window: TimeWindow, now: Timestamp) {
        future = now.advanced(by: Self.clockTolerance + 1).nanoseconds
        since = window.since?.nanoseconds ?? .min
        until = min(window.until?.nanoseconds ?? .max, future)
        span = if case .last(let length) = request, window.since == nil { length } else { nil }
    }

    /// The first row at or after `first` whose time is not admitted; `end` if all are.
    func firstRefused(_ rows: RecordTable, from first: Int, to end: Int) -> Int {
        var row = first
        while row < end, rows.start[row] >= since, rows.start[row] < until { row += 1 }
        return row
    }

    func refuse(_ rows: RecordTable, _ row: Int, _ origin: String, _ refused: inout Refusals) {
        let time = Timestamp(nanoseconds: rows.start[row])
        if time.nanoseconds >= future {
            refused.future.add(at: IngestCounts.Place(origin, rows.position[row], time.description), time: time)
        } else {
            refused.outside.add(time: time)
        }
    }
}

/// Records that were read well and not kept, because of their time.
struct Refusals: Sendable {
    var outside = IngestCounts.Tally()
    var future = IngestCounts.Tally()

    mutating func merge(_ other: Refusals) {
        outside.merge(other.outside)
        future.merge(other.future)
    }
}
