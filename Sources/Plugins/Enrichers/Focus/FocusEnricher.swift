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
    private let inside: Inside
    private let rules: [Rule]

    public init(_ options: FocusOptions, _ context: PluginContext = PluginContext()) {
        self.init(options, options.networks.map(Inside.named) ?? .private)
    }

    private init(_ options: FocusOptions, _ inside: Inside) {
        self.options = options
        self.inside = inside
        rules = Self.rules(options.direction, inside.networks)
    }

    /// Takes the networks that the sensor's own records tell of, unless the pipeline names them.
    public func prepared(for run: RunPreparation) async throws -> PreparedEnricher {
        guard options.networks == nil, options.direction != .all, let own = await run.ownNetworks() else {
            return PreparedEnricher(self)
        }
        return PreparedEnricher(Self(options, .told(own)))
    }

    /// Looks for one's own networks in the traffic, where nobody has named any with public addresses.
    public func adjusted(to channels: ChannelSurvey) async -> (any ChannelFilter)? {
        guard options.networks == nil, options.direction != .all, inside.isPrivateOnly,
            let found = InsideSearch(channels).networks
        else { return nil }
        return Self(options, .inferred(found))
    }

    public var statement: String? { options.direction == .all ? nil : "inside: \(inside.description)" }

    public var remedy: String? {
        "name your own networks (option networks, on the command line --networks), or keep another direction (option "
            + "direction, on the command line --focus inbound, internal or all); inside is now \(inside.description)"
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

    private static func rules(_ direction: FocusOptions.Direction, _ own: [CIDR]) -> [Rule] {
        let nearby = own + AddressScope.linkLocal.ranges
        switch direction {
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
