import FlareKit

/// Finds destinations that a source keeps connections open to for hours: remote control, tunnels, and much that is
/// harmless (chat, push messages, VPNs), which an allowlist takes out.
///
/// RITA (activecm/rita, analysis/longconns.go) adds up the durations of a pair's connections; here time in which several
/// are open at once counts once, so that a browser with six connections is not six times as suspicious.
public struct LongConnectionDetector: Detector, BuiltInPlugin {
    public static let name = "long-connection"
    public static let summary = "Finds destinations that a source keeps connections open to for hours."
    public static let techniques = ["T1071"]
    public static let evidence = [
        Field("open_time", .number, unit: "s", "Time in which at least one connection was open."),
        Field("open_share", .number, unit: "%", "Share of the window in which one was open."),
        Field("longest_flow", .number, unit: "s", "The longest single connection."),
        .addresses,
    ]

    private let options: LongConnectionOptions

    public init(_ options: LongConnectionOptions, _ context: PluginContext) { self.options = options }

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
            detector: Self.name, channel: channel, census: census, score: seconds.onLine(through: Self.steps),
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

    /// RITA's thresholds of its four severities (config.go, LongConnectionScoreThresholds), with the scores there: straight
    /// lines between, 1 at twice the last.
    private static let steps: [(Double, Double)] = [
        (3600, 0.2), (4 * 3600, 0.4), (8 * 3600, 0.6), (12 * 3600, 0.8), (24 * 3600, 1),
    ]

    private static func phrase(_ seconds: Double) -> String {
        let minutes = Int(seconds / 60)
        return minutes < 120 ? "\(minutes) minutes" : "\(minutes / 60) hours \(minutes % 60) minutes"
    }
}

/// The options of `long-connection`.
public struct LongConnectionOptions: PluginOptions {
    public var report = OptionDuration.hours(1)

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "report", \.report,
                "Shortest reported time with an open connection, all connections together. The severity rises at 4, 8 and 12 hours.",
                range: .seconds(1)...)
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
