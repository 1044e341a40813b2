import FlareKit

/// Counts the different names below a domain, as RITA does (activecm/rita, `config/config.go`: C2 over DNS, subdomains
/// 100, 500, 800, 1000). For comparison.
public struct RITADNSDetector: Detector, BuiltInPlugin {
    public static let name = "rita-dns"
    public static let summary = "RITA's count of subdomains (version 5), from its published thresholds, for comparison."
    public static let techniques = ["T1071.004"]
    public static let evidence = [Field("rita_subdomains", .integer, "Different names below the domain.")]

    private let options: RITADNSOptions

    public init(_ options: RITADNSOptions, _ context: PluginContext = PluginContext()) { self.options = options }

    public var demand: Demand {
        Demand(
            grouping: Grouping(by: .domain, ignoring: [.subdomain]), minimumCount: options.report, columns: [],
            derived: QuestionColumns.all)
    }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
        guard let domain = channel.key.peer.name else { return nil }
        let traffic = DomainTraffic(channel, domain: domain, called: nil)
        guard traffic.names >= options.report else { return nil }
        var finding = Finding(
            detector: Self.name, channel: channel, census: census, score: Self.score(traffic.names, options.report),
            summary: "\(traffic.names.grouped) names below \(domain)")
        finding.occurrences = traffic.questions
        finding.evidence[Field.addresses.name] = nil
        finding.evidence["rita_subdomains"] = .integer(Int64(traffic.names))
        finding.times = Array(traffic.times.prefix(DNSC2Detector.mostTimes))
        finding.sizes = []
        return finding
    }

    /// RITA's steps of severity, straight lines between, 1 at twice the last.
    private static func score(_ names: Int, _ report: Int) -> Double {
        // A hair above where a severity begins, so that no rounding takes it away.
        Double(names).onLine(through: [
            (Double(min(report, 499)), 0.2), (500, 0.4001), (800, 0.6001), (1000, 0.8001), (2000, 1),
        ])
    }
}

/// The options of `rita-dns`.
public struct RITADNSOptions: PluginOptions {
    public var report = 100

    public init() {}

    public static var options: [Option<Self>] {
        [Option("report", \.report, "Fewer names below a domain are not reported.", unit: "names", range: 1...)]
    }
}
