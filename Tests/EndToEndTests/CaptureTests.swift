import Foundation
import TestKit
import Testing

/// Captures of packets, from the command to the findings.
@Suite("flare hunt over captures of packets")
struct CaptureTests {
    let folder: TemporaryFolder
    private let beacon: String

    init() throws {
        folder = TemporaryFolder()
        let process = Process()
        process.executableURL = BuiltCommand.project.appending(path: ".venv/bin/python3")
        process.arguments = [
            BuiltCommand.project.appending(path: "Tests/PCAPTests/frames.py").path, folder.url.path, "beacon",
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        beacon = folder.url.appending(path: "beacon.pcap").path
    }

    private func flare(_ arguments: [String], input: FileHandle? = nil) throws -> BuiltCommand.Result {
        try BuiltCommand.run(
            arguments, in: folder.url, environment: ["XDG_CONFIG_HOME": folder.url.path, "COLUMNS": "200"], input: input
        )
    }

    /// The values of a column of the findings toward a peer.
    private func values(_ name: String, _ peer: String, in file: String) throws -> [String] {
        let rows = try folder.read(file).split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let place = try #require(rows.first?.firstIndex(of: name), "there is no column \(name)")
        return rows.dropFirst().filter { $0.contains(peer) }.map { $0[place] }
    }

    @Test("an implant's calls are found with their name, and polls inside one connection are so many calls")
    func hunt() throws {
        let result = try flare(["hunt", beacon, "--csv", "found.csv", "--no-allowlist", "--focus", "all"])
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.contains("c2.example.net"))
        #expect(result.output.contains("panel.example.org"))
        let intervals = try values("interval", "203.0.113.9", in: "found.csv").compactMap(Double.init)
        #expect(intervals.contains { abs($0 - 60) < 2 })
        let polls = try values("interval", "198.51.100.77", in: "found.csv").compactMap(Double.init)
        #expect(polls.contains { abs($0 - 45) < 2 })
        // Browsing is none.
        #expect(!result.output.contains("site"))
    }

    @Test("standard input yields what the file does, its context too")
    func standardInput() throws {
        let ofFile = try flare(["hunt", beacon, "--csv", "file.csv", "--no-allowlist", "--focus", "all"])
        let ofInput = try flare(
            ["hunt", "-", "--csv", "input.csv", "--no-allowlist", "--focus", "all"],
            input: try #require(FileHandle(forReadingAtPath: beacon)))
        #expect(ofInput.exitCode == 0, "\(ofInput.errors)")
        #expect(ofInput.output == ofFile.output)
        #expect(try folder.read("input.csv") == folder.read("file.csv"))
    }

    @Test("a capture is told by its content, also in a folder beside logs, and is no pipeline file")
    func recognised() throws {
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "sandbox"), withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: beacon, toPath: folder.url.appending(path: "sandbox/dump").path)
        try folder.file(
            "sandbox/eve.json", #"{"timestamp":"2023-11-14T22:13:20.000000+0000","event_type":"stats"}"# + "\n")
        let result = try flare(["hunt", "sandbox", "--no-allowlist", "--focus", "all"])
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.contains("c2.example.net"))
        let refused = try flare(["run", "sandbox/dump"])
        #expect(
            refused.errors.contains("a capture of packets, no pipeline file; it is read by: flare hunt sandbox/dump"))
    }

    @Test("channels reads captures too")
    func channels() throws {
        let result = try flare(["channels", beacon, "--csv", "-"])
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.contains("203.0.113.9"))
    }

    @Test("two real trojans are named by the default certificates of their servers", .enabled(if: RealRecords.areThere))
    func trojans() throws {
        try folder.file(
            "p.yaml",
            """
            version: 1
            window: all
            sources: [{plugin: pcap, paths: ["\(RealRecords.folder.appending(path: "c2/pcap/*.pcap").path)"]}]
            enrichers: [{plugin: context}, {plugin: periodic}, {plugin: frameworks}]
            detectors: [{plugin: long-connection, report: 1s}]
            sinks: [{plugin: csv, path: found.csv}]
            """)
        let result = try flare(["run", "p.yaml", "--quiet"])
        #expect(result.exitCode == 0, "\(result.errors)")
        let named = try folder.read("found.csv").split(whereSeparator: \.isNewline)
            .filter { $0.contains("'s default certificate") }
        #expect(named.count { $0.contains("AsyncRAT's default certificate") } == 1)
        #expect(named.count { $0.contains("Quasar's default certificate of a variant") } == 1)
        #expect(named.count == 2)
    }
}
