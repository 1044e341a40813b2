import Foundation
import TestKit
import Testing

@Suite("The demo")
struct DemoRunTests {
    /// The bundled pipeline as it is, but for where its file goes.
    private func demo(_ folder: TemporaryFolder, environment: [String: String] = [:]) throws -> BuiltCommand.Result {
        try BuiltCommand.run(
            [
                "run", BuiltCommand.project.appending(path: "configs/demo.yaml").path, "--set",
                "sinks.1.path=\(folder.url.appending(path: "beacons.csv").path)", "--set",
                "sinks.2.path=\(folder.url.appending(path: "beacons.html").path)", "--set",
                "sinks.3.path=\(folder.url.appending(path: "beacons.json").path)",
            ], in: folder.url, environment: environment)
    }

    @Test("the sample's beacon is found at 60 or 61 s and more than 90 %, at the top of the table and in the file")
    func findsTheBeacon() throws {
        let folder = TemporaryFolder()
        let result = try demo(folder)
        #expect(result.exitCode == 0)

        let table = result.output.split(separator: "\n")
        let first = try #require(table.dropFirst().first)
        #expect(first.contains(#/192\.168\.0\.53 +www\.huntoperator\.com:80 /#))
        #expect(first.contains(" 61 s ") || first.contains(" 60 s "))

        let rows = try folder.read("beacons.csv").split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let header = try #require(rows.first)
        let beacon = try #require(rows.first { $0[0] == "192.168.0.53" && $0[1] == "160.153.76.129" })
        let named = Dictionary(zip(header, beacon)) { first, _ in first }
        #expect(named["dest_port"] == "80")
        #expect(["60", "61"].contains(named["interval"]))
        #expect(try #require(Double(named["percent"] ?? "")) > 90)
        #expect(named["dest_degree"] == "3")
        #expect(beacon.contains("beacon"))
        #expect(try folder.read("beacons.html").contains("160.153.76.129"))
    }

    @Test("what the sensor said ends the story: who was called, how, with what, how much, its lookups and its alert")
    func tellsTheStory() throws {
        let folder = TemporaryFolder()
        _ = try demo(folder)
        let line = try #require(try folder.read("beacons.json").split(whereSeparator: \.isNewline).first)
        let finding = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(finding["host"] as? String == "www.huntoperator.com")
        #expect(finding["host_from"] as? String == "http")
        #expect(finding["host_confirmed_by"] as? [String] == ["dns-answer"])
        #expect(finding["host_denied_by"] as? String == nil)
        #expect(finding["user_agents"] as? [String] == ["curl/7.54.0"])
        let said = try #require(finding["context_summary"] as? String)
        let interval = said.contains(" every 61 s ") ? 61 : 60
        #expect(
            said
                == "192.168.0.53 called www.huntoperator.com every \(interval) s over HTTP with curl on a Mac: 513 kB out, "
                + "2.2 MB in over 24 h; its lookups folded in, before 1,426 of 1,426 calls; alert: ET POLICY curl "
                + "User-Agent Outbound × 24")
        #expect(try folder.read("beacons.html").contains("24 on its flows, mostly ET POLICY curl User-Agent Outbound"))
    }

    @Test("consoles and cameras are named as what they are and come after the implant, which is nobody's")
    func knownSoftware() throws {
        let folder = TemporaryFolder()
        _ = try demo(folder)
        let findings = try folder.read("beacons.json").split(whereSeparator: \.isNewline).map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        func known(_ host: String) -> Set<String?> {
            Set(findings.filter { $0["host"] as? String == host }.map { $0["known_as"] as? String })
        }
        #expect(known("presence-heartbeat.xboxlive.com") == ["Xbox presence"])
        #expect(known("nexusapi.dropcam.com") == ["Nest and Dropcam cameras"])
        #expect(known("www.huntoperator.com") == [nil])
        #expect(findings.first?["host"] as? String == "www.huntoperator.com")
        let console = try #require(findings.first { $0["known_as"] as? String == "Xbox presence" })
        #expect(console["known_confirmed"] as? Bool == true)
        #expect(console["known_period_fits"] as? Bool == true)
    }

    @Test("the table is as narrow as the terminal, and a pipe gets no colours")
    func narrowTable() throws {
        let result = try demo(TemporaryFolder(), environment: ["COLUMNS": "80"])
        for line in result.output.split(separator: "\n") { #expect(line.count <= 80) }
        #expect(!result.output.contains("\u{1B}"))
    }
}
