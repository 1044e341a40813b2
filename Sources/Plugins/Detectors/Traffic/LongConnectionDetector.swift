import FlareKit

/// Finds destinations that a source keeps connections open to for hours: remote control, tunnels, and much that is
/// harmless (chat, push messages, VPNs), which an allowlist takes out.
///
/// RITA (activecm/rita, analysis/longconns.go) adds up the durations of a pair's connections; here time in which several
/// are open at once counts once, so that a browser with six connections is not six times as suspicious.
public struct LongConnectionDetector: Detector, BuiltInPlugin {
    public static let name = "long-connection"
    public static let summary = "Finds destinations that a source keeps connections open to for hours."
    public static let evidence = [
        Field("open_time", .number, unit: "s", "Time in which at least one connection was open."),
        Field("open_share", .number, unit: "%", "Share of the window in which one was open."),
        Field("longest_flow", .number, unit: "s", "The longest single connection."),
        .addresses,
    ]

    private let options: LongConnectionOptions

    public init(_ options: LongConnectionOptions, _ context: PluginContext) throws {
        self.options = options
        let steps = [options.report, options.medium, options.high, options.critical]
        guard zip(steps, steps.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw OptionComplaint(
                "the steps \(steps.map(\.description).joined(separator: ", ")) do not rise", option: "report",
                expected: "report < medium < high < critical")
        }
    }

    /// RITA's pairs are addresses: a peer that is left on one port and met on another is the same peer.
    public var demand: Demand {
        Demand(
            grouping: Grouping(ignoring: [.port, .proto]), columns: [.bytesToServer, .bytesToClient, .duration])
    }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
        let open = OpenTime(starts: channel.times, durations: channel.numbers[.duration] ?? [])
        let seconds = Double(open.total) / 1e9
        guard seconds >= options.report.seconds else { return nil }
        var finding = Finding(
            detector: Self.name, channel: channel, census: census, score: score(seconds),
            summary: "connected for \(Self.phrase(seconds)) in all, in \(channel.count.grouped) "
                + (channel.count == 1 ? "flow" : "flows"))
        finding.occurrences = channel.count
        finding.evidence["open_time"] = .number(seconds)
        finding.evidence["longest_flow"] = .number(Double(open.longest) / 1e9)
        if let window = census.window.duration, window > 0 {
            finding.evidence["open_share"] = .number(min(100, Double(open.total) / Double(window) * 100))
        }
        return finding
    }

    /// The steps of severity where the options say, straight lines between, 1 at twice the last.
    private func score(_ seconds: Double) -> Double {
        let steps: [(Double, Double)] = [
            (options.report.seconds, 0.2), (options.medium.seconds, 0.4), (options.high.seconds, 0.6),
            (options.critical.seconds, 0.8), (options.critical.seconds * 2, 1),
        ]
        for (low, high) in zip(steps, steps.dropFirst()) where seconds < high.0 {
            return low.1 + (high.1 - low.1) * (seconds - low.0) / (high.0 - low.0)
        }
        return 1
    }

    private static func phrase(_ seconds: Double) -> String {
        let minutes = Int(seconds / 60)
        return minutes < 120 ? "\(minutes) minutes" : "\(minutes / 60) hours \(minutes % 60) minutes"
    }
}

/// The options of `long-connection`; the defaults are RITA's thresholds.
public struct LongConnectionOptions: PluginOptions {
    public var report = OptionDuration.hours(1)
    public var medium = OptionDuration.hours(4)
    public var high = OptionDuration.hours(8)
    public var critical = OptionDuration.hours(12)

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("report", \.report, "Less time in all is not reported.", range: .seconds(1)...),
            Option("medium", \.medium, "From this time on a finding is of medium severity."),
            Option("high", \.high, "From this time on it is of high severity."),
            Option("critical", \.critical, "From this time on it is critical."),
        ]
    }
}

/// The time in which at least one of a channel's flows is open.
struct OpenTime {
    /// Nanoseconds.
    private(set) var total: Int64 = 0
    /// Nanoseconds.
    private(set) var longest: Int64 = 0

    /// A year: what lasts longer began by a clock that was wrong.
    private static let longestBelievable: Int64 = 366 * 86_400_000_000_000

    /// - Parameters:
    ///   - starts: rising.
    ///   - durations: one a flow; those that are not known count as 0.
    init(starts: [Int64], durations: [Int64]) {
        var end = Int64.min
        for (start, duration) in zip(starts, durations) where duration > 0 && duration <= Self.longestBelievable {
            longest = max(longest, duration)
            let (last, overflow) = start.addingReportingOverflow(duration)
            let begin = max(start, end)
            guard !overflow, last > begin else { continue }
            total.addClamped(last.subtractingClamped(begin))
            end = last
        }
    }
}
