import FlareKit
import HistoryDatabase
import OutputFiles
import Synchronization

/// What earlier runs saw of channels that call too seldom for one run to judge them.
///
/// The calls of several nights are one series, which the same statistics judge as one night's.
final class BeaconMemory: Sendable {
    /// The calls of a channel over several runs.
    struct Series: Sendable {
        /// Nanoseconds since 1970, rising.
        let times: [Int64]
        /// When nobody looked, within the series.
        let silences: [Range<Int64>]
        /// Days from its first call to the end of the window.
        let days: Int
        /// Nanoseconds of that.
        let frame: Int64

        /// Whether the same time of the day tells more of a call than the period does: what people do at their hours, and
        /// jobs that start at theirs, come back after a day more exactly than after a period.
        func followsTheDay(period: Double) -> Bool {
            let times = times.map { Double($0) / 1e9 }
            guard let last = times.last, period > 0 else { return false }
            let strays = zip(times.dropFirst(), times).map { later, earlier in
                let gap = later - earlier
                return abs(gap - max(1, (gap / period).rounded()) * period)
            }
            var next = 0
            var fromDay: [Double] = []
            for time in times {
                let expected = time + Double(BeaconMemory.day)
                guard expected <= last + 3600 else { break }
                while next + 1 < times.count, abs(times[next + 1] - expected) <= abs(times[next] - expected) {
                    next += 1
                }
                fromDay.append(abs(times[next] - expected))
            }
            guard fromDay.count >= Self.fewestDayPairs else { return false }
            return fromDay.sorted()[fromDay.count / 2] < 0.5 * strays.reduce(0, +) / Double(strays.count)
        }

        private static let fewestDayPairs = 6
    }

    private struct State {
        var known: [Int: RememberedChannel] = [:]
        var series: [Int: Series] = [:]
        /// End of the window that was remembered last.
        var remembered: Int64?
    }

    private let path: OptionPath
    private let most: Int
    private let minFlows: Int
    private let state = Mutex(State())

    private static let second: Int64 = 1_000_000_000
    fileprivate static let day: Int64 = 86_400
    /// With more calls a day than this, bursts counted as one, a run sees enough by itself.
    private static let fewCalls = 8.0
    /// Channels with more records are not looked at for it.
    private static let fewRecords = 512
    /// A series goes back no farther than to a rest of more than so many days.
    private static let longestRest = 3 * day
    /// It needs calls on so many days, and on two thirds of those that were recorded.
    private static let fewestDays = 4
    /// And so many calls.
    private static let fewestCalls = 12
    /// Shorter ones between two windows, or within one, are none.
    private static let shortestSilence: Int64 = 1800
    /// A live run remembers this often.
    private static let pause: Int64 = 3600

    init(_ path: OptionPath, most: Int, minFlows: Int) {
        self.path = path
        self.most = most
        self.minFlows = minFlows
    }

    private func file() throws -> String {
        guard let file = path.file else { throw PluginError("memory: \"\(path.text)\" is no file") }
        return file
    }

    // MARK: Recalling

    func recall(_ channels: ChannelTable, _ census: Census) async throws {
        state.withLock { ($0.known, $0.series) = ([:], [:]) }
        let file = try file()
        guard FileSystem.status(file) != nil else { return }
        let found = Found()
        let recorded = try await HistoryFile(writing: file).recall { known in
            if let channel = channels.id(of: known.key) { found.known.withLock { $0[channel.index] = known } }
        }
        let known = found.known.withLock { $0 }
        var series: [Int: Series] = [:]
        if let window = Self.seconds(of: census.window) {
            let silences = census.silences
            for (place, channel) in known where !channel.times.isEmpty {
                let id = ChannelID(place)
                guard channels.recordCount(of: id) <= Self.fewRecords else { continue }
                let own = seen(id, channels, census).times
                series[place] = self.series(
                    channel.times.filter { $0 < window.lowerBound }, own, window, recorded, silences)
            }
        }
        let (all, joined) = (known, series)
        state.withLock { ($0.known, $0.series) = (all, joined) }
    }

    private final class Found: Sendable {
        let known = Mutex<[Int: RememberedChannel]>([:])
    }

    func series(of channel: ChannelID) -> Series? { state.withLock { $0.series[channel.index] } }

    /// How many channels are judged by the calls of several runs.
    var seriesCount: Int { state.withLock { $0.series.count } }

    func known(_ channel: ChannelID) -> RememberedChannel? { state.withLock { $0.known[channel.index] } }

    private static func seconds(of window: TimeWindow) -> ClosedRange<Int64>? {
        guard let since = window.since?.wholeSeconds, let until = window.until?.wholeSeconds, since <= until else {
            return nil
        }
        return since...until
    }

    /// Joins what was remembered with the run's own calls; `nil` where that is not worth a judgement.
    private func series(
        _ earlier: [Int64], _ own: [Int64], _ window: ClosedRange<Int64>, _ recorded: [ClosedRange<Int64>],
        _ silences: [Range<Int64>]
    ) -> Series? {
        guard !earlier.isEmpty, !own.isEmpty else { return nil }
        let unseen = Self.unseen(between: recorded, and: window)
        func recordedTime(_ from: Int64, _ to: Int64) -> Int64 {
            unseen.reduce(to - from) { $0 - max(0, min(to, $1.upperBound) - max(from, $1.lowerBound)) }
        }
        var times = earlier + own
        if let rest = times.indices.dropFirst().last(where: {
            recordedTime(times[$0 - 1], times[$0]) > Self.longestRest
        }) {
            times.removeFirst(rest)
        }
        guard times.count >= max(minFlows, Self.fewestCalls), let first = times.first, first < window.lowerBound else {
            return nil
        }
        let days = Int((window.upperBound - first + Self.day - 1) / Self.day)
        let called = Set(times.map { (window.upperBound - $0) / Self.day }).count
        let looked = (0..<days).count { ago in
            let end = window.upperBound - Int64(ago) * Self.day
            return recordedTime(max(first, end - Self.day), end) >= Self.day / 2
        }
        guard called >= Self.fewestDays, 3 * called >= 2 * looked else { return nil }
        let gaps = unseen.filter { $0.upperBound > first }
            .map { $0.lowerBound * Self.second..<$0.upperBound * Self.second }
        return Series(
            times: times.map { $0.multipliedClamped(by: Self.second) }, silences: gaps + silences, days: days,
            frame: (window.upperBound - first) * Self.second)
    }

    /// Before the window, when no run recorded.
    private static func unseen(between recorded: [ClosedRange<Int64>], and window: ClosedRange<Int64>)
        -> [Range<Int64>]
    {
        var unseen: [Range<Int64>] = []
        var last: Int64?
        for span in recorded where span.lowerBound < window.lowerBound {
            if let last, span.lowerBound - last >= shortestSilence { unseen.append(last..<span.lowerBound) }
            last = span.upperBound
        }
        if let last, window.lowerBound - last >= shortestSilence { unseen.append(last..<window.lowerBound) }
        return unseen
    }

    // MARK: Remembering

    func remember(_ channels: ChannelTable, _ census: Census) async throws -> [String] {
        guard let window = Self.seconds(of: census.window) else { return [] }
        if let last = state.withLock({ $0.remembered }), (0..<Self.pause).contains(window.upperBound - last) {
            return []
        }
        let seen = SeenChannels(
            count: channels.count, place: { channels.id(of: $0)?.index },
            callers: { census.sources(of: channels.key(of: ChannelID($0)).peer) },
            channel: { self.seen(ChannelID($0), channels, census) })
        let (kept, left) = try await HistoryFile(writing: file()).remember(
            seen, recorded: Self.recorded(window, census.silences), most: most)
        state.withLock { $0.remembered = window.upperBound }
        guard left > 0 else { return [] }
        return [
            "memory holds \(kept.grouped) channels, and had no room for \(left.grouped) more: those that called on the fewest "
                + "of the days since they are known, then those whose destinations most hosts call (remember: \(most))"
        ]
    }

    private func seen(_ channel: ChannelID, _ channels: ChannelTable, _ census: Census) -> RememberedChannel {
        let days = max(1, Double(census.window.duration ?? 0) / 1e9 / Double(Self.day))
        return RememberedChannel(
            channels.key(of: channel), times: channels.view(channel).times, mostTimes: Int(Self.fewCalls * days))
    }

    /// A window without its silences.
    private static func recorded(_ window: ClosedRange<Int64>, _ silences: [Range<Int64>]) -> [ClosedRange<Int64>] {
        var spans: [ClosedRange<Int64>] = []
        var since = window.lowerBound
        for silence in silences {
            let (start, end) = (silence.lowerBound / second, silence.upperBound / second)
            guard end - start >= shortestSilence, start >= since, end <= window.upperBound else { continue }
            spans.append(since...start)
            since = end
        }
        return spans + [since...window.upperBound]
    }
}
