import FlareKit

/// The lookups that precede a finding's calls.
struct Lookups {
    /// What is listed: a line for each channel of lookups.
    let texts: [String]
    /// The same for a sentence.
    let clause: String
    /// Calls that a lookup preceded, by the channel of the lookups.
    let preceded: [ChannelKey: Int]

    /// Periods this near each other are one, however short, in seconds.
    private static let nearPeriods = 2.0

    /// - Returns: `nil` where none precede its calls.
    init?(of story: Story, _ context: GatheredContext, _ options: ContextOptions) {
        guard !story.isOfLookups, let source = story.finding.source, !story.finding.times.isEmpty else { return nil }
        let peer = story.finding.channel?.peer.address
        let name = story.name?.name
        let own = context.lookups.filter { lookup in
            lookup.channel.source == source
                && (lookup.name == name || lookup.addresses.contains { $0 == peer })
        }
        var texts: [(count: Int, text: String)] = []
        var preceded: [ChannelKey: Int] = [:]
        for (channel, lookups) in Dictionary(grouping: own, by: \.channel) {
            let times = lookups.map(\.time).sorted()
            let delays = Self.delays(story.finding.times, after: times, within: options.lookupLead.nanoseconds)
            guard Double(delays.count) >= options.lookupShare * Double(story.finding.times.count) else {
                continue
            }
            preceded[channel] = delays.count
            let names = Set(lookups.map(\.name)).sorted().prefix(3).joined(separator: ", ")
            let median = delays.sorted()[delays.count / 2]
            texts.append(
                (
                    delays.count,
                    "\(channel): \(names), before \(Words.count(delays.count)) of "
                        + "\(Words.count(story.finding.times.count)) calls, "
                        + "\(Words.seconds(Double(median) / 1e9)) ahead in the median"
                ))
        }
        guard let most = texts.map(\.count).max() else { return nil }
        self.texts = texts.sorted { ($1.count, $0.text) < ($0.count, $1.text) }.map(\.text)
        self.preceded = preceded
        clause =
            "its lookups folded in, before \(Words.count(most)) of \(Words.count(story.finding.times.count)) calls"
    }

    /// For each call the time since the last lookup before it, where that is near.
    static func delays(_ calls: [Int64], after lookups: [Int64], within: Int64) -> [Int64] {
        var next = 0
        return calls.sorted().compactMap { call in
            while next < lookups.count, lookups[next] <= call { next += 1 }
            guard next > 0, call - lookups[next - 1] <= within else { return nil }
            return call - lookups[next - 1]
        }
    }

    /// Whether a finding about lookups is those of another one: the same source, the same period, and a lookup within
    /// seconds before most calls.
    static func belong(_ lookups: Finding, to story: Story, _ options: ContextOptions) -> Bool {
        guard let channel = lookups.channel, channel.source == story.finding.source,
            let period = lookups.interval, let interval = story.finding.interval,
            abs(period - interval) <= max(nearPeriods, options.lookupTolerance * interval)
        else { return false }
        if let preceded = story.lookups?.preceded {
            return preceded[channel] != nil || channel.peer.name == story.name?.name
        }
        // Nobody logged what was looked up: the times of the flows have to do.
        let delays = delays(
            story.finding.times, after: lookups.times.sorted(), within: options.lookupLead.nanoseconds)
        return Double(delays.count) >= options.lookupShare * Double(story.finding.times.count)
    }
}
