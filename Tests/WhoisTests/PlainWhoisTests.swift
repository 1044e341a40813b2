import FlareKit
import Testing

@testable import Whois

@Suite("Plain whois")
struct PlainWhoisTests {
    static let address = IPAddress(known: "160.153.76.129")

    static func ask(_ server: LoopbackServer, timeout: Duration = .seconds(20)) async -> OwnerAnswer? {
        var provider = WhoisProvider(server: server.server, timeout: timeout, concurrency: 2)
        // Loopback stands in for the registries.
        provider.mayReferTo = { $0.host == "127.0.0.1" }
        return await provider.answers(to: [address], by: .soon)[address]
    }

    static let arin = """
        # ARIN WHOIS data
        NetRange:       160.153.0.0 - 160.153.255.255
        CIDR:           160.153.0.0/16
        NetName:        GO-DADDY-COM-LLC
        OriginAS:       AS26496
        OrgName:        GoDaddy.com, LLC
        Country:        US

        """

    @Test("IANA refers to the registry, which answers")
    func referral() async throws {
        let registry = try LoopbackServer(.line) { _ in .text(Self.arin) }
        let port = registry.port
        let iana = try LoopbackServer(.line) { _ in
            .text(
                "% IANA WHOIS server\n\nrefer:        127.0.0.1:\(port)\n\ninetnum: 160.0.0.0 - 160.255.255.255\norganisation: Administered by ARIN\n"
            )
        }
        #expect(
            await Self.ask(iana)
                == .owner(
                    AddressOwner(asNumber: 26496, name: "GoDaddy.com, LLC", country: "US", prefix: "160.153.0.0/16")))
        #expect(iana.questions == ["160.153.76.129\r\n"])
        #expect(registry.questions == ["160.153.76.129\r\n"])
    }

    @Test("a registry refers on by ReferralServer, and what it said itself stands where the next one is dead")
    func referralServer() async throws {
        let dead = try DeadPort()
        let arin = try LoopbackServer(.line) { _ in
            .text(Self.arin + "ReferralServer: whois://127.0.0.1:\(dead.port)\n")
        }
        guard case .owner(let owner)? = await Self.ask(arin) else {
            Issue.record("no owner")
            return
        }
        #expect(owner.asNumber == 26496)
    }

    @Test("RIPE's form is read, the smallest network around the address first, in Latin-1 too")
    func ripe() async throws {
        let page = """
            % This is the RIPE Database query service.
            inetnum:        160.0.0.0 - 160.255.255.255
            netname:        NOT-THIS
            country:        EU

            inetnum:        160.153.76.0 - 160.153.76.255
            netname:        SOCIETE
            descr:          Soci\u{E9}t\u{E9} G\u{E9}n\u{E9}rale
            country:        FR
            origin:         AS64500

            """
        let latin = page.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        let server = try LoopbackServer(.line) { _ in .bytes(latin) }
        #expect(
            await Self.ask(server)
                == .owner(AddressOwner(asNumber: 64500, name: "SOCIETE", country: "FR", prefix: "160.153.76.0/24")))
    }

    @Test("servers that refer to each other are each asked once")
    func circle() async throws {
        let port = PortBox()
        let one = try LoopbackServer(.line) { _ in .text("refer: 127.0.0.1:\(port.value)\n") }
        let two = try LoopbackServer(.line) { [one = one.port] _ in .text("refer: 127.0.0.1:\(one)\n") }
        port.set(two.port)
        #expect(await Self.ask(one) == .unknown)
        #expect(one.questions.count == 1)
        #expect(two.questions.count == 1)
    }

    @Test(
        "nobody is sent to addresses or to other ports by a referral",
        arguments: ["10.0.0.1", "127.0.0.1", "whois.arin.net:22", "[::1]"])
    func referralAbroad(target: String) throws {
        let provider = WhoisProvider(server: WhoisProvider.standardServer, timeout: .seconds(1), concurrency: 1)
        let page = WhoisPage(Array("refer: \(target)\n".utf8))
        #expect(page.referral.map(provider.mayReferTo) != true)
    }

    @Test(
        "a system's number that is none is left out",
        arguments: [",", "", " ", "AS", "AS99999999999999999999", "-1", "AS1,AS2", "\u{301}"])
    func origin(text: String) throws {
        let page = WhoisPage(Array("inetnum: 8.8.8.0 - 8.8.8.255\nnetname: GOOGLE\norigin: \(text)\n".utf8))
        let owner = page.owner(of: try #require(IPAddress("8.8.8.8")), registry: nil)
        #expect(owner?.name == "GOOGLE")
        #expect(owner?.asNumber == (text == "AS1,AS2" ? 1 : nil))
    }

    @Test("an answer about another network is not believed")
    func otherNetwork() async throws {
        let server = try LoopbackServer(.line) { _ in .text("inetnum: 8.8.8.0 - 8.8.8.255\nnetname: GOOGLE\n") }
        #expect(await Self.ask(server) == .unknown)
    }

    @Test("an answer that never ends, an empty one and one that stops are failures with their reason")
    func failures() async throws {
        let endless = try LoopbackServer(.line) { _ in .endless("netname: x\n") }
        #expect(await Self.ask(endless) == .failed("\(endless.server): the answer does not end"))
        let empty = try LoopbackServer(.line) { _ in .text("\r\n") }
        #expect(await Self.ask(empty) == .failed("\(empty.server): an empty answer"))
        let silent = try LoopbackServer(.line) { _ in .silence(after: "netname: x\n") }
        #expect(
            await Self.ask(silent, timeout: .milliseconds(200)) == .failed("\(silent.server): no answer in time"))
    }
}

import Synchronization

/// A port that is known later.
final class PortBox: Sendable {
    private let port = Mutex<UInt16>(0)
    var value: UInt16 { port.withLock { $0 } }
    func set(_ value: UInt16) { port.withLock { $0 = value } }
}
