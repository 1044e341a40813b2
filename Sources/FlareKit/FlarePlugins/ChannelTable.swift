import FlareModel

/// The channels of one grouping that detectors judge.
///
/// The channels are those with enough records that no filter took out, numbered from 0 in the order of their keys. Their
/// records are kept by whoever makes the table: the engine, the host of a plugin in a library, or a test.
///
/// A class, since it is shared by all threads and never changes.
public final class ChannelTable: Sendable {
    public let grouping: Grouping
    /// The channels' keys, rising.
    public let keys: [ChannelKey]
    private let counts: [Int]
    private let lendNumbers: @Sendable (ColumnName, ChannelID) -> [Int64]
    private let lend: @Sendable (ChannelID) -> ChannelView

    /// - Parameters:
    ///   - grouping: what makes records one channel.
    ///   - keys: rising.
    ///   - counts: how many records each channel has.
    ///   - view: yields a channel with its records; called from any thread.
    public convenience init(
        grouping: Grouping, keys: [ChannelKey], counts: [Int], view: @escaping @Sendable (ChannelID) -> ChannelView
    ) {
        self.init(grouping: grouping, keys: keys, counts: counts, numbers: { view($1).numbers[$0] ?? [] }, view: view)
    }

    /// - Parameter numbers: yields a column of a channel's records, in any order, without the records; empty where it is
    ///   not kept.
    package init(
        grouping: Grouping, keys: [ChannelKey], counts: [Int],
        numbers: @escaping @Sendable (ColumnName, ChannelID) -> [Int64],
        view: @escaping @Sendable (ChannelID) -> ChannelView
    ) {
        self.grouping = grouping
        self.keys = keys
        self.counts = counts
        lendNumbers = numbers
        lend = view
    }

    public var count: Int { keys.count }

    public func key(of channel: ChannelID) -> ChannelKey { keys[channel.index] }

    /// The number of a channel's records.
    public func recordCount(of channel: ChannelID) -> Int { counts[channel.index] }

    /// The channel of a key; `nil` if it is not among those judged.
    public func id(of key: ChannelKey) -> ChannelID? {
        let place = keys.firstPlace { $0 >= key }
        return place < keys.count && keys[place] == key ? ChannelID(place) : nil
    }

    /// What a column of numbers holds of a channel's records, in no order; empty where the run does not keep it.
    public func numbers(_ column: ColumnName, of channel: ChannelID) -> [Int64] { lendNumbers(column, channel) }

    /// A channel with its records, sorted by time, then by sizes: O(n log n).
    public func view(_ channel: ChannelID) -> ChannelView { lend(channel) }
}
