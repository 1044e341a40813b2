import FlareKit
import Foundation
import TestKit
import Testing

/// What original Flare reports on real records, and what the command reports.
@Suite("beacon-classic equals original Flare")
struct ClassicReferenceTests {
    struct Row: Hashable, Comparable, CustomStringConvertible {
        let source: IPAddress
        let destination: IPAddress
        let numbers: [Int]

        static func < (a: Row, b: Row) -> Bool { a.description < b.description }
        var description: String { "\(source),\(destination),\(numbers.map(String.init).joined(separator: ","))" }
    }

    /// The rows of a CSV without quotes, by the columns that are compared.
    static func rows(_ text: String) throws -> [Row] {
        let lines = text.split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let header = try #require(lines.first)
        func index(_ name: String) throws -> Int { try #require(header.firstIndex(of: name)) }
        let numbers = try ["dest_port", "bytes_toserver", "occurrences", "percent", "interval"].map(index)
        return try lines.dropFirst().map { cells in
            Row(
                source: try #require(IPAddress(cells[index("src_ip")])),
                destination: try #require(IPAddress(cells[index("dest_ip")])),
                numbers: try numbers.map { try #require(Int(cells[$0])) })
        }.sorted()
    }

    @Test(
        "over real records of a home sensor", .enabled(if: RealRecords.areThere),
        arguments: [("logged", "eve-58h.flare-reference.csv"), ("start", "eve-58h.flare-reference-flow-start.csv")])
    func eve58h(time: String, reference: String) throws {
        let folder = TemporaryFolder()
        try folder.file("pipeline.yaml", SampleFlows.pipeline)
        let input = RealRecords.folder.appending(path: "eve-58h/eve.json.gz").path
        let result = try BuiltCommand.run([
            "run", folder.url.appending(path: "pipeline.yaml").path, "--set", "sources.0.paths.0=\(input)", "--set",
            "sources.0.time=\(time)", "--quiet",
        ])
        #expect(result.exitCode == 0)
        let expected = try Self.rows(String(contentsOf: RealRecords.folder.appending(path: reference), encoding: .utf8))
        #expect(try Self.rows(folder.read("out.csv")) == expected)
        #expect(!expected.isEmpty)
    }
}
