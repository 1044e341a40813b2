import FlareKit
import Foundation
import Testing

@testable import DetectionRules

/// The Python that has the parsers, which scripts/setup --tests puts into .venv.
enum Parsers {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let python = folder.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".venv/bin/python3")
    static let areThere = FileManager.default.isExecutableFile(atPath: python.path)

    /// What the tools would understand otherwise, a line each.
    static func faults(_ cases: [RuleCase]) throws -> [String] {
        let input = FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID().uuidString).json")
        try JSONEncoder().encode(cases).write(to: input)
        defer { try? FileManager.default.removeItem(at: input) }
        let process = Process()
        process.executableURL = python
        process.arguments = [folder.appending(path: "parse.py").path]
        process.standardInput = try FileHandle(forReadingFrom: input)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return text.split(separator: "\n").map(String.init)
    }
}

struct RuleCase: Codable {
    let language: String
    let text: String
    let names: [String]
    let addresses: [String]
    let port: UInt16?
}

@Suite("Rules for other tools")
struct RuleTests {
    private static let told: [String: [String]] = [
        "id": ["00ff17a8c3d95be2"], "detector": ["beacon"], "summary": ["calls every 60 s"], "severity": ["high"],
        "techniques": ["T1071.001", "T1573"], "dest_port": ["443"], "proto": ["tcp"],
    ]

    private static func facts(_ more: [String: [String]]) -> RuleFacts {
        let columns = told.merging(more) { $1 }
        return RuleFacts { columns[$0] ?? [] }
    }

    private static func cases(_ facts: RuleFacts) -> [RuleCase] {
        RuleLanguage.allCases.map {
            RuleCase(
                language: $0.rawValue, text: $0.text(facts), names: facts.names,
                addresses: facts.addresses.map(\.description), port: facts.port)
        }
    }

    /// What means something to one of the languages, alone and with a mark that makes one character of both.
    static let hostile: [String] = {
        let meaningful = "\"'\\,;|`<>&=+-@$!#%{}[]()*?~^:/ é".unicodeScalars.map(String.init)
        let texts = meaningful.flatMap { ["\($0).example", "a\($0)\u{301}b.example", "\($0)", "x.\($0)"] }
        return texts + [
            "a\"; sid:1; content:\"b", "a\") or (\"b", "a\\", "a\\\"", "x\" | delete | search \"", "\\x2d", "-",
            "(empty)",
            "*.example", "?", "- a: b", "{{x}}", "%name%", "\u{1F600}.example", "#fields", "[ search index=* ]",
            "|20|.example", "|41", "null", "true", "1.0",
        ]
    }()

    @Test(
        "a name from the network stays a name in every language, as parsers that are not ours read it",
        .enabled(if: Parsers.areThere, "run scripts/setup --tests"))
    func hostileNames() throws {
        let cases = Self.hostile.flatMap { name in
            ["sni", "http", "dns-query"].flatMap { origin in
                let facts = Self.facts(["host": [name], "host_from": [origin], "summary": [name], "dest_ip": [name]])
                #expect(facts.isSearchable != name.unicodeScalars.contains("`"))
                return facts.isSearchable ? Self.cases(facts) : []
            }
        }
        #expect(cases.contains { $0.names == ["a\"; sid:1; content:\"b"] })
        let faults = try Parsers.faults(cases)
        #expect(faults.isEmpty, "\(faults.count) of \(cases.count): \(faults.prefix(5))")
    }

    @Test(
        "where no name is known, addresses and their port are looked for",
        .enabled(if: Parsers.areThere, "run scripts/setup --tests"))
    func addresses() throws {
        let cases = [["192.0.2.7"], ["2001:db8::7"]].flatMap { address in
            ["tcp", "icmp", ""].flatMap { Self.cases(Self.facts(["dest_ip": address, "proto": [$0]])) }
        }
        #expect(cases.count == 36 && cases.allSatisfy { $0.names.isEmpty && $0.addresses.count == 1 })
        #expect(try Parsers.faults(cases) == [])
    }

    @Test("a name is looked for where it was seen")
    func origins() {
        func text(_ origin: String) -> String {
            RuleLanguage.suricata.text(
                Self.facts(["host": ["Evil.example."], "dest_ip": ["192.0.2.7"], "host_from": [origin]]))
        }
        #expect(text("sni").hasPrefix("alert tls $HOME_NET any -> any 443 ("))
        #expect(text("sni").contains(#"tls.sni; dotprefix; content:".evil.example"; endswith; nocase;"#))
        #expect(text("http").contains(#"http.host; dotprefix; content:".evil.example"; endswith; threshold"#))
        #expect(text("dns-answer").hasPrefix("alert dns $HOME_NET any -> any any ("))
        #expect(text("sni").contains("mitre_technique_id T1071.001, mitre_technique_id T1573;"))
    }

    @Test("what no rule can hold is counted, and what names no destination is said to be none")
    func leftOut() {
        let facts = Self.facts(["host": ["a\nb.example"], "dest_ip": ["192.0.2.7"]])
        #expect(facts.leftOut == 1 && facts.names.isEmpty && facts.isSearchable)
        #expect(!Self.facts(["src_ip": ["192.0.2.7"]]).isSearchable)
    }

    @Test("the same finding has the same numbers in every run, another one has others")
    func numbers() {
        let (one, other) = (Self.facts(["host": ["a.example"]]), Self.facts(["host": ["a.example"], "id": ["1"]]))
        for language in [RuleLanguage.suricata, .sigma] {
            #expect(language.text(one) == language.text(Self.facts(["host": ["a.example"]])))
            #expect(language.text(one) != language.text(other))
        }
    }
}
