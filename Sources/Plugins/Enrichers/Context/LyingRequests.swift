import FlareKit

/// What calls say or look like that goes with nothing else that is known of them.
///
/// docs/priority.md has what was counted of each on labelled records.
enum LyingRequests {
    /// Of fewer requests or calls it is not told that they are alike, or that each differs.
    private static let fewestRequests = 5
    private static let fewestCalls = 6
    private static let fewestRepeated = 10
    private static let share = 0.9
    private static let changingShare = 0.8
    /// How far sizes may lie from their median, as a share.
    private static let sizeTolerance = 0.05
    /// Connections with less either way carry no answer.
    private static let leastBytes: Int64 = 200

    static func all(
        _ story: Story, _ all: GatheredContext, _ options: ContextOptions, _ run: RunContext
    ) -> [(name: String, reason: String)] {
        var found: [(name: String, reason: String)] = []
        let context = story.context
        if isChanging(context.agents, context.requests) {
            found.append(("agents_changing", "\(context.agents.count) agents in \(context.requests) requests"))
        }
        if context.requests >= fewestRepeated, let url = context.urls.first,
            Double(context.urls.counts[url] ?? 0) >= share * Double(context.requests)
        {
            found.append(
                (
                    "uri_repeated",
                    "\(context.urls.counts[url] ?? 0) of \(context.requests) requests are for \(url.prefix(80))"
                ))
        }
        if let other = unaskedName(story, all) { found.append(("sni_unasked", other)) }
        if let port = speechlessPort(story, all, options) { found.append(("tls_missing", "no TLS on port \(port)")) }
        if let sizes = sameSizes(story.finding, run) {
            found.append(
                ("same_sizes", "\(Words.bytes(sizes.out)) out and \(Words.bytes(sizes.back)) in, call for call"))
        }
        return found
    }

    /// Whether nearly every request has another agent.
    static func isChanging(_ agents: Tally, _ requests: Int) -> Bool {
        requests >= fewestRequests && Double(agents.count) >= changingShare * Double(requests)
    }

    /// A name that handshakes ask the address for though the host looked the address up by another one, and never that one.
    private static func unaskedName(_ story: Story, _ all: GatheredContext) -> String? {
        guard let key = story.finding.channel, let address = key.peer.address, !story.isOfLookups,
            story.finding.evidence[Field.proxy.name] == nil
        else { return nil }
        let asked = story.context.names.counts.keys.map { $0.lowercased() }
        let own = Set(
            (all.answersByAddress[address] ?? []).filter { $0.client == key.source }.map { $0.name.lowercased() })
        guard let name = story.context.names.first, let other = own.min(), !asked.contains(where: own.contains) else {
            return nil
        }
        if own.contains(where: { domain(of: $0) == domain(of: name.lowercased()) }) { return nil }
        let isLookedUp = all.lookups.contains {
            $0.channel.source == key.source && asked.contains($0.name.lowercased())
        }
        return isLookedUp ? nil : "\(name) was asked for at an address that was looked up as \(other)"
    }

    private static func domain(of name: String) -> String {
        name.split(separator: ".").suffix(2).joined(separator: ".")
    }

    /// A port of TLS on which calls are answered, but no handshake and no request was logged, though the host's others are.
    private static func speechlessPort(
        _ story: Story, _ all: GatheredContext, _ options: ContextOptions
    ) -> UInt16? {
        guard let key = story.finding.channel, let port = key.port, key.proto == 6,
            options.tlsPorts.contains(Int(port)),
            story.context.handshakes + story.context.requests == 0, story.finding.times.count >= fewestCalls,
            story.finding.bytesToClient ?? 0 > leastBytes, all.context(of: key.source).hasHandshakes
        else { return nil }
        return port
    }

    /// What TCP calls carry out and back where nearly all carry as much.
    private static func sameSizes(_ finding: Finding, _ run: RunContext) -> (out: Int64, back: Int64)? {
        guard case .channel(let key) = finding.subject, key.proto == nil || key.proto == 6,
            let channel = run.view(of: key),
            let out = size(channel.bytesToServer.raw), let back = size(channel.bytesToClient.raw)
        else { return nil }
        return (out, back)
    }

    /// The size that nearly all have; `nil` where they differ, or too few are known.
    private static func size(_ sizes: some Collection<Int64>) -> Int64? {
        let known = sizes.filter { $0 > 0 }.sorted()
        guard known.count >= fewestCalls else { return nil }
        let middle = known[known.count / 2]
        let near = Double(middle) * sizeTolerance
        let isSame = Double(known.count { abs(Double($0 - middle)) <= near }) >= share * Double(known.count)
        return isSame && middle > leastBytes ? middle : nil
    }
}
