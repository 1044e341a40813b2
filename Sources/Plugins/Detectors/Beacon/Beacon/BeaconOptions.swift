import FlareKit

/// What a user sets of the `beacon` detector. The defaults are right for a home of 100 machines, and safe for a company
/// of 100,000: the dial is the expected number of false alarms a day, so that more channels do not mean more of them.
public struct BeaconOptions: PluginOptions {
    public var minFlows = 6
    public var falseAlarms = 1.0
    public var scoreFloor = 0.05
    public var minScore: Double?

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "min_flows", \.minFlows,
                "Channels with fewer flows are not judged. Below 6 not even a clock can be told from chance.",
                unit: "flows", range: 6...),
            Option(
                "false_alarms", \.falseAlarms,
                "A channel is reported if, by its p-value, no more than this many channels a day without a period "
                    + "would score as high among those judged. A run of less than 15 minutes counts as so long.",
                unit: "a day", range: 0...),
            Option(
                "score_floor", \.scoreFloor,
                "With few channels false_alarms admits weak ones; below this score none is reported.", range: 0...1),
            Option(
                "min_score", \.minScore,
                "Reports by score in place of false_alarms and score_floor: every channel with at least this score; 0 reports every "
                    + "channel that was judged.", range: 0...1),
        ]
    }
}
