import Foundation
import TestKit
import Testing

/// Which networks count as inside, what a run says that judged nothing, and what came nearest where nothing was found.
@Suite("inside, nothing judged, near misses")
struct InsideNetworksTests {
    let folder: TemporaryFolder

    init() throws { folder = TemporaryFolder() }

    private func flare(_ arguments: String...) throws -> BuiltCommand.Result {
        try BuiltCommand.run(
            arguments, in: folder.url, environment: ["XDG_CONFIG_HOME": folder.url.path, "COLUMNS": "200"])
    }

    /// A host with a public address that calls one server each minute and others at random, and is scanned meanwhile.
    ///
    /// - Parameter isLocal: the cells local_orig and local_resp of the host; `nil` leaves both fields out.
    private func log(_ name: String, isLocal: (own: String, other: String)? = nil) throws {
        var dice = SeededDice(seed: 7)
        var lines = ["#separator \\x09", "#path\tconn"]
        lines.append(
            "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto"
                + (isLocal == nil ? "" : "\tlocal_orig\tlocal_resp"))
        func add(_ time: Int, _ source: String, _ peer: String, _ port: Int) {
            let cells = isLocal.map { local in
                [source, peer].map { $0 == Self.own ? local.own : local.other }.joined(separator: "\t")
            }
            lines.append(
                (["\(1_700_000_000 + time).0", source, "40000", peer, "\(port)", "tcp"] + (cells.map { [$0] } ?? []))
                    .joined(separator: "\t"))
        }
        for minute in 0..<300 {
            add(minute * 60, Self.own, "45.77.0.7", 443)
            add(minute * 60 + Int(dice.next() % 60), Self.own, "104.131.7.\(dice.next() % 40 + 1)", 443)
            for _ in 0..<4 {
                let scanner = "\(80 + dice.next() % 90).\(dice.next() % 250).7.9"
                add(minute * 60 + Int(dice.next() % 60), scanner, Self.own, Int(dice.next() % 1000))
            }
        }
        try folder.file(name, lines.joined(separator: "\n") + "\n")
    }

    private static let own = "64.225.56.201"

    @Test("a host with a public address is inside by Zeek's own word")
    func toldByZeek() throws {
        try log("conn.log", isLocal: ("T", "F"))
        let result = try flare("hunt", "conn.log")
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.contains("45.77.0.7"))
        #expect(result.errors.contains("Inside: 64.225.56.201 and private addresses, by Zeek's local_orig"))
    }

    @Test(
        "where no record tells, the address is inside that takes part in most connections and begins many",
        arguments: [nil, ("-", "-")])
    func inferred(isLocal: (String, String)?) throws {
        try log("conn.log", isLocal: isLocal)
        let result = try flare("hunt", "conn.log", "--save", "kept.yaml")
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.contains("45.77.0.7"))
        #expect(result.errors.contains("Inside: 64.225.56.201, inferred"))
    }

    @Test("networks that are named go before all else, and a wrong one is refused")
    func named() throws {
        try log("conn.log", isLocal: ("F", "F"))
        let result = try flare("hunt", "conn.log", "--networks", "64.225.56.0/24,10.0.0.0/8")
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.errors.contains("Inside: 64.225.56.0/24, 10.0.0.0/8, as named"))
        let none = try flare("hunt", "conn.log", "--networks", "10.0.0.0/8")
        #expect(none.exitCode == 4)
        #expect(none.errors.contains("source not inside") && none.errors.contains("--networks"))
        #expect(try flare("hunt", "conn.log", "--networks", "10.0.0.0/33").exitCode == 2)
    }

    @Test("a run that judged nothing ends with 4 and names the filter and what mends it")
    func realRecordsNothingJudged() throws {
        let eve = BuiltCommand.project.appending(path: "../shared/data/eve-58h/eve.json.gz").path
        guard FileManager.default.fileExists(atPath: eve) else { return }
        let result = try flare("hunt", eve)
        #expect(result.exitCode == 4)
        #expect(result.errors.contains("focus left out 477 of 516 channels: source not inside"))
        #expect(result.errors.contains("--networks") && result.errors.contains("--focus inbound"))
    }

    @Test("where nothing was found, the nearest channels are named on terminal, page and Markdown")
    func nearMisses() throws {
        var lines: [String] = []
        var dice = SeededDice(seed: 3)
        for channel in 0..<8 {
            var time = 0
            for _ in 0..<30 {
                time += Int(dice.next() % 3000) + 1
                let start = Date(timeIntervalSince1970: 1_700_000_000 + Double(time)).ISO8601Format()
                    .replacingOccurrences(of: "Z", with: ".000000+0000")
                lines.append(
                    "{\"timestamp\":\"\(start)\",\"event_type\":\"flow\",\"src_ip\":\"10.0.0.\(channel + 1)\",\"src_port\":4,"
                        + "\"dest_ip\":\"104.131.7.\(channel + 1)\",\"dest_port\":443,\"proto\":\"TCP\",\"flow\":{"
                        + "\"bytes_toserver\":\(dice.next() % 900),\"bytes_toclient\":\(dice.next() % 9000),"
                        + "\"start\":\"\(start)\"}}")
            }
        }
        try folder.file("eve.json", lines.joined(separator: "\n") + "\n")
        let result = try flare(
            "hunt", "eve.json", "--set", "detectors.0.false_alarms=0", "--html", "a.html", "--markdown", "a.md")
        #expect(result.exitCode == 0, "\(result.errors)")
        let rows = result.output.split(separator: "\n")
        #expect(rows.first == "No findings.")
        #expect(rows.filter { $0.contains("missing: false_alarms") && $0.contains(", p ") }.count == 3)
        for (name, lack) in [("a.html", "<td>false_alarms"), ("a.md", "missing: false_alarms")] {
            let text = try folder.read(name)
            #expect(text.components(separatedBy: lack).count == 4, "\(name)")
            #expect(text.contains("nside: private addresses"), "\(name)")
        }
    }
}
