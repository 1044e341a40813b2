import Foundation
import TestKit
import Testing

/// The numbers were counted by a program of its own from the same files.
@Suite("scan and long-connection")
struct TrafficDetectorsTests {
    let folder: TemporaryFolder

    init() throws { folder = TemporaryFolder() }

    func rows(_ source: String, _ detector: String) throws -> [[String]] {
        try folder.file(
            "p.yaml",
            """
            version: 1
            window: all
            sources: [\(source)]
            detectors: [{plugin: \(detector)}]
            sinks: [{plugin: csv, path: out.csv}]
            """)
        let result = try BuiltCommand.run(["run", "p.yaml", "--quiet"], in: folder.url)
        #expect(result.exitCode == 0, "\(result.errors)")
        return try folder.read("out.csv").split(whereSeparator: \.isNewline).dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    @Test(
        "186 scanners in real records of a host on the internet, each one finding",
        .enabled(if: RealRecords.areThere))
    func scan() throws {
        let logs = RealRecords.folder.appending(path: "zeek-72h/conn.*.log.gz").path
        let rows = try rows("{plugin: zeek, paths: [\"\(logs)\"]}", "scan")
        #expect(rows.count == 186)
        #expect(Set(rows.map { $0[0] }).count == 186)
        #expect(rows.contains { $0[0] == "165.154.254.36" && $0[7] == "2795" })
    }

    @Test(
        "the one channel of real records that is open for more than an hour", .enabled(if: RealRecords.areThere))
    func longConnection() throws {
        let file = RealRecords.folder.appending(path: "eve-58h/eve.json.gz").path
        let rows = try rows("{plugin: eve, paths: [\(file)]}", "long-connection")
        #expect(rows.map { $0[1] } == ["255.255.255.255"])
        #expect(rows.first?[7] == "37")
        #expect(rows.first?.contains { $0.contains("connected for 8 hours 10 minutes") } == true)
    }
}
