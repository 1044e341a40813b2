/// The days in which a sensor recorded, without those that wrong clocks made up.
///
/// One record dated 1970 must not make an hour of traffic a window of fifty years. Days with records that lie at most a week
/// apart are one stretch. The stretch with the most records is the body; it takes in every stretch that lies no farther from
/// it than the body is long, and then the heaviest others until a tenth of the records is left at most. What is left are strays.
/// `docs/design.md`, "Time", says why.
public struct RecordedDays: Sendable, Equatable {
    /// Records far from all others: days since 1970, and how many there are.
    public struct Stray: Sendable, Codable, Equatable {
        public var first: Int64
        public var last: Int64
        public var records: Int

        public init(first: Int64, last: Int64, records: Int) {
            (self.first, self.last, self.records) = (first, last, records)
        }
    }

    /// Days since 1970: the first and the last in which the sensor recorded.
    public let body: ClosedRange<Int64>
    /// What lies far from the body, rising.
    public let strays: [Stray]

    /// Stretches with more empty days between them than this are told apart.
    private static let nearby: Int64 = 7
    /// Strays are at most one record in so many.
    private static let recordsAStray = 10
    /// With fewer records nobody knows which of them is the stray.
    private static let fewestRecords = 3

    /// - Parameter counts: records by day since 1970.
    /// - Returns: `nil` without records.
    public init?(_ counts: [Int64: Int]) {
        let stretches = Self.stretches(counts)
        let byWeight = stretches.indices.sorted {
            (stretches[$0].records, $0) > (stretches[$1].records, $1)
        }
        guard let heaviest = byWeight.first else { return nil }
        let total = stretches.reduce(0) { $0.addingClamped($1.records) }
        let mostStrays = total < Self.fewestRecords ? 0 : max(1, total / Self.recordsAStray)
        var body = heaviest...heaviest
        var inside = stretches[heaviest].records
        func take(_ stretch: Int) {
            while body.lowerBound > stretch {
                body = body.lowerBound - 1...body.upperBound
                inside.addClamped(stretches[body.lowerBound].records)
            }
            while body.upperBound < stretch {
                body = body.lowerBound...body.upperBound + 1
                inside.addClamped(stretches[body.upperBound].records)
            }
        }
        var next = byWeight.dropFirst()
        while inside < total {
            let (first, last) = (stretches[body.lowerBound].first, stretches[body.upperBound].last)
            let length = last - first + 1
            if body.lowerBound > 0, first - stretches[body.lowerBound - 1].last - 1 <= length {
                take(body.lowerBound - 1)
            } else if body.upperBound + 1 < stretches.count, stretches[body.upperBound + 1].first - last - 1 <= length {
                take(body.upperBound + 1)
            } else if total - inside > mostStrays, let heavy = next.popFirst() {
                take(heavy)
            } else {
                break
            }
        }
        self.body = stretches[body.lowerBound].first...stretches[body.upperBound].last
        strays = Array(stretches[..<body.lowerBound] + stretches[(body.upperBound + 1)...])
    }

    private static func stretches(_ counts: [Int64: Int]) -> [Stray] {
        var stretches: [Stray] = []
        for (day, records) in counts.sorted(by: { $0.key < $1.key }) where records > 0 {
            if let last = stretches.last, day - last.last - 1 <= nearby {
                stretches[stretches.count - 1].last = day
                stretches[stretches.count - 1].records += records
            } else {
                stretches.append(Stray(first: day, last: day, records: records))
            }
        }
        return stretches
    }

    /// The moments of the body, both inside.
    package var moments: ClosedRange<Int64> {
        Timestamp(day: body.lowerBound).nanoseconds...Timestamp(day: body.upperBound).endOfDay.nanoseconds
    }
}

extension RecordedDays.Stray {
    /// One sentence each about the strays before and behind a window: `3 records are dated 1970-01-01, 53 years before all
    /// others`.
    package static func sentences(_ strays: [RecordedDays.Stray], around window: TimeWindow) -> [String] {
        guard let since = window.since?.day, let until = window.until?.day else { return [] }
        let before = strays.filter { $0.last < since }
        let after = strays.filter { $0.first > until }
        return [
            sentence(before, before.last.map { since - $0.last }, "before"),
            sentence(after, after.first.map { $0.first - until }, "after"),
        ].compactMap { $0 }
    }

    private static func sentence(_ strays: [RecordedDays.Stray], _ distance: Int64?, _ direction: String) -> String? {
        guard let first = strays.first, let last = strays.last, let distance else { return nil }
        let records = strays.reduce(0) { $0.addingClamped($1.records) }
        var dates = "\(Timestamp(day: first.first).date)"
        if last.last > first.first { dates += " to \(Timestamp(day: last.last).date)" }
        return "\(records) \(records == 1 ? "record is" : "records are") dated \(dates), "
            + "\(strays.count > 1 ? "at least " : "")\(phrase(days: distance)) \(direction) all others"
    }

    private static func phrase(days: Int64) -> String {
        let (count, unit) =
            days >= 365
            ? ((days * 4 + 3) / 1461, "year")
            : days >= 61 ? (days * 100 / 3044, "month") : (days, "day")
        return "\(count) \(unit)\(count == 1 ? "" : "s")"
    }
}

/// Counts records by day.
package struct DayCounts: Sendable {
    /// By day since 1970.
    package private(set) var counts: [Int64: Int] = [:]

    package init() {}

    package mutating func add(_ records: Int, on day: Int64) { counts[day, default: 0].addClamped(records) }

    package mutating func merge(_ other: DayCounts) { counts.merge(other.counts) { $0.addingClamped($1) } }

    package var total: Int { counts.values.reduce(0) { $0.addingClamped($1) } }

    /// Counts those of some moments that lie from `since` (inside) to `until` (outside), nanoseconds since 1970.
    package mutating func add(_ times: some Sequence<Int64>, from since: Int64 = .min, until: Int64 = .max) {
        // Neighbours are mostly of one day, so that few are looked up.
        var day: Int64 = 0
        var span = Int64.max...Int64.max
        var records = 0
        for time in times where time >= since && time < until {
            if span.contains(time) {
                records += 1
                continue
            }
            if records > 0 { counts[day, default: 0].addClamped(records) }
            day = Timestamp(nanoseconds: time).day
            span = Timestamp(day: day).nanoseconds...Timestamp(day: day).endOfDay.nanoseconds
            records = 1
        }
        if records > 0 { counts[day, default: 0].addClamped(records) }
    }
}
