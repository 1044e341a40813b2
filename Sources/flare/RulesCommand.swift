import ArgumentParser
import DetectionRules
import FlareKit
import HistoryDatabase
import OutputText

/// Rules for other tools, of findings that were written down.
struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Writes rules for other tools that look for what was found.",
        discussion: """
            The findings are read from the JSON lines of flare hunt --json and of a json sink, or from the file of a sqlite \
            sink. A rule looks for the destination's names, or, where none is known, for its addresses and its port; it names \
            a finding, and is no verdict.

            Example: flare rules findings.json 5e1f0c2a9b3d4e6f
            Example: flare rules --language sigma flare.sqlite 192.168.0.53,evil.example,443 > beacon.yml
            """)

    @Option(help: "One language alone.")
    var language: RuleLanguage?

    @Argument(help: "The file of findings.", completion: .file(extensions: ["json", "jsonl", "sqlite", "db"]))
    var file: String

    @Argument(
        help: "Findings: an id, or a channel SOURCE,DESTINATION,PORT of which parts may be left out.")
    var findings: [String]

    func validate() throws {
        if let wrong = findings.first(where: { ChannelQuery($0) == nil }) {
            throw ValidationError("a finding is an id or SOURCE,DESTINATION,PORT, not '\(wrong)'")
        }
    }

    func run() async throws {
        let written = try await WrittenFindings(file)
        for finding in findings {
            let found = written.matching(finding)
            guard !found.isEmpty else {
                throw PluginError(
                    "there is no finding \(finding)", at: file,
                    remedy: "look for its id in the file, or name its channel, SOURCE,DESTINATION,PORT")
            }
            for columns in found { try print(RuleFacts { columns[$0] ?? [] }) }
        }
    }

    private func print(_ facts: RuleFacts) throws {
        guard facts.isSearchable else {
            throw PluginError(
                "the finding \(facts.id) of \(facts.detector) names no destination that a rule could look for", at: file
            )
        }
        if facts.leftOut > 0 {
            StandardError.write("flare: \(facts.leftOut) values with control characters, or too long, are in no rule\n")
        }
        for language in language.map({ [$0] }) ?? RuleLanguage.allCases {
            if self.language == nil { try StandardOutput.print(TerminalText.safe("# \(language.title): \(facts.id)")) }
            try StandardOutput.print(TerminalText.safe(language.text(facts), keeping: ["\n", "\t"]) + "\n")
        }
    }
}

extension RuleLanguage: ExpressibleByArgument {}

/// Findings in a file, by the texts of their columns.
struct WrittenFindings {
    /// A longer file is no list of findings.
    private static let longest = 1 << 30
    private let findings: [[String: [String]]]

    init(_ path: String) async throws {
        guard !HistoryFile.isOne(path) else {
            findings = try await HistoryFile(reading: path).lastFindings().map { $0.mapValues(Self.texts) }
            return
        }
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(path, atMost: Self.longest)
        } catch {
            throw PluginError("cannot be read: \(error.reason)", at: path)
        }
        findings = try bytes.split(separator: UInt8(ascii: "\n")).enumerated().map { number, line in
            guard let object = try? JSONReader.read(Array(line)), let values = object.values, object["id"] != nil else {
                throw PluginError(
                    "line \(number + 1) is no finding", at: path,
                    remedy: "give the JSON lines of flare hunt --json, or the file of a sqlite sink")
            }
            return values.mapValues(Self.texts)
        }
    }

    /// Those with an id, else those of a channel.
    func matching(_ wanted: String) -> [[String: [String]]] {
        let named = findings.filter { $0["id"] == [wanted] }
        guard named.isEmpty, let query = ChannelQuery(wanted) else { return named }
        func fits(_ part: String?, _ names: [String], _ columns: [String: [String]]) -> Bool {
            part.map { part in names.contains { columns[$0]?.first?.lowercased() == part.lowercased() } } ?? true
        }
        return findings.filter { columns in
            fits(query.source, ["src_ip"], columns) && fits(query.peer, ["dest_ip", "host"], columns)
                && fits(query.port.map(String.init), ["dest_port"], columns)
        }
    }

    private static func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .text(let text): [text]
        case .integer(let number): ["\(number)"]
        case .number(let number): [Value.number(number).description]
        case .boolean(let flag): ["\(flag)"]
        case .list(let list): list.compactMap(\.text)
        case .null, .object: []
        }
    }
}
