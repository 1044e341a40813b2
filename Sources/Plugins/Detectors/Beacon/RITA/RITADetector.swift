import FlareKit
import Periodicity

/// What a user sets of the `rita` detector.
public struct RITAOptions: PluginOptions {
    public var minScore = 0.7
    public var minFlows = 4

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("min_score", \.minScore, "Smallest score that is reported.", range: 0...1),
            Option("min_flows", \.minFlows, "Minimum number of flows of a channel.", unit: "flows", range: 4...),
        ]
    }
}

/// RITA's beacon score, from the published formulae of its version 5: the mean of how regular intervals and sizes are,
/// how flat the histogram over the window is, and how much of the window is covered. For comparison.
public struct RITADetector: ThresholdDetector, BuiltInPlugin {
    public static let name = "rita"
    public static let summary = "RITA's beacon score (version 5), from its published formulae, for comparison."
    public static let techniques = ["T1071"]
    public static let evidence: [Field] = [
        Field("rita_timestamps", .number, "Regularity of the intervals, 0 to 1."),
        Field("rita_sizes", .number, "Regularity of the sizes, 0 to 1."),
        Field("rita_histogram", .number, "Flatness of the histogram over the window, 0 to 1."),
        Field("rita_duration", .number, "Coverage of the window, 0 to 1."),
        Field.addresses,
    ]

    private let options: RITAOptions

    public init(_ options: RITAOptions, _ context: PluginContext = PluginContext()) { self.options = options }

    public var withoutThreshold: Self {
        var open = options
        open.minScore = 0
        return Self(open)
    }

    public func missing(_ finding: Finding, _ census: Census) -> String { "min_score asks for \(options.minScore)" }

    public var demand: Demand { Demand(minimumCount: options.minFlows) }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
        guard let since = census.window.since, let until = census.window.until else { return nil }
        let window = since.wholeSeconds...max(since.wholeSeconds, until.wholeSeconds)
        guard
            let score = RITAScore(
                seconds: channel.times.map { Timestamp(nanoseconds: $0).wholeSeconds },
                bytes: channel.bytesToServer.known, window: window),
            score.total >= options.minScore
        else { return nil }
        var finding = Finding(
            detector: name, channel: channel, census: census, score: score.total,
            summary: "RITA's score is \(score.total) over \(channel.count.grouped) flows")
        finding.basis = .rhythm
        finding.occurrences = channel.count
        finding.evidence["rita_timestamps"] = .number(score.timestamps)
        finding.evidence["rita_sizes"] = .number(score.sizes)
        finding.evidence["rita_histogram"] = .number(score.histogram)
        finding.evidence["rita_duration"] = .number(score.duration)
        return finding
    }
}
