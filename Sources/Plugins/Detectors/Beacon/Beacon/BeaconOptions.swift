import FlareKit

/// What a user sets of the `beacon` detector. The defaults are right for a home of 100 machines, and safe for a company
/// of 100,000: the dial is the expected number of false alarms a day, so that more channels do not mean more of them.
public struct BeaconOptions: PluginOptions {
    public var minFlows = 6
    public var falseAlarms = 1.0
    public var minScore: Double?
    public var memory: OptionPath?
    public var remember = 100_000

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "min_flows", \.minFlows,
                "Minimum number of flows of a channel. Below 6 even a clock looks like chance.",
                unit: "flows", range: 6...),
            Option(
                "false_alarms", \.falseAlarms,
                "Expected number of false alarms a day: a channel is reported if at most this many channels without a "
                    + "period would score as high, by its p-value. A run counts as 15 minutes or more.",
                unit: "a day", range: 0...),
            Option(
                "min_score", \.minScore,
                "Reports every channel with at least this score, in place of false_alarms; 0 reports every judged channel.",
                range: 0...1),
            Option(
                "memory", \.memory,
                "File of a sqlite sink in which calls of seldom channels are remembered, so that nights are judged together; one "
                    + "for each pipeline. Without it each run is judged alone."),
            Option(
                "remember", \.remember, "Most channels that memory holds; 100,000 are at most 32 MB.", unit: "channels",
                range: 1...),
        ]
    }
}
