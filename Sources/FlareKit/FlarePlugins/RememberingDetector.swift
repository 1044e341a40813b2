import FlareModel

/// A detector that remembers what earlier runs saw of channels.
///
/// It is given all channels that its demand asks for, so that it can remember those of few records, and says itself which of
/// them it judges.
public protocol RememberingDetector: Detector {
    /// Called before it judges: the moment to read what earlier runs saw of these channels.
    ///
    /// - Throws: where it cannot. The run judges without what was remembered, and counts as not whole.
    func recall(_ channels: ChannelTable, _ census: Census) async throws
    /// Whether it judges a channel.
    func judges(_ channel: ChannelID, in channels: ChannelTable) -> Bool
    /// Called after it settled: the moment to keep what this run saw. The same channels may come again, from a run that was
    /// killed, or over a window that overlaps; what they hold must not count twice.
    ///
    /// - Returns: what the reader of the results has to know of it.
    func remember(_ channels: ChannelTable, _ census: Census) async throws -> [String]
}
