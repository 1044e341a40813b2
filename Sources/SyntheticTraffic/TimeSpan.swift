/// A stretch of time in which traffic is generated.
///
/// Inside the generator times are seconds since `start`; outside they are nanoseconds since 1970, UTC.
public struct TimeSpan: Sendable, Hashable {
    /// Nanoseconds since 1970, UTC; the span contains `start` and not `end`.
    public var start: Int64
    public var end: Int64

    public init(start: Int64, end: Int64) {
        precondition(end > start, "a time span must end after it starts")
        self.start = start
        self.end = end
    }

    /// - Parameter hours: length, above 0.
    public init(start: Int64, hours: Double) {
        self.init(start: start, end: start + Int64(hours * 3600 * 1e9))
    }

    /// Length in seconds.
    public var seconds: Double { Double(end - start) / 1e9 }

    /// Nanoseconds since 1970 of a time in seconds since `start`, rounded to a microsecond, as sensors write it.
    public func nanoseconds(at seconds: Double) -> Int64 {
        start + Int64((seconds * 1e6).rounded()) * 1000
    }

    /// Hour of the day, 0 ..< 24, in UTC.
    public func hourOfDay(at seconds: Double) -> Double {
        let sinceEpoch = Double(start / 1_000_000_000) + seconds
        return (sinceEpoch / 3600).truncatingRemainder(dividingBy: 24)
    }
}
