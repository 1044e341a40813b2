/// What the statistics take for an hour.
///
/// They add up votes of hours, and a beacon is regular in every hour it lives. A capture of some minutes has no hours: there an hour is
/// a 24th of the capture, so that minutes full of callbacks show as much as a day that is. Poisson, gamma and log-normal traffic look
/// the same at any scale.
package struct TimeScale: Sendable, Hashable {
    /// Seconds of an hour: 3,600 where the sensor was looked at for a day or more, at least 5.
    let hour: Double
    /// Seconds that the sensor was looked at, at least 120.
    let frame: Double
    /// Seconds from midnight (UTC) to the first flow: time 0 plus this is the time of day.
    let offset: Double

    /// Captures shorter than two minutes count as so long.
    static let shortest = 120.0
    private static let day: Int64 = 86_400_000_000_000

    /// - Parameters:
    ///   - frame: nanoseconds that the sensor was looked at; `nil` for a day or more.
    ///   - origin: the first flow, nanoseconds since 1970.
    init(frame: Int64?, origin: Int64) {
        self.frame = max(Self.shortest, frame.map { Double($0) * 1e-9 } ?? 86_400)
        hour = min(3600, self.frame / 24)
        let timeOfDay = origin % Self.day
        offset = Double(timeOfDay < 0 ? timeOfDay + Self.day : timeOfDay) * 1e-9
    }
}
