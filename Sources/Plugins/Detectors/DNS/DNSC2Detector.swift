import FlareKit

/// Finds command and control inside lookups: data in the names below a domain and in its answers, whichever resolver is
/// asked, and domains that do not exist, one after the other.
///
/// A channel is a source and a registered domain. What each piece of evidence counts stands in docs/dns-c2.md.
public struct DNSC2Detector: Detector, BuiltInPlugin {
    public static let name = "dns-c2"
    public static let summary =
        "Finds data carried in lookups (DNS tunnels), and names of domain-generation algorithms."
    public static let techniques = ["T1071.004"]
    public static let evidence = [
        Field("dns_form", .text, "What was found: data in names, or generated domains."),
        Field(
            "dns_names", .integer, "Different names that were asked for below the domain; of generated domains these."),
        Field("dns_name_length", .number, unit: "bytes", "Mean length of these names in front of the domain."),
        Field("dns_longest_label", .integer, unit: "bytes", "The longest label in front of the domain."),
        Field(
            "dns_entropy", .number, unit: "bit",
            "Shannon entropy of the names' characters in front of the domain, each."),
        Field("dns_drawn", .number, unit: "%", "Share of the names that look drawn by a machine."),
        Field("dns_types", .texts, "Types of the questions with their shares."),
        Field("dns_rate", .number, unit: "1/h", "Questions an hour while they went on."),
        Field("dns_failed", .number, unit: "%", "Share of the answers that failed: NXDOMAIN, SERVFAIL and others."),
        Field(
            "dns_called", .number, unit: "%",
            "Share of the answered addresses of IPv4 that somebody called in the window."),
        Field("dns_ttl", .number, unit: "s", "Median of how long answers may be kept, to a power of two."),
        Field("dns_examples", .texts, "Some of the names: the longest below the domain."),
        Field("dns_resolvers", .texts, "Whom the source asked."),
        Field("dns_relays", .texts, "Hosts that asked the same on behalf of the source."),
        Field("dns_evidence", .texts, "What speaks for and against, in decibans; the score is their sum."),
    ]

    /// What is to be known of a channel once all are judged.
    public struct Content: Judgement {
        public var score: Double
        /// Whether nothing that was asked for exists.
        var isMissing: Bool
        var questions: Int
    }

    private let options: DNSC2Options
    /// The most moments that are kept for a picture.
    static let mostTimes = 10_000
    private static let mostListed = 8

    public init(_ options: DNSC2Options, _ context: PluginContext = PluginContext()) { self.options = options }

    public var demand: Demand {
        Demand(
            grouping: Grouping(by: .domain, ignoring: [.subdomain]), columns: [], derived: QuestionColumns.all)
    }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Content? {
        guard let domain = channel.key.peer.name else { return nil }
        let traffic = DomainTraffic(channel, domain: domain, called: census.called)
        guard traffic.questions > 0 else { return nil }
        let isMissing = traffic.failedShare == 1 && traffic.names <= traffic.questions && traffic.addresses == 0
        let score = traffic.names >= options.minNames ? TunnelScore(traffic).probability : 0
        return Content(score: score, isMissing: isMissing, questions: traffic.questions)
    }

    public func settle(
        _ judged: [Judged<Content>], _ channels: ChannelTable, _ census: Census
    ) async throws -> [Finding] {
        tunnels(judged, channels, census) + generated(judged, channels, census)
    }

    // MARK: Data in names

    private func tunnels(_ judged: [Judged<Content>], _ channels: ChannelTable, _ census: Census) -> [Finding] {
        let found = judged.filter { $0.judgement.score >= options.minScore }.map(\.channel)
        var askedOf: [String: Set<IPAddress>] = [:]
        var views: [ChannelID: ChannelView] = [:]
        for channel in found {
            let view = channels.view(channel)
            views[channel] = view
            askedOf[view.key.peer.description, default: []].formUnion(view.addresses)
        }
        var relays: [String: [IPAddress]] = [:]
        var own: [ChannelView] = []
        for view in found.compactMap({ views[$0] }) {
            let domain = view.key.peer.description
            // A resolver of one's own asks the next one what its client asked.
            if askedOf[domain]?.contains(view.key.source) == true {
                relays[domain, default: []].append(view.key.source)
            } else {
                own.append(view)
            }
        }
        return own.map { finding($0, relays[$0.key.peer.description] ?? [], census) }
    }

    private func finding(_ channel: ChannelView, _ relays: [IPAddress], _ census: Census) -> Finding {
        let domain = channel.key.peer.description
        let traffic = DomainTraffic(channel, domain: domain, called: census.called)
        let score = TunnelScore(traffic)
        var finding = Finding(
            detector: Self.name, channel: channel, census: census, score: score.probability,
            summary: Sentence.tunnel(traffic, domain))
        finding.occurrences = traffic.questions
        finding.bytesToServer = Int64(traffic.bytesUp)
        finding.bytesToClient = Int64(traffic.bytesDown)
        finding.times = Self.thinned(traffic.times)
        finding.sizes = []
        finding.application = "DNS"
        finding.techniques = ["T1572"]
        // The addresses of its records are those of resolvers.
        finding.evidence[Field.addresses.name] = nil
        finding.evidence["dns_form"] = .text("data in names")
        finding.evidence["dns_names"] = .integer(Int64(traffic.names))
        finding.evidence["dns_name_length"] = .number(traffic.nameLength.tenths)
        finding.evidence["dns_longest_label"] = .integer(Int64(traffic.longestLabel))
        finding.evidence["dns_entropy"] = .number(traffic.entropy.tenths)
        finding.evidence["dns_drawn"] = .number((traffic.drawn * 100).tenths)
        finding.evidence["dns_types"] = .texts(traffic.typeTexts)
        finding.evidence["dns_rate"] = .number(traffic.rate.tenths)
        finding.evidence["dns_failed"] = traffic.failedShare.map { .number(($0 * 100).tenths) }
        if traffic.addressesAnswered > 0, let called = traffic.addressesCalled {
            finding.evidence["dns_called"] = .number((Double(called) / Double(traffic.addressesAnswered) * 100).tenths)
        }
        finding.evidence["dns_ttl"] = traffic.timeToLive.map { .number($0) }
        finding.evidence["dns_examples"] = .texts(channel.examples)
        finding.evidence["dns_resolvers"] = .texts(channel.addresses.prefix(Self.mostListed).map(\.description))
        if !relays.isEmpty { finding.evidence["dns_relays"] = .texts(relays.map(\.description)) }
        finding.evidence["dns_evidence"] = .texts(
            ["expected at all \(TunnelScore.prior.decibans)"] + score.parts.map { "\($0.name) \($0.decibans.decibans)" }
        )
        return finding
    }

    // MARK: Generated domains

    private func generated(_ judged: [Judged<Content>], _ channels: ChannelTable, _ census: Census) -> [Finding] {
        let findings = judged.bySource(channels).compactMap { source, own -> Finding? in
            let missing = own.filter { $0.judgement.isMissing && $0.judgement.score < options.minScore }
            return missing.count >= GeneratedNames.fewest ? family(source, missing, channels) : nil
        }
        // A resolver of one's own asks for the same.
        let clients = findings.flatMap { finding -> [String] in
            if case .texts(let texts)? = finding.evidence["dns_resolvers"] { texts } else { [] }
        }
        return findings.filter { !clients.contains($0.source?.description ?? "") }
    }

    private func family(_ source: IPAddress, _ missing: [Judged<Content>], _ channels: ChannelTable) -> Finding? {
        var names = GeneratedNames()
        var resolvers: Set<IPAddress> = []
        for entry in missing {
            let view = channels.view(entry.channel)
            names.add(view.key, DomainTraffic(view, domain: view.key.peer.description, called: nil).times)
            resolvers.formUnion(view.addresses)
        }
        guard names.probability >= options.minScore else { return nil }
        var finding = Finding(
            detector: Self.name, subject: .source(source), score: names.probability, summary: Sentence.generated(names))
        finding.occurrences = names.questions
        finding.interval = names.steadyInterval
        finding.application = "DNS"
        finding.techniques = ["T1568.002"]
        let times = names.times.sorted()
        finding.firstSeen = times.first.map(Timestamp.init(nanoseconds:))
        finding.lastSeen = times.last.map(Timestamp.init(nanoseconds:))
        finding.times = Self.thinned(times)
        finding.evidence["dns_form"] = .text("generated domains")
        finding.evidence["dns_names"] = .integer(Int64(names.keys.count))
        finding.evidence["dns_drawn"] = .number((names.drawnShare * 100).tenths)
        finding.evidence["dns_failed"] = .number(100)
        finding.evidence["dns_examples"] = .texts(names.keys.prefix(Self.mostListed).map(\.peer.description))
        finding.evidence["dns_resolvers"] = .texts(resolvers.sorted().prefix(Self.mostListed).map(\.description))
        return finding
    }

    /// At most `mostTimes` of some moments, evenly.
    private static func thinned(_ times: [Int64]) -> [Int64] {
        guard times.count > mostTimes else { return times }
        return (0..<mostTimes).map { times[$0 * times.count / mostTimes] }
    }
}

/// The options of `dns-c2`.
public struct DNSC2Options: PluginOptions {
    public var minScore = 0.5
    public var minNames = 10

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("min_score", \.minScore, "What is less likely is not reported.", range: 0...1),
            Option(
                "min_names", \.minNames, "Fewer different names below a domain carry nothing worth a look.",
                unit: "names", range: 1...),
        ]
    }
}

/// What findings say in a sentence.
enum Sentence {
    static func tunnel(_ traffic: DomainTraffic, _ domain: String) -> String {
        let types = traffic.typesByCount.prefix(2).map(\.name).joined(separator: " and ")
        var text =
            "\(traffic.names.grouped) names below \(domain) in \(Readable.seconds(traffic.span)), "
            + "\(Int(traffic.nameLength.rounded())) bytes each, asked for as \(types): "
            + "\(Readable.bytes(Int64(traffic.bytesUp))) in names, \(Readable.bytes(Int64(traffic.bytesDown))) in answers"
        if let failed = traffic.failedShare, failed >= 0.01 {
            text += "; \(Int((failed * 100).rounded())) % of the answers failed"
        }
        return text
    }

    static func generated(_ names: GeneratedNames) -> String {
        let pace = names.steadyInterval.map { ", one every \(Readable.pace($0))" } ?? ""
        return "asked for \(names.keys.count.grouped) domains that do not exist\(pace); "
            + "\(Int((names.drawnShare * 100).rounded())) % of them look drawn by a machine"
    }
}

extension Double {
    fileprivate var tenths: Double { (self * 10).rounded() / 10 }
}
