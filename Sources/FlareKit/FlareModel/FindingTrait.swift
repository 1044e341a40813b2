extension Finding {
    /// Something that findings may share and that ties them together: a certificate, a fingerprint, a rare name.
    ///
    /// Who adds a trait to a finding has made sure that it is no property of the site at large: what many hosts or many unrelated
    /// channels have in common (a CDN's certificate, a browser's fingerprint) is no trait.
    public struct Trait: Hashable, Sendable, Codable {
        /// What it is, the strongest first.
        public enum Kind: String, Sendable, Codable, CaseIterable {
            case certificate, subject, name, address, fingerprint, port
        }

        public var kind: Kind
        /// What tells it from others of its kind.
        public var value: String
        /// What it is called where it is counted: `self-signed certificate`.
        public var noun: String
        /// In words: `self-signed certificate CN=example.org`.
        public var words: String

        public init(_ kind: Kind, _ value: String, noun: String, words: String? = nil) {
            self.kind = kind
            self.value = value
            self.noun = noun
            self.words = words ?? "\(noun) \(value)"
        }

        var token: String { "\(kind.rawValue) \(value)" }
    }
}

extension Finding.Trait: Comparable {
    /// By kind, the strongest first, then by value.
    public static func < (a: Self, b: Self) -> Bool { (a.rank, a.value) < (b.rank, b.value) }

    private var rank: Int { Kind.allCases.firstIndex(of: kind) ?? 0 }
}

extension Finding.Trait {
    /// What at least two of some findings have in common, the strongest first.
    static func shared(by findings: [Finding]) -> [Self] {
        var counts: [Self: Int] = [:]
        for finding in findings { for trait in Set(finding.traits) { counts[trait, default: 0] += 1 } }
        return counts.filter { $0.value > 1 }.keys.sorted()
    }

    /// `one self-signed certificate`, `3 JA3 fingerprints`: the strongest kind, beside names, addresses and ports, which a
    /// reader sees anyway; `nil` where there is no other.
    static func phrase(of traits: [Self]) -> String? {
        let strongest = traits.filter { ![.name, .address, .port].contains($0.kind) }
        guard let noun = strongest.first?.noun else { return nil }
        let count = strongest.count { $0.noun == noun }
        return count == 1 ? "one \(noun)" : "\(count.grouped) \(noun)s"
    }
}
