import FlareKit

/// What all threads gathered.
struct GatheredContext: Sendable {
    /// A lookup of one of the sources.
    struct Lookup: Sendable {
        var time: Int64
        var channel: ChannelKey
        var name: String
        /// Those of the answers that findings are about.
        var addresses: [IPAddress]
    }

    /// The lookups of the names and addresses that findings are about, by rising time.
    let lookups: [Lookup]
    /// The answers that held an address, by rising time.
    let answersByAddress: [IPAddress: [ContextCollector.Answer]]
    private let search: ContextSearch
    private let parts: [ContextCollector]
    private let found: [ChannelContext]
    /// By the sources' numbers in the search.
    private let sources: [SourceContext]
    /// Certificates that were logged by themselves.
    private let certificates: [String: Certificate]

    init(_ search: ContextSearch, _ parts: [ContextCollector]) {
        var certificates: [String: Certificate] = [:]
        for part in parts {
            for (key, certificate) in part.certificates { certificates[key, default: certificate].merge(certificate) }
        }
        let found = Self.found(search, parts, certificates)
        let answers = parts.flatMap(\.answers).sorted { ($0.time, $0.client, $0.name) < ($1.time, $1.client, $1.name) }
        var names = Set(answers.map(\.name))
        for context in found {
            names.formUnion(context.names.counts.keys)
            names.formUnion(context.hosts.counts.keys)
        }
        lookups = Self.lookups(parts, of: names)
        answersByAddress = Dictionary(grouping: answers, by: \.address)
        sources = (0..<search.sources.count).map { place in
            SourceContext(parts.map { (marks: $0.sources[place], numbers: $0.numbers) })
        }
        (self.search, self.parts, self.found, self.certificates) = (search, parts, found, certificates)
    }

    /// What was said on the channels of findings, with what certificates that were logged by themselves tell of those
    /// that handshakes showed.
    private static func found(
        _ search: ContextSearch, _ parts: [ContextCollector], _ certificates: [String: Certificate]
    ) -> [ChannelContext] {
        (0..<search.found.count).map { place in
            var context = ChannelContext()
            for part in parts { context.merge(part.found[place]) }
            guard !certificates.isEmpty else { return context }
            for key in Array(context.shown.keys) {
                if let known = certificates[key] { context.shown[key]?.merge(known) }
            }
            return context
        }
    }

    private static func lookups(_ parts: [ContextCollector], of names: Set<String>) -> [Lookup] {
        parts.flatMap { part in
            part.lookups.lazy.filter { names.contains($0.name) }.map {
                Lookup(
                    time: $0.time, channel: part.numbers.key(of: $0.channel), name: $0.name, addresses: $0.addresses)
            }
        }.sorted { ($0.time, $0.name, $0.channel) < ($1.time, $1.name, $1.channel) }
    }

    /// What was said on a channel that a finding is about; `nil` for others.
    subscript(_ key: ChannelKey) -> ChannelContext? { search.found[key].map { found[$0] } }

    func context(of source: IPAddress?) -> SourceContext {
        source.flatMap { search.sources[$0] }.map { sources[$0] } ?? SourceContext()
    }

    /// The self-signed certificates with one of some subjects that the sources were shown.
    func selfSigned(by subjects: Set<String>) -> [Certificate] {
        guard !subjects.isEmpty else { return [] }
        var all: [String: Certificate] = [:]
        for part in parts {
            for (key, shown) in part.shown {
                var certificate = shown
                if let known = certificates[key] { certificate.merge(known) }
                guard certificate.isSelfSigned, subjects.contains(certificate.subject) else { continue }
                all[key, default: certificate].merge(certificate)
            }
        }
        return all.sorted { $0.key < $1.key }.map(\.value)
    }
}
