import FlareKit

/// Says of each finding what the sensor itself said: names, agents, URLs, certificates, alerts; what of it is
/// suspicious; and which findings are one thing.
///
/// It asks the sources again after detection, for the records about the findings' sources alone.
public struct ContextEnricher: Enricher, BuiltInPlugin {
    public static let name = "context"
    public static let summary =
        "Adds the sensor's protocol records to findings: names, user agents, certificates, alerts, incidents."
    public static let evidence = ContextFields.all

    private let options: ContextOptions

    public init(_ options: ContextOptions, _ context: PluginContext = PluginContext()) {
        self.options = options
    }

    public var kinds: [RecordKind: Set<ColumnName>] {
        // The ids of flows tie the other records to channels.
        ContextRow.columns.merging([.flow: [.id]]) { $0.union($1) }
    }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        guard !findings.isEmpty else { return }
        let context = try await Self.gather(findings, run)
        var stories = findings.map { Story($0, context) }
        let sharing = try await SiteSharing(stories, context, run)
        for place in stories.indices {
            let suspicions = Suspicions(stories[place], context, sharing, options, run)
            stories[place].lookups = Lookups(of: stories[place], context, options)
            stories[place].finding.add(suspicions.modifiers)
            ContextFields.fill(&stories[place], options, run)
        }
        SharedTraits(context, sharing, options, run).fill(&stories)
        Self.fold(&stories, context, options, run)
        findings = stories.map(\.finding)
    }

    /// Reads again what was said about the findings' sources.
    static func gather(_ findings: [Finding], _ run: RunContext) async throws -> GatheredContext {
        let search = ContextSearch(findings, run)
        let answer = try await run.records(
            about: search.queries, kinds: ContextRow.columns, empty: ContextCollector(search)
        ) { batch, collector in
            collector.take(batch)
        }
        for remark in answer.remarks { run.ledger.remark(remark) }
        return GatheredContext(search, answer.parts)
    }

    /// Takes out findings that are the lookups of another one.
    private static func fold(
        _ stories: inout [Story], _ context: GatheredContext, _ options: ContextOptions, _ run: RunContext
    ) {
        var folded: Set<Int> = []
        for place in stories.indices where stories[place].isOfLookups && stories[place].finding.isReported {
            let owner = stories.indices.first { other in
                other != place && !stories[other].isOfLookups
                    && Lookups.belong(stories[place].finding, to: stories[other], options)
            }
            guard let owner else { continue }
            folded.insert(place)
            stories[owner].fold(stories[place].finding)
            let finding = stories[place].finding
            run.ledger.drop(
                finding, filter: run.stage, rule: "lookups of another finding",
                records: run.recordCount(of: finding))
        }
        stories = stories.indices.filter { !folded.contains($0) }.map { stories[$0] }
    }
}

/// A finding with what was said about it.
struct Story {
    var finding: Finding
    let context: ChannelContext
    let name: BestName?
    /// Names that lookups were answered for with an address of the peer, in lower case.
    private let answered: Set<String>
    var lookups: Lookups?
    /// Findings about lookups that were folded in.
    var foldedLookups: [String] = []
    /// The system that the source's browsers say they run on.
    let platform: String?

    init(_ finding: Finding, _ all: GatheredContext) {
        self.finding = finding
        var context = ChannelContext()
        for key in finding.channels { if let said = all[key] { context.merge(said) } }
        self.context = context
        platform = all.context(of: finding.source).platform
        name = finding.channel.flatMap { key in
            BestName(key, context, times: finding.times, key.peer.address.flatMap { all.answersByAddress[$0] } ?? [])
        }
        let addresses = (finding.channel?.peer.address.map { [$0] } ?? []) + finding.addresses
        answered = Set(addresses.flatMap { all.answersByAddress[$0] ?? [] }.map { $0.name.lowercased() })
    }

    /// What agrees with the peer's name beside the client: `dns-answer`, `certificate`.
    func confirmations(of name: BestName) -> [String] {
        let text = name.name.lowercased()
        var found: [String] = []
        // A name that is only known from another host's lookup does not confirm itself.
        if name.origin != .foreignAnswer, answered.contains(text) { found.append("dns-answer") }
        if denial(of: name) == nil, context.shown.values.contains(where: { $0.covers(text) }) {
            found.append("certificate")
        }
        return found
    }

    /// The subject of a certificate that is not for the name, or that its own subject signed.
    func denial(of name: BestName) -> String? {
        let text = name.name.lowercased()
        return context.shown.sorted { $0.key < $1.key }.map(\.value)
            .first { $0.isSelfSigned || $0.denies(text) }.map { "certificate \($0.subject)" }
    }

    /// Whether the finding is about lookups.
    var isOfLookups: Bool {
        guard let key = finding.channel else { return false }
        return !context.queries.isEmpty || key.port == 53 || key.port == 5353
    }

    mutating func fold(_ lookups: Finding) {
        let name = lookups.channel?.description ?? "lookups"
        let often = lookups.occurrences.map { ", \($0) times" } ?? ""
        let interval = lookups.interval.map { " every \(Words.seconds($0))" } ?? ""
        foldedLookups.append("\(name)\(often)\(interval), score \(Words.hundredths(lookups.score))")
        finding.evidence["lookups"] = .texts((self.lookups?.texts ?? []) + foldedLookups)
    }
}
