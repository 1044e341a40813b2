import FlareModel
import FlarePlugins

/// Which channels are judged: those with enough records that no filter takes out.
struct ChannelSelection: Sendable {
    /// The places of the chosen channels in the list that was given.
    private(set) var chosen: [Int] = []
    /// What filters took out, by filter and rule; counted over all channels, also those with few records.
    private(set) var dropped: [DroppedChannels] = []
    /// Filters that set themselves by the channels or took rules back, by name.
    private(set) var narrowed: [String: any ChannelFilter] = [:]
    /// What the filters say of their settings.
    private(set) var statements: [String] = []
    /// Which rules those were, and why.
    private(set) var remarks: [String] = []

    /// Tells of the channel at a place; the key is asked for only where it is needed.
    struct Lookup: Sendable {
        /// How many records it has.
        let records: @Sendable (Int) -> Int
        let key: @Sendable (Int) -> ChannelKey
        /// Of a channel toward a name the channels of the addresses behind it, whose records it shares.
        var parts: @Sendable (Int) -> [Int]? = { _ in nil }
    }

    /// How often filters may take rules back before their verdicts stand as they are.
    private static let mostRounds = 16

    private struct Rule: Hashable {
        let filter: String
        let list: String?
        let rule: String
    }

    private struct Part: Sendable {
        var chosen: [Int] = []
        var count = 0
        var dropped: [Rule: (channels: Int, records: Int)] = [:]
    }

    /// - Parameter count: how many channels there are.
    init(
        count: Int, minimumCount: Int, filters: [Pipeline.Stage<any ChannelFilter>], threads: Int,
        channel: Lookup
    ) async {
        var filters = await adjust(filters, to: ChannelSurvey(count: count, records: channel.records, key: channel.key))
        statements = filters.compactMap(\.plugin.statement)
        for _ in 0..<Self.mostRounds {
            let channels = await select(count, minimumCount, filters, threads, channel)
            let before = remarks.count
            filters = narrow(filters, of: channels)
            if remarks.count == before { return }
        }
    }

    private mutating func adjust(_ filters: [Pipeline.Stage<any ChannelFilter>], to channels: ChannelSurvey) async
        -> [Pipeline.Stage<any ChannelFilter>]
    {
        var adjusted: [Pipeline.Stage<any ChannelFilter>] = []
        for stage in filters {
            guard let filter = await stage.plugin.adjusted(to: channels) else {
                adjusted.append(stage)
                continue
            }
            narrowed[stage.name] = filter
            adjusted.append(Pipeline.Stage(stage.name, filter))
        }
        return adjusted
    }

    /// - Returns: the number of channels.
    private mutating func select(
        _ count: Int, _ minimumCount: Int, _ filters: [Pipeline.Stage<any ChannelFilter>], _ threads: Int,
        _ channel: Lookup
    ) async -> Int {
        let size = max(4096, (count + threads - 1) / max(1, threads))
        let parts = await withTaskGroup(of: (Int, Part).self) { group in
            for start in stride(from: 0, to: count, by: size) {
                group.addTask {
                    var part = Part()
                    for place in start..<min(count, start + size) {
                        let records = channel.records(place)
                        guard records > 0 else { continue }
                        part.count += 1
                        if !filters.isEmpty, let rule = Self.rule(against: place, channel, filters) {
                            part.dropped[rule, default: (0, 0)].channels += 1
                            part.dropped[rule, default: (0, 0)].records.addClamped(records)
                        } else if records >= minimumCount {
                            part.chosen.append(place)
                        }
                    }
                    return (start, part)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
        chosen = []
        var totals: [Rule: (channels: Int, records: Int)] = [:]
        for (_, part) in parts {
            chosen += part.chosen
            for (rule, counts) in part.dropped {
                totals[rule, default: (0, 0)].channels += counts.channels
                totals[rule, default: (0, 0)].records.addClamped(counts.records)
            }
        }
        dropped = totals.map {
            DroppedChannels(
                filter: $0.key.filter, list: $0.key.list, rule: $0.key.rule, channels: $0.value.channels,
                records: $0.value.records)
        }.sorted()
        return parts.reduce(0) { $0 + $1.1.count }
    }

    /// Lets each filter take rules back. Each is told of the channels that those before it left.
    private mutating func narrow(_ filters: [Pipeline.Stage<any ChannelFilter>], of channels: Int)
        -> [Pipeline.Stage<any ChannelFilter>]
    {
        var left = channels
        return filters.map { stage in
            let own = dropped.filter { $0.filter == stage.name }
            defer { left -= own.reduce(0) { $0 + $1.channels } }
            guard let answer = stage.plugin.narrowed(after: own, of: left), !answer.remarks.isEmpty else {
                return stage
            }
            narrowed[stage.name] = answer.filter
            remarks += answer.remarks
            return Pipeline.Stage(stage.name, answer.filter)
        }
    }

    /// The rule that drops a channel: one against it, or, where all addresses behind its name are dropped, that of one.
    private static func rule(
        against place: Int, _ channel: Lookup, _ filters: [Pipeline.Stage<any ChannelFilter>]
    ) -> Rule? {
        if let rule = rule(against: channel.key(place), filters) { return rule }
        guard let parts = channel.parts(place), !parts.isEmpty else { return nil }
        let rules = parts.map { rule(against: channel.key($0), filters) }
        return rules.contains(nil) ? nil : rules[0]
    }

    /// The first filter's rule that drops a channel.
    private static func rule(
        against key: ChannelKey, _ filters: [Pipeline.Stage<any ChannelFilter>]
    ) -> Rule? {
        for filter in filters {
            if case .drop(let rule, let list) = filter.plugin.verdict(key) {
                return Rule(filter: filter.name, list: list, rule: rule)
            }
        }
        return nil
    }
}
