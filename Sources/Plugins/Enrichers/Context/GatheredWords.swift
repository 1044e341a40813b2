import FlareKit

/// What all threads gathered.
struct GatheredWords: Sendable {
    /// A look-up of one of the sources.
    struct Lookup: Sendable {
        var time: Int64
        var channel: ChannelKey
        var name: String
        /// Those of the answers that findings are about.
        var addresses: [IPAddress]
    }

    /// The look-ups of the names and addresses that findings are about, by rising time.
    let lookups: [Lookup]
    /// The answers that held an address, by rising time.
    let answersByAddress: [IPAddress: [WordCollector.Answer]]
    private let search: WordSearch
    private let parts: [WordCollector]
    private let found: [ChannelWords]
    /// By the sources' numbers in the search.
    private let sources: [SourceWords]
    /// Certificates that were logged by themselves.
    private let certificates: [String: Certificate]

    init(_ search: WordSearch, _ parts: [WordCollector]) {
        var certificates: [String: Certificate] = [:]
        for part in parts {
            for (key, certificate) in part.certificates { certificates[key, default: certificate].merge(certificate) }
        }
        let found = Self.found(search, parts, certificates)
        let answers = parts.flatMap(\.answers).sorted { ($0.time, $0.client, $0.name) < ($1.time, $1.client, $1.name) }
        var names = Set(answers.map(\.name))
        for words in found {
            names.formUnion(words.names.counts.keys)
            names.formUnion(words.hosts.counts.keys)
        }
        lookups = Self.lookups(parts, of: names)
        answersByAddress = Dictionary(grouping: answers, by: \.address)
        sources = (0..<search.sources.count).map { place in
            SourceWords(parts.map { (marks: $0.sources[place], numbers: $0.numbers) })
        }
        (self.search, self.parts, self.found, self.certificates) = (search, parts, found, certificates)
    }

    /// What was said on the channels of findings, with what certificates that were logged by themselves tell of those
    /// that handshakes showed.
    private static func found(
        _ search: WordSearch, _ parts: [WordCollector], _ certificates: [String: Certificate]
    ) -> [ChannelWords] {
        (0..<search.found.count).map { place in
            var words = ChannelWords()
            for part in parts { words.merge(part.found[place]) }
            guard !certificates.isEmpty else { return words }
            for key in Array(words.shown.keys) {
                if let known = certificates[key] { words.shown[key]?.merge(known) }
            }
            return words
        }
    }

    private static func lookups(_ parts: [WordCollector], of names: Set<String>) -> [Lookup] {
        parts.flatMap { part in
            part.lookups.lazy.filter { names.contains($0.name) }.map {
                Lookup(
                    time: $0.time, channel: part.numbers.key(of: $0.channel), name: $0.name, addresses: $0.addresses)
            }
        }.sorted { ($0.time, $0.name, $0.channel) < ($1.time, $1.name, $1.channel) }
    }

    /// What was said on a channel that a finding is about; `nil` for others.
    subscript(_ key: ChannelKey) -> ChannelWords? { search.found[key].map { found[$0] } }

    func words(of source: IPAddress?) -> SourceWords {
        source.flatMap { search.sources[$0] }.map { sources[$0] } ?? SourceWords()
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
