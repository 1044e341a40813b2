import FlareKit
import Testing

@testable import Whois

@Suite("Team Cymru's bulk whois")
struct CymruTests {
    static let google = IPAddress(known: "8.8.8.8")
    static let daddy = IPAddress(known: "160.153.76.129")
    static let free = IPAddress(known: "5.5.5.5")

    static func ask(
        _ addresses: [IPAddress] = [google, daddy, free], timeout: Duration = .seconds(20),
        _ reply: @escaping @Sendable (String) -> LoopbackServer.Reply
    ) async throws -> (answers: [IPAddress: OwnerAnswer], questions: [String]) {
        let server = try LoopbackServer(.end, reply)
        let provider = CymruProvider(server: server.server, timeout: timeout)
        return (await provider.answers(to: addresses, by: .soon), server.questions)
    }

    static let page = """
        Bulk mode; whois.cymru.com [2026-01-01 00:00:00 +0000]
        15169   | 8.8.8.8          | 8.8.8.0/24          | US | arin     | 2023-12-28 | GOOGLE, US
        26496 64500 | 160.153.76.129 | 160.153.0.0/16    | US | arin     | 2011-09-01 | GO-DADDY-COM-LLC, US
        NA      | 5.5.5.5          | NA                  |    |          |            | NA

        """

    @Test("all addresses are asked over one connection")
    func bulk() async throws {
        let (answers, questions) = try await Self.ask { _ in .text(Self.page) }
        #expect(questions == ["begin\nverbose\n8.8.8.8\n160.153.76.129\n5.5.5.5\nend\n"])
        #expect(
            answers[Self.google]
                == .owner(
                    AddressOwner(
                        asNumber: 15169, name: "GOOGLE", country: "US", prefix: "8.8.8.0/24", registry: "arin")))
        guard case .owner(let daddy)? = answers[Self.daddy] else {
            Issue.record("no owner")
            return
        }
        #expect(daddy.asNumber == 26496)
        #expect(daddy.label == "GO-DADDY-COM-LLC, US")
        #expect(answers[Self.free] == .unknown)
    }

    @Test("a server that lies is not believed more than it can be")
    func lies() async throws {
        let (answers, _) = try await Self.ask([Self.google]) { _ in
            .text(
                """
                666 | 160.153.76.129 | 160.153.0.0/16 | US | arin | 2011-09-01 | NOT ASKED FOR
                SIX | 8.8.8.8 | 8.8.8.0/24 | US | arin | 2011-09-01 | NO NUMBER
                99999999999 | 8.8.8.8 | 8.8.8.0/24 | US | arin | 2011-09-01 | TOO BIG
                15169 | 8.8.8.8 | 9.0.0.0/8 | U$ | a\u{7}rin | 2023-12-28 | <script>alert(1)</script>\u{1B}]0;x\u{7} | GOOGLE

                """)
        }
        #expect(
            answers == [
                Self.google: .owner(
                    AddressOwner(
                        asNumber: 15169, name: "<script>alert(1)</script> ]0;x | GOOGLE", registry: "a rin"))
            ])
    }

    @Test("what came before the connection was cut counts, and the rest failed")
    func halfClosed() async throws {
        let half =
            Self.page.split(separator: "\n", omittingEmptySubsequences: false).prefix(2).joined(separator: "\n")
            + "\n26496 | 160.1"
        let (answers, _) = try await Self.ask { _ in .text(half) }
        guard case .owner(let google)? = answers[Self.google], case .failed(let reason)? = answers[Self.daddy] else {
            Issue.record("\(answers)")
            return
        }
        #expect(google.asNumber == 15169)
        #expect(reason.hasSuffix("nothing said about the address"))
    }

    @Test("a server that falls silent is given up at its time, with what it said")
    func silence() async throws {
        let first = Self.page.split(separator: "\n").prefix(2).joined(separator: "\n") + "\n"
        let (answers, _) = try await Self.ask(timeout: .milliseconds(300)) { _ in .silence(after: first) }
        guard case .owner? = answers[Self.google], case .failed(let reason)? = answers[Self.daddy] else {
            Issue.record("\(answers)")
            return
        }
        #expect(reason.hasSuffix("no answer in time"))
    }

    @Test("an answer that never ends is cut off")
    func endless() async throws {
        let (answers, _) = try await Self.ask { _ in .endless("x") }
        guard case .failed(let reason)? = answers[Self.google] else {
            Issue.record("\(answers)")
            return
        }
        #expect(reason.hasSuffix("the answer does not end"))
    }

    @Test("a server that is not there fails at once")
    func dead() async throws {
        let dead = try DeadPort()
        let provider = CymruProvider(
            server: WhoisServer(host: "127.0.0.1", port: dead.port), timeout: .seconds(20))
        let answers = await provider.answers(to: [Self.google], by: .soon)
        guard case .failed(let reason)? = answers[Self.google] else {
            Issue.record("\(answers)")
            return
        }
        #expect(reason == "127.0.0.1:\(dead.port): no connection (Connection refused)")
    }
}

@Suite("Servers' names")
struct WhoisServerTests {
    @Test(
        "a server is a host, perhaps with a port",
        arguments: [
            ("whois.arin.net", "whois.arin.net:43"), ("Whois.RIPE.net:4343", "whois.ripe.net:4343"),
            ("[2001:db8::1]:43", "[2001:db8::1]:43"), ("127.0.0.1:1", "127.0.0.1:1"),
        ])
    func right(text: String, description: String) { #expect(WhoisServer(text)?.description == description) }

    @Test("anything else is refused", arguments: ["", "a b", "host:0", "host:x", "-x", "host/path", "[::1", "h\u{7}"])
    func wrong(text: String) { #expect(WhoisServer(text) == nil) }
}
