import Foundation
import Periodicity
import SyntheticTraffic

/// A set of channels scored by all detectors.
struct Benchmark {
    /// Monday, 2025-03-03, 00:00 UTC: when the generated windows begin.
    static let monday: Int64 = 1_740_960_000_000_000_000

    /// Scores of one channel; 0 where a detector does not judge it.
    struct Scored {
        var channel: LabelledChannel
        var beacon: Periodicity?
        var classic: Double
        var rita: Double
    }

    var scored: [Scored]
    /// Processor seconds for a million flows, by detector.
    var seconds: [(detector: String, perMillion: Double)]

    /// How long the sensor was looked at, and what there was to see.
    struct Window: Sendable {
        var label: String
        var hours: Double
        var shares: LabelledSet.Shares

        static let day = Window(label: "24 h", hours: 24, shares: .day)
        static let kinds = Window(label: "24 h", hours: 24, shares: .kinds)
        static let week = Window(label: "168 h", hours: 168, shares: .week)
        static let short = [("5 min", 1.0 / 12), ("30 min", 0.5), ("4 h", 4)].map {
            Window(label: $0.0, hours: $0.1, shares: .short)
        }

        var span: TimeSpan { TimeSpan(start: monday, hours: hours) }
    }

    static func set(seed: UInt64, _ window: Window) -> LabelledSet {
        LabelledSet(seed: seed, shares: window.shares, span: window.span)
    }

    let window: Window

    init(seed: UInt64, _ looked: Window) {
        self.window = looked
        let set = Self.set(seed: seed, looked)
        let window = looked.span
        let bounds = (window.start / 1_000_000_000)...(window.end / 1_000_000_000)
        let whole = set.channels.map { channel in channel.times.map { $0 / 1_000_000_000 } }
        let millions = Double(set.channels.reduce(0) { $0 + $1.times.count }) / 1e6
        let detector = PeriodicityDetector()
        var clock = ProcessorClock()
        let beacon = set.channels.map {
            detector.judge(
                times: $0.times, durations: $0.durations, toServer: $0.bytesToServer, toClient: $0.bytesToClient,
                frame: window.end - window.start)
        }
        let beaconSeconds = clock.lap()
        let classic = set.channels.map { ModalInterval(times: $0.times)?.share ?? 0 }
        let classicSeconds = clock.lap()
        let rita = zip(whole, set.channels).map {
            RITAScore(seconds: $0, bytes: $1.bytesToServer, window: bounds)?.total ?? 0
        }
        let ritaSeconds = clock.lap()
        seconds = [
            ("beacon", beaconSeconds / millions), ("beacon-classic", classicSeconds / millions),
            ("rita", ritaSeconds / millions),
        ]
        scored = set.channels.indices.map {
            Scored(channel: set.channels[$0], beacon: beacon[$0], classic: classic[$0], rita: rita[$0])
        }
    }

    /// Scores of one detector with the truth; without the benign periodic channels unless asked for.
    func ranking(_ score: (Scored) -> Double, withBenign: Bool = false) -> [(score: Double, isPositive: Bool)] {
        scored.filter { withBenign || $0.channel.label != .benignPeriodic }
            .map { (score($0), $0.channel.label == .beacon) }
    }
}

/// Processor time of this process, which a busy machine does not stretch.
struct ProcessorClock {
    private var last = clock()

    /// Seconds since the last lap.
    mutating func lap() -> Double {
        let now = clock()
        defer { last = now }
        return Double(now - last) / Double(CLOCKS_PER_SEC)
    }
}
