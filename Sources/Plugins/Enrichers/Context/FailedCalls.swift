import FlareKit

extension Story {
    /// The share of the finding's calls that failed, 0...1: nothing came back, or HTTP answered with an error. An implant whose
    /// server is gone goes on calling.
    ///
    /// - Returns: `nil` where neither sizes nor statuses are known, and of lookups and multicast, which nobody has to answer.
    func failedShare(_ run: RunContext) -> Double? {
        guard !isOfLookups, let key = finding.channel, key.peer.address?.scope != .multicast,
            Self.transports.contains(key.proto ?? 6)
        else { return nil }
        let statuses = context.statuses.counts
        let requests = statuses.values.reduce(0, +)
        let errors = statuses.reduce(0) { $0 + ((400...599).contains(Int($1.key) ?? 0) ? $1.value : 0) }
        let (empty, sized) = Self.unanswered(finding.channels, run)
        guard requests > 0 || sized > 0 else { return nil }
        return max(
            requests > 0 ? Double(errors) / Double(requests) : 0, sized > 0 ? Double(empty) / Double(sized) : 0)
    }

    /// TCP and UDP.
    private static let transports: Set<UInt8> = [6, 17]

    /// Calls to which no byte came back, and those of which it is known.
    private static func unanswered(_ keys: [ChannelKey], _ run: RunContext) -> (empty: Int, sized: Int) {
        var (empty, sized) = (0, 0)
        for key in keys {
            guard let down = run.view(of: key)?.bytesToClient.known else { continue }
            sized += down.count
            empty += down.count { $0 == 0 }
        }
        return (empty, sized)
    }
}
