import Foundation
import Testing
import TestKit

@testable import flare

@Suite("docs")
struct ReferenceTests {
    static let docs = BuiltCommand.project.appending(path: "docs")

    @Test("the reference is the one that the options make", arguments: ["pipeline", "plugins"])
    func fresh(page: String) throws {
        let folder = TemporaryFolder()
        let printed = try BuiltCommand.run(["reference", page], environment: ["HOME": folder.url.path]).output
        let kept = try String(contentsOf: Self.docs.appending(path: "\(page).md"), encoding: .utf8)
        #expect(printed == kept, "run: bin/flare reference \(page) > docs/\(page).md")
    }

    @Test("the README of each family has an example, and the options that the code has")
    func families() throws {
        let roles = ["Sources": "source", "Enrichers": "enricher", "Detectors": "detector", "Sinks": "sink"]
        let head = "<!-- Printed by: flare reference options "
        var named: Set<String> = []
        for role in roles.keys.sorted() {
            let folder = BuiltCommand.project.appending(path: "Sources/Plugins/\(role)")
            for family in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
                let page = try String(
                    contentsOf: folder.appending(path: "\(family)/README.md"), encoding: .utf8)
                let kept = try #require(page.range(of: head).map { page[$0.lowerBound...] }, "\(family)")
                let line = kept.dropFirst(head.count).prefix { $0 != "\n" }
                let plugins = line.split(separator: " ").dropLast().map(String.init)
                let printed = try BuiltCommand.run(["reference", "options"] + plugins).output
                #expect(printed == kept, "run: scripts/reference")
                #expect(page.contains("```yaml\n"), "\(family) has no example")
                #expect(plugins.contains { $0.hasPrefix("\(roles[role] ?? "")/") }, "\(family) is in \(role)")
                named.formUnion(plugins)
            }
        }
        let all = Set(BuiltInPlugins.registry.descriptors.map { "\($0.kind.rawValue)/\($0.name)" })
        #expect(named == all)
    }

    @Test("the files that a line passes are there, and as many as the design says")
    func wayOfALine() throws {
        let design = try String(contentsOf: Self.docs.appending(path: "design.md"), encoding: .utf8)
        let section = Self.section("The way of one line", of: design)
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.contains("`") }
        var count = 0
        for row in rows {
            let quoted = row.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
            for file in quoted.dropFirst() {
                let path = BuiltCommand.project.appending(path: "\(quoted[0])/\(file)").path
                #expect(FileManager.default.fileExists(atPath: path), "\(quoted[0])/\(file)")
                count += 1
            }
        }
        #expect(section.contains("passes \(count) files"), "\(count)")
    }

    @Test("the guide's way with a program works, literally", .enabled(if: Python.isThere))
    func guide() throws {
        let guide = try String(contentsOf: Self.docs.appending(path: "writing-a-detector.md"), encoding: .utf8)
        let commands = Self.shell(in: Self.section("As a program", of: guide) + Self.section("Measuring it", of: guide))
        #expect(commands.contains("flare plugins new detector long-gaps --executable"))
        let folder = TemporaryFolder()
        let bin = folder.url.appending(path: "bin")
        try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: bin.appending(path: "flare"), withDestinationURL: try BuiltCommand.path)
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = bin.path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        environment["XDG_CONFIG_HOME"] = folder.url.appending(path: "config").path
        environment["FLARE_CHECKOUT"] = BuiltCommand.project.path
        let command = try Command(
            ["/bin/bash", "-euo", "pipefail", "-c", commands], in: folder.url, environment: environment,
            withErrors: true)
        let said = String(decoding: command.output, as: UTF8.self)
        #expect(command.status == 0, "\(said)")
        #expect(said.contains(/long-gaps +rhythm, by score +868/))
        #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "long-gaps/channels.npz").path))
    }

    /// The text between a heading of the second level and the next.
    private static func section(_ title: String, of guide: String) -> String {
        guard let start = guide.range(of: "\n## \(title)\n") else { return "" }
        let rest = guide[start.upperBound...]
        return String(rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)])
    }

    /// The commands in the blocks of shell.
    private static func shell(in text: String) -> String {
        text.components(separatedBy: "```sh\n").dropFirst()
            .map { $0.components(separatedBy: "\n```")[0] }.joined(separator: "\n") + "\n"
    }
}
