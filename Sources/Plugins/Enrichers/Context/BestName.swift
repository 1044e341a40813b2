import FlareKit

/// The best name of a channel's peer, and where it is from.
struct BestName: Sendable, Equatable {
    enum Origin: String, Sendable {
        case sni
        case http
        /// The channel is lookups of one name, which is its peer.
        case query = "dns-query"
        /// The last answer to the same source, before the flow, that held the address.
        case answer = "dns-answer"
        /// The same to another host: a weaker guess.
        case foreignAnswer = "dns-answer of another host"
    }

    var name: String
    var origin: Origin
    /// All names, by the flows or records that they were seen with.
    var seen: Tally

    /// - Parameters:
    ///   - times: of the channel's flows.
    ///   - answers: by rising time.
    init?(_ key: ChannelKey, _ context: ChannelContext, times: [Int64], _ answers: [ContextCollector.Answer]) {
        seen = context.names
        // An address in a Host is no name, but was said.
        var hosts = Tally()
        for (host, count) in context.hosts.counts where IPAddress(Self.bare(host)) == nil {
            hosts.add(host, times: count)
        }
        seen.merge(context.hosts)
        // What a resolver is asked for is no name of its own.
        let asked = key.peer.address == nil ? context.queries : Tally()
        seen.merge(asked)
        let own = Self.names(times, answers.filter { $0.client == key.source && $0.address == key.peer.address })
        let foreign = Self.names(times, answers.filter { $0.client != key.source && $0.address == key.peer.address })
        seen.merge(own)
        let ranked: [(Tally, Origin)] = [
            (context.names, .sni), (hosts, .http), (asked, .query), (own, .answer), (foreign, .foreignAnswer),
        ]
        guard let (tally, origin) = ranked.first(where: { !$0.0.isEmpty }), let name = tally.first else {
            guard let host = context.hosts.first else { return nil }
            (name, origin) = (host, .http)
            return
        }
        if origin == .foreignAnswer { seen = foreign }
        (self.name, self.origin) = (name, origin)
    }

    static func bare(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    /// For each flow the name of the last answer before it.
    private static func names(_ times: [Int64], _ answers: [ContextCollector.Answer]) -> Tally {
        var tally = Tally()
        guard !answers.isEmpty else { return tally }
        var next = 0
        for time in times.sorted() {
            while next < answers.count, answers[next].time <= time { next += 1 }
            if next > 0 { tally.add(answers[next - 1].name) }
        }
        return tally
    }
}
