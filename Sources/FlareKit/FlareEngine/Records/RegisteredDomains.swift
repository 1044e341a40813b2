import FlareModel

/// The registered domains of names that are looked up, by the Public Suffix List, with a few names of each for a reader.
///
/// Its memory does not grow with the names: three examples a domain, and the names that were asked about lately.
struct RegisteredDomains: Sendable {
    /// The longest names below each domain, the longest first; of equally long ones those that sort first.
    private(set) var examples: [String: [String]] = [:]
    private var recent: [(name: String, domain: String)] = []

    static let mostExamples = 3
    private static let recentNames = 1 << 12

    /// The registered domain of a name; empty for a name that is a public suffix, has one label, or is none.
    mutating func take(_ name: String) -> String {
        guard !name.isEmpty else { return "" }
        if recent.isEmpty { recent = Array(repeating: ("", ""), count: Self.recentNames) }
        let place = name.hashValue & (Self.recentNames - 1)
        if recent[place].name == name { return recent[place].domain }
        let normal = NameTable.normalized(NameTable.bounded(name))
        let domain = Self.domain(of: normal)
        recent[place] = (name, domain)
        if !domain.isEmpty, normal.utf8.count > domain.utf8.count { note(normal, of: domain) }
        return domain
    }

    static func domain(of name: String) -> String {
        PublicSuffixList.builtIn?.registeredDomain(of: name)?.domain ?? ""
    }

    private mutating func note(_ name: String, of domain: String) {
        let known = examples[domain] ?? []
        if known.count == Self.mostExamples, !Self.comes(name, before: known[known.count - 1]) { return }
        guard !known.contains(name) else { return }
        examples[domain] = Self.best(known + [name])
    }

    private static func comes(_ a: String, before b: String) -> Bool {
        (b.utf8.count, a) < (a.utf8.count, b)
    }

    private static func best(_ names: [String]) -> [String] {
        Array(names.sorted { comes($0, before: $1) }.prefix(mostExamples))
    }

    mutating func forget(except live: Set<String>) { examples = examples.filter { live.contains($0.key) } }

    /// The examples of several threads.
    static func examples(of all: [RegisteredDomains]) -> [String: [String]] {
        all.reduce(into: [String: [String]]()) { merged, domains in
            merged.merge(domains.examples) { best(Array(Set($0 + $1))) }
        }
    }
}
