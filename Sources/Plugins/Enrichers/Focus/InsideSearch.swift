import FlareKit

/// Finds one's own networks in the traffic of a site that has public addresses: the few networks that together are an end
/// of most connections, and from which connections are begun toward several peers.
///
/// A scanner from outside begins connections toward many peers too, and so is told by what it covers: the site's own
/// networks are an end of everything that their sensor sees, a foreign one only of its own connections. A popular service
/// is an end of much, and begins nothing.
struct InsideSearch {
    /// Networks that were found.
    struct Found: Sendable {
        var networks: [CIDR]
        /// The share of the connections between public addresses of which they are an end, 0...1.
        var share: Double
    }

    /// `nil` where private addresses carry some of the traffic, or where no few networks carry most of it.
    let networks: Found?

    /// Channels that are looked at; of more a sample.
    private static let mostChannels = 1 << 18
    /// With a larger share of the connections that have a public end, private addresses are the inside.
    private static let nextToNothing = 0.05
    /// A network from which fewer peers were called is not one's own: a record whose direction the sensor took for the
    /// wrong way round makes a caller of anybody.
    private static let fewestPeers = 3
    /// The search ends when so much is covered.
    private static let nearlyAll = 0.98
    /// And fails with less.
    private static let most = 0.75
    /// A network that adds less to it, as a share, is not added.
    private static let leastShare = 0.01
    /// The search ends with so many networks.
    private static let few = 16
    /// With more addresses in use a network counts as a whole.
    private static let fewAddresses = 3

    private struct Edge: Hashable {
        let source: CIDR
        let peer: CIDR
    }

    init(_ channels: ChannelSurvey) {
        var (all, ofPrivate) = (0, 0)
        channels.each(atMost: Self.mostChannels) { key, records in
            guard let peer = key.peer.address else { return }
            let (source, other) = (key.source.scope, peer.scope)
            guard source == .global || other == .global else { return }
            all += records
            if source == .private || other == .private { ofPrivate += records }
        }
        guard all > 0, Double(ofPrivate) < Self.nextToNothing * Double(all) else {
            networks = nil
            return
        }
        networks = Self.search(channels)
    }

    private static func search(_ channels: ChannelSurvey) -> Found? {
        var edges: [Edge: Int] = [:]
        var peers: [CIDR: Set<IPAddress>] = [:]
        var addresses: [CIDR: [IPAddress: Int]] = [:]
        var total = 0
        channels.each(atMost: mostChannels) { key, records in
            guard let peer = key.peer.address, key.source.scope == .global, peer.scope == .global else { return }
            let edge = Edge(source: key.source.sitePrefix, peer: peer.sitePrefix)
            edges[edge, default: 0] += records
            total += records
            addresses[edge.source, default: [:]][key.source, default: 0] += records
            addresses[edge.peer, default: [:]][peer, default: 0] += records
            // Beyond the fewest nobody counts.
            if peers[edge.source, default: []].count < fewestPeers { peers[edge.source, default: []].insert(peer) }
        }
        let callers = Set(peers.filter { $0.value.count >= fewestPeers }.keys)
        var chosen: [CIDR] = []
        var covered = 0
        while chosen.count < few, Double(covered) < nearlyAll * Double(total) {
            var gain: [CIDR: Int] = [:]
            for (edge, records) in edges {
                if callers.contains(edge.source) { gain[edge.source, default: 0] += records }
                if edge.peer != edge.source, callers.contains(edge.peer) { gain[edge.peer, default: 0] += records }
            }
            guard let best = gain.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
                Double(best.value) >= leastShare * Double(total)
            else { break }
            chosen.append(best.key)
            covered += best.value
            edges = edges.filter { $0.key.source != best.key && $0.key.peer != best.key }
        }
        let share = total > 0 ? Double(covered) / Double(total) : 0
        guard share >= most else { return nil }
        return Found(networks: chosen.flatMap { inUse(of: $0, addresses[$0] ?? [:]) }.sorted(), share: share)
    }

    /// A network's few addresses that carry its traffic; the network itself where there are many.
    private static func inUse(of network: CIDR, _ addresses: [IPAddress: Int]) -> [CIDR] {
        let total = addresses.values.reduce(0, +)
        let used = addresses.filter { Double($0.value) >= leastShare * Double(total) }
        return used.count <= fewAddresses ? used.keys.map(\.asNetwork) : [network]
    }
}
