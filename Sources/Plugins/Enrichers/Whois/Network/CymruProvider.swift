import FlareKit

/// Team Cymru's bulk whois (https://www.team-cymru.com/ip-asn-mapping): all addresses over one connection.
struct CymruProvider: OwnerProvider {
    let name = "cymru"
    let server: WhoisServer
    /// Nanoseconds that one connection may take.
    let timeout: Duration

    static let standardServer = WhoisServer(host: "whois.cymru.com")
    /// The service asks for no more in one go.
    static let most = 5000

    var disclosure: String? { "cymru sends the global addresses of findings to \(server), in clear text" }

    func answers(to addresses: [IPAddress], by deadline: ContinuousClock.Instant) async -> [IPAddress: OwnerAnswer] {
        var answers: [IPAddress: OwnerAnswer] = [:]
        for start in stride(from: 0, to: addresses.count, by: Self.most) {
            let part = addresses[start..<min(addresses.count, start + Self.most)]
            let end = min(deadline, ContinuousClock.now.advanced(by: timeout))
            let question = "begin\nverbose\n" + part.map { "\($0)\n" }.joined() + "end\n"
            let answer = await TCPExchange.ask(
                Array(question.utf8), of: server, atMost: 65_536 + 1024 * part.count, by: end)
            answers.merge(Self.read(String(decoding: answer.bytes, as: UTF8.self), about: Set(part))) { $1 }
            let reason = answer.fault.map { "\(server): \($0)" } ?? "\(server): nothing said about the address"
            for address in part where answers[address] == nil { answers[address] = .failed(reason) }
        }
        return answers
    }

    /// Reads `AS | IP | BGP Prefix | CC | Registry | Allocated | AS Name`, a line an address; others are passed over,
    /// and so is what was not asked for.
    static func read(_ text: String, about addresses: Set<IPAddress>) -> [IPAddress: OwnerAnswer] {
        var answers: [IPAddress: OwnerAnswer] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let cells = line.split(separator: "|", maxSplits: 6, omittingEmptySubsequences: false).map {
                String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            guard cells.count == 7, let address = IPAddress(cells[1]), addresses.contains(address),
                answers[address] == nil
            else { continue }
            // Several systems may announce a network: "64500 64501".
            guard let number = cells[0].split(separator: " ").first.flatMap({ UInt32($0) }) else {
                if cells[0] == "NA" { answers[address] = .unknown }
                continue
            }
            let prefix = CIDR(cells[2]).flatMap { $0.contains(address) ? $0.description : nil }
            answers[address] = .owner(
                AddressOwner(
                    asNumber: number, name: cells[6] == "NA" ? nil : cells[6], country: cells[3], prefix: prefix,
                    registry: cells[4] == "NA" ? nil : cells[4]))
        }
        return answers
    }
}
