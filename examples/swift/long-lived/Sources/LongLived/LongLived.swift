import FlareKit

/// Finds sources whose flows to one destination last far longer than the run's other flows do.
///
/// How long is unusual depends on the network, so it is not an option: the measure is the median over all channels of
/// the longest flow of each. That needs all channels at once, and so the work is done in `settle`.
public struct LongLived: Detector, BuiltInPlugin {
    public static let name = "long-lived"
    public static let summary = "Finds connections that last much longer than others do."
    public static let evidence = [Field("longest", .number, unit: "s", "The longest flow of the channel.")]

    public struct Options: PluginOptions {
        var times = 20.0
        var least = OptionDuration.minutes(30)

        public init() {}
        public static var options: [Option<Self>] {
            [
                Option("times", \.times, "How many times as long as the median channel's longest flow.", range: 1...),
                Option("least", \.least, "Shorter flows are never unusual."),
            ]
        }
    }

    /// The longest flow of a channel.
    public struct Content: Judgement {
        public var score: Double { 0 }
        var seconds: Double
    }

    private let options: Options

    public init(_ options: Options, _ context: PluginContext) { self.options = options }

    public var demand: Demand { Demand(columns: [.bytesToServer, .bytesToClient, .duration]) }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Content? {
        let known = channel.numbers[.duration]?.filter { $0 != RecordTable.unknown } ?? []
        return known.max().map { Content(seconds: Double($0) / 1e9) }
    }

    public func settle(
        _ judged: [Judged<Content>], _ channels: ChannelTable, _ census: Census
    ) async throws -> [Finding] {
        let sorted = judged.map(\.judgement.seconds).sorted()
        guard !sorted.isEmpty else { return [] }
        let limit = max(options.least.seconds, sorted[sorted.count / 2] * options.times)
        return judged.filter { $0.judgement.seconds >= limit }.map { entry in
            let seconds = entry.judgement.seconds
            var finding = Finding(
                detector: Self.name, channel: channels.view(entry.channel), census: census,
                score: seconds / (seconds + limit), summary: "one flow lasted \(Int(seconds / 60)) minutes")
            finding.evidence["longest"] = .number(seconds)
            return finding
        }
    }
}

@_cdecl("flare_plugin_open")
public func open(_ host: UnsafeRawPointer) -> UnsafeRawPointer? { LibraryPlugin.detector(LongLived.self, host) }
