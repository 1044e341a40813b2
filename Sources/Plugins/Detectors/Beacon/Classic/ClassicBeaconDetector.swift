import FlareKit
import Periodicity

/// What original Flare lets its users set, under its names and with its defaults.
public struct ClassicBeaconOptions: PluginOptions {
    public var minFlows = 10
    public var minInterval = 30
    public var minPercent = 50
    public var window = 2

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "min_flows", \.minFlows,
                "A channel needs more flows than this, and more intervals of at least min_interval.",
                unit: "flows", range: 1...),
            Option(
                "min_interval", \.minInterval, "Shortest interval that counts; shorter ones are inside one burst.",
                unit: "s",
                range: 0...),
            Option(
                "min_percent", \.minPercent,
                "A finding needs a greater share of intervals around the most frequent one.",
                unit: "%", range: 0...100),
            Option(
                "window", \.window, "Width of the window around the most frequent interval, in seconds.", unit: "s",
                range: 1...3600),
        ]
    }
}

/// Original Flare's detector, exactly: the share of a channel's intervals that lie in a window of a few seconds
/// around the most frequent one (austin-taylor/flare, `flare_beacon`).
///
/// As there, the protocol does not tell channels apart, and the bytes leave out the channel's first flow. Only
/// `dest_degree` is Flare's own: the different sources seen talking to the destination, where the original counts the
/// beacons found toward it.
public struct ClassicBeaconDetector: ThresholdDetector, BuiltInPlugin {
    public static let name = "beacon-classic"
    public static let summary = "Original Flare's beacon detector: one modal interval in whole seconds."

    public static let evidence = [Field.addresses]
    public static let techniques = ["T1071"]

    private let options: ClassicBeaconOptions

    public init(_ options: ClassicBeaconOptions, _ context: PluginContext = PluginContext()) {
        self.options = options
    }

    public var withoutThreshold: Self {
        var open = options
        open.minPercent = 0
        return Self(open)
    }

    public func missing(_ finding: Finding, _ census: Census) -> String {
        "min_percent asks for more than \(options.minPercent) % of the intervals"
    }

    /// More than `min_flows` intervals are needed, so two more flows than that.
    public var demand: Demand {
        Demand(grouping: Grouping(ignoring: [.proto]), minimumCount: options.minFlows.addingClamped(2))
    }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
        guard
            let mode = ModalInterval(
                times: channel.times, minimumInterval: Int64(options.minInterval), moreThan: options.minFlows,
                window: Int64(options.window)),
            mode.share * 100 > Double(options.minPercent)
        else { return nil }
        let percent = (mode.share * 100).rounded(.down)
        var finding = Finding(
            detector: name, channel: channel, census: census, score: mode.share,
            summary: "calls every \(mode.interval) s: \(Int(percent)) % of \(mode.occurrences.grouped) intervals")
        finding.basis = .rhythm
        finding.occurrences = mode.occurrences
        finding.percent = percent
        finding.interval = Double(mode.interval)
        // The original's sum has no word for unknown.
        finding.bytesToServer = SizeSeries(raw: Array(channel.bytesToServer.raw.dropFirst())).sum ?? 0
        finding.bytesToClient = SizeSeries(raw: Array(channel.bytesToClient.raw.dropFirst())).sum ?? 0
        return finding
    }
}
