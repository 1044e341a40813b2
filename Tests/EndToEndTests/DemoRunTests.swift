import Foundation
import Testing

@Suite("The demo")
struct DemoRunTests {
    /// The bundled pipeline as it is, but for where its file goes.
    private func demo(_ folder: TemporaryFolder, environment: [String: String] = [:]) throws -> BuiltCommand.Result {
        try BuiltCommand.run(
            [
                "run", BuiltCommand.project.appending(path: "configs/demo.yaml").path, "--set",
                "sinks.1.path=\(folder.url.appending(path: "beacons.csv").path)", "--set",
                "sinks.2.path=\(folder.url.appending(path: "beacons.html").path)",
            ], in: folder.url, environment: environment)
    }

    @Test("the sample's beacon is found at 60 or 61 s and more than 90 %, at the top of the table and in the file")
    func findsTheBeacon() throws {
        let folder = try TemporaryFolder()
        let result = try demo(folder)
        #expect(result.exitCode == 0)

        let table = result.output.split(separator: "\n")
        let first = try #require(table.dropFirst().first)
        #expect(first.contains("192.168.0.53  160.153.76.129"))
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
        #expect(named["detector"] == "beacon")
        #expect(try folder.read("beacons.html").contains("160.153.76.129"))
    }

    @Test("the table is as narrow as the terminal, and a pipe gets no colours")
    func narrowTable() throws {
        let result = try demo(try TemporaryFolder(), environment: ["COLUMNS": "80"])
        for line in result.output.split(separator: "\n") { #expect(line.count <= 80) }
        #expect(!result.output.contains("\u{1B}"))
    }
}
