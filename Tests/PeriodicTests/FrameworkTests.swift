import FlareKit
import FlareKitTesting
import Foundation
import Testing

@testable import Periodic

@Suite("Published defaults of attack tools")
struct FrameworkTests {
    private func enriched(
        _ evidence: [String: Value], port: UInt16 = 443, proto: UInt8 = 6, interval: Double? = nil,
        catalogues: [OptionPath] = ["builtin:frameworks"]
    ) async throws -> Finding {
        let key = ChannelKey(
            source: try #require(IPAddress("10.0.0.1")), peer: .address(try #require(IPAddress("203.0.113.5"))),
            port: port, proto: proto)
        var finding = Finding(detector: "d", subject: .channel(key), score: 0.9, summary: "")
        finding.evidence = evidence
        finding.interval = interval
        var options = FrameworkOptions()
        options.catalogues = catalogues
        let start = Timestamp(nanoseconds: 0)
        let ready = try await FrameworkEnricher(options).prepared(for: RunPreparation(started: start))
        var findings = [finding]
        try await ready.enricher.enrich(
            &findings,
            RunContext(header: RunHeader(pipeline: "", version: "", started: start, sources: []), window: .all))
        return findings[0]
    }

    private static let agent = "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko"

    @Test(
        "a default of its own is named, and counts as much as a self-signed certificate",
        arguments: [
            ("AsyncRAT", ["cert_subject": "CN=AsyncRAT Server"], Finding.Side.certificate),
            ("DcRAT", ["cert_issuer": "C=CN,L=SH,O=DcRat By qwqdanchun,OU=qwqdanchun,CN=DcRat Server"], .certificate),
            ("Quasar", ["cert_subject": "CN=Quasar Server CA"], .certificate),
            ("Cobalt Strike", ["cert_serial": "08:BB:00:EE"], .certificate),
            ("Cobalt Strike", ["cert_serial": "8bb00ee"], .certificate),
            ("PoshC2", ["cert_subject": "C=US, ST=Minnesota, O=Pajfds, OU=Jethpro, CN=P18055077"], .certificate),
            ("Empire", ["urls": "/news.php", "user_agents": agent], .client),
            ("Havoc", ["urls": "/funny_cat.gif"], .traffic),
            ("PoshC2", ["urls": "/uasclient/0.1.34/modules/?x=1"], .traffic),
        ] as [(String, [String: String], Finding.Side)])
    func own(name: String, evidence: [String: String], side: Finding.Side) async throws {
        let finding = try await enriched(evidence.mapValues { .texts([$0]) })
        let modifier = try #require(finding.modifiers.first)
        #expect(modifier.amount == 9 && modifier.side == side)
        #expect(modifier.reason.hasPrefix("looks like \(name)'s "), "\(modifier.reason)")
        #expect(finding.texts("looks_like").first?.contains("https://") == true)
    }

    @Test(
        "what other software has too counts little, and never makes a finding high by itself",
        arguments: [
            ["urls": "/ga.js"], ["urls": "/__utm.gif?utmac=1"], ["ja3": "6734f37431670b3ab4292b8f60f29984"],
            ["ja4": "t13d190900_9dc949149365_97f8aa674fd9"], ["urls": "/news.php"],
            ["user_agents": "NetSupport Manager/1.3"],
            ["cert_subject": "CN=AnyNet Relay,O=philandro Software GmbH,C=DE"],
        ])
    func shared(evidence: [String: String]) async throws {
        let finding = try await enriched(evidence.mapValues { .texts([$0]) })
        #expect(finding.modifiers.map(\.amount) == [2])
        // A side opens the way to high from 3 dB on.
        #expect(finding.sides.values.allSatisfy { $0 < 3 })
    }

    @Test("a port alone counts next to nothing, and is TCP's; a tool that is known to be legitimate nothing")
    func ports() async throws {
        #expect(try await enriched([:], port: 4782).modifiers.map(\.amount) == [1])
        #expect(try await enriched([:], port: 4782, proto: 17).modifiers.isEmpty)
        #expect(try await enriched([:], port: 21116).modifiers.map(\.amount) == [0])
        #expect(try await enriched([:], port: 443).modifiers.isEmpty)
    }

    @Test(
        "defaults of one tool on several sides are as many pieces; of two tools the heavier one counts, both are named")
    func several() async throws {
        let finding = try await enriched(
            ["cert_subject": .texts(["CN=AsyncRAT Server"]), "ja3": .texts(["c12f54a3f91dc7bafd92cb59fe009a35"])],
            port: 8808)
        #expect(finding.modifiers.map(\.amount) == [9, 1])
        #expect(finding.modifiers.map(\.side) == [.certificate, .port])
        #expect(finding.texts("looks_like").count == 3)
        let requests = try await enriched(["urls": .texts(["/ca", "/submit.php?id=77"])], port: 80)
        #expect(requests.modifiers.map(\.amount) == [4])
    }

    @Test("a request through a proxy is compared by its path")
    func proxied() async throws {
        let finding = try await enriched(["urls": .texts(["http://203.0.113.5/funny_cat.gif"])], port: 3128)
        #expect(finding.modifiers.map(\.amount) == [9])
    }

    @Test("the default sleep is told where calls come so, and is no evidence")
    func sleep() async throws {
        let evidence: [String: Value] = ["urls": .texts(["/ca"])]
        let inTime = try await enriched(evidence, interval: 61)
        #expect(inTime.modifiers.map(\.amount) == [2])
        #expect(inTime.modifiers.first?.reason.contains("default sleep of 60 s") == true)
        #expect(try await enriched(evidence, interval: 600).modifiers.first?.reason.contains("sleep") == false)
    }

    @Test("what a known program shows of shared defaults is the program's")
    func known() async throws {
        let evidence: [String: Value] = ["urls": .texts(["/ga.js"]), "known_confirmed": .boolean(true)]
        #expect(try await enriched(evidence).modifiers.isEmpty)
    }

    @Test("every carried entry has a source and is found by what it says")
    func carried() throws {
        let entries: [KnownDefault] = try CatalogueFiles.frameworks.entries(["builtin:frameworks"])
        #expect(Set(entries.map(\.entry.kind)) == Set(FrameworkKind.allCases))
        let names = Set(entries.map(\.entry.name))
        for name in [
            "Cobalt Strike", "Sliver", "Mythic", "Havoc", "Metasploit", "Empire", "Covenant", "Merlin", "PoshC2",
            "Brute Ratel", "AsyncRAT", "Quasar", "njRAT", "DcRAT", "NetSupport Manager", "Trickbot", "Emotet", "IcedID",
            "Qakbot",
        ] { #expect(names.contains(name), "\(name)") }
        #expect(Set(entries.map { "\($0.entry.name) \($0.entry.what)" }).count == entries.count)
        #expect(entries.allSatisfy { $0.entry.source.hasPrefix("https://") })
    }

    @Test("a file of the user's own adds to what Flare brings along; a bad entry is a complaint with its line")
    func ownFile() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("own-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        func write(_ options: String) throws {
            try Data(
                "version: 1\nentries:\n  - {name: Ours, what: test agent, kind: rat, source: \"https://a.example\"\(options)}\n"
                    .utf8
            ).write(to: file)
        }
        try write(", agent: \"ours/*\"")
        let both = try await enriched(
            ["user_agents": .texts(["Ours/1.0"])], catalogues: ["builtin:frameworks", OptionPath(file.path)])
        #expect(both.modifiers.first?.label == "Ours's test agent")
        for (options, expected) in [
            ("", "fits everything"), (", serial: xyz", "no serial number"), (", period: -1, port: 1", "no period"),
        ] {
            try write(options)
            let complaints = CatalogueFiles.frameworks.complaints([OptionPath(file.path)], of: KnownDefault.self)
            #expect(complaints.map { "\($0)" }.joined().contains(expected))
            #expect(complaints.map { "\($0)" }.joined().contains(":3:"))
        }
    }
}
