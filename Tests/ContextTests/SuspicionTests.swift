import FlareKit
import FlareKitTesting
import Foundation
import Testing

@testable import Context

@Suite("What makes an analyst suspicious, and what is one thing")
struct SuspicionTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func findings(
        _ lines: [String], minimumCount: Int = 1, detector: (any Detector)? = nil, hosts: Int = 2,
        options: ContextOptions = ContextOptions()
    ) async throws -> [Finding] {
        var options = options
        options.fewestHosts = hosts
        let path = try folder.write("eve.json", Array(lines.joined(separator: "\n").utf8) + [10])
        return try await run(
            try Sources.eve([path]), [ContextEnricher(options)], minimumCount: minimumCount, detector: detector
        ).findings
    }

    private func names(_ lines: [String], _ options: ContextOptions = ContextOptions()) async throws -> Set<String> {
        let found = try await findings([Line.flow(at: 1)] + lines, options: options)
        let finding = try #require(found.first { $0.channel?.peer.description == "203.0.113.5" })
        #expect(finding.modifiers.allSatisfy { $0.amount > 0 && !$0.reason.isEmpty })
        return Set(finding.modifiers.map(\.name))
    }

    @Test("certificates: self-signed, expired, very young, and for another name")
    func certificates() async throws {
        #expect(
            try await names([Line.tls(at: 1, sni: "a.example", issuer: "CN=example.org")]) == [
                "cert_self_signed", "sni_mismatch",
            ])
        #expect(
            try await names([Line.tls(at: 1, sni: "example.org", validUntil: "2025-01-01T00:00:00")]) == [
                "cert_expired"
            ])
        #expect(
            try await names([Line.tls(at: 1, sni: "example.org", validFrom: "2025-12-31T00:00:00")]) == ["cert_young"])
        #expect(try await names([Line.tls(at: 1, sni: "example.org")]) == [])
    }

    @Test("an agent that changes with every request is more than several agents, and one URL over and over is told")
    func changing() async throws {
        func requests(_ count: Int, _ agent: (Int) -> String, url: (Int) -> String) -> [String] {
            (0..<count).map { Line.http(at: Double($0), agent: agent($0), url: url($0)) }
        }
        let changing = try await names(requests(6, { "agent/\($0)" }, url: { "/\($0)" }))
        #expect(changing.contains("agents_changing") && !changing.contains("agents_many"))
        let several = try await names(requests(6, { "agent/\($0 % 3)" }, url: { "/\($0)" }))
        #expect(several.contains("agents_many") && !several.contains("agents_changing"))
        #expect(try await names(requests(10, { _ in "a" }, url: { $0 == 3 ? "/b" : "/a" })).contains("uri_repeated"))
        #expect(try await !names(requests(10, { _ in "a" }, url: { "/\($0 % 2)" })).contains("uri_repeated"))
        #expect(try await !names(requests(9, { _ in "a" }, url: { _ in "/a" })).contains("uri_repeated"))
    }

    @Test("calls of the same sizes both ways; not where one way differs, nor without content, nor of few calls")
    func sameSizes() async throws {
        func isSame(_ sizes: [(Int, Int)]) async throws -> Bool {
            let lines = sizes.enumerated().map { number, size in
                Line.flow(at: Double(number) * 60, id: number).replacing(
                    "\"bytes_toserver\":100", with: "\"bytes_toserver\":\(size.0)"
                )
                .replacing("\"bytes_toclient\":2000", with: "\"bytes_toclient\":\(size.1)")
            }
            return try await findings(lines)[0].modifiers.contains { $0.name == "same_sizes" }
        }
        #expect(try await isSame((0..<6).map { (600 + $0, 900) }))
        #expect(try await !isSame((0..<6).map { (600, 900 + 100 * $0) }))
        #expect(try await !isSame((0..<6).map { _ in (52, 40) }))
        #expect(try await !isSame((0..<5).map { _ in (600, 900) }))
    }

    @Test("a name that nobody else looks up is told where it is not already told that nobody else goes there")
    func rareName() async throws {
        let lookup = Line.event(
            "dns", at: 0, id: 9, from: "10.0.0.1", to: "10.0.0.53", 53, proto: "UDP",
            said: #""dns":{"version":2,"type":"answer","rrname":"a.example.org","rrtype":"A","answers":"#
                + #"[{"rrname":"a.example.org","rrtype":"A","ttl":60,"rdata":"203.0.113.5"}]}"#)
        let lines = [
            lookup, Line.flow(at: 1), Line.tls(at: 1, sni: "a.example.org"),
            Line.flow(at: 2, id: 2, from: "10.0.0.2", to: "198.51.100.7"),
        ]
        var options = ContextOptions()
        options.fewestHosts = 2
        let path = try folder.write("eve.json", Array(lines.joined(separator: "\n").utf8) + [10])
        func isTold(_ before: [any Enricher]) async throws -> Bool {
            let findings = try await run(try Sources.eve([path]), before + [ContextEnricher(options)]).findings
            return findings.contains { $0.modifiers.contains { $0.name == "name_rare" } }
        }
        #expect(try await isTold([]))
        #expect(try await !isTold([Marking()]))
    }

    private struct Marking: Enricher {
        func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
            for place in findings.indices {
                findings[place].add([Finding.Modifier("rare_destination", 2, "1 of 12 hosts", side: .site)])
            }
        }
    }

    @Test("a name that was not looked up, at an address that was looked up by another one")
    func unasked() async throws {
        func lookup(_ name: String) -> String {
            Line.event(
                "dns", at: 0.5, id: 7, to: "10.0.0.53", 53, proto: "UDP",
                said: #""dns":{"version":2,"type":"answer","rrname":"\#(name)","answers":[{"rdata":"203.0.113.5"}]}"#)
        }
        let handshake = Line.tls(at: 1, sni: "front.example.org", subject: "CN=front.example.org")
        #expect(try await names([lookup("c2.example.net"), handshake]).contains("sni_unasked"))
        for asked in [["c2.example.net", "front.example.org"], ["cdn.example.org"], []] {
            #expect(try await !names(asked.map(lookup) + [handshake]).contains("sni_unasked"), "\(asked)")
        }
    }

    @Test("a port of TLS on which calls are answered without a handshake, where the host's other handshakes are logged")
    func speechless() async throws {
        let calls = (0..<6).map { Line.flow(at: Double($0) * 60, id: 10 + $0) }
        let other = [
            Line.flow(at: 1, id: 99, to: "198.51.100.7"), Line.tls(at: 1, id: 99, to: "198.51.100.7", sni: "a.example"),
        ]
        func isSpeechless(_ lines: [String]) async throws -> Bool {
            let found = try await findings(lines, minimumCount: 6)
            return found[0].modifiers.contains { $0.name == "tls_missing" }
        }
        #expect(try await isSpeechless(calls + other))
        #expect(try await !isSpeechless(calls))
        #expect(try await !isSpeechless(calls + other + [Line.tls(at: 1, id: 10, sni: "b.example")]))
    }

    @Test("hosts: no SNI, no Host, an address in it")
    func hosts() async throws {
        #expect(try await names([Line.tls(at: 1)]) == ["sni_missing"])
        let web = [Line.flow(at: 2, id: 2, from: "10.0.0.2")]
        #expect(
            try await names(web + [Line.http(at: 1, 443, host: nil, agent: "Mozilla/5.0")]).contains("host_missing"))
        #expect(
            try await names(web + [Line.http(at: 1, 443, host: "203.0.113.5:8080", agent: "Mozilla/5.0")]).contains(
                "host_is_address"))
    }

    @Test("calls that go on while the host rests; not of a host that never rests, nor calls that rest with it")
    func hours() async throws {
        func calls(from first: Int, to last: Int, apart: Double = 20) -> [String] {
            stride(from: Double(first) * 60, to: Double(last) * 60, by: apart).enumerated().map {
                Line.flow(at: $1 * 60, id: 1000 + $0)
            }
        }
        func browsing(_ hours: [Int]) -> [String] {
            hours.flatMap { hour in
                [
                    Line.flow(at: Double(hour) * 3600 + 60, id: 2000 + hour, to: "198.51.100.7", 80),
                    Line.http(at: Double(hour) * 3600 + 61, id: 2000 + hour, to: "198.51.100.7", agent: "Mozilla/5.0"),
                ]
            }
        }
        func isNightly(_ lines: [String]) async throws -> Bool {
            let found = try await findings(lines, minimumCount: 20, hosts: 99)
            #expect(found.count == 1)
            return found[0].modifiers.contains { $0.name == "day_and_night" }
        }
        let day = [0, 1, 2, 3, 4, 14, 15, 16]
        #expect(try await isNightly(calls(from: 0, to: 24) + browsing(day)))
        #expect(try await !isNightly(calls(from: 0, to: 24) + browsing(Array(0..<18))))
        #expect(try await !isNightly(calls(from: 0, to: 5, apart: 10) + browsing(day)))
        #expect(try await !isNightly(calls(from: 0, to: 24)))
    }

    @Test("a tool's agent on a host that browses, rare and toward one peer alone")
    func agents() async throws {
        let browsing = [
            Line.flow(at: 2, id: 2, to: "198.51.100.7", 80),
            Line.http(at: 2, id: 2, to: "198.51.100.7", agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X) Safari/605"),
            Line.flow(at: 3, id: 3, from: "10.0.0.2", to: "198.51.100.7", 80),
        ]
        let found = try await names([Line.http(at: 1, 443)] + browsing)
        #expect(found.isSuperset(of: ["agent_tool", "agent_rare", "agent_one_peer", "port_protocol"]))
        #expect(try await names([Line.http(at: 1, 443)]).contains("agent_tool") == false)
    }

    @Test("calls that go on though nearly all get an error are as those to which nothing comes back")
    func errors() async throws {
        func isTold(_ statuses: [Int]) async throws -> Bool {
            let lines = statuses.enumerated().flatMap { number, status in
                [
                    Line.flow(at: Double(number), id: number, 80),
                    Line.http(at: Double(number), id: number).replacing("\"status\":200", with: "\"status\":\(status)"),
                ]
            }
            return try await findings(lines).flatMap(\.modifiers).contains { $0.name == "unanswered" }
        }
        #expect(try await isTold([404, 404, 503, 404, 500, 403]))
        #expect(try await !isTold([404, 404, 503, 404, 500, 200]))
        #expect(try await !isTold([200, 200, 200, 200, 200, 200]))
    }

    @Test("a browser that nobody else has counts more than a program that names itself")
    func rareBrowser() async throws {
        func amount(_ agent: String) async throws -> Double? {
            let lines = [
                Line.flow(at: 1), Line.http(at: 1, agent: agent),
                Line.flow(at: 2, id: 2, from: "10.0.0.2", to: "198.51.100.7"),
            ]
            return try await findings(lines).flatMap(\.modifiers).first { $0.name == "agent_rare" }?.amount
        }
        #expect(try await amount("Mozilla/4.0 (compatible; MSIE 8.0; Win32)") == 3)
        #expect(try await amount("DrawTool/12.1.4180") == 2)
    }

    @Test("which agents are tools, and which ports go with TLS and HTTP, is the user's to say")
    func thresholds() async throws {
        let lines = [
            Line.http(at: 1, 443, agent: "ourtool/1"), Line.flow(at: 2, id: 2, to: "198.51.100.7", 80),
            Line.http(at: 2, id: 2, to: "198.51.100.7", agent: "Mozilla/5.0 Safari/605"),
        ]
        #expect(try await names(lines).isDisjoint(with: ["agent_tool"]))
        var options = ContextOptions()
        options.toolAgents = ["OurTool"]
        options.httpPorts = [443]
        let moved = try await names(lines, options)
        #expect(moved.contains("agent_tool") && !moved.contains("port_protocol"))
        options.tlsPorts = []
        #expect(try await names([Line.tls(at: 1, sni: "example.org")], options) == ["port_protocol"])
    }

    @Test("an alert on the same flow, several agents, and a program under a picture's name")
    func others() async throws {
        let alert = Line.event("alert", at: 2, said: #""alert":{"signature":"seen","signature_id":1,"severity":1}"#)
        let found = try await names(
            [alert]
                + ["curl/8", "Wget/1", "python/3"].map {
                    Line.http(at: 1, 443, agent: $0, url: "/a.png", type: "application/x-dosexec")
                })
        #expect(found.isSuperset(of: ["alert", "agents_many", "content_mismatch"]))
    }

    @Test(
        "a type is told from a name's ending, and from libmagic's descriptions only where they are of programs",
        arguments: [
            ("image/png", "/logo.png", false), ("application/zip", "/logo.png", true),
            ("PNG image data, 16 x 16, 8-bit/color RGBA", "/logo.png", false),
            ("PE32 executable (GUI) Intel 80386, for MS Windows", "/logo.png", true),
            ("ELF 64-bit LSB executable, x86-64", "/style.css?v=1", true), ("PE32+ executable", "/setup.exe", false),
        ])
    func contentMismatch(type: String, name: String, isMismatch: Bool) {
        #expect((ContentMismatch.text(type, name: name) != nil) == isMismatch)
    }

    @Test(
        "a program or an archive that is declared a picture or a text does not go with its header",
        arguments: [
            ("application/x-dosexec", "image/png", true), ("PE32+ executable (DLL) x86-64", "text/plain", true),
            ("application/zip", "image/gif; charset=binary", true),
            ("Zip archive data, at least v2.0", "text/css", true),
            ("application/x-dosexec", "application/octet-stream", false), ("image/jpeg", "image/png", false),
            ("application/zip", "application/java-archive", false), ("application/x-dosexec", "", false),
        ])
    func declaredMismatch(type: String, declared: String, isMismatch: Bool) {
        #expect((ContentMismatch.text(type, declared: declared) != nil) == isMismatch)
    }

    @Test("what Suricata saw of a file stands against what the server declared")
    func declaredBySuricata() async throws {
        let file = Line.event(
            "fileinfo", at: 2, from: "203.0.113.5", port: 443, to: "10.0.0.1", 50_000,
            said: #""http":{"hostname":"example.org","url":"/a","http_content_type":"image/png"},"#
                + #""fileinfo":{"filename":"/a","magic":"PE32 executable (GUI) Intel 80386","size":10}"#)
        #expect(try await names([file, Line.http(at: 1, url: "/a", type: "image/png")]).contains("content_mismatch"))
    }

    @Test("one client, four servers with one rare self-signed certificate and one JA3: one group of one id")
    func implant() async throws {
        let servers = ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"]
        var lines: [String] = []
        for (place, server) in servers.enumerated() {
            for call in 0..<(place == 3 ? 1 : 3) {
                let id = place * 10 + call + 1
                lines.append(Line.flow(at: Double(call * 60), id: id, to: server, place % 2 == 0 ? 443 : 8080))
                lines.append(
                    Line.tls(
                        at: Double(call * 60), id: id, to: server, place % 2 == 0 ? 443 : 8080, issuer: "CN=example.org"
                    ))
            }
        }
        let found = try await findings(lines, minimumCount: 2)
        #expect(found.count == 3)
        #expect(Set(found.map(\.incident)).count == 1)
        #expect(found[0].incidentReasons.contains { $0.hasPrefix("self-signed certificate CN=example.org") })
        #expect(found[0].incidentReasons.contains("JA3 fingerprint 0011"))
        #expect(found[0].evidence["incident_channels"]?.description.contains("203.0.113.4") == true)
        #expect(found.allSatisfy { $0.modifiers.contains { $0.name == "cluster" } })
    }

    @Test("two clients whose servers' certificates all have one self-signed subject are one campaign")
    func campaign() async throws {
        var lines: [String] = []
        for (place, client) in ["10.0.0.1", "10.0.0.2"].enumerated() {
            for server in 1...3 {
                let id = place * 10 + server
                let address = "203.0.113.\(id)"
                lines.append(Line.flow(at: 1, id: id, from: client, to: address, 449))
                lines.append(
                    Line.tls(
                        at: 1, id: id, from: client, to: address, 449, subject: "C=AU, ST=Some-State",
                        issuer: "C=AU, ST=Some-State", print: "\(id)", ja3: "\(id)"))
            }
        }
        let found = try await findings(lines)
        #expect(found.count == 6)
        #expect(Set(found.map(\.incident)).count == 1)
        #expect(found[0].incidentReasons.first == "self-signed subject C=AU, ST=Some-State")
    }

    @Test("servers without a name on one odd port are one incident, also those that never answer")
    func port() async throws {
        var lines: [String] = []
        for server in 1...5 {
            lines.append(Line.flow(at: 1, id: server, to: "203.0.113.\(server)", 449))
            guard server == 1 else { continue }
            lines.append(Line.tls(at: 1, id: server, to: "203.0.113.\(server)", 449))
        }
        lines.append(Line.flow(at: 1, id: 9, to: "203.0.113.9", 443))
        let found = try await findings(lines)
        #expect(Set(found.filter { $0.channel?.port == 449 }.map(\.incident)).count == 1)
        #expect(Set(found.map(\.incident)).count == 2)
    }

    @Test("a fingerprint that a host has toward many others ties nothing, nor does a certificate of many names")
    func common() async throws {
        var lines: [String] = []
        for server in 1...12 {
            let id = server * 10
            let isCDN = server > 6
            for call in 0..<(server % 6 < 2 ? 3 : 1) {
                lines.append(Line.flow(at: Double(call * 60), id: id + call, to: "203.0.113.\(server)"))
                lines.append(
                    Line.tls(
                        at: Double(call * 60), id: id + call, to: "203.0.113.\(server)", sni: "site\(server).example",
                        subject: "CN=cdn.example", issuer: "CN=CA", print: isCDN ? "cd" : "\(server)",
                        ja3: "system"))
            }
        }
        let found = try await findings(lines, minimumCount: 2)
        #expect(found.count > 2)
        #expect(Set(found.map(\.incident)).count == found.count)
        #expect(found.allSatisfy { !$0.modifiers.contains { $0.name == "cluster" } })
    }

    @Test("lookups at the beacon's own rhythm are folded under it, and others stand")
    func lookups() async throws {
        var lines: [String] = []
        for call in 0..<20 {
            let time = Double(call * 60)
            for (id, server) in [(call * 10 + 1, "10.0.0.53"), (call * 10 + 3, "10.0.0.54")] {
                // The second resolver is asked at the same pace, half a minute off.
                let start = server == "10.0.0.53" ? time : time + 30
                lines.append(Line.flow(at: start, id: id, to: server, 53, proto: "UDP"))
                lines.append(
                    Line.event(
                        "dns", at: start, id: id, to: server, 53, proto: "UDP",
                        said:
                            #""dns":{"version":2,"type":"answer","rrname":"implant.example","answers":[{"rdata":"203.0.113.5"}]}"#
                    ))
            }
            lines.append(Line.flow(at: time + 0.2, id: call * 10 + 2))
        }
        let found = try await findings(lines, detector: EveryMinute())
        #expect(Set(found.compactMap { $0.channel?.peer.description }) == ["203.0.113.5", "10.0.0.54"])
        let beacon = try #require(found.first { $0.channel?.port == 443 })
        let lookups = try #require(beacon.evidence["lookups"]).description
        #expect(lookups.contains("implant.example, before 20 of 20 calls"))
        #expect(beacon.evidence["context_summary"]?.description.contains("every 60 s") == true)
    }

    /// Says of every channel that it calls each minute.
    private struct EveryMinute: Detector {
        let name = "minute"
        let demand = Demand(minimumCount: 1)

        func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
            var finding = Finding(detector: name, channel: channel, census: census, score: 0.5, summary: "calls")
            finding.interval = 60
            finding.occurrences = channel.count
            return finding
        }
    }
}
