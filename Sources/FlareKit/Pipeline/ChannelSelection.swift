/// Which channels are judged: those with enough records that no filter takes out.
struct ChannelSelection: Sendable {
    /// The places of the chosen channels in the list that was given.
    private(set) var chosen: [Int] = []
    /// What filters took out, by filter and rule; counted over all channels, also those with few records.
    private(set) var dropped: [DroppedChannels] = []

    private struct Rule: Hashable {
        let filter: String
        let rule: String
    }

    private struct Part: Sendable {
        var chosen: [Int] = []
        var dropped: [Rule: (channels: Int, records: Int)] = [:]
    }

    /// - Parameters:
    ///   - count: how many channels there are.
    ///   - channel: the records and the key of each; the key is asked for only where it is needed.
    init(
        count: Int, minimumCount: Int, filters: [Pipeline.Stage<any ChannelFilter>], threads: Int,
        channel: @Sendable @escaping (Int) -> (records: Int, key: () -> ChannelKey)
    ) async {
        let size = max(4096, (count + threads - 1) / max(1, threads))
        let parts = await withTaskGroup(of: (Int, Part).self) { group in
            for start in stride(from: 0, to: count, by: size) {
                group.addTask {
                    var part = Part()
                    for place in start..<min(count, start + size) {
                        let (records, key) = channel(place)
                        guard records > 0 else { continue }
                        if let rule = Self.rule(against: key, filters) {
                            part.dropped[rule, default: (0, 0)].channels += 1
                            part.dropped[rule, default: (0, 0)].records += records
                        } else if records >= minimumCount {
                            part.chosen.append(place)
                        }
                    }
                    return (start, part)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
        var totals: [Rule: (channels: Int, records: Int)] = [:]
        for (_, part) in parts {
            chosen += part.chosen
            for (rule, counts) in part.dropped {
                totals[rule, default: (0, 0)].channels += counts.channels
                totals[rule, default: (0, 0)].records += counts.records
            }
        }
        dropped = totals.map {
            DroppedChannels(
                filter: $0.key.filter, rule: $0.key.rule, channels: $0.value.channels, records: $0.value.records)
        }.sorted { ($0.filter, $0.rule) < ($1.filter, $1.rule) }
    }

    /// The first filter's rule that drops a channel.
    private static func rule(
        against key: () -> ChannelKey, _ filters: [Pipeline.Stage<any ChannelFilter>]
    ) -> Rule? {
        guard !filters.isEmpty else { return nil }
        let key = key()
        for filter in filters {
            if case .drop(let rule) = filter.plugin.verdict(key) { return Rule(filter: filter.name, rule: rule) }
        }
        return nil
    }
}
