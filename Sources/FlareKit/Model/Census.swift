/// Exact counts over the whole window that no single channel knows. They belong to one grouping, and are
/// taken inside the window and before allowlist and focus, however the records were read.
public struct Census: Sendable, Codable {
    /// From the first record's start to just after the last one's, cut by the window asked for.
    public var window: TimeWindow
    /// Records of the kind that channels are made of.
    public var records = 0
    /// Different source addresses.
    public var hosts = 0
    /// Channels in all.
    public var channels = 0
    /// Channels that detectors of this grouping judge; set before judging.
    public var judged = 0
    /// Different source addresses by peer.
    public var sourcesByPeer = PeerCounts()
    /// Records of the whole sensor by minute; the first minute is `firstMinute`.
    public var recordsByMinute: [UInt32] = []
    /// Minutes since 1970 of the first element of `recordsByMinute`.
    public var firstMinute: Int64 = 0

    public init(window: TimeWindow = .all) { self.window = window }

    /// How many different sources talk to a peer in the window.
    public func sources(of peer: Peer) -> Int { sourcesByPeer[peer] }

    /// Whether no record at all of the sensor starts in the minute of `time`: then a missing callback says nothing.
    public func isSilent(at time: Timestamp) -> Bool {
        let minute = Timestamp.split(time.nanoseconds, by: 60_000_000_000).quotient - firstMinute
        guard minute >= 0, minute < recordsByMinute.count else { return true }
        return recordsByMinute[Int(minute)] == 0
    }
}
