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

    public func contains(_ time: Timestamp) -> Bool {
        if let since, time < since { return false }
        if let until, time >= until { return false }
        return true
    }

    /// The length in nanoseconds; `nil` where an end is open.
    public var duration: Int64? {
        guard let since, let until else { return nil }
        return until.nanoseconds - since.nanoseconds
    }
}

/// The window as a pipeline asks for it.
public enum WindowRequest: Hashable, Sendable {
    case all
    /// The last nanoseconds before the newest record (files) or before now (servers).
    case last(Int64)
    case between(TimeWindow)
}
