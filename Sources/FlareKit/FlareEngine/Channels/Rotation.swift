import FlareModel

/// Addresses without a name that may be one destination: those of one source, port and protocol that show the same certificate
/// and fingerprint, or show nothing and lie in one network. Networks stand in for owners, whom a run does not know.
struct Rotation: Sendable {
    /// What such addresses share.
    private struct Group: Hashable {
        let source: IPAddress
        let port: UInt16
        let proto: UInt8
        /// The number of what the server shows; `NameTable.none` where the network counts.
        let server: UInt32
        let network: CIDR?
    }

    private struct Candidate: Sendable {
        let channel: UInt32
        let key: PackedKey
        /// How many it has.
        let count: Int
        var calls: [(time: Int64, end: Int64)] = []
        /// How often its server showed what.
        var servers: [UInt32: Int] = [:]
    }

    private var candidates: [Candidate] = []
    /// The place of each channel among the candidates; -1 for those that are none.
    private var places: [Int32]
    /// Candidates that share something, and whether that is a certificate.
    private var groups: [(members: [Int], isCertified: Bool)] = []

    /// A scan calls many addresses and none again.
    private static let fewestCalls = 2
    static let mostAddresses = 64
    /// Channels of a source and port are looked at up to so many: more are a scan, or a network of peers.
    private static let mostChannels = 1024
    static let networkBits = (v4: 96 + 16, v6: 32)

    /// - Parameter named: channels toward addresses that are called by a name.
    init(_ index: ChannelIndex, except named: Set<UInt32>) {
        places = Array(repeating: -1, count: index.keys.count)
        var channels: [PackedKey: [UInt32]] = [:]
        for number in 0..<index.keys.count where index.counts[number] >= Self.fewestCalls {
            let (channel, key) = (UInt32(number), index.keys[number])
            guard !key.flags.contains(.peerIsName), !named.contains(channel) else { continue }
            var group = key
            group.peer = IPAddress(high: 0, low: 0)
            channels[group, default: []].append(channel)
        }
        for members in channels.values where members.count > 1 && members.count <= Self.mostChannels {
            for member in members {
                places[Int(member)] = Int32(candidates.count)
                let count = Int(index.counts[Int(member)])
                candidates.append(Candidate(channel: member, key: index.keys[Int(member)], count: count))
            }
        }
    }

    /// Takes what the server of a call shows; of all calls before they are taken themselves.
    mutating func see(_ server: UInt32, on channel: UInt32) {
        let place = Int(places[Int(channel)])
        if place >= 0, server != NameTable.none { candidates[place].servers[server, default: 0] += 1 }
    }

    /// Keeps the candidates that share something with others.
    ///
    /// - Parameter shown: what servers show.
    /// - Returns: whether there are any, whose calls are to be taken.
    mutating func choose(_ shown: NameTable?) -> Bool {
        let servers = (shown?.names ?? []).map { ShownServer($0) }
        var sharing: [Group: [Int]] = [:]
        for place in candidates.indices {
            if let group = group(of: candidates[place], servers) { sharing[group, default: []].append(place) }
        }
        for (group, members) in sharing {
            let isCertified = servers.isEmpty ? false : servers[Int(group.server)]?.hasCertificate ?? false
            let calls = members.reduce(0) { $0 + candidates[$1].count }
            guard (Self.fewestAddresses(isCertified)...Self.mostAddresses).contains(members.count),
                calls >= TurnTaking.fewestCallbacks
            else { continue }
            groups.append((members, isCertified))
        }
        let chosen = Set(groups.lazy.flatMap(\.members))
        for place in candidates.indices where !chosen.contains(place) { places[Int(candidates[place].channel)] = -1 }
        return !groups.isEmpty
    }

    /// Takes a call of any channel.
    ///
    /// - Parameter duration: in nanoseconds; 0 where that is not known.
    mutating func take(_ channel: UInt32, at time: Int64, duration: Int64) {
        let place = Int(places[Int(channel)])
        if place >= 0 { candidates[place].calls.append((time, time.addingClamped(max(duration, 0)))) }
    }

    /// The channels that are one destination.
    var turns: [[UInt32]] {
        groups.compactMap { members, isCertified in
            var calls: [TurnTaking.Call] = []
            for (number, place) in members.enumerated() {
                calls += candidates[place].calls.map { TurnTaking.Call(time: $0.time, member: number, end: $0.end) }
            }
            let turns = TurnTaking(calls)
            guard turns.members.count >= Self.fewestAddresses(isCertified), isCertified || !turns.areHeld else {
                return nil
            }
            return turns.members.map { candidates[members[$0]].channel }.sorted()
        }.sorted { $0[0] < $1[0] }
    }

    /// Two that are known by little more than their port lie well by chance.
    private static func fewestAddresses(_ isCertified: Bool) -> Int { isCertified ? 2 : 3 }

    /// What a channel shares with others; `nil` where it goes to many at once.
    private func group(of candidate: Candidate, _ servers: [ShownServer?]) -> Group? {
        let peer = candidate.key.peer
        guard peer.scope != .multicast, peer.scope != .broadcast else { return nil }
        // Sessions that are resumed show no certificate.
        let certified = candidate.servers.filter { servers[Int($0.key)]?.hasCertificate ?? false }
        let seen = certified.isEmpty ? candidate.servers : certified
        let server = seen.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? NameTable.none
        let bits = peer.isV4 ? Self.networkBits.v4 : Self.networkBits.v6
        return Group(
            source: candidate.key.source, port: candidate.key.port, proto: candidate.key.proto, server: server,
            network: server == NameTable.none ? CIDR(peer, bits: bits) : nil)
    }
}

/// Tells members that take turns from members that call by their own clocks.
///
/// One caller that goes from member to member keeps its distance between any two calls, whomever they are to; callers with clocks
/// of their own call at any time after each other. So of members that take turns:
/// - few calls follow sooner than two fifths of the median distance; of independent callers a quarter do;
/// - no member has many such neighbours; one that is seldom called is left out if it has;
/// - the distances between all calls are no less steady than those of the members: clocks that are steady by themselves, and
///   only lie between each other, are several;
/// - the distance to a call does not depend on whom it is to, as it does where clocks of one period lie unevenly (analysis of
///   variance, one way; what is less than a twentieth of the distance is no difference: servers answer more or less fast).
struct TurnTaking {
    struct Call {
        var time: Int64
        var member: Int
        var end: Int64?
    }

    /// Those that take turns, rising; none where they do not.
    private(set) var members: [Int] = []
    /// Whether a connection is open for most of the time: then a program keeps one to a service, and begins the next, at whichever
    /// address, when the last is over. That is as regular as the service lets it be, and no sign of one destination by itself.
    private(set) var areHeld = false

    static let fewestCallbacks = 12
    /// So many tell as well as all.
    private static let mostCalls = 20_000
    /// Connections this near each other are one callback, in nanoseconds: one of these tells.
    private static let bursts: [Int64] = [0, 1_000_000_000, 5_000_000_000]
    /// What is nearer than this share of the median distance is too near.
    private static let near = 0.4
    private static let mostNear = 0.08
    private static let mostNearOfMember = 0.25
    /// Beyond this share of the median a callback was missed.
    private static let missed = 2.5
    private static let mostMissed = 0.35
    /// The other distances cover at least this share of the time: members that are called at once leave nearly all of it idle.
    private static let leastCovered = 0.2
    /// Members with at most this share of the callbacks may be strangers.
    private static let mostStrangers = 0.1
    /// So much less steady than its members the whole may be.
    private static let unsteadier = 1.35
    /// Distances to members differ where they do by more than this share of the median.
    private static let difference = 0.05
    /// Below this share of the median nobody is unsteady.
    private static let precision = 0.02
    /// Connections that are open for more than this share of the time are held.
    private static let mostOpen = 0.5
    /// Callbacks that go to one member alone are at least this share.
    private static let leastSingle = 0.8

    init(_ calls: [Call]) {
        let sorted = Array(calls.sorted { ($0.time, $0.member) < ($1.time, $1.member) }.prefix(Self.mostCalls))
        for burst in Self.bursts {
            guard let look = Look(sorted, burst: burst) else { continue }
            let strangers = look.disturbing
            let left = strangers.isEmpty ? look : Look(sorted.filter { !strangers.contains($0.member) }, burst: burst)
            guard let left, look.share(of: strangers) <= Self.mostStrangers, left.disturbing.isEmpty,
                left.takesTurns
            else { continue }
            members = left.members
            areHeld = left.openShare > Self.mostOpen
            return
        }
    }

    /// Some calls as callbacks.
    private struct Look {
        private let callbacks: [Call]
        private let gaps: [Double]
        private let median: Double
        let members: [Int]

        /// - Returns: `nil` where there are too few to tell, or several are called at once.
        init?(_ calls: [Call], burst: Int64) {
            var callbacks: [Call] = []
            var shared = 0
            var end = Int64.min
            var isShared = false
            for call in calls {
                if let last = callbacks.last, burst > 0, call.time.subtractingClamped(end) <= burst {
                    if call.member != last.member, !isShared {
                        shared += 1
                        isShared = true
                    }
                } else {
                    callbacks.append(call)
                    isShared = false
                }
                end = call.time
            }
            self.callbacks = callbacks
            members = Set(callbacks.map(\.member)).sorted()
            guard members.count > 1, callbacks.count >= TurnTaking.fewestCallbacks,
                callbacks.count >= 2 * members.count,
                Double(shared) <= (1 - TurnTaking.leastSingle) * Double(callbacks.count)
            else { return nil }
            gaps = Self.gaps(callbacks)
            median = Self.median(gaps)
            guard median > 0 else { return nil }
        }

        private static func gaps(_ calls: [Call]) -> [Double] {
            zip(calls, calls.dropFirst()).map { Double($1.time.subtractingClamped($0.time)) }
        }

        private static func median(_ values: [Double]) -> Double {
            values.isEmpty ? 0 : values.sorted()[values.count / 2]
        }

        /// The share of the callbacks that are to some members.
        func share(of members: Set<Int>) -> Double {
            Double(callbacks.count { members.contains($0.member) }) / Double(callbacks.count)
        }

        /// Members with many calls right before or after another's; of two that meet the one that is called less.
        var disturbing: Set<Int> {
            var calls: [Int: Int] = [:]
            for call in callbacks { calls[call.member, default: 0] += 1 }
            var near: [Int: Int] = [:]
            for place in gaps.indices where isNear(place) {
                let (a, b) = (callbacks[place].member, callbacks[place + 1].member)
                near[calls[a, default: 0] < calls[b, default: 0] ? a : b, default: 0] += 1
            }
            return Set(
                near.filter { Double($0.value) > TurnTaking.mostNearOfMember * Double(calls[$0.key, default: 0]) }.keys)
        }

        /// Whether the callbacks at a place and the next are of two members and near each other.
        private func isNear(_ place: Int) -> Bool {
            gaps[place] < TurnTaking.near * median && callbacks[place].member != callbacks[place + 1].member
        }

        /// The share of the time in which a connection is open.
        var openShare: Double {
            var (open, all) = (0.0, 0.0)
            for (call, gap) in zip(callbacks, gaps) {
                open += min(Double(call.end?.subtractingClamped(call.time) ?? 0), gap)
                all += gap
            }
            return open / max(all, 1)
        }

        var takesTurns: Bool {
            let near = gaps.count { $0 < TurnTaking.near * median }
            let kept = gaps.filter { $0 <= TurnTaking.missed * median }
            return Double(near) <= TurnTaking.mostNear * Double(gaps.count)
                && Double(gaps.count - kept.count) <= TurnTaking.mostMissed * Double(gaps.count)
                && kept.reduce(0, +) >= TurnTaking.leastCovered * gaps.reduce(0, +) && isSteady && !dependsOnMember
        }

        /// Whether the whole is about as steady as its members.
        private var isSteady: Bool {
            let own = Dictionary(grouping: callbacks, by: \.member).values.map { Self.gaps($0) }
                .filter { $0.count >= TurnTaking.fewestCallbacks / 4 }.map(Self.deviation)
            guard !own.isEmpty else { return true }
            // The median of the members: a few calls may look steady by chance.
            let most = TurnTaking.unsteadier * Self.median(own)
            return Self.deviation(gaps) <= max(most, TurnTaking.precision * median)
        }

        /// The mean distance from the median, without missed callbacks.
        private static func deviation(_ gaps: [Double]) -> Double {
            let median = median(gaps)
            let kept = gaps.filter { $0 <= TurnTaking.missed * median }
            return kept.isEmpty ? 0 : kept.reduce(0) { $0 + abs($1 - median) } / Double(kept.count)
        }

        /// Whether the distance to a call tells whom it is to.
        private var dependsOnMember: Bool {
            // A pause counts as little more than a missed callback, but tells whether it always ends with the same member.
            let pairs = zip(gaps.lazy.map { min($0, TurnTaking.missed * median) }, callbacks.dropFirst())
            let groups = Dictionary(grouping: pairs) { $0.1.member }.values.map { $0.map(\.0) }
            let count = Double(gaps.count)
            let degrees = Double(groups.count - 1)
            guard degrees > 0, count > degrees + 1 else { return false }
            let mean = pairs.reduce(0) { $0 + $1.0 } / count
            var (between, within) = (0.0, 0.0)
            for group in groups {
                let own = group.reduce(0, +) / Double(group.count)
                between += Double(group.count) * (own - mean) * (own - mean)
                within += group.reduce(0) { $0 + ($1 - own) * ($1 - own) }
            }
            guard between / count > (TurnTaking.difference * median) * (TurnTaking.difference * median) else {
                return false
            }
            // The sum of squares by the variance is chi-squared, which is seldom more than this over its degrees of freedom.
            let sum = between / max(within / (count - degrees - 1), .leastNormalMagnitude)
            return sum > degrees + 3.5 * (2 * degrees).squareRoot() + 3
        }
    }
}
