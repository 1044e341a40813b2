import FlareKit
import FlareKitTesting
import Foundation
import PeerMatching
import Testing

@testable import Periodic

@Suite("Known software that calls by nature")
struct PeriodicTests {
    /// A channel as `context` leaves it, as the enricher fills it in.
    private func enriched(
        _ host: String?, _ peer: String = "203.0.113.5", port: UInt16? = 443, proto: UInt8? = 6,
        confirmedBy: [String] = ["certificate"], sizes: [Int64] = [], interval: Double? = nil,
        evidence: [String: Value] = [:], catalogues: [OptionPath] = ["builtin:known"]
    ) async throws -> Finding {
        let key = ChannelKey(
            source: try #require(IPAddress("10.0.0.1")), peer: .address(try #require(IPAddress(peer))), port: port,
            proto: proto)
        var finding = Finding(detector: "d", subject: .channel(key), score: 0.9, summary: "")
        finding.host = host
        finding.sizes = sizes
        finding.interval = interval
        finding.evidence = evidence
        if !confirmedBy.isEmpty { finding.evidence["host_confirmed_by"] = .texts(confirmedBy) }
        var options = PeriodicOptions()
        options.catalogues = catalogues
        let start = Timestamp(nanoseconds: 0)
        let ready = try await PeriodicEnricher(options).prepared(for: RunPreparation(started: start))
        var findings = [finding]
        try await ready.enricher.enrich(
            &findings,
            RunContext(header: RunHeader(pipeline: "", version: "", started: start, sources: []), window: .all))
        return findings[0]
    }

    private func name(_ finding: Finding) -> String? {
        if case .text(let name)? = finding.evidence["known_as"] { name } else { nil }
    }

    @Test("what is confirmed is expected, and counted by its kind, a protocol by its name; remote management never is")
    func expectation() async throws {
        #expect(try await enriched("clients2.google.com").expectation != nil)
        #expect(try await enriched("clients2.google.com", confirmedBy: []).expectation == nil)
        let time = try await enriched(nil, port: 123, proto: 17, confirmedBy: [], sizes: [76, 76])
        #expect(time.expectation == "NTP")
        #expect(try await enriched("router.teamviewer.com").expectation == nil)
    }

    private static func catalogue(_ text: String) throws -> (path: OptionPath, file: URL) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("periodic-\(UUID().uuidString).yaml")
        try Data(text.utf8).write(to: file)
        return (OptionPath(file.path), file)
    }

    @Test("the command carries at least 200 of them, each with a source, none twice")
    func carried() throws {
        let known: [KnownProgram] = try CatalogueFiles.programs.entries(["builtin:known"])
        let entries = known.map(\.entry)
        #expect(entries.count >= 200)
        #expect(Set(entries.map(\.name)).count == entries.count)
        let hosts = entries.flatMap { Set($0.host.values).map(\.text) }
        let twice = Dictionary(grouping: hosts) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
        #expect(twice.isEmpty, "\(twice)")
        #expect(entries.allSatisfy { $0.source.hasPrefix("https://") })
        #expect(Set(entries.map(\.kind)) == Set(ProgramKind.allCases))
    }

    @Test(
        "what two benign days of Windows call is known",
        arguments: [
            ("update.eset.com", 80), ("pico.eset.com", 443), ("ts.eset.com", 443), ("i3.c.eset.com", 8883),
            ("i4.c.eset.com", 443), ("d.dropbox.com", 443), ("t8.dropbox.com", 443), ("notify.dropbox.com", 443),
            ("v10.events.data.microsoft.com", 443), ("settings-win.data.microsoft.com", 443),
            ("kv801.prod.do.dsp.mp.microsoft.com", 443), ("client.wns.windows.com", 443),
            ("goldengate.grammarly.com", 443), ("gnar.grammarly.com", 443), ("capi.grammarly.com", 443),
            ("extension.femetrics.grammarly.io", 443), ("f-log-extension.grammarly.io", 443),
            ("pollserver.lastpass.com", 443), ("wss-primary.slack.com", 443), ("category.blocksite.co", 443),
            ("17-courier.push.apple.com", 5223), ("mtalk.google.com", 5228),
            ("presence-heartbeat.xboxlive.com", 443), ("nexusapi.dropcam.com", 443),
        ] as [(String, UInt16)])
    func benignDays(host: String, port: UInt16) async throws {
        let finding = try await enriched(host, port: port)
        #expect(name(finding) != nil)
        #expect(finding.modifiers.map(\.name) == ["known"])
    }

    @Test(
        "names are compared by whole labels from the end",
        arguments: [
            "dropbox.com.evil.net", "notify.dropbox.com.evil.net", "evil-dropcam.com", "notdropcam.com", "eset.com.co",
            "com", "www.huntoperator.com", "203.0.113.5", "",
        ])
    func borders(host: String) async throws {
        #expect(name(try await enriched(host)) == nil)
    }

    @Test("a star stands for characters of one label alone")
    func star() throws {
        let pattern = try HostPattern(datum: .text("ssm.*.amazonaws.com"))
        func covers(_ name: String) -> Bool { HostPattern.labels(of: name).map(pattern.covers) ?? false }
        #expect(covers("ssm.eu-west-1.amazonaws.com") && covers("a.ssm.eu-west-1.amazonaws.com."))
        #expect(!covers("ssm.a.b.amazonaws.com") && !covers("evil.eu-west-1.amazonaws.com"))
    }

    @Test("a known name on a port that is not the program's is not known")
    func ports() async throws {
        #expect(name(try await enriched("notify.dropbox.com", port: 443)) == "Dropbox notifications")
        #expect(name(try await enriched("notify.dropbox.com", port: 4444)) == nil)
        #expect(name(try await enriched("time.windows.com", port: 443)) == nil)
    }

    @Test("a confirmed name counts in full, a name that only the client says half, a denied one not at all")
    func confirmation() async throws {
        let confirmed = try await enriched("notify.dropbox.com")
        #expect(confirmed.modifiers.map(\.amount) == [-15])
        #expect(confirmed.evidence["known_confirmed"] == .boolean(true))
        #expect(confirmed.evidence["known_by"] == .text("Dropbox"))
        #expect(confirmed.evidence["known_kind"] == .text("notification"))
        #expect(confirmed.modifiers[0].reason.contains("Dropbox notifications (Dropbox)"))

        let said = try await enriched("notify.dropbox.com", confirmedBy: [])
        #expect(said.modifiers.map(\.amount) == [-8])
        #expect(said.evidence["known_confirmed"] == .boolean(false))

        let denied = try await enriched(
            "notify.dropbox.com", confirmedBy: ["dns-answer"],
            evidence: ["host_denied_by": .text("certificate CN=evil")])
        #expect(name(denied) == nil && denied.modifiers.map(\.name) == ["unknown"])
    }

    @Test("another maker's name at the same address leaves half")
    func shared() async throws {
        let seen = Value.texts(["notify.dropbox.com", "evil.example"])
        #expect(
            try await enriched("notify.dropbox.com", evidence: ["hosts_seen": seen]).modifiers.map(\.amount) == [-8])
    }

    @Test(
        "remote management is named and never evidence against",
        arguments: ["relay-1.net.anydesk.com", "x.teamviewer.com"])
    func remoteManagement(host: String) async throws {
        let finding = try await enriched(host)
        #expect(finding.evidence["known_kind"] == .text("remote-management"))
        #expect(finding.modifiers.map(\.amount) == [0])
    }

    @Test("a top site counts a little where something confirms it, and not at all where nothing does")
    func topSite() async throws {
        let confirmed = try await enriched("widgets.msn.com")
        #expect(confirmed.evidence["known_kind"] == .text("site"))
        #expect(confirmed.modifiers.map(\.amount) == [-6])
        #expect(confirmed.expectation == nil)
        #expect(try await enriched("widgets.msn.com", confirmedBy: []).modifiers.map(\.amount) == [0])
        #expect(try await enriched("www.google.co.jp").evidence["known_as"] == .text("Google"))
    }

    @Test("the interval is compared with the program's where that is known")
    func period() async throws {
        #expect(try await enriched("notify.dropbox.com", interval: 62).evidence["known_period_fits"] == .boolean(true))
        #expect(
            try await enriched("notify.dropbox.com", interval: 600).evidence["known_period_fits"] == .boolean(false))
        #expect(try await enriched("ts.eset.com", interval: 600).evidence["known_period_fits"] == nil)
    }

    @Test(
        "protocols that call by nature fall to low by their shape",
        arguments: [
            ("203.0.113.5", 123, 17, [48, 96], "NTP"), ("203.0.113.5", 123, 17, [90, 90], "NTP"),
            ("203.0.113.5", 3, 1, [], "ICMP errors"), ("ff02::2", 134, 1, [], "ICMPv6 router solicitation"),
            ("ff02::2", 134, 58, [], "ICMPv6 router solicitation"), ("224.0.0.251", 5353, 17, [], "Multicast DNS"),
            ("239.255.255.250", 1900, 17, [], "SSDP"), ("192.168.1.255", 138, 17, [], "NetBIOS names and datagrams"),
        ] as [(String, UInt16, UInt8, [Int64], String)])
    func shapes(peer: String, port: UInt16, proto: UInt8, sizes: [Int64], expected: String) async throws {
        let finding = try await enriched(nil, peer, port: port, proto: proto, confirmedBy: [], sizes: sizes)
        #expect(name(finding) == expected)
        #expect(finding.severity == .low)
    }

    @Test(
        "what only looks like one does not",
        arguments: [
            // Not the sizes of NTP; TCP; echo; HTTPS
            ("203.0.113.5", 123, 17, [48, 1000]), ("203.0.113.5", 123, 17, []), ("203.0.113.5", 123, 6, [48]),
            ("203.0.113.5", 0, 1, []), ("203.0.113.5", 443, 6, [48]), ("203.0.113.5", 53, 17, [48]),
        ] as [(String, UInt16, UInt8, [Int64])])
    func noShapes(peer: String, port: UInt16, proto: UInt8, sizes: [Int64]) async throws {
        let finding = try await enriched(nil, peer, port: port, proto: proto, confirmedBy: [], sizes: sizes)
        #expect(finding.severity > .low)
        #expect(finding.evidence["known_confirmed"] != .boolean(true))
    }

    @Test("a file of the user's own goes before what Flare brings along")
    func ownFile() async throws {
        let (path, file) = try Self.catalogue(
            "version: 1\nentries:\n  - {name: Ours, maker: Us, kind: monitoring, host: dropbox.com, "
                + "source: \"https://intranet.example/monitoring\"}\n")
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(name(try await enriched("client.dropbox.com", catalogues: ["builtin:known", path])) != "Ours")
        #expect(name(try await enriched("www.dropbox.com", catalogues: ["builtin:known", path])) == "Ours")
        #expect(name(try await enriched("client.dropbox.com", catalogues: [path])) == "Ours")
    }

    @Test(
        "a bad entry is a complaint with file, line and column",
        arguments: [
            ("host: com", "large part of the internet"), ("host: 203.0.113.5", "no host name"),
            ("host: a.example, proto: quux", "no protocol"), ("host: a.example, port: 70000", "no port"),
            ("port: 443", "fits too much"), ("host: a.example, period: -1", "no period"),
            ("host: a.example, hots: b", "hots"),
        ])
    func badEntries(options: String, expected: String) throws {
        let (path, file) = try Self.catalogue(
            "version: 1\nentries:\n  - {name: n, maker: m, kind: update, source: \"https://a.example\", \(options)}\n")
        defer { try? FileManager.default.removeItem(at: file) }
        let error = #expect(throws: ConfigurationError.self) { try Catalogue([path]) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(expected), "\(text)")
        #expect(text.contains("\(file.lastPathComponent):3:"), "\(text)")
    }

    @Test("a catalogue that is not there is named with those that are")
    func unknownCatalogue() throws {
        let error = #expect(throws: PluginError.self) { try Catalogue(["builtin:nothing"]) }
        #expect(error.map { "\($0)" }?.contains("builtin:known") == true)
    }
}
