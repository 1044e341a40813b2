import Foundation
import TestKit
import Testing

@Suite("The presets in configs/")
struct PresetsTests {
    private static func text(_ name: String) throws -> String {
        let file = BuiltCommand.project.appending(path: "configs/\(name).yaml")
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// The text with every option in force that is commented out.
    private static func uncommented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.firstMatch(of: #/^ *# [a-z_]+: /#) != nil else { return String(line) }
            return String(line.replacing("# ", with: "", maxReplacements: 1))
        }
        .joined(separator: "\n")
    }

    @Test(
        "name every option of their plugins and of the pipeline",
        arguments: ["suricata-file", "zeek-files", "suricata-live", "zeek-live"])
    func complete(name: String) throws {
        let folder = TemporaryFolder()
        try folder.file("pipeline.yaml", Self.uncommented(try Self.text(name)))
        let path = folder.url.appending(path: "pipeline.yaml").path
        let result = try BuiltCommand.run(["validate", path, "--options"])
        #expect(result.exitCode == 0, "\(result.errors)")
        let text = try Self.text(name)
        let options = result.output.matches(of: /(?m)^ *(?:- )?([a-z_]+):/).map { String($0.1) }
        #expect(options.count >= 12)
        for option in options { #expect(text.contains("\(option):"), "\(option)") }
    }

    @Test(
        "are valid as they stand",
        arguments: ["suricata-file", "zeek-files", "suricata-live", "zeek-live", "demo", "rita"])
    func valid(name: String) throws {
        let path = BuiltCommand.project.appending(path: "configs/\(name).yaml").path
        let result = try BuiltCommand.run(["validate", path])
        #expect(result.exitCode == 0, "\(result.errors)")
    }
}
