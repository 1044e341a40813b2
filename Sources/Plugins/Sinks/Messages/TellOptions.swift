import FlareKit

/// What all sinks that tell have in common.
struct TellOptions: PluginOptions, Equatable {
    var minSeverity = Severity.medium
    var digest = false
    var limit = 20
    var deadLetter: OptionPath?

    static var options: [Option<Self>] {
        [
            Option("min_severity", \.minSeverity, "Findings below this severity are not told."),
            Option("digest", \.digest, "Sends all news of an evaluation as one message."),
            Option(
                "limit", \.limit,
                "Maximum number of messages an hour. The last of them is a digest of the rest; later news waits for the next hour.",
                range: 1...10_000),
            Option(
                "dead_letter", \.deadLetter,
                "JSON lines file of what waits or was refused, with the reasons; by default flare-undelivered.jsonl in $STATE_DIRECTORY or the folder of the pipeline file. What waits is sent with the next news, by later runs too."
            ),
        ]
    }
}

/// Options of a sink that tells.
protocol TellingOptions: PluginOptions {
    var tell: TellOptions { get set }
}

extension TellingOptions {
    static var tellOption: Option<Self> { Option("tell", \.tell, "What is told, and how often.") }
}
