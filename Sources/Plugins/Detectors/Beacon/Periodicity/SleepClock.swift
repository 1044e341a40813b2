/// Idle times counted from the end of what was before, where an implant's sleep begins.
///
/// Most implants sleep once a call has ended, and a call lasts as long as its answer: Loki's calls come 61 to 64 s apart and each 60.05 to
/// 60.09 s after the end of the last. Where connections are kept open, several calls are one connection, and only its end tells when the last
/// of them was. So a channel is looked at under two clocks, from start to start and from the last end to the start.
///
/// Under Poisson starts no clock that looks back only can help to foretell the next start, whatever the durations: the density of the age of
/// the last end or start falls, as that of an exponential does, and is not regular (Wolff, "Poisson arrivals see time averages", Operations
/// Research 30, 1982).
enum SleepClock {
    /// An end within this last share of the time from start to start is part of the next call: an open connection is closed as the next is made.
    static let closing = 0.1
    /// Fewer ends that tell anything are not worth a look.
    static let fewestEnds = 4
    /// An end tells something where the idle time is shorter than the time from start to start by this share.
    static let leastShare = 0.005

    /// - Parameters:
    ///   - gaps: seconds from start to start, infinite where the sensor was silent.
    ///   - times: starts in seconds, ascending.
    ///   - durations: nanoseconds of each flow, below 0 where it is not known; empty where none is.
    /// - Returns: seconds from the last start or end to each start; `nil` where the ends tell nothing.
    /// - Complexity: O(n log n).
    static func gaps(_ gaps: [Double], times: [Double], durations: [Int64]) -> [Double]? {
        guard durations.count == times.count, durations.contains(where: { $0 > 0 }) else { return nil }
        var ends = zip(times, durations).map { $0 + Double(max(0, $1)) * 1e-9 }
        ends = Ascending.sorted(ends)
        var result = gaps
        var position = 0
        var last = -Double.infinity
        var told = 0
        for index in gaps.indices where gaps[index].isFinite {
            let limit = times[index + 1] - closing * gaps[index]
            while position < ends.count && ends[position] <= limit {
                last = ends[position]
                position += 1
            }
            guard last > times[index] else { continue }
            result[index] = times[index + 1] - last
            if result[index] < (1 - leastShare) * gaps[index] { told += 1 }
        }
        return told >= fewestEnds ? result : nil
    }
}
