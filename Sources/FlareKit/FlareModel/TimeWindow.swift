/// A span of time: from `since` (inside) to `until` (outside); `nil` leaves an end open.
public struct TimeWindow: Hashable, Sendable, Codable {
    public var since: Timestamp?
    public var until: Timestamp?

    public init(since: Timestamp? = nil, until: Timestamp? = nil) {
        self.since = since
        self.until = until
    }

    /// All of time.
    public static let all = TimeWindow()

    /// The last `length` nanoseconds before `now`, which is inside. Both ends are rounded outward to whole milliseconds,
    /// the unit of dates in an index, so that a cluster's cut and the one made here are the same.
    public static func endingNow(_ now: Timestamp, length: Int64) -> TimeWindow {
        let millisecond: Int64 = 1_000_000
        func floor(_ time: Timestamp) -> Timestamp {
            time.advanced(by: -Timestamp.split(time.nanoseconds, by: millisecond).remainder)
        }
        return TimeWindow(
            since: floor(now.moved(back: length)), until: floor(now).advanced(by: millisecond))
    }

    public func contains(_ time: Timestamp) -> Bool {
        if let since, time < since { return false }
        if let until, time >= until { return false }
        return true
    }

    /// The length in nanoseconds; `nil` where an end is open.
    public var duration: Int64? {
        guard let since, let until else { return nil }
        return until.nanoseconds(since: since)
    }
}

/// The window as a pipeline asks for it.
public enum WindowRequest: Hashable, Sendable {
    case all
    /// The last nanoseconds before the newest record (files) or before now (servers).
    case last(Int64)
    case between(TimeWindow)
}

extension TimeWindow: CustomStringConvertible {
    /// In whole seconds, rounded outward.
    public var description: String {
        let end = until.map { $0.inWholeSeconds == $0 ? $0 : $0.inWholeSeconds.advanced(by: 1_000_000_000) }
        return "\(since?.inWholeSeconds.description ?? "the beginning") … \(end?.description ?? "the end")"
    }

    /// ` in the window …`, to go on with a sentence; empty for a window without ends.
    package var phrase: String { since == nil && until == nil ? "" : " in the window \(self)" }
}
