import FlareKit
import PeerMatching

/// Leaves out channels to what is known to be harmless, or tags them.
///
/// Rules that need only a channel's key act before detection; those that need the name or the owner of an address act
/// on findings, after the enricher that tells it. Lists are read anew for every run.
public struct AllowlistEnricher: ChannelFilter, BuiltInPlugin {
    public static let name = "allowlist"
    public static let summary =
        "Drops or tags channels to known services, by address, name, AS, port or several of them."
    public static let evidence = [
        Field(
            "allowlist", .texts,
            "Allowlist entries with the action tag that match the destination; hosting: anybody can rent the "
                + "address.", section: .identity)
    ]

    /// Of fewer channels no share is taken: one service can well be most of them.
    static let fewestChannels = 100

    let options: AllowlistOptions
    /// `nil` until a run has begun.
    private var ruleset: Ruleset?

    public init(_ options: AllowlistOptions, _ context: PluginContext = PluginContext()) throws {
        self.options = options
        let loader = ListLoader(options: options)
        _ = try loader.inlineList()
        try loader.checkBuiltInLists()
    }

    public var uses: Set<String> { ["host", "addresses", "dest_asn", "dest_as_name"] }
    public var predicate: Predicate? { nil }

    public func prepared(for run: RunPreparation) async throws -> PreparedEnricher {
        var enricher = self
        let loaded = try ListLoader(options: options).load(at: run.started)
        enricher.ruleset = loaded.ruleset
        return PreparedEnricher(enricher, remarks: loaded.remarks)
    }

    public func verdict(_ key: ChannelKey) -> Verdict {
        guard let hit = ruleset?.drop(Facts(key)) else { return .keep }
        return .drop(rule: hit.rule, list: hit.list)
    }

    public func narrowed(after dropped: [DroppedChannels], of channels: Int) -> NarrowedFilter? {
        guard let ruleset, channels >= Self.fewestChannels else { return nil }
        let most = channels / 2
        var names: Set<Ruleset.RuleName> = []
        var remarks: [String] = []
        for entry in dropped where entry.channels > most {
            let name = Ruleset.RuleName(list: entry.list ?? "", rule: entry.rule)
            guard !ruleset.allowsBroad(name) else { continue }
            names.insert(name)
            remarks.append(
                "allowlist \(name.list): the entry \(name.rule) was refused: it fits \(entry.channels.grouped) of \(channels.grouped) "
                    + "channels, more than half of them; set allow_broad: true if it is meant"
            )
        }
        guard !names.isEmpty else { return nil }
        var filter = self
        filter.ruleset = ruleset.refusing(names)
        return NarrowedFilter(filter, remarks: remarks)
    }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        guard let ruleset else { return }
        findings = findings.compactMap { finding in
            var tags: [Ruleset.Hit] = []
            let facts = Facts.all(of: finding)
            let hits = facts.map { facts in ruleset.drop(facts) { if !tags.contains($0) { tags.append($0) } } }
            if let hit = hits.first ?? nil, hits.allSatisfy({ $0 != nil }) {
                run.ledger.drop(
                    finding, filter: run.stage, list: hit.list, rule: hit.rule, records: run.recordCount(of: finding))
                return nil
            }
            guard !tags.isEmpty else { return finding }
            var finding = finding
            finding.evidence["allowlist"] = .texts(tags.map(\.tag))
            return finding
        }
    }
}

extension Facts {
    /// What is known of each channel that a finding is about.
    static func all(of finding: Finding) -> [Facts] {
        switch finding.subject {
        case .source(let address): return [Facts(source: address)]
        case .group(let keys): return keys.map { Facts($0) }
        case .channel(let key):
            var facts = Facts(key)
            facts.name = facts.name ?? finding.host
            if facts.addresses.isEmpty { facts.addresses = finding.addresses }
            if case .integer(let number)? = finding.evidence["dest_asn"] { facts.asNumber = UInt32(exactly: number) }
            if case .text(let name)? = finding.evidence["dest_as_name"] { facts.asName = name }
            return [facts]
        }
    }
}

extension Ruleset.Hit {
    /// The entry as findings show it.
    fileprivate var tag: String {
        "\(isHosting ? "hosting: " : "")\(rule) (\(reason ?? list))"
    }
}
