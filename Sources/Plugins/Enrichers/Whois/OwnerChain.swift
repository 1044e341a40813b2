import FlareKit
import Synchronization

/// What came of looking an address up.
public struct Lookup: Sendable, Hashable {
    /// Who holds it; empty where nobody knows.
    public var owner = AddressOwner()
    /// Whose answers these are, in their order.
    public var sources: [String] = []
    /// Who could not be asked, and why.
    public var failures: [String] = []
    /// The address's own name in one's network, or what its scope is called.
    public var localName: String?

    /// The owner in a few words: `GO-DADDY-COM-LLC, US`, `private`, `lookup failed`; `nil` where nobody knows.
    public var label: String? {
        if let localName { return localName }
        if !owner.label.isEmpty { return owner.label }
        return failures.isEmpty ? nil : "lookup failed"
    }
}

/// All providers of a pipeline, in their order.
///
/// Files are asked about every address, and complement each other. Network providers are asked, one after another, about
/// global addresses whose owner has no name yet, each address once.
final class OwnerChain: Sendable {
    private enum Provider: Sendable {
        case local(any LocalOwnerProvider)
        case network(any OwnerProvider)
    }

    private let providers: Mutex<[Provider]>
    private let hosts: HostNames
    private let reverseDNS: ReverseNames?
    private let cache: OwnerCache?
    private let deadline: Duration
    private let refreshRemarks = Mutex<[String]>([])

    /// How long one question over the network may take, and how many are asked at a time.
    private static let timeout = Duration.seconds(5)
    private static let concurrency = 8
    /// An owner is good for a week; that nothing is known of an address, for a day.
    private static let kept = OwnerCache.Limits(owner: 7 * 86_400, unknown: 86_400, entries: 100_000)

    /// - Parameter environment: for the place of the cache.
    /// - Throws: where a file cannot be used.
    init(_ options: WhoisOptions, environment: [String: String], now: @escaping @Sendable () -> Int64) throws {
        let asksNetwork = options.providers.contains { [.cymru, .rdap, .whois].contains($0.type) }
        let path = options.cache?.file ?? OwnerCache.standardPath(environment)
        var cache: OwnerCache?
        if asksNetwork, let path {
            cache = OwnerCache(path: path, limits: Self.kept, now: now)
        }
        self.cache = cache
        deadline = .nanoseconds(options.deadline.nanoseconds)
        hosts = try options.hosts.names?.file.map { path throws(PluginError) in try HostNames(path: path) } ?? .none
        reverseDNS =
            options.hosts.reverseDNS == .off
            ? nil : ReverseNames(includesGlobal: options.hosts.reverseDNS == .all, concurrency: Self.concurrency)
        var providers: [Provider] = []
        for provider in options.providers {
            for local in try Self.local(provider) { providers.append(.local(local)) }
            if let network = try Self.network(provider, options, cache) { providers.append(.network(network)) }
        }
        self.providers = Mutex(providers)
    }

    /// For tests: providers as they are.
    init(network: [any OwnerProvider], cache: OwnerCache? = nil, deadline: Duration = .seconds(5)) {
        providers = Mutex(network.map(Provider.network))
        self.cache = cache
        self.deadline = deadline
        hosts = .none
        reverseDNS = nil
    }

    private static func local(_ options: ProviderOptions) throws(PluginError) -> [any LocalOwnerProvider] {
        let paths = options.paths.compactMap(\.file)
        switch options.type {
        case .mmdb: return [try MMDBProvider(paths: paths)]
        case .tsv:
            var tables: [any LocalOwnerProvider] = []
            for path in paths { tables.append(try TableProvider(path: path, names: options.names?.file)) }
            return tables
        case .cymru, .rdap, .whois: return []
        }
    }

    static func network(_ provider: ProviderOptions, _ options: WhoisOptions, _ cache: OwnerCache?)
        throws(OptionComplaint) -> (any OwnerProvider)?
    {
        let timeout = Self.timeout
        let server: WhoisServer? = try provider.server.map { text throws(OptionComplaint) in
            guard let server = WhoisServer(text) else {
                throw OptionComplaint("\"\(text)\" is no server", expected: "host or host:port")
            }
            return server
        }
        switch provider.type {
        case .mmdb, .tsv: return nil
        case .cymru: return CymruProvider(server: server ?? CymruProvider.standardServer, timeout: timeout)
        case .whois:
            return WhoisProvider(
                server: server ?? WhoisProvider.standardServer, timeout: timeout, concurrency: Self.concurrency)
        case .rdap:
            return RDAPProvider(timeout: timeout, concurrency: Self.concurrency, cache: cache)
        }
    }

    /// What a reader of the results has to know, so far.
    var remarks: [String] { (cache?.remarks ?? []) + refreshRemarks.withLock { $0 } }

    /// Takes over files that were replaced.
    private func refresh() -> [Provider] {
        providers.withLock { providers in
            providers = providers.map { provider in
                guard case .local(let local) = provider else { return provider }
                do {
                    return .local(try local.refreshed())
                } catch {
                    refreshRemarks.withLock { remarks in
                        let remark = "whois \(local.name): the new file is not used: \(error)"
                        if !remarks.contains(remark) { remarks.append(remark) }
                    }
                    return provider
                }
            }
            return providers
        }
    }

    /// Looks addresses up, each once.
    func lookups(of addresses: Set<IPAddress>) async -> [IPAddress: Lookup] {
        let providers = refresh()
        let end = ContinuousClock.now.advanced(by: deadline)
        let sorted = addresses.sorted()
        var lookups = Dictionary(uniqueKeysWithValues: sorted.map { ($0, local(lookup: $0)) })
        let global = sorted.filter { $0.scope == .global }
        for provider in providers {
            switch provider {
            case .local(let local):
                for address in global {
                    if let owner = local.owner(of: address) { lookups[address]?.take(owner, from: local.name) }
                }
            case .network(let network):
                let wanted = global.filter { lookups[$0]?.owner.isNamed == false && lookups[$0]?.localName == nil }
                for (address, answer) in await ask(network, wanted, by: end) {
                    lookups[address]?.take(answer, from: network.name)
                }
            }
        }
        if let reverseDNS {
            let unnamed = sorted.filter { hosts.name(of: $0) == nil && reverseDNS.isFor($0) }
            for (address, name) in await reverseDNS.names(of: unnamed, by: end) { lookups[address]?.take(name: name) }
        }
        return lookups
    }

    private func local(lookup address: IPAddress) -> Lookup {
        var lookup = Lookup()
        if let name = hosts.name(of: address) {
            lookup.localName = name
        } else if address.scope != .global {
            lookup.localName = address.scope.rawValue
        }
        return lookup
    }

    private func ask(_ provider: any OwnerProvider, _ addresses: [IPAddress], by end: ContinuousClock.Instant) async
        -> [IPAddress: OwnerAnswer]
    {
        guard !addresses.isEmpty else { return [:] }
        var answers = cache?.answers(of: provider.name, to: addresses) ?? [:]
        let rest = addresses.filter { answers[$0] == nil }
        guard !rest.isEmpty else { return answers }
        guard end > .now else {
            for address in rest { answers[address] = .failed("\(provider.name): no time was left to ask") }
            return answers
        }
        let fresh = await provider.answers(to: rest, by: end)
        cache?.keep(fresh, of: provider.name)
        return answers.merging(fresh) { $1 }
    }
}

extension Lookup {
    mutating func take(_ owner: AddressOwner, from source: String) {
        let before = self.owner
        self.owner.fill(from: owner)
        if self.owner != before { sources.append(source) }
    }

    mutating func take(_ answer: OwnerAnswer, from source: String) {
        switch answer {
        case .owner(let owner): take(owner, from: source)
        case .unknown: break
        case .failed(let reason): failures.append(reason)
        }
    }

    /// Takes a name of the resolver's, which says more than the scope of an address and less than an owner.
    mutating func take(name: String) {
        if localName != nil || owner.name == nil { localName = name }
    }
}
