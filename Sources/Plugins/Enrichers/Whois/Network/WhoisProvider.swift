import FlareKit

/// Plain whois (RFC 3912): IANA is asked first, and refers to the registry that knows.
struct WhoisProvider: OwnerProvider {
    let name = "whois"
    /// Who is asked first.
    let server: WhoisServer
    let timeout: Duration
    /// How many addresses are asked about at a time.
    let concurrency: Int
    /// Whom an answer may refer to. What says "ask 10.0.0.1" would have us knock on the user's own doors.
    var mayReferTo: @Sendable (WhoisServer) -> Bool = {
        $0.port == WhoisServer.standardPort && IPAddress($0.host) == nil
    }

    static let standardServer = WhoisServer(host: "whois.iana.org")
    /// IANA, a registry, a national registry, and one to spare.
    private static let mostReferrals = 4
    private static let longestAnswer = 262_144

    var disclosure: String? {
        "whois sends global addresses of findings to \(server) and to the registries it refers to, in clear text"
    }

    func answers(to addresses: [IPAddress], by deadline: ContinuousClock.Instant) async -> [IPAddress: OwnerAnswer] {
        await Bounded.map(addresses, atOnce: concurrency) { await answer(to: $0, by: deadline) }
    }

    private func answer(to address: IPAddress, by deadline: ContinuousClock.Instant) async -> OwnerAnswer {
        var server = self.server
        var asked: Set<WhoisServer> = []
        var best: AddressOwner?
        while asked.count <= Self.mostReferrals, asked.insert(server).inserted {
            let end = min(deadline, ContinuousClock.now.advanced(by: timeout))
            let answer = await TCPExchange.ask(
                Array("\(address)\r\n".utf8), of: server, atMost: Self.longestAnswer, by: end)
            if let fault = answer.fault {
                return best.map(OwnerAnswer.owner) ?? .failed("\(server): \(fault)")
            }
            let page = WhoisPage(answer.bytes)
            if page.isEmpty {
                return best.map(OwnerAnswer.owner) ?? .failed("\(server): an empty answer")
            }
            if let owner = page.owner(of: address, registry: Registry.name(ofHost: server.host)) { best = owner }
            guard let referral = page.referral, mayReferTo(referral) else { break }
            server = referral
        }
        return best.map(OwnerAnswer.owner) ?? .unknown
    }
}

/// Does something for many things, so many at a time.
enum Bounded {
    static func map<Element: Hashable & Sendable, Answer: Sendable>(
        _ elements: [Element], atOnce: Int, _ body: @escaping @Sendable (Element) async -> Answer
    ) async -> [Element: Answer] {
        await withTaskGroup(of: (Element, Answer).self) { group in
            var answers: [Element: Answer] = [:]
            var rest = elements[...]
            for _ in 0..<max(1, atOnce) {
                if let element = rest.popFirst() { group.addTask { (element, await body(element)) } }
            }
            while let (element, answer) = await group.next() {
                answers[element] = answer
                if let element = rest.popFirst() { group.addTask { (element, await body(element)) } }
            }
            return answers
        }
    }
}

/// The regional registries.
enum Registry {
    private static let names = [
        ("arin", "arin"), ("ripe", "ripencc"), ("apnic", "apnic"), ("lacnic", "lacnic"), ("afrinic", "afrinic"),
    ]

    /// The registry whose host it is; `nil` for others.
    static func name(ofHost host: String) -> String? {
        let labels = host.lowercased().split(separator: ".")
        return names.first { labels.contains(Substring($0.0)) }?.1
    }
}
