import Foundation
import TestKit
import Testing

/// Tables of other tools, from files to findings.
@Suite("flare hunt in tables")
struct TableHuntTests {
    private let folder: TemporaryFolder

    init() throws { folder = TemporaryFolder() }

    private func flare(_ arguments: String..., input: FileHandle? = nil) throws -> BuiltCommand.Result {
        try BuiltCommand.run(arguments, in: folder.url, environment: ["XDG_CONFIG_HOME": folder.url.path], input: input)
    }

    /// Calls of one machine, a minute apart, in a table that no schema knows.
    private static func table(_ count: Int = 200) -> String {
        "Begin;Machine;Machine Port;Peer;Peer Port;Sent bytes\n"
            + (0..<count).map { number in
                let time = "04.03.2026 \(String(format: "%02d:%02d:%02d", 10 + number / 60, number % 60, number % 3))"
                return "\(time);10.0.0.5;\(50_000 + number);45.77.0.7;443;\(600 + number % 7)\n"
            }.joined()
    }

    /// The same as lookups that dnsmasq logs.
    private static func lookups(_ count: Int = 200) -> String {
        (0..<count).map { number in
            let time = "Mar  4 \(String(format: "%02d:%02d:%02d", 10 + number / 60, number % 60, number % 3))"
            return "\(time) dnsmasq[7]: query[A] implant.example from 10.0.0.6\n"
        }.joined()
    }

    @Test("a guess is told in a line, finds the beacon, and is kept for correction")
    func guess() throws {
        try folder.file("export.csv", Self.table())
        let result = try flare("hunt", "export.csv", "--save", "hunt.yaml")
        #expect(result.exitCode == 0, "\(result.errors)")
        let notes = result.errors.split(separator: "\n").filter { $0.hasPrefix("flare: note:") }
        #expect(notes.count == 1)
        #expect(
            notes.first?.contains("time \"Begin\", source \"Machine\", its port \"Machine Port\", destination \"Peer\"")
                == true, "\(notes)")
        #expect(result.output.contains("45.77.0.7:443"))
        #expect(result.output.contains(" 61 s"))
        let saved = try String(contentsOf: folder.url.appending(path: "hunt.yaml"), encoding: .utf8)
        #expect(saved.contains("source: Machine"))
        let again = try flare("run", "hunt.yaml")
        #expect(again.exitCode == 0, "\(again.errors)")
        #expect(again.output.contains("45.77.0.7:443"))
    }

    @Test("a folder's files are read each by its own schema, and what is none is named")
    func mixed() throws {
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "logs"), withIntermediateDirectories: true)
        try folder.file("logs/export.csv", Self.table())
        try folder.file("logs/pihole.log", Self.lookups())
        try folder.file("logs/readme.txt", "hello\n")
        let result = try flare("hunt", "logs")
        #expect(result.exitCode == 3, "\(result.errors)")
        #expect(result.output.contains("45.77.0.7:443"), "\(result.output)")
        #expect(result.output.contains("implant.example"), "\(result.output)")
        #expect(result.errors.contains("readme.txt"))
    }

    @Test("standard input is told by its content too, and what cannot be guessed is said with its columns")
    func streams() throws {
        let path = try folder.file("export.csv", Self.table())
        let result = try flare("hunt", "-", input: FileHandle(forReadingFrom: path))
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.contains("45.77.0.7:443"))
        try folder.file("prices.csv", "name,colour,price\na,red,1\nb,blue,2\n")
        let refused = try flare("hunt", "prices.csv")
        #expect(refused.exitCode == 2)
        #expect(refused.errors.contains("its columns are name, colour, price"), "\(refused.errors)")
    }
}
