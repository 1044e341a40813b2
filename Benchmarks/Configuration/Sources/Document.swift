/// The documents that are read.
enum Document: String, CaseIterable {
    /// A pipeline file of ordinary size: the measure of the others.
    case ordinary
    /// The longest text that is accepted: a list of paths.
    case longest
    /// Aliases that stand for nearly as many values as is accepted.
    case aliases
    /// Aliases of aliases that would stand for ten thousand million values ("billion laughs").
    case laughs
    /// One long value, repeated by aliases ("quadratic blowup").
    case blowup
    /// A hundred thousand lists in each other.
    case deep
    /// Very many keys of one mapping.
    case keys

    /// Whether it is to be accepted.
    var isAcceptable: Bool { self != .laughs && self != .deep && self != .blowup }

    var text: String {
        switch self {
        case .ordinary: Self.pipeline
        case .longest:
            "paths:\n" + String(repeating: "  - /var/log/suricata/eve-2024-05-01.json.gz\n", count: 85_000)
        case .aliases:
            "a: &a [\(Self.list("x", 999))]\nb: [\(Self.list("*a", 99))]\n"
        case .laughs:
            (1...9).reduce("a0: &a0 [\(Self.list("x", 10))]\n") { text, level in
                text + "a\(level): &a\(level) [\(Self.list("*a\(level - 1)", 10))]\n"
            }
        case .blowup:
            "a: &a \(String(repeating: "x", count: 100_000))\nb: [\(Self.list("*a", 150_000))]\n"
        case .deep: String(repeating: "[", count: 100_000)
        case .keys: (0..<200_000).map { "k\($0): 1\n" }.joined()
        }
    }

    private static func list(_ element: String, _ count: Int) -> String {
        Array(repeating: element, count: count).joined(separator: ", ")
    }

    private static let pipeline = """
        version: 1
        name: home sensor
        window: 24h
        sources:
          - plugin: eve
            paths: [/var/log/suricata/eve.json*]
        enrichers:
          - plugin: focus
            direction: outbound
          - plugin: allowlist
            lists: [builtin:well-known]
        detectors:
          - plugin: beacon
            min_flows: 100
        sinks:
          - plugin: csv
            path: out/beacons.csv
        """
}
