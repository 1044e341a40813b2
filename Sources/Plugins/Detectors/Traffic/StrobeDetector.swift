import FlareKit

/// Finds channels with more calls than a beacon wants, one after the other for as long as it goes on.
///
/// RITA (activecm/rita, `config/config.go`) calls a pair with 86,400 connections a day a strobe. Here the rate counts, so that
/// an hour of it is one too, and what else calls so often is told by what is seen of it: a client whose server is gone, a check of
/// health, a stream.
public struct StrobeDetector: Detector, BuiltInPlugin {
    public static let name = "strobe"
    public static let summary = "Finds channels with more calls than a beacon wants, steadily."
    public static let techniques = ["T1071"]
    public static let evidence = [
        Field("strobe_rate", .number, unit: "1/s", "Calls a second, from the first to the last."),
        Field(
            "strobe_steadiness", .number,
            "1 where every sixtieth part of that time has as many calls, 0 where one has them all."),
        Field(
            "strobe_alike", .number, unit: "%",
            "Share of the calls whose bytes each way are those of the typical one, to 5 %."),
        Field("strobe_unanswered", .number, unit: "%", "Share of the calls that got no byte back."),
        Field(
            "strobe_kind", .text, "What calls so often, by this evidence: calls, stuck client, health check, stream."),
        .addresses,
    ]

    private let options: StrobeOptions
    private static let day = 86_400.0

    public init(_ options: StrobeOptions, _ context: PluginContext = PluginContext()) { self.options = options }

    public var demand: Demand { Demand(minimumCount: options.minCalls) }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
        let pace = CallPace(channel)
        guard pace.seconds >= options.minTime.seconds, pace.rate * Self.day >= Double(options.perDay),
            pace.steadiness >= options.minSteadiness.fraction
        else { return nil }
        let times = pace.rate * Self.day / Double(options.perDay)
        var finding = Finding(
            detector: Self.name, channel: channel, census: census, score: score(times, pace),
            summary: "\(channel.count.grouped) calls in \(Readable.seconds(pace.seconds)), "
                + "\(Readable.decimal(pace.rate, 1)) a second\(pace.kind.clause(pace))")
        finding.occurrences = channel.count
        finding.evidence["strobe_rate"] = .number((pace.rate * 100).rounded() / 100)
        finding.evidence["strobe_steadiness"] = .number((pace.steadiness * 100).rounded() / 100)
        finding.evidence["strobe_alike"] = .number((pace.alike * 1000).rounded() / 10)
        finding.evidence["strobe_unanswered"] = pace.unanswered.map { .number(($0 * 1000).rounded() / 10) }
        finding.evidence["strobe_kind"] = .text(pace.kind.rawValue)
        return finding
    }

    /// 0.5 at the least rate, 0.6 at four times it, 0.8 at sixteen times; a known cause takes of it.
    private func score(_ times: Double, _ pace: CallPace) -> Double {
        times.onLine(through: [(1, 0.5), (4, 0.6), (16, 0.8), (64, 0.9)]) * pace.kind.weight
    }
}

/// The options of `strobe`.
public struct StrobeOptions: PluginOptions {
    public var perDay = 86_400
    public var minCalls = 1000
    public var minTime = OptionDuration.minutes(10)
    public var minSteadiness = OptionShare(0.5)

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "per_day", \.perDay, "The least rate, as calls a day; the default is RITA's.", unit: "calls",
                range: 1000...),
            Option(
                "min_calls", \.minCalls, "Fewer calls are a burst, whatever their rate.", unit: "calls", range: 2...),
            Option("min_time", \.minTime, "What lasts shorter is a burst.", range: .seconds(1)...),
            Option("min_steadiness", \.minSteadiness, "What is less steady comes in bursts."),
        ]
    }
}

/// How a channel's calls follow each other, and what they are like.
struct CallPace {
    /// From the first call to the last.
    let seconds: Double
    /// Calls a second.
    let rate: Double
    /// 0...1.
    let steadiness: Double
    /// Share of calls that are like the typical one, 0...1.
    let alike: Double
    /// Share of calls that got no byte back, 0...1; `nil` where sizes are not known.
    let unanswered: Double?
    /// Bytes a second from the peer.
    let bytesDown: Double
    private let isInside: Bool

    private static let parts = 60

    init(_ channel: ChannelView) {
        let times = channel.times
        let length = (times.last ?? 0).subtractingClamped(times.first ?? 0)
        seconds = Double(length) / 1e9
        rate = Double(times.count) / max(1, seconds)
        var counts = [Int](repeating: 0, count: Self.parts)
        for time in times where length > 0 {
            let place = Double(time.subtractingClamped(times[0])) / Double(length) * Double(Self.parts)
            counts[min(Self.parts - 1, Int(place))] += 1
        }
        let mean = Double(times.count) / Double(Self.parts)
        // Twice the total variation between the counts and equal ones, by its largest value.
        let deviation = counts.reduce(0) { $0 + abs(Double($1) - mean) } / (2 * Double(max(1, times.count)))
        steadiness = 1 - deviation / (1 - 1 / Double(Self.parts))
        let (up, down) = (channel.bytesToServer.known, channel.bytesToClient.known)
        alike = min(Self.alike(up), Self.alike(down))
        unanswered = down.isEmpty ? nil : Double(down.count { $0 == 0 }) / Double(down.count)
        bytesDown = Double(channel.bytesToClient.sum ?? 0) / max(1, seconds)
        isInside = channel.key.peer.address.map { $0.scope != .global } ?? false
    }

    private static func alike(_ sizes: [Int64]) -> Double {
        guard !sizes.isEmpty else { return 0 }
        let typical = Double(sizes.sorted()[sizes.count / 2])
        return Double(sizes.count { abs(Double($0) - typical) <= typical * 0.05 }) / Double(sizes.count)
    }

    /// What calls so often.
    enum Kind: String {
        case calls
        case stuckClient = "stuck client"
        case healthCheck = "health check"
        case stream

        /// How much of the score is left, since each of them is mostly harmless.
        var weight: Double {
            switch self {
            case .calls: 1
            case .stuckClient: 0.8
            case .healthCheck: 0.6
            case .stream: 0.5
            }
        }

        func clause(_ pace: CallPace) -> String {
            switch self {
            case .calls: ""
            case .stuckClient:
                "; \(Int(((pace.unanswered ?? 0) * 100).rounded())) % got nothing back, as of a server that is gone"
            case .healthCheck: "; alike each way and within one's own network, as a check of health"
            case .stream: "; \(Readable.bytes(Int64(clamping: pace.bytesDown))) a second come back, as of a stream"
            }
        }
    }

    var kind: Kind {
        if let unanswered, unanswered >= 0.9 { return .stuckClient }
        if bytesDown >= 100_000 { return .stream }
        return isInside && alike >= 0.9 ? .healthCheck : .calls
    }
}
