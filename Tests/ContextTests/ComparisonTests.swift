import ContextReading
import FlareKit
import FlareKitTesting
import Synchronization
import Testing

@testable import Context

@Suite("What other records are compared by")
struct ComparisonTests {
    private let folder: Folder
    private let source = IPAddress("10.0.0.1")
    private let another = IPAddress("10.0.0.2")
    private let peer = IPAddress("203.0.113.5")

    init() throws { folder = try Folder() }

    /// All of what sources say to the peer, of the rest what it is compared by.
    private func queries(_ sources: [IPAddress?]) -> [ContextQuery] {
        sources.flatMap { source in
            [
                ContextQuery(source: source, kinds: [.dns, .tls, .http], compared: ContextSearch.comparisons),
                ContextQuery(source: source, peer: peer.map(Peer.address)),
            ]
        }
    }

    private func write(_ files: [[String]]) throws -> [String] {
        try files.enumerated().map { number, lines in
            try folder.write("said\(number).json", lines.map { $0 + "\n" }.joined().utf8)
        }
    }

    @Test(
        "of lookups those of names that the source called are there, said in whichever file, and others not",
        arguments: [1, 2, 3])
    func lookups(parallelism: Int) async throws {
        func lookup(
            _ name: String, from source: String = "10.0.0.1", to resolver: String = "203.0.113.53",
            _ answers: String = ""
        ) -> String {
            Line.event(
                "dns", at: 1, id: nil, from: source, to: resolver, 53, proto: "UDP",
                said: #""dns":{"type":"query","rrname":"\#(name)"\#(answers)}"#)
        }
        let answered = #","answers":[{"rrname":"answered.example","rdata":"1.2.3.4"}]"#
        let paths = try write([
            [
                lookup("sni.example"), lookup("Http.example."), lookup("other.example"), lookup("answered.example"),
                lookup("else.example", to: "203.0.113.5"), lookup("sni.example", from: "10.0.0.2"),
                lookup("answered.example", from: "10.0.0.2"),
            ],
            [
                Line.tls(at: 2, sni: "sni.example"), Line.http(at: 2, host: "http.example:80"),
                Line.tls(at: 2, to: "203.0.113.9", sni: "other.example"),
            ],
            [lookup("answered.example", from: "10.0.0.3", answered), lookup("sni.example")],
        ])
        let answer = ContextQuery(source: nil, peer: IPAddress("1.2.3.4").map(Peer.address))
        let read = try await records(
            Sources.eve(paths), queries([source, another]) + [answer], parallelism: parallelism)
        let names = read.filter { $0.kind == .dns }.map { "\($0.source) \($0.texts[.query] ?? "")" }
        #expect(
            names.sorted() == [
                "10.0.0.1 answered.example", "10.0.0.1 else.example", "10.0.0.1 http.example", "10.0.0.1 sni.example",
                "10.0.0.1 sni.example", "10.0.0.2 answered.example", "10.0.0.3 answered.example",
            ])
    }

    @Test(
        "of handshakes those that share a fingerprint or a certificate are there, and one that does not",
        arguments: [1, 2, 3], ["", " "])
    func handshakes(parallelism: Int, begin: String) async throws {
        func handshake(
            _ number: Int, from source: String = "10.0.0.1", subject: String? = nil, print: String? = nil,
            ja3: String? = nil
        ) -> String {
            begin
                + Line.tls(
                    at: 1, from: source, to: "203.0.113.\(100 + number)", sni: "n\(number).example",
                    subject: subject ?? "CN=\(number)", print: print ?? "\(number)", ja3: ja3 ?? "j\(number)")
        }
        let paths = try write([
            [
                handshake(1, ja3: "rare"), handshake(2, print: "f0:0d"), handshake(3, subject: "CN=own"),
                handshake(4), handshake(5), handshake(6, from: "10.0.0.2", ja3: "rare"), handshake(7, from: "10.0.0.2"),
                handshake(8, from: "10.0.0.3", ja3: "rare"), handshake(9, subject: ""),
            ],
            [begin + Line.tls(at: 1, sni: "c2.example", subject: "CN=own", print: "f0:0d", ja3: "rare")],
        ])
        let read = try await records(Sources.eve(paths), queries([source, another]), parallelism: parallelism)
        let called = Set(read.map { $0.texts[.host] })
        // Only that toward the peer tells its name.
        #expect(called == ["c2.example", nil])
        let peers = read.map { "\($0.source) \($0.destination)" }.sorted()
        let sharing = [
            "10.0.0.1 203.0.113.101", "10.0.0.1 203.0.113.102", "10.0.0.1 203.0.113.103", "10.0.0.1 203.0.113.109",
            "10.0.0.1 203.0.113.5", "10.0.0.2 203.0.113.106",
        ]
        let others = peers.filter { !sharing.contains($0) }
        #expect(peers.filter { sharing.contains($0) } == sharing)
        #expect(others.count == 2)
        #expect(others[0] == "10.0.0.1 203.0.113.104" || others[0] == "10.0.0.1 203.0.113.105")
        #expect(others[1] == "10.0.0.2 203.0.113.107")
        let first = try #require(read.first { $0.texts[.ja3] == "rare" && $0.texts[.fingerprint] == "1" })
        #expect(first.texts[.subject] == "CN=1" && first.texts[.issuer] == "CN=Some CA")
    }

    @Test("handshakes of a source that is asked for in full tell too what matters of others", arguments: [false, true])
    func taught(isLast: Bool) async throws {
        let full = Line.tls(at: 1, to: "203.0.113.1", sni: "evil.example", print: "f0:0d")
        let others = [
            Line.tls(at: 1, from: "10.0.0.2", to: "198.51.100.1", print: "aa", ja3: "jx"),
            Line.tls(at: 1, from: "10.0.0.2", to: "198.51.100.7", print: "f0:0d", ja3: "jx"),
        ]
        let paths = try write([isLast ? others + [full] : [full] + others.reversed()])
        let read = try await records(Sources.eve(paths), [ContextQuery(source: source)] + queries([another]))
        #expect(read.contains { $0.destination == IPAddress("198.51.100.7") })
    }

    /// Toward how many addresses a source shows a fingerprint.
    private final class Prints: Enricher {
        let kinds = ContextEnricher(ContextOptions()).kinds
        let count = Mutex(0)

        func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
            let context = try await ContextEnricher.gather(findings, run).context(of: findings.first?.source)
            count.withLock { $0 = context.addressCount(Mark(.ja3, "shared")) }
        }
    }

    @Test("what one source saw on a finding is compared with what another one saw elsewhere")
    func severalSources() async throws {
        let paths = try write([
            [
                Line.flow(at: 1), Line.flow(at: 2, id: 2), Line.tls(at: 1, sni: "a.example", ja3: "shared"),
            ],
            [
                Line.tls(at: 1, id: 8, to: "198.51.100.1", ja3: "other"),
                Line.tls(at: 1, id: 9, to: "198.51.100.7", ja3: "shared"),
            ],
        ])
        let prints = Prints()
        _ = try await run(
            try Sources.eve([paths[0]]), [prints], minimumCount: 2, besides: [try Sources.eve([paths[1]])])
        #expect(prints.count.withLock { $0 } == 2)
    }

    @Test("of requests the agents are there alone", arguments: ["", " "])
    func requests(begin: String) async throws {
        let paths = try write([
            [
                begin + Line.http(at: 1, to: "203.0.113.9", agent: "Mozilla/5.0"),
                begin + Line.http(at: 1, to: "203.0.113.10", agent: ""), begin + Line.http(at: 1, agent: "curl/8.0"),
            ]
        ])
        let read = try await records(Sources.eve(paths), queries([source]))
        #expect(read.count == 2)
        #expect(read.first?.texts == [.userAgent: "Mozilla/5.0"])
        #expect(read.last?.texts[.host] == "example.org" && read.last?.texts[.userAgent] == "curl/8.0")
    }

    @Test("a comparison by other columns leaves out the rest, and one of two that do not agree leaves out nothing")
    func otherComparison() async throws {
        let paths = try write([[Line.http(at: 1, to: "203.0.113.9", agent: "Mozilla/5.0")]])
        let query = ContextQuery(source: source, kinds: [.http], compared: [.http: Comparison(columns: [.url])])
        let read = try await records(Sources.eve(paths), [query])
        #expect(read.first?.texts == [.url: "/"])
        let other = ContextQuery(source: source, kinds: [.http], compared: [.http: Comparison(columns: [.userAgent])])
        #expect(try await records(Sources.eve(paths), [query, other]).first?.texts[.host] == "example.org")
    }

    @Test("who asks for all of a source gets all, whoever else asks for less")
    func full() async throws {
        let paths = try write([
            [Line.http(at: 1, to: "203.0.113.9"), Line.tls(at: 1, to: "203.0.113.9", sni: "a.example")]
        ])
        let read = try await records(Sources.eve(paths), queries([source]) + [ContextQuery(source: source)])
        #expect(read.compactMap { $0.texts[.host] }.sorted() == ["a.example", "example.org"])
    }
}
