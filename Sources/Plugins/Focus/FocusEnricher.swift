import FlareKit

/// Keeps the channels of one direction, and drops the others before detection (original Flare's `focus_outbound`).
///
/// Inside is what lies in one's own networks. Outside is any other address of the global internet: what is multicast,
/// private, link-local, loopback, documentation or otherwise reserved (RFC 6890) is nobody's outside. A peer that is a
/// name counts as outside.
public struct FocusEnricher: ChannelFilter, BuiltInPlugin {
    public static let name = "focus"
    public static let summary = "Keeps the channels of one direction: outbound, inbound, internal or all."

    private let options: FocusOptions
    private let rules: [Rule]

    public init(_ options: FocusOptions, _ context: PluginContext = PluginContext()) {
        self.options = options
        self.rules = Self.rules(options)
    }

    public var predicate: Predicate? { .all(rules.map(\.predicate)) }

    public func verdict(_ key: ChannelKey) -> Verdict {
        for rule in rules where !rule.predicate.holds(for: key) { return .drop(rule: rule.name) }
        return .keep
    }

    /// One thing that must hold of a channel, and what is said of those for which it does not.
    private struct Rule {
        var name: String
        var predicate: Predicate
    }

    private static func rules(_ options: FocusOptions) -> [Rule] {
        let own = options.networks
        let nearby = own + AddressScope.linkLocal.ranges
        switch options.direction {
        case .outbound:
            return [Rule(name: "source not inside", predicate: .source(in: own))]
                + outside("destination", own) {
                    .destination(in: $0)
                }
        case .inbound:
            return [Rule(name: "destination not inside", predicate: .destination(in: own))]
                + outside("source", own) { .source(in: $0) }
        case .internal:
            return [
                Rule(name: "source not inside", predicate: .source(in: nearby)),
                Rule(name: "destination not inside", predicate: .destination(in: nearby)),
            ]
        case .all:
            return []
        }
    }

    /// The rules of an end that must lie outside, a rule a kind of network so that each is counted by itself.
    private static func outside(_ end: String, _ own: [CIDR], _ lies: ([CIDR]) -> Predicate) -> [Rule] {
        [Rule(name: "\(end) inside", predicate: .not(lies(own)))]
            + AddressScope.allCases.filter { $0 != .global }.map { scope in
                Rule(name: "\(end) \(scope.rawValue)", predicate: .not(lies(scope.ranges)))
            }
    }
}
