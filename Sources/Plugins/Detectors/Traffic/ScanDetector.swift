import FlareKit

/// Finds sources that try many destinations on one port, or many ports of one destination, most of which do not answer.
///
/// No channel of a scan is unusual by itself, so the work is done in `settle`, over all channels. That most tries get no
/// byte back tells a scan from a browser, which talks to as many (Jung, Paxson, Berger, Balakrishnan, "Fast portscan
/// detection using sequential hypothesis testing", 2004, section 3).
public struct ScanDetector: Detector, BuiltInPlugin {
    public static let name = "scan"
    public static let summary = "Finds sources that try many destinations or ports, most of which do not answer."
    public static let techniques = ["T1046"]
    public static let evidence = [
        Field("scan_form", .text, "Many destinations of one port, or many ports of one destination."),
        Field("scan_destinations", .integer, "Number of destinations tried."),
        Field("scan_ports", .texts, "Ports tried, the first twenty."),
        Field("unanswered", .number, unit: "%", "Share of the tries without an answer."),
    ]

    public struct Content: Judgement {
        public var score: Double { 0 }
        var isAnswered: Bool
    }

    /// The least share of tries without an answer.
    private static let minUnanswered = 0.5

    private let options: ScanOptions
    /// TCP, UDP and SCTP.
    private static let transports: Set<UInt8> = [6, 17, 132]
    /// The most ports that are listed.
    private static let mostPorts = 20
    /// The most moments that are kept for a picture.
    private static let mostTimes = 10_000

    public init(_ options: ScanOptions, _ context: PluginContext) { self.options = options }

    public var demand: Demand { Demand() }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Content? {
        // What has no ports is no service that could be tried; ICMP carries the answers to other hosts' scans.
        guard Self.transports.contains(channel.key.proto ?? 6) else { return nil }
        return Content(isAnswered: channel.bytesToClient.known.contains { $0 > 0 })
    }

    public func settle(
        _ judged: [Judged<Content>], _ channels: ChannelTable, _ census: Census
    ) async throws -> [Finding] {
        judged.bySource(channels).compactMap { source, own in
            worst(of: own, channels).map { finding(source, $0, channels) }
        }
    }

    /// Tries that belong together.
    struct Scan {
        var form: String
        var tries: [Judged<Content>]
        var unanswered: Double
        var score: Double
    }

    /// The most certain scan of a source.
    private func worst(of own: ArraySlice<Judged<Content>>, _ channels: ChannelTable) -> Scan? {
        guard own.count >= min(options.minDestinations, options.minPorts) else { return nil }
        let byPort = Dictionary(grouping: own) { entry in
            let key = channels.key(of: entry.channel)
            return Service(port: key.port, proto: key.proto)
        }
        let byPeer = Dictionary(grouping: own) { channels.key(of: $0.channel).peer }
        let scans =
            byPort.values.compactMap { scan("many destinations", $0, atLeast: options.minDestinations) }
            + byPeer.values.compactMap { scan("many ports", $0, atLeast: options.minPorts) }
        return scans.max { ($0.score, $0.tries.count, $1.form) < ($1.score, $1.tries.count, $0.form) }
    }

    private struct Service: Hashable {
        let port: UInt16?
        let proto: UInt8?
    }

    private func scan(_ form: String, _ tries: [Judged<Content>], atLeast fewest: Int) -> Scan? {
        guard tries.count >= fewest else { return nil }
        let share = Double(tries.count { !$0.judgement.isAnswered }) / Double(tries.count)
        guard share >= Self.minUnanswered else { return nil }
        return Scan(
            form: form, tries: tries, unanswered: share,
            score: share * Double(tries.count) / Double(tries.count + fewest))
    }

    private func finding(_ source: IPAddress, _ scan: Scan, _ channels: ChannelTable) -> Finding {
        let keys = scan.tries.map { channels.key(of: $0.channel) }
        let destinations = Set(keys.map(\.peer))
        let services = Set(keys.map { "\($0.port ?? 0)/\(TransportProtocol.name(of: $0.proto ?? 255))" })
        let percent = Int((scan.unanswered * 100).rounded())
        let what =
            destinations.count == 1
            ? "\(services.count.grouped) ports of \(keys[0].peer)"
            : "\(destinations.count.grouped) destinations on \(services.sorted()[0])"
        var finding = Finding(
            detector: Self.name, subject: .source(source), score: scan.score,
            summary: "tried \(what), \(percent) % did not answer")
        finding.occurrences = scan.tries.count
        finding.evidence["scan_form"] = .text(scan.form)
        finding.evidence["scan_destinations"] = .integer(Int64(destinations.count))
        let ports = Set(keys.compactMap(\.port)).sorted().prefix(Self.mostPorts)
        finding.evidence["scan_ports"] = .texts(ports.map(String.init))
        finding.evidence["unanswered"] = .number(scan.unanswered * 100)
        let times = scan.tries.flatMap { channels.view($0.channel).times }.sorted()
        finding.firstSeen = times.first.map(Timestamp.init(nanoseconds:))
        finding.lastSeen = times.last.map(Timestamp.init(nanoseconds:))
        finding.times = Array(times.prefix(Self.mostTimes))
        return finding
    }
}

/// The options of `scan`.
public struct ScanOptions: PluginOptions {
    public var minDestinations = 50
    public var minPorts = 20

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "min_destinations", \.minDestinations, "Minimum number of destinations of a scan of one port.",
                unit: "destinations", range: 2...),
            Option(
                "min_ports", \.minPorts, "Minimum number of ports of a scan of one destination.", unit: "ports",
                range: 2...),
        ]
    }
}
