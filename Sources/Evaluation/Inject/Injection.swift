import FlareKit
import OutputText
import SyntheticTraffic

/// Beacons to be put into real traffic.
public struct Injection: Sendable {
    /// What is asked for.
    public struct Request: Sendable {
        /// How many beacons.
        public var count = 10
        public var seed: UInt64 = 1
        /// The families to draw from, in turn; by default those of the benchmark's day and week.
        public var families: [ChannelFamily] = [.sleep, .twoSleeps, .slots, .mixed, .campaign, .shortLived]
        /// Takes the place of plans at random.
        public var plan: BeaconPlan?
        /// The machines that are infected; drawn from the traffic's own by default.
        public var sources: [IPAddress] = []
        /// Channels with fewer flows are drawn anew: nobody judges them.
        public var fewestFlows = 12

        public init() {}
    }

    /// What the real traffic looks like.
    public struct Surroundings: Sendable {
        public var span: TimeSpan
        /// Source addresses, sorted.
        public var sources: [IPAddress]
        public var destinations: Set<IPAddress>

        /// - Throws: `PluginError` where there is nothing to put beacons into.
        public init(window: TimeWindow, sources: Set<IPAddress>, destinations: Set<IPAddress>) throws {
            guard let since = window.since, let until = window.until, until > since, !sources.isEmpty else {
                throw PluginError("there are no flows to put beacons between")
            }
            span = TimeSpan(start: since.nanoseconds, end: until.nanoseconds)
            let inside = sources.filter { address in AddressScope.private.ranges.contains { $0.contains(address) } }
            self.sources = (inside.isEmpty ? sources : inside).sorted()
            self.destinations = destinations
        }
    }

    /// A flow that is put in.
    public struct Flow: Sendable, Hashable {
        public var start: Timestamp
        public var source: IPAddress
        public var destination: IPAddress
        public var sourcePort: UInt16
        public var port: UInt16
        public var toServer: Int64
        public var toClient: Int64
        /// Nanoseconds.
        public var duration: Int64
        /// 63 bits, a different one for each.
        public var id: UInt64

        public var end: Timestamp { start.advanced(by: duration) }
    }

    /// By start.
    public private(set) var flows: [Flow] = []
    /// A row a beacon.
    public private(set) var labels: [String] = [
        "src_ip,dest_ip,dest_port,proto,label,malicious,periodic,flows,period,jitter,missed"
    ]

    /// How often a beacon that has too few flows is drawn anew.
    private static let mostDraws = 50
    /// Ports of servers that implants call, the first far more often.
    private static let ports: [UInt16] = [443, 443, 443, 443, 80, 8080, 8443, 53]

    /// - Throws: `PluginError` where a beacon of the plan has too few flows in the span.
    public init(_ request: Request, into surroundings: Surroundings) throws {
        let root = SeededGenerator(seed: request.seed)
        let sources = request.sources.isEmpty ? surroundings.sources : request.sources
        var campaign: BeaconPlan?
        for number in 0..<request.count {
            var dice = root.fork(UInt64(number))
            let family = request.families[number % request.families.count]
            var channel: LabelledChannel?
            for draw in 0..<Self.mostDraws where channel == nil {
                // A plan whose other hosts had flows enough may have too few here: then the campaign gets a new one.
                let shared = family == .campaign && draw < Self.mostDraws / 2 ? campaign : nil
                let plan = request.plan ?? shared ?? family.beaconPlan(in: surroundings.span, using: &dice)
                channel = LabelledChannel(
                    family: family, beacon: plan, span: surroundings.span, fewest: request.fewestFlows, most: 100_000,
                    using: &dice)
                if family == .campaign, channel != nil { campaign = plan }
            }
            guard let channel else {
                throw PluginError(
                    "a beacon has fewer than \(request.fewestFlows) flows in these \(Int(surroundings.span.seconds)) s",
                    remedy: "use a shorter period or longer traffic")
            }
            add(channel, from: dice.pick(sources), to: Self.server(surroundings.destinations, &dice), &dice)
        }
        flows.sort { ($0.start, $0.id) < ($1.start, $1.id) }
    }

    private mutating func add(
        _ channel: LabelledChannel, from source: IPAddress, to destination: IPAddress, _ dice: inout SeededGenerator
    ) {
        let port = dice.pick(Self.ports)
        for (place, time) in channel.times.enumerated() {
            flows.append(
                Flow(
                    start: Timestamp(nanoseconds: time), source: source, destination: destination,
                    sourcePort: UInt16(1024 + dice.below(64_000)), port: port, toServer: channel.bytesToServer[place],
                    toClient: channel.bytesToClient[place],
                    duration: Int64(dice.logUniform(0.05, 5) * 1e6) * 1000, id: dice.next() >> 1))
        }
        let plan = channel.plan
        labels.append(
            "\(source),\(destination),\(port),tcp,\(channel.family.rawValue),1,1,\(channel.times.count),"
                + "\(plan.map { "\($0.period)" } ?? ""),\(plan.map { "\($0.jitter.share)" } ?? ""),"
                + "\(plan.map { "\($0.missed)" } ?? "")")
    }

    /// Adds what is known of the traffic itself.
    public mutating func add(_ known: Truth) {
        labels += known.entries.map { entry in
            CSVText.line([
                entry.source.description, entry.peer?.description ?? "", entry.port.map { "\($0)" } ?? "",
                entry.proto.map(TransportProtocol.name) ?? "", entry.label, entry.isMalicious ? "1" : "0",
                entry.isPeriodic ? "1" : "0", "", "", "", "",
            ])
        }
    }

    /// A public address that the traffic does not have yet.
    private static func server(_ taken: Set<IPAddress>, _ dice: inout SeededGenerator) -> IPAddress {
        while true {
            let address = IPAddress(v4: UInt32(truncatingIfNeeded: dice.next()))
            let isSpecial = AddressScope.allCases.contains { scope in
                scope != .global && scope.ranges.contains { $0.contains(address) }
            }
            if !isSpecial, !taken.contains(address) { return address }
        }
    }
}
