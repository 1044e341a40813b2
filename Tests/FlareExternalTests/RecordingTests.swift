import FlareKit
import Foundation
import Testing

@testable import FlareExternal
@testable import FlarePipeline

@Suite("External plugins are recorded in plugins.yaml")
struct RecordingTests {
    static let description = ExternalDescription(
        kind: .detector, name: "long-gaps", summary: "Finds \"gaps\": $5 ones.",
        options: [
            OptionDescription(
                name: "hours", type: .number, unit: "h", meaning: "The shortest.", defaultValue: .number(6),
                range: OptionRange(minimum: .number(0))),
            OptionDescription(name: "mode", type: .choice(["fast", "exact"]), meaning: "How.", isRequired: true),
        ],
        evidence: [Field("gap", .number, unit: "s", "The longest.")])

    static func entry(_ description: ExternalDescription = description) throws -> [String] {
        try PluginsFileEntryText(
            description: description, origin: .executable(["python3", "/x/y z.py"], folder: "/"),
            record: ExternalRecord()
        ).lines()
    }

    static func edited(_ text: String, _ description: ExternalDescription = description) throws -> String {
        try PluginsFileEditor(text, path: "plugins.yaml")
            .text(with: entry(description), kind: description.kind, name: description.name)
    }

    @Test("what is recorded is read back as it was said")
    func roundTrip() throws {
        let text = try Self.edited("")
        let root = try YAMLReader.read(text, file: "plugins.yaml")
        var context = DecodingContext()
        let file = PluginsFile(root, .init("plugins.yaml", .commandLine), &context)
        try context.finish()
        let entry = try #require(file.entries.first)
        let said = ExternalDescription(
            kind: .detector, name: entry.settings.name, summary: entry.settings.summary ?? "", options: entry.options,
            evidence: entry.evidence, traits: entry.traits)
        #expect(said == Self.description)
        #expect(said.hash == entry.settings.hash)
        #expect(entry.settings.exec == ["python3", "/x/y z.py"])
    }

    @Test("an entry is added at the end of the list, all other lines stay")
    func added() throws {
        let text = """
            # mine
            version: 1
            plugins:
              # the first
              - {name: csv, kind: sink}   # inline

            # the end
            """
        #expect(
            try Self.edited(text)
                == """
                # mine
                version: 1
                plugins:
                  # the first
                  - {name: csv, kind: sink}   # inline
                \(Self.entry().map { "  " + $0 }.joined(separator: "\n"))

                # the end

                """)
    }

    @Test("an entry of the same name and kind is replaced")
    func replaced() throws {
        var other = Self.description
        other.summary = "Another."
        let first = try Self.edited("version: 1\nplugins:\n- name: a\n  kind: sink\n  exec: [a]\n")
        let second = try Self.edited(first + "# tail\n", other)
        #expect(second.components(separatedBy: "name: long-gaps").count == 2)
        #expect(second.contains("summary: Another.") || second.contains("summary: \"Another.\""))
        #expect(second.hasSuffix("# tail\n"))
        #expect(second.hasPrefix("version: 1\nplugins:\n- name: a\n  kind: sink\n  exec: [a]\n- name: long-gaps\n"))
    }

    @Test(
        "a file with an empty list, and one with no list, get one",
        arguments: ["version: 1\nplugins: []\n", "version: 1\n"])
    func emptyList(text: String) throws {
        #expect(try Self.edited(text).hasPrefix("version: 1\nplugins:\n  - name: long-gaps\n"))
    }

    @Test("a list in one line is refused with the entry to paste")
    func flowList() throws {
        #expect {
            try Self.edited("version: 1\nplugins: [{name: csv, kind: sink}]\n")
        } throws: { error in
            "\(error)".contains("cannot be added to") && "\(error)".contains("- name: long-gaps")
        }
    }

    @Test(
        "a description that cannot be used says why",
        arguments: [
            (#"{"kind":"detector","summary":"s"}"#, "there is no \"name\""),
            (#"{"kind":"detektor","name":"a","summary":"s"}"#, "kind: "),
            (#"{"kind":"detector","name":"A b","summary":"s"}"#, "is not lower case letters, digits and hyphens"),
            (#"{"kind":"detector","name":"a","summary":""}"#, "the summary is not one line"),
            (
                #"{"kind":"detector","name":"a","summary":"s","options":[{"name":"x","type":"integr","meaning":"m"}]}"#,
                "options[0].type: \"integr\" is not a type of option; did you mean \"integer\"?"
            ),
            (
                #"{"kind":"detector","name":"a","summary":"s","options":[{"name":"ignore","type":"text","meaning":"m"}]}"#,
                "the option \"ignore\" has the name of one of the pipeline's own keys"
            ),
            (
                #"{"kind":"detector","name":"a","summary":"s","evidence":[{"name":"score","type":"number","meaning":"m"}]}"#,
                "the evidence \"score\" has the name of a column that every run has"
            ),
            (#"{"kind":"detector","name":"a","summary":"s","min_flows":"flows"}"#, "min_flows names \"flows\""),
            (#"{"kind":"detector","name":"a","summary":"s","min_flows":0}"#, "0 is below 1"),
        ])
    func unusable(json: String, said: String) {
        #expect {
            try ExternalDescription.read(Array(json.utf8))
        } throws: {
            "\($0)".contains(said)
        }
    }
}
