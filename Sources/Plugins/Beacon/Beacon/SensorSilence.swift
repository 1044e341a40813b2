import FlareKit

/// Stretches in which the whole sensor recorded nothing although it should have: what happened there is not known, and
/// a callback that is missing there was not missed.
///
/// A stretch counts if, at the sensor's usual pace, an empty one of that length comes up once in e^30 times: L minutes
/// count if L times the median number of records in a minute with any is at least 30. So a quiet home at night is not
/// taken for a dead sensor.
enum SensorSilence {
    private static let recordsMissed = 30.0
    /// A shorter stretch is no outage, however busy the sensor.
    private static let fewestMinutes = 2

    /// - Returns: nanoseconds since 1970, rising.
    static func stretches(of census: Census) -> [Range<Int64>] {
        let busy = census.recordsByMinute.filter { $0 > 0 }.sorted()
        guard !busy.isEmpty else { return [] }
        // Quiet minutes pull the pace down, so that a rhythm of day and night does not look like outages.
        let pace = Double(busy[busy.count / 2]) * Double(busy.count) / Double(census.recordsByMinute.count)
        let fewest = max(fewestMinutes, Int((recordsMissed / pace).rounded(.up)))
        var stretches: [Range<Int64>] = []
        var start: Int?
        for (minute, records) in (census.recordsByMinute + [1]).enumerated() {
            if records == 0 {
                start = start ?? minute
            } else if let first = start {
                if minute - first >= fewest { stretches.append(time(first, census)..<time(minute, census)) }
                start = nil
            }
        }
        return stretches
    }

    /// How long the sensor was looked at: from the first minute with a record to the last, in nanoseconds.
    static func frame(of census: Census) -> Int64 {
        let minutes = census.recordsByMinute
        guard let first = minutes.firstIndex(where: { $0 > 0 }), let last = minutes.lastIndex(where: { $0 > 0 }) else {
            return 0
        }
        return Int64(last - first + 1) * 60_000_000_000
    }

    private static func time(_ minute: Int, _ census: Census) -> Int64 {
        (census.firstMinute + Int64(minute)) * 60_000_000_000
    }
}
