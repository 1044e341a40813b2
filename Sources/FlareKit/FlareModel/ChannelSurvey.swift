/// All channels of one grouping before any was left out, for filters that set themselves by them.
public struct ChannelSurvey: Sendable {
    /// Places of channels; those without a record in the window among them.
    public let count: Int
    private let records: @Sendable (Int) -> Int
    private let key: @Sendable (Int) -> ChannelKey

    /// - Parameters:
    ///   - count: how many channels there are.
    ///   - records: how many records in the window a channel has.
    ///   - key: its key.
    public init(
        count: Int, records: @escaping @Sendable (Int) -> Int, key: @escaping @Sendable (Int) -> ChannelKey
    ) {
        self.count = count
        self.records = records
        self.key = key
    }

    /// Calls `body` for channels with records, in their order.
    ///
    /// - Parameters:
    ///   - most: of more channels an evenly spread sample of about so many is taken.
    ///   - body: is given a channel's key and how many records it has.
    public func each(atMost most: Int = .max, _ body: (ChannelKey, _ records: Int) -> Void) {
        let step = max(1, count / max(1, most))
        for place in stride(from: 0, to: count, by: step) {
            let count = records(place)
            if count > 0 { body(key(place), count) }
        }
    }
}
