extension Census {
    private static let minute: Int64 = 60_000_000_000
    private static let day: Int64 = 86_400_000_000_000
    /// Records that the usual pace would have brought in a stretch without any.
    private static let recordsMissed = 30.0
    /// A shorter stretch is no outage, however busy the sensor.
    private static let fewestMinutes = 2

    /// Stretches in which the whole sensor recorded nothing although it should have: what happened there is not known, and
    /// a callback that is missing there was not missed. Nanoseconds since 1970, rising.
    ///
    /// A stretch counts if, at the sensor's usual pace, an empty one of that length comes up once in e^30 times: L minutes
    /// count if L times the median number of records in a minute with any is at least 30. So a quiet home at night is not
    /// taken for a dead sensor. What lies between strays and the window counts too, and hours in which the sensor says that it
    /// lost most packets.
    public var silences: [Range<Int64>] {
        let around = silencesAroundStrays
        let silent = around.before + silencesInWindow + around.after
        return blind.isEmpty ? silent : (silent + blind).joined()
    }

    /// How long the sensor recorded, in nanoseconds: from the first minute with a record to the last, without silences of a
    /// day and more, and those longer than all that is left without them. `nil` where nobody counted the minutes.
    ///
    /// So neither a stray record nor a month between two captures makes an hour of traffic more than an hour. Shorter
    /// silences are part of it: nobody stops looking for an outage.
    public var recordedDuration: Int64? {
        guard let first = recordsByMinute.firstIndex(where: { $0 > 0 }),
            let last = recordsByMinute.lastIndex(where: { $0 > 0 })
        else { return nil }
        var duration = Int64(last - first + 1) * Self.minute
        for silence in silencesInWindow.map({ $0.upperBound - $0.lowerBound }).sorted(by: >) {
            guard silence >= Self.day || silence > duration - silence else { break }
            duration -= silence
        }
        return duration
    }

    private var silencesInWindow: [Range<Int64>] {
        let busy = recordsByMinute.filter { $0 > 0 }.sorted()
        guard !busy.isEmpty else { return [] }
        // Quiet minutes pull the pace down, so that a rhythm of day and night does not look like outages.
        let pace = Double(busy[busy.count / 2]) * Double(busy.count) / Double(recordsByMinute.count)
        let fewest = max(Self.fewestMinutes, Int(clamping: (Self.recordsMissed / pace).rounded(.up)))
        var silences: [Range<Int64>] = []
        var start: Int?
        for (minute, records) in (recordsByMinute + [1]).enumerated() {
            if records == 0 {
                start = start ?? minute
            } else if let first = start {
                if minute - first >= fewest { silences.append(time(first)..<time(minute)) }
                start = nil
            }
        }
        return silences
    }

    private func time(_ minute: Int) -> Int64 {
        Timestamp(minute: firstMinute.addingClamped(Int64(minute))).nanoseconds
    }

    private var silencesAroundStrays: (before: [Range<Int64>], after: [Range<Int64>]) {
        guard !strays.isEmpty, let since = window.since, let until = window.until else { return ([], []) }
        let days = strays.map { Timestamp(day: $0.first).nanoseconds..<Timestamp(day: $0.last + 1).nanoseconds }
        let before = days.filter { $0.upperBound <= since.nanoseconds }
        let after = days.filter { $0.lowerBound >= until.nanoseconds }
        return (
            Self.between(before + [since.nanoseconds..<until.nanoseconds]),
            Self.between([since.nanoseconds..<until.nanoseconds] + after)
        )
    }

    private static func between(_ stretches: [Range<Int64>]) -> [Range<Int64>] {
        zip(stretches, stretches.dropFirst()).map { $0.upperBound..<max($0.upperBound, $1.lowerBound) }
    }
}
