import FlareKit
import Foundation
import Testing

@testable import Whois

@Suite("RDAP")
struct RDAPTests {
    static let address = IPAddress(known: "160.153.76.129")

    static let network = """
        {"objectClassName": "ip network", "handle": "NET-160-153-0-0-1", "startAddress": "160.153.0.0",
         "endAddress": "160.153.255.255", "name": "GO-DADDY-COM-LLC", "country": "US", "port43": "whois.arin.net",
         "cidr0_cidrs": [{"v4prefix": "160.153.0.0", "length": 16}], "arin_originas0_originautnums": [26496],
         "entities": [{"roles": ["abuse"], "vcardArray": ["vcard", [["fn", {}, "text", "Abuse"]]]},
                      {"roles": ["registrant"], "vcardArray": ["vcard", [["version", {}, "text", "4.0"],
                       ["fn", {}, "text", "GoDaddy.com, LLC"]]]}]}
        """

    static func response(_ status: String, _ body: String = "", _ headers: String...) -> String {
        (["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers).joined(
            separator: "\r\n")
            + "\r\n\r\n" + body
    }

    /// A server, and a provider whose bootstrap file names it.
    struct Fixture {
        let server: LoopbackServer
        let provider: RDAPProvider
        private let folder: Folder

        init(timeout: Duration = .seconds(20), _ reply: @escaping @Sendable (String) -> LoopbackServer.Reply) throws {
            server = try LoopbackServer(.head, reply)
            folder = try Folder()
            let bootstrap = """
                {"version": "1.0", "services": [[["0.0.0.0/1"], ["http://127.0.0.1:1/"]],
                 [["160.0.0.0/8"], ["http://127.0.0.1:\(server.port)/rdap"]]]}
                """
            let path = try folder.write("ipv4.json", bootstrap)
            provider = RDAPProvider(bootstrap: [path], timeout: timeout, concurrency: 2, cache: nil)
        }

        func ask(_ address: IPAddress = RDAPTests.address) async -> OwnerAnswer? {
            await provider.answers(to: [address], by: .soon)[address]
        }

        func reason() async -> String {
            if case .failed(let reason)? = await ask() { return reason }
            return "no failure"
        }
    }

    @Test("the server of the smallest network around the address is asked, for JSON")
    func answer() async throws {
        let fixture = try Fixture { _ in .text(Self.response("200 OK", Self.network)) }
        #expect(
            await fixture.ask()
                == .owner(
                    AddressOwner(
                        asNumber: 26496, name: "GoDaddy.com, LLC", country: "US", prefix: "160.153.0.0/16",
                        registry: "arin")))
        let question = try #require(fixture.server.questions.first)
        #expect(question.hasPrefix("GET /rdap/ip/160.153.76.129 HTTP/1.1\r\n"))
        #expect(question.lowercased().contains("accept: application/rdap+json"))
    }

    @Test("an address of which no server is known, and one of which the server knows nothing, are unknown")
    func unknown() async throws {
        let fixture = try Fixture { _ in .text(Self.response("404 Not Found", "{}")) }
        #expect(await fixture.ask() == .unknown)
        #expect(await fixture.ask(IPAddress(known: "200.1.1.1")) == .unknown)
    }

    @Test("redirects are followed, and not round in a circle")
    func redirects() async throws {
        let fixture = try Fixture { question in
            question.hasPrefix("GET /rdap/")
                ? .text(RDAPTests.response("302 Found", "", "Location: /other/ip"))
                : .text(RDAPTests.response("200 OK", RDAPTests.network))
        }
        guard case .owner? = await fixture.ask() else {
            Issue.record("no owner")
            return
        }
        let circle = try Fixture { _ in .text(RDAPTests.response("301 Moved", "", "Location: /rdap/ip/160.153.76.129"))
        }
        #expect(await circle.reason().contains("it redirects to"))
        let elsewhere = try Fixture { _ in .text(RDAPTests.response("301 Moved", "", "Location: file:///etc/passwd")) }
        #expect(await elsewhere.reason().contains("it redirects to file:///etc/passwd"))
    }

    @Test("a server that says too many is asked again after the time it names")
    func rateLimit() async throws {
        let count = PortBox()
        let fixture = try Fixture { _ in
            count.set(count.value + 1)
            return count.value == 1
                ? .text(RDAPTests.response("429 Too Many Requests", "", "Retry-After: 0"))
                : .text(RDAPTests.response("200 OK", RDAPTests.network))
        }
        guard case .owner? = await fixture.ask() else {
            Issue.record("no owner")
            return
        }
        #expect(fixture.server.questions.count == 2)
    }

    @Test("a server that wants to be left alone for long is left alone")
    func longRateLimit() async throws {
        let fixture = try Fixture { _ in .text(RDAPTests.response("429 Too Many Requests", "", "Retry-After: 3600")) }
        #expect(await fixture.reason().contains("asked too often"))
        #expect(fixture.server.questions.count == 1)
        // The next address does not even try.
        #expect(await fixture.reason().contains("asked too often"))
        #expect(fixture.server.questions.count == 1)
    }

    @Test("Retry-After is a number of seconds or a date")
    func retryAfter() throws {
        let now = Date(timeIntervalSince1970: 784_111_777 - 60)
        #expect(RetryAfter("120", now: now)?.pause == .seconds(120))
        #expect(RetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", now: now)?.pause == .seconds(60))
        #expect(RetryAfter("Sun, 06 Nov 1904 08:49:37 GMT", now: now)?.pause == .zero)
        #expect(RetryAfter("soon", now: now) == nil)
        #expect(RetryAfter("-5", now: now) == nil)
    }

    @Test(
        "answers that make no sense are failures",
        arguments: [
            ("<html>", "the answer is no JSON"), ("{}", "its answer is about another network"),
            (
                #"{"startAddress": "8.8.8.0", "endAddress": "8.8.8.255", "name": "GOOGLE"}"#,
                "its answer is about another network"
            ),
        ])
    func nonsense(body: String, reason: String) async throws {
        let fixture = try Fixture { _ in .text(Self.response("200 OK", body)) }
        #expect(await fixture.reason().contains(reason))
    }

    @Test("names are cleaned whatever the server puts into them")
    func hostileNames() async throws {
        let body = #"{"startAddress": "160.153.0.0", "endAddress": "160.153.0.255", "name": "x"}"#
            .replacingOccurrences(of: "160.153.0.255", with: "160.153.255.255")
            .replacingOccurrences(of: "\"x\"", with: #""<img src=x>\u001b[2J\r\nSet-Cookie: a""#)
        let fixture = try Fixture { _ in .text(Self.response("200 OK", body)) }
        guard case .owner(let owner)? = await fixture.ask() else {
            Issue.record("no owner")
            return
        }
        #expect(owner.name == "<img src=x> [2J Set-Cookie: a")
    }

    @Test("an answer that never ends and one that never begins are given up")
    func endless() async throws {
        let endless = try Fixture { question in
            .endless(
                question.isEmpty
                    ? "" : "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + String(repeating: " ", count: 1000))
        }
        #expect(await endless.reason().contains("the answer does not end"))
        let silent = try Fixture(timeout: .milliseconds(300)) { _ in .silence(after: "HTTP/1.1 200 OK\r\n") }
        #expect(await silent.reason().contains("no answer in time"))
        let error = try Fixture { _ in .text(Self.response("500 Internal Server Error")) }
        #expect(await error.reason().contains("HTTP status 500"))
    }

    @Test("an answer in damaged gzip is not one that never ends")
    func damaged() async throws {
        let whole: [UInt8] = [31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 174, 5, 0, 67, 191, 166, 163, 2, 0, 0, 0]
        for body in [Array(whole.prefix(14)) + [0, 0, 0, 0], whole + Array("more".utf8)] {
            let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n"
            let server = try Fixture { _ in .bytes(Array(head.utf8) + body) }
            let reason = await server.reason()
            #expect(reason.contains("the answer cannot be unpacked"), "\(reason)")
        }
    }

    @Test("of IANA's own bootstrap files no server in clear text is taken")
    func plainServers() throws {
        let json = try JSONDecoder().decode(
            AnyJSON.self,
            from: Data(
                #"{"services": [[["160.0.0.0/8"], ["http://a.example/", "https://b.example/"]], [["8.0.0.0/8"], ["http://c.example/"]]]}"#
                    .utf8))
        let bootstrap = try #require(RDAPBootstrap(json))
        #expect(bootstrap.server(for: Self.address, allowsPlain: false) == "https://b.example/")
        #expect(bootstrap.server(for: IPAddress(known: "8.8.8.8"), allowsPlain: false) == nil)
        #expect(bootstrap.server(for: IPAddress(known: "8.8.8.8"), allowsPlain: true) == "http://c.example/")
    }
}
