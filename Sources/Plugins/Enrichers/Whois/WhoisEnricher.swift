import FlareKit
import Foundation

/// Tells who holds the addresses of findings.
///
/// Only findings' addresses are looked up, each once. What leaves the machine is up to the providers that are named;
/// ``disclosures`` says what that is.
public struct WhoisEnricher: Enricher, BuiltInPlugin {
    public static let name = "whois"
    public static let summary = "Adds the owners of addresses, from files or the registries."
    public static let evidence =
        [.sourceOwner, .destinationOwner] + details("src", "source") + details("dest", "destination")

    private static func details(_ prefix: String, _ end: String) -> [Field] {
        [
            Field(
                "\(prefix)_asn", .integer, "Number of the autonomous system that announces the \(end) address.",
                ecs: "\(end).as.number"),
            Field(
                "\(prefix)_as_name", .text, "Name of that autonomous system, or of the \(end) address's holder.",
                ecs: "\(end).as.organization.name"),
            Field(
                "\(prefix)_country", .text, "Country of the \(end) address's holder, as two letters.",
                ecs: "\(end).geo.country_iso_code"),
            Field("\(prefix)_prefix", .text, "Network that the answer on the \(end) address is about."),
            Field("\(prefix)_registry", .text, "Registry that gave out the \(end) address."),
        ]
    }

    /// Of the addresses behind a name so many are looked up.
    static let mostBehindName = 8

    /// Whoever controls malware chooses its names, but not who is given a network; services that anyone can rent under the
    /// owner's name remain, so this is a step of four times and not more.
    static let ownerAmount = -6.0

    private let options: WhoisOptions
    /// `nil` until a run has begun.
    private var chain: OwnerChain?

    public init(_ options: WhoisOptions, _ context: PluginContext = PluginContext()) throws {
        self.options = options
        for (index, provider) in options.providers.enumerated() {
            do throws(OptionComplaint) {
                try Self.check(provider)
                _ = try OwnerChain.network(provider, options, nil)
            } catch {
                throw OptionComplaint(
                    error.message, option: "providers.\(index)", expected: error.expected, suggestion: error.suggestion)
            }
        }
    }

    private static func check(_ provider: ProviderOptions) throws(OptionComplaint) {
        switch provider.type {
        case .mmdb, .tsv:
            if provider.paths.isEmpty {
                throw OptionComplaint("\(provider.type.rawValue) needs paths", expected: "paths: [FILE, …]")
            }
        case .cymru, .rdap, .whois:
            if !provider.paths.isEmpty { throw OptionComplaint("\(provider.type.rawValue) takes no paths") }
        }
    }

    /// What is no finding is not asked about; so it comes after those who can make a finding of it.
    public var takesCandidates: Bool { false }
    public var uses: Set<String> { ["host_from", "threats", "registered_domain"] }

    public func prepared(for run: RunPreparation) async throws -> PreparedEnricher {
        var enricher = self
        let chain = try makeChain()
        enricher.chain = chain
        return PreparedEnricher(enricher, remarks: chain.remarks)
    }

    private func makeChain() throws -> OwnerChain {
        try OwnerChain(options, environment: ProcessInfo.processInfo.environment) {
            Int64(Date().timeIntervalSince1970)
        }
    }

    /// What is sent to whom, a sentence for each provider that asks over the network.
    public var disclosures: [String] {
        var sentences = options.providers.compactMap { try? OwnerChain.network($0, options, nil)?.disclosure }
        switch options.hosts.reverseDNS {
        case .off: break
        case .private:
            sentences.append("whois asks the system's resolver for the names of private addresses of findings")
        case .all: sentences.append("whois asks the system's resolver for the names of all addresses of findings")
        }
        return sentences
    }

    /// Looks addresses up by hand, by the same providers.
    public func lookups(of addresses: [IPAddress]) async throws -> (found: [IPAddress: Lookup], remarks: [String]) {
        let chain = try self.chain ?? makeChain()
        let found = await chain.lookups(of: Set(addresses))
        return (found, chain.remarks)
    }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        guard let chain else { return }
        let ends = findings.map { Ends($0) }
        let lookups = await chain.lookups(of: Set(ends.flatMap { $0.sources + $0.destinations }))
        for (place, end) in ends.enumerated() {
            findings[place].take(end.sources.compactMap { lookups[$0] }, as: "src")
            let destinations = end.destinations.compactMap { lookups[$0] }
            findings[place].take(destinations, as: "dest")
            findings[place].compareName(with: destinations.map(\.owner))
        }
        for remark in chain.remarks { run.ledger.remark(remark) }
        let failures = Set(lookups.values.flatMap(\.failures))
        if let first = failures.sorted().first {
            let count = lookups.values.count { !$0.failures.isEmpty }
            run.ledger.remark(
                "whois: the lookup of \(count.grouped) of \(lookups.count.grouped) addresses failed, "
                    + "such as \(first)")
        }
    }

    /// The addresses at both ends of a finding.
    private struct Ends {
        var sources: [IPAddress] = []
        var destinations: [IPAddress] = []

        init(_ finding: Finding) {
            sources = finding.source.map { [$0] } ?? []
            guard let peer = finding.channel?.peer else { return }
            destinations = peer.address.map { [$0] } ?? Array(finding.addresses.prefix(WhoisEnricher.mostBehindName))
        }
    }
}

extension Finding {
    /// Writes what is known of one end: the labels of all its addresses, and the details of the first that has any.
    fileprivate mutating func take(_ lookups: [Lookup], as prefix: String) {
        var labels: [String] = []
        for label in lookups.compactMap(\.label) where !labels.contains(label) { labels.append(label) }
        if !labels.isEmpty { evidence["\(prefix)_whois"] = .text(labels.joined(separator: " / ")) }
        guard let owner = lookups.map(\.owner).first(where: { !$0.isEmpty }) else { return }
        evidence["\(prefix)_asn"] = owner.asNumber.map { .integer(Int64($0)) }
        evidence["\(prefix)_as_name"] = owner.name.map(Value.text)
        evidence["\(prefix)_country"] = owner.country.map(Value.text)
        evidence["\(prefix)_prefix"] = owner.prefix.map(Value.text)
        evidence["\(prefix)_registry"] = owner.registry.map(Value.text)
    }
}

extension Finding {
    /// Speaks against a finding whose every destination is held by whom its name says.
    fileprivate mutating func compareName(with owners: [AddressOwner]) {
        guard case .text(let domain)? = evidence["registered_domain"], let owner = owners.first?.name,
            owners.allSatisfy({ $0.agrees(with: domain) })
        else { return }
        add([
            Modifier("owner_agrees", WhoisEnricher.ownerAmount, "\(domain) is at addresses of \(owner)", side: .known)
        ])
    }
}

extension WhoisEnricher: CheckablePlugin {
    /// What would leave the machine, to whom; and whether the files are there. Nothing is asked.
    public func check(_ question: CheckQuestion) async -> [CheckRemark] {
        var remarks = disclosures.map { CheckRemark(.doubtful, $0) }
        for path in options.providers.flatMap(\.paths).compactMap(\.file) {
            remarks.append(
                FileManager.default.isReadableFile(atPath: path)
                    ? CheckRemark(.fine, "\(path) can be read") : CheckRemark(.wrong, "\(path) cannot be read"))
        }
        if disclosures.isEmpty { remarks.append(CheckRemark(.fine, "no address leaves this machine")) }
        return remarks
    }
}
