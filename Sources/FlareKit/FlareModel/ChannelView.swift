/// A channel as a detector sees it: its key and its records, sorted by time, where times are equal by size.
public struct ChannelView: Sendable {
    public let id: ChannelID
    public let key: ChannelKey
    /// Nanoseconds since 1970, UTC, of each record's start, rising.
    public let times: [Int64]
    /// Bytes from source to peer, one a record.
    public let bytesToServer: SizeSeries
    /// Bytes from peer to source, one a record.
    public let bytesToClient: SizeSeries
    /// Further columns of numbers that the detector asked for, one element a record.
    public let numbers: [ColumnName: [Int64]]
    /// The addresses behind a peer that is a name, or that take turns with a peer that is an address and the first of them;
    /// sorted, and empty where the peer is one address alone.
    public let addresses: [IPAddress]
    /// The host that all records of a channel toward an address asked for; `nil` where they did not, or for several.
    public let host: String?
    /// The proxy that the calls go through, as `address:port`; `nil` where there is none.
    public let proxy: String?
    /// Some of the names looked up, the longest three, of a channel toward a registered domain; of whichever source.
    public let examples: [String]

    public init(
        id: ChannelID, key: ChannelKey, times: [Int64], bytesToServer: SizeSeries, bytesToClient: SizeSeries,
        numbers: [ColumnName: [Int64]] = [:], addresses: [IPAddress] = [], host: String? = nil, proxy: String? = nil,
        examples: [String] = []
    ) {
        self.id = id
        self.key = key
        self.times = times
        self.bytesToServer = bytesToServer
        self.bytesToClient = bytesToClient
        self.numbers = numbers
        self.addresses = addresses
        self.host = host
        self.proxy = proxy
        self.examples = examples
    }

    public var count: Int { times.count }

    /// The records that start in a window, or all where none does: a channel of strays alone is seen at its own times.
    func moments(in window: TimeWindow) -> Range<Int> {
        guard let first = times.firstIndex(where: { window.contains(Timestamp(nanoseconds: $0)) }),
            let last = times.lastIndex(where: { window.contains(Timestamp(nanoseconds: $0)) })
        else { return times.indices }
        return first..<last + 1
    }
}

/// Some channels, to be judged together.
public struct ChannelBatch: Sendable {
    public let channels: [ChannelView]

    public init(_ channels: [ChannelView]) { self.channels = channels }
}
