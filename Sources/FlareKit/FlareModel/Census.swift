/// Exact counts over the whole window that no single channel knows. They belong to one grouping, and are
/// taken inside the window and before allowlist and focus, however the records were read.
public struct Census: Sendable, Codable {
    /// From the first record's start to just after the last one's, cut by the window asked for; strays left aside.
    public var window: TimeWindow
    /// Records that lie far from all others. They are used, and counted everywhere but in `window` and by minute.
    public var strays: [RecordedDays.Stray] = []
    /// Records of the kind that channels are made of.
    public var records = 0
    /// Hosts of the site that call, see `hosts(among:)`.
    public var hosts = 0
    /// Channels in all.
    public var channels = 0
    /// Channels that detectors of this grouping judge; set before judging.
    public var judged = 0
    /// Different source addresses by peer.
    public var sourcesByPeer = PeerCounts()
    /// Different source addresses by address, of the run's flows; `nil` where it groups none toward addresses. Of lookups
    /// it tells whether anybody called what was answered.
    public var called: PeerCounts?
    /// When the sensor lost most packets, by its own word, in nanoseconds since 1970, rising: what happened then is not known.
    public var blind: [Range<Int64>] = []
    /// Records of the whole sensor by minute, without strays; the first minute is `firstMinute`.
    public var recordsByMinute: [UInt32] = []
    /// Minutes since 1970 of the first element of `recordsByMinute`.
    public var firstMinute: Int64 = 0

    public init(window: TimeWindow = .all) { self.window = window }

    /// How many different sources talk to a peer in the window.
    public func sources(of peer: Peer) -> Int { sourcesByPeer[peer] }

    /// Whether no record at all of the sensor starts in the minute of `time`: then a missing callback says nothing.
    public func isSilent(at time: Timestamp) -> Bool {
        let minute = time.minute.subtractingClamped(firstMinute)
        guard minute >= 0, minute < recordsByMinute.count else { return true }
        return recordsByMinute[Int(minute)] == 0
    }
}

extension Census {
    /// How many sources are hosts of the site: those whose addresses are not global. Whoever scans the site from the internet
    /// is none of its hosts, and would make every destination look rare. Where no source has such an address, all count.
    package static func hosts(among sources: some Sequence<IPAddress>) -> Int {
        var (own, all) = (0, 0)
        for source in sources {
            all += 1
            if source.scope != .global { own += 1 }
        }
        return own > 0 ? own : all
    }
}

extension Census {
    /// The most minutes that are counted one by one: eight years.
    private static let mostMinutes: Int64 = 4_200_000

    /// Makes room for the minutes of the window.
    package mutating func beginMinutes() {
        guard let since = window.since, let until = window.until else { return }
        firstMinute = since.minute
        let count = until.advanced(by: -1).minute - firstMinute + 1
        recordsByMinute = Array(repeating: 0, count: Int(max(0, min(count, Self.mostMinutes))))
    }

    /// Counts records of a minute; none where it lies outside of the window.
    package mutating func count(_ records: UInt32 = 1, inMinute minute: Int64) {
        let place = minute - firstMinute
        guard place >= 0, place < recordsByMinute.count else { return }
        recordsByMinute[Int(place)] = recordsByMinute[Int(place)].addingClamped(records)
    }

    /// What a reader of the results has to know of records that lie far from all others.
    package var remarks: [String] {
        RecordedDays.Stray.sentences(strays, around: window).map {
            "\($0): such records are used, but the window does not reach to them"
        }
    }
}
