import FlareKit
import FlareKitTesting
import Foundation
import Testing

@testable import Threats

@Suite("Threat lists")
struct ThreatListTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("threats-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func enricher(_ text: String, name: String = "list", column: String? = nil) async throws -> PreparedEnricher
    {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        var options = ThreatListOptions()
        var reference = ThreatListReference(path: OptionPath("\(folder)/\(name)"))
        reference.column = column
        options.lists = [reference]
        return try await ThreatListEnricher(options).prepared(
            for: RunPreparation(started: Timestamp(seconds: Date().timeIntervalSince1970)))
    }

    /// What is said of a finding with everything that can be on a list.
    private func threats(_ text: String, name: String = "list", column: String? = nil) async throws -> [String] {
        let key = ChannelKey(
            source: try #require(IPAddress("10.0.0.1")), peer: .address(try #require(IPAddress("203.0.113.5"))),
            port: 443,
            proto: 6)
        var finding = Finding(detector: "d", subject: .channel(key), score: 0.5, summary: "")
        finding.host = "evil.example"
        finding.evidence["urls"] = .texts(["/gate.php?x=1"])
        finding.evidence["ja3"] = .texts(["0123456789abcdef0123456789abcdef"])
        finding.evidence["cert_hash"] = .texts(["01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67"])
        var findings = [finding]
        let ready = try await enricher(text, name: name, column: column)
        try await ready.enricher.enrich(
            &findings,
            RunContext(
                header: RunHeader(pipeline: "", version: "", started: Timestamp(nanoseconds: 0), sources: []),
                window: .all,
                fields: [
                    Field("urls", .texts, "", indicator: .url), Field("ja3", .texts, "", indicator: .hash),
                    Field("cert_hash", .texts, "", indicator: .hash),
                ]))
        guard case .texts(let threats)? = findings[0].evidence["threats"] else { return [] }
        #expect(findings[0].modifiers.map(\.name) == ["threat_list"])
        return threats
    }

    @Test(
        "each form of list is read, with its reason, date and confidence",
        arguments: [
            ("203.0.113.5 # a reason\n", "list: 203.0.113.5, a reason"),
            ("203.0.113.0/24\n", "list: 203.0.113.5"),
            ("0.0.0.0 evil.example\n", "list: evil.example"),
            ("hxxp://evil[.]example/gate.php?x=1\n", "list: evil.example/gate.php?x=1"),
            // Feodo Tracker
            (
                "# Feodo Tracker\n# first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware\n"
                    + "\"2022-06-04 21:24:53\",\"203.0.113.5\",\"8080\",\"online\",\"2024-01-01\",\"Pikabot\"\n",
                "list: 203.0.113.5, Pikabot, 2022-06-04 21:24:53"
            ),
            // SSLBL
            (
                "# Listingdate,SHA1,Listingreason\n2024-01-02 03:04:05,0123456789abcdef0123456789abcdef01234567,Dridex C&C\n",
                "list: 0123456789abcdef0123456789abcdef01234567, Dridex C&C, 2024-01-02 03:04:05"
            ),
            (
                "# ja3_md5,Firstseen,Lastseen,Listingreason\n0123456789abcdef0123456789abcdef,2018-01-01,2019-01-01,Tofsee\n",
                "list: 0123456789abcdef0123456789abcdef, Tofsee, 2018-01-01"
            ),
            // URLhaus
            (
                "# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n"
                    + "\"1\",\"2024-01-01 00:00:00\",\"http://evil.example/gate.php?x=1\",\"online\",\"\",\"malware_download\",\"a,b\",\"l\",\"r\"\n",
                "list: evil.example/gate.php?x=1, malware_download, 2024-01-01 00:00:00"
            ),
            // ThreatFox
            (
                "# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"threat_type\",\"fk_malware\",\"malware_alias\",\"malware_printable\",\"last_seen_utc\",\"confidence_level\"\n"
                    + "\"2024-05-01\", \"1\", \"203.0.113.5:443\", \"ip:port\", \"botnet_cc\", \"x\", \"\", \"Cobalt Strike\", \"\", \"75\"\n",
                "list: 203.0.113.5, Cobalt Strike, 2024-05-01, confidence 75 %"
            ),
            // MISP
            (
                #"{"Event":{"info":"Campaign","date":"2024-02-02","Attribute":[{"type":"ip-dst|port","value":"203.0.113.5|443","to_ids":true},{"type":"domain","value":"evil.example","to_ids":false}],"Object":[{"Attribute":[]}]}}"#,
                "list: 203.0.113.5, Campaign, 2024-02-02"
            ),
            // An object of a MISP feed
            (
                #"{"Event":{"info":"Campaign","date":"2024-02-02","Object":[{"name":"domain-ip","comment":"","Attribute":[{"type":"ip-dst","value":"203.0.113.5","comment":""}]}]}}"#,
                "list: 203.0.113.5, Campaign, 2024-02-02"
            ),
            // STIX 2.1
            (
                #"{"type":"bundle","objects":[{"type":"indicator","name":"C2","pattern":"[domain-name:value = 'evil.example']","valid_from":"2024-03-03T00:00:00Z","confidence":80}]}"#,
                "list: evil.example, C2, 2024-03-03T00:00:00Z, confidence 80 %"
            ),
            (
                #"{"type":"bundle","objects":[{"type":"indicator","name":"C2","pattern":"[x509-certificate:hashes.'SHA-1' = '0123456789abcdef0123456789abcdef01234567']"}]}"#,
                "list: 0123456789abcdef0123456789abcdef01234567, C2"
            ),
        ])
    func forms(text: String, expected: String) async throws {
        #expect(try await threats(text) == [expected])
    }

    @Test("of a CSV with other names the column is named")
    func column() async throws {
        #expect(
            try await threats("when,what,host_of_evil\n2024,bad,evil.example\n", column: "host_of_evil") == [
                "list: evil.example"
            ])
    }

    @Test("a quoted cell of a CSV may go over lines, and a quote that none closes is one of the text's own")
    func quotedCells() async throws {
        let text = "ioc,reason\n203.0.113.4,\"two\r\nlines, one cell\"\n203.0.113.5,4\" gun\nevil.example,last\n"
        let threats = try await threats(text)
        #expect(threats.count == 2 && threats.allSatisfy { $0.hasPrefix("list: ") }, "\(threats)")
        #expect(try await enricher(text).remarks == [])
    }

    @Test("a line longer than any entry is left alone, and the addresses around it are used")
    func longLine() async throws {
        let text = String(repeating: "a", count: 100_000) + "\r\n203.0.113.5\r\n"
        #expect(try await threats(text).count == 1)
        #expect(try await enricher(text).remarks.contains { $0.contains("mean nothing here") })
    }

    @Test("a MISP feed's manifest is refused, for it lists no indicators")
    func manifest() async throws {
        let text =
            #"{"5f7c6f0e-0a64-4b7e-8a1c-000000000001":{"Orgc":{"name":"x"},"info":"y","date":"2024-01-01","timestamp":"1"}}"#
        let error = await #expect(throws: PluginError.self) { _ = try await enricher(text) }
        #expect(error.map { "\($0)".contains("manifest") } == true)
    }

    @Test("patterns of STIX that are not simple are left alone and counted")
    func complexPattern() async throws {
        let text =
            #"{"type":"bundle","objects":[{"type":"indicator","pattern":"[ipv4-addr:value = '203.0.113.5' AND network-traffic:dst_port = '443']"}]}"#
        #expect(try await threats(text) == [])
        #expect(try await enricher(text).remarks.contains { $0.contains("1 entries mean nothing here") })
    }

    @Test("a list that is old, empty, too broad or malformed is said")
    func remarks() async throws {
        #expect(try await enricher("# nothing\n").remarks == ["threat-list list: the list is empty"])
        #expect(try await enricher("0.0.0.0/0\n203.0.113.9\n").remarks.contains { $0.contains("too broad") })
        #expect(
            try await enricher("203.0.113.9\n???\n").remarks == [
                "threat-list list: 1 entries mean nothing here, such as \"???\""
            ])
        _ = try await enricher("203.0.113.9\n", name: "old")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -30 * 86_400)], ofItemAtPath: "\(folder)/old")
        var options = ThreatListOptions()
        options.lists = [ThreatListReference(path: OptionPath("\(folder)/old"))]
        let ready = try await ThreatListEnricher(options).prepared(
            for: RunPreparation(started: Timestamp(seconds: Date().timeIntervalSince1970)))
        #expect(ready.remarks == ["threat-list old: the list is 30 days old"])
        await #expect(throws: PluginError.self) { try await enricher("{\"Event\": [") }
    }
}
