import FlareKit
import FlareKitTesting
import Foundation
import Testing

@testable import Context

@Suite("What sensors' formats say")
struct FormatTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func story(
        _ lines: [String], channel: String? = nil, grouping: Grouping = Grouping()
    ) async throws -> Story {
        let path = try folder.write("eve.json", Array(lines.joined(separator: "\n").utf8) + [10])
        let gatherer = Gatherer()
        let detector = CountingDetector(grouping: grouping)
        _ = try await run(try Sources.eve([path]), [gatherer], detector: detector)
        let stories = gatherer.stories.withLock { $0 }
        return try #require(
            stories.first { channel == nil || "\($0.finding.channel?.peer.description ?? "")" == channel })
    }

    @Test(
        "lookups are read in all three versions of Suricata's format",
        arguments: [
            #""dns":{"type":"answer","id":1,"rcode":"NOERROR","rrname":"Implant.example.","rrtype":"A","ttl":9,"rdata":"203.0.113.5"}"#,
            #""dns":{"version":2,"type":"answer","rrname":"implant.example","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"implant.example","rrtype":"A","ttl":9,"rdata":"203.0.113.5"}]}"#,
            #""dns":{"version":2,"type":"answer","rrname":"implant.example","rrtype":"A","grouped":{"A":["203.0.113.5"]}}"#,
            #""dns":{"version":3,"type":"response","queries":[{"rrname":"implant.example","rrtype":"A"}],"answers":[{"rrname":"implant.example","rrtype":"A","rdata":"203.0.113.5"}]}"#,
        ])
    func versions(dns: String) async throws {
        let lookup = Line.event("dns", at: 0.5, id: 7, to: "10.0.0.53", 53, proto: "UDP", said: dns)
        let story = try await story([lookup, Line.flow(at: 1)])
        #expect(story.name?.name == "implant.example")
        #expect(story.name?.origin == .answer)
    }

    @Test("an answer that an old Suricata wrote down the other way round is the client's")
    func answerBack() async throws {
        let lookup = Line.event(
            "dns", at: 0.5, id: 7, from: "10.0.0.53", port: 53, to: "10.0.0.1", 40_000, proto: "UDP",
            said: #""dns":{"type":"answer","rrname":"implant.example","rrtype":"A","rdata":"203.0.113.5"}"#)
        #expect(try await story([lookup, Line.flow(at: 1)]).name?.origin == .answer)
    }

    @Test("a name that only another host looked up is a weaker guess, and says so")
    func foreignAnswer() async throws {
        let lookup = Line.event(
            "dns", at: 0.5, id: 7, from: "10.0.0.9", to: "10.0.0.53", 53, proto: "UDP",
            said: #""dns":{"version":2,"type":"answer","rrname":"implant.example","answers":[{"rdata":"203.0.113.5"}]}"#
        )
        let name = try await story([lookup, Line.flow(at: 1)]).name
        #expect(name?.name == "implant.example")
        #expect(name?.origin == .foreignAnswer)
    }

    @Test("the name that was asked for goes before the host, and both before answers")
    func order() async throws {
        let lookup = Line.event(
            "dns", at: 0.5, id: 7, to: "10.0.0.53", 53, proto: "UDP",
            said: #""dns":{"version":2,"type":"answer","rrname":"cdn.example","answers":[{"rdata":"203.0.113.5"}]}"#)
        let lines = [lookup, Line.flow(at: 1), Line.http(at: 1, 443, host: "host.example:8080")]
        #expect(try await story(lines).name?.name == "host.example")
        #expect(try await story(lines + [Line.tls(at: 1, sni: "sni.example")]).name?.name == "sni.example")
    }

    @Test("a handshake of QUIC names its host as one of TLS does, with its fingerprints")
    func quic() async throws {
        let handshake = Line.event(
            "quic", at: 1, id: 1, to: "203.0.113.5", 443, proto: "UDP",
            said: #""quic":{"version":"1","sni":"sni.example","ja3":{"hash":"j3"},"ja4":"j4"}"#)
        let story = try await story([Line.flow(at: 1), handshake])
        #expect(story.name?.name == "sni.example")
        #expect(story.name?.origin == .sni)
        #expect(story.context.ja3.listed(1) == .texts(["j3"]))
    }

    @Test(
        "what a resolver is asked for is no name of it, and is told beside; toward a name the name itself is",
        arguments: [#""dns":{"type":"query","rrname":"implant.example","rrtype":"A"}"#])
    func resolver(dns: String) async throws {
        let lines = [0.0, 60, 120].flatMap { time in
            [
                Line.event("dns", at: time, id: 7, to: "10.0.0.53", 53, proto: "UDP", said: dns),
                Line.flow(at: time, id: 7, to: "10.0.0.53", 53, proto: "UDP"),
            ]
        }
        let path = try folder.write("eve.json", Array(lines.joined(separator: "\n").utf8) + [10])
        func finding(_ grouping: Grouping, _ more: [String] = []) async throws -> Finding {
            try folder.write("eve.json", Array((lines + more).joined(separator: "\n").utf8) + [10])
            let outcome = try await run(
                try Sources.eve([path]), [ContextEnricher(ContextOptions())],
                detector: CountingDetector(grouping: grouping))
            return try #require(outcome.findings.first)
        }
        let toward = try await finding(Grouping())
        #expect(toward.host == nil)
        #expect(toward.evidence["host_from"] == nil)
        #expect(toward.evidence["hosts_seen"] == nil)
        #expect(toward.evidence["queries"] == .texts(["implant.example"]))
        guard case .text(let said)? = toward.evidence["context_summary"] else {
            return #expect(Bool(false), "nothing was said")
        }
        #expect(said.hasPrefix("10.0.0.1 asked 10.0.0.53 for implant.example"))

        let byName = try await finding(Grouping(by: .domain))
        #expect(byName.host == "implant.example")
        #expect(byName.evidence["host_from"] == .text("dns-query"))

        let answer = Line.event(
            "dns", at: 0.5, id: 8, from: "10.0.0.1", to: "10.0.0.53", 53, proto: "UDP",
            said: #""dns":{"version":2,"type":"answer","rrname":"resolver.example","answers":[{"rdata":"10.0.0.53"}]}"#)
        let named = try await finding(Grouping(), [answer])
        #expect(named.host == "resolver.example")
        #expect(named.evidence["host_from"] == .text("dns-answer"))
    }

    @Test("a record belongs to the flow of its id, whichever way round it was written, and to no other")
    func joining() async throws {
        let alert = #""alert":{"action":"allowed","signature_id":1,"signature":"seen","severity":1}"#
        let back = Line.event("alert", at: 2, from: "203.0.113.5", port: 443, to: "10.0.0.1", 50_000, said: alert)
        let other = Line.event("alert", at: 2, id: 99, said: alert)
        #expect(try await story([Line.flow(at: 1), back, other]).context.alerts.counts == ["seen": 1])
    }

    @Test(
        "a record without an id belongs to the channel of its addresses and port, also where those do not tell channels apart",
        arguments: [[], [.proto], [.port, .proto]] as [Set<Grouping.Part>])
    func joiningWithoutID(ignored: Set<Grouping.Part>) async throws {
        let lines = [Line.flow(at: 1, id: nil), Line.tls(at: 1, id: nil, sni: "sni.example")]
        let told = try await story(lines, grouping: Grouping(ignoring: ignored))
        #expect(told.context.names.counts == ["sni.example": 1])
    }

    @Test("dirty values do no harm: they are cut, and what is no UTF-8 is replaced")
    func dirty() async throws {
        let agent = String(repeating: "A", count: 10_000)
        var lines = [Line.flow(at: 1), Line.http(at: 1, 443, host: "<script>alert(1)</script>", agent: agent)]
        lines.append(Line.http(at: 1, 443, host: "a\u{202E}b.example", agent: #"x\u0000\u001b[31m\n"#))
        var bytes = Array(lines.joined(separator: "\n").utf8) + [10]
        bytes += Array(Line.http(at: 1, 443, host: "INVALID").utf8) + [10]
        let place = try #require(bytes.indices.last { bytes[$0...].starts(with: Array("INVALID".utf8)) })
        bytes[place] = 0xFF
        let path = try folder.write("eve.json", bytes)
        let gatherer = Gatherer()
        let outcome = try await run(try Sources.eve([path]), [gatherer, ContextEnricher(ContextOptions())])
        let context = try #require(gatherer.stories.withLock { $0 }.first).context
        #expect(context.requests == 3)
        #expect(context.hosts.counts["\u{FFFD}nvalid"] == 1)
        #expect(context.agents.counts.keys.allSatisfy { $0.utf8.count < 2100 })
        #expect(outcome.findings.count == 1)
    }

    @Test("Zeek's certificates are joined to its handshakes, in columns and in JSON")
    func certificates() async throws {
        let tab = { (cells: [String]) in cells.joined(separator: "\t") + "\n" }
        let head = { (log: String, fields: [String]) in
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t\(log)\n"
                + tab(["#fields"] + fields)
        }
        try folder.write(
            "conn.log",
            (head("conn", ["ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "conn_state"])
                + tab(["1767268800.5", "C1", "10.0.0.1", "5000", "203.0.113.5", "443", "tcp", "SF"])).utf8)
        try folder.write(
            "ssl.log",
            (head(
                "ssl",
                ["ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "server_name", "cert_chain_fps"])
                + tab(["1767268800.6", "C1", "10.0.0.1", "5000", "203.0.113.5", "443", "sni.example", "f00d,beef"]))
                .utf8)
        try folder.write(
            "x509.log",
            #"{"ts":1767268800.6,"fingerprint":"f00d","certificate.subject":"CN=self","certificate.issuer":"CN=self","certificate.not_valid_before":1767268000.0}"#
                .utf8)
        let gatherer = Gatherer()
        _ = try await run(try Sources.zeek(["\(folder.path)/*.log"]), [gatherer])
        let context = try #require(gatherer.stories.withLock { $0 }.first).context
        #expect(context.shown["f00d"]?.isSelfSigned == true)
        #expect(context.shown["f00d"]?.validFrom == 1_767_268_000_000_000_000)
        #expect(context.names.counts == ["sni.example": 1])
    }

    @Test("how many hosts share a value is counted alike in lines that are parsed and in those that need not be")
    func countedAlike() async throws {
        let context = [
            (
                "tls",
                #""tls":{"sni":"A.example","fingerprint":"f0:0d","version":"TLS 1.2","ja3":{"hash":"j3"},"ja4":"j4"}"#
            ),
            ("tls", #""tls":{"ja3s":{"hash":"js"},"ja3":{"string":"1,2","hash":"j3"},"sni":"a.example."}"#),
            ("tls", #""tls":{"client":{"fingerprint":"c1"},"fingerprint":"f0:0d"}"#),
            ("tls", #""tls":{"sni":"\u0061.example"}"#),
            ("http", #""http":{"hostname":"A.example:80","http_user_agent":"Mozilla\/5.0 (X11)","status":200}"#),
            ("http", #""http":{"request_headers":[{"hostname":"b.example"}],"hostname":"a.example"}"#),
            ("http", #""http":{"http_user_agent":"say \"hi\"","url":"\/"}"#),
            ("fileinfo", #""http":{"hostname":"a.example"},"fileinfo":{"filename":"\/x","sid":[]}"#),
            ("dns", #""dns":{"type":"query","rrname":"a.example"}"#),
        ]
        let said = context.enumerated().flatMap { number, word in
            (0...number).map {
                Line.event(word.0, at: 1, id: 50 + number, from: "10.0.\(number).\(7 + $0)", said: word.1)
            }
        }
        let values: [(RecordKind, ColumnName, [String])] = [
            (.tls, .host, ["a.example"]), (.tls, .fingerprint, ["f0:0d", "c1"]), (.tls, .ja3, ["j3", "js"]),
            (.tls, .ja4, ["j4"]), (.http, .host, ["a.example", "b.example"]),
            (.http, .userAgent, ["Mozilla/5.0 (X11)", #"say "hi""#]), (.dns, .query, ["a.example"]),
        ]
        let asked = values.flatMap { kind, column, texts in
            texts.map { SharedValue(kind: kind, column: column, value: $0) }
        }
        var counts: [[SharedValue: Int]] = []
        // A blank at its beginning has a line parsed.
        for begin in ["", " "] {
            let lines = ([Line.flow(at: 1)] + said).map { begin + $0 + "\n" }.joined()
            let source = try Sources.eve([try folder.write("eve\(begin.count).json", lines.utf8)])
            _ = try await run(source, [Gatherer()])
            counts.append(try await source.sources(sharing: asked, in: .all))
        }
        #expect(counts[0] == counts[1])
        #expect(counts[0][asked[0]] == 1 + 2 + 4)
        #expect(counts[0].count == asked.count - 3)
    }

    @Test("records about a finding are the same whether their lines have to be parsed or not")
    func readAlike() async throws {
        let answer = #"{"rrname":"a.example","rrtype":"A","ttl":9,"rdata":"1.2.3.4"}"#
        let other = #"{"rrname":"a.example","rrtype":"A","ttl":9,"rdata":"192.0.2.7"}"#
        let context = [
            #""dns":{"type":"query","id":1,"rrname":"Q.example.","rrtype":"A","tx_id":0}"#,
            #""dns":{"version":2,"type":"answer","rrname":"a.example","rcode":"NOERROR","answers":[\#(answer),\#(other)]}"#,
            #""dns":{"version":2,"type":"answer","rrname":"a.example","answers":[\#(other)],"authorities":[\#(answer)]}"#,
            #""dns":{"version":2,"type":"answer","rrname":"g.example","grouped":{"A":["1.2.3.4"]}}"#,
            #""dns":{"version":2,"type":"answer","rrname":"n.example","rcode":"NXDOMAIN"}"#,
            #""dns":{"type":"answer","id":1,"rrname":"one.example","rrtype":"A","ttl":4,"rdata":"1.2.3.4"}"#,
            #""dns":{"version":3,"type":"response","queries":[{"rrname":"q3.example"}],"answers":[\#(answer)]}"#,
            #""dns":{"type":"answer","rrname":"t.example","answers":[{"rdata":"say \"rdata\":\"1.2.3.4\""}]}"#,
            #""tls":{"subject":"CN=a, O=\/b","issuerdn":"CN=c","serial":"0A","fingerprint":"f0:0d","sni":"A.example","#
                + #""notbefore":"2025-01-06T08:20:00","notafter":"2025-03-31","ja3":{"hash":"j3","string":"7,1"},"ja4":"j4"}"#,
            #""tls":{"sni":"a.example","ja3s":{"hash":"js"},"ja3":{"string":"1,2","hash":"j3"}}"#,
            #""tls":{"subject":"CN=a","subjectaltname":["a.example","b.example"],"client":{"subject":"CN=d"}}"#,
            #""tls":{"subject":"CN=\u00e4 \"b\"","version":"TLS 1.3"}"#,
            #""tls":{}"#,
            #""http":{"hostname":"A.example:80","url":"\/x?{}","http_user_agent":"Mozilla\/5.0","status":404,"length":7}"#,
            #""http":{"hostname":"a.example","url":"\/x","http_method":"GET","http_content_type":"text\/html","status":200}"#,
            #""http":{"request_headers":[{"hostname":"b.example"}],"url":"\/","status":"200"}"#,
            #""http":{"url":"\/","status":2.5,"length":1}"#,
        ]
        let lines = context.enumerated().flatMap { number, word in
            let type = String(word.dropFirst().prefix { $0 != "\"" })
            let at = Double(number)
            return [
                Line.event(type, at: at, to: "203.0.113.53", 53, proto: "UDP", said: word),
                Line.event(type, at: at, id: nil, to: "2001:db8::35", 53, proto: "sctp2", said: word),
                Line.event(type, at: at, from: "10.9.9.9", to: "203.0.113.53", 53, said: word),
                Line.event(type, at: at, from: "203.0.113.53", port: 53, to: "10.0.0.1", 50_000, said: word),
                Line.event(type, at: at, from: "203.0.113.53", port: 53, to: "10.9.9.9", 50_000, said: word),
                Line.event(type, at: at, to: "203.0.113.53", 53, said: #""flow":{"dest_port":54},"# + word),
            ]
        }
        let peer = try #require(IPAddress("1.2.3.4"))
        let queries = [
            ContextQuery(source: IPAddress("10.0.0.1")), ContextQuery(source: nil, peer: .address(peer)),
        ]
        var read: [[MemoryRecord]] = []
        // A blank at its beginning has a line parsed.
        for begin in ["", " "] {
            let all = lines.map { begin + $0 + "\n" }.joined()
            let source = try Sources.eve([try folder.write("alike\(begin.count).json", all.utf8)])
            read.append(try await records(source, queries))
        }
        #expect(read[0] == read[1])
        #expect(read[0].count > context.count * 4)
    }

    @Test("a file that vanished between the readings leaves the findings, and is named")
    func vanished() async throws {
        let path = try folder.write(
            "eve.json", (Line.flow(at: 1) + "\n" + Line.tls(at: 1, sni: "sni.example") + "\n").utf8)
        let remover = Remover(path)
        let outcome = try await run(try Sources.eve([path]), [remover, ContextEnricher(ContextOptions())])
        #expect(outcome.findings.count == 1)
        #expect(outcome.run.warnings.contains { $0.contains("could not be read again") })
    }

    /// Takes a file away between the readings.
    private struct Remover: Enricher {
        let path: String
        init(_ path: String) { self.path = path }

        func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
            try FileManager.default.removeItem(atPath: path)
        }
    }
}
