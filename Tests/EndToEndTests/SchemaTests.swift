import Foundation
import Testing
import TestKit

@Suite("flare schema")
struct SchemaTests {
    static let script = BuiltCommand.project.appending(path: "Tests/EndToEndTests/Schema/agreement.py")
    static let configs = BuiltCommand.project.appending(path: "configs")

    @Test("the schema beside the pipelines is the one that the command prints")
    func fresh() throws {
        let folder = TemporaryFolder()
        let printed = try BuiltCommand.run(["schema"], environment: ["HOME": folder.url.path]).output
        let kept = try String(contentsOf: Self.configs.appending(path: "pipeline.schema.json"), encoding: .utf8)
        #expect(printed == kept, "run: scripts/reference")
    }

    @Test("it covers a recorded external plugin", .enabled(if: Python.isThere))
    func outside() throws {
        let folder = TemporaryFolder()
        let environment = ["XDG_CONFIG_HOME": folder.url.path]
        let script = BuiltCommand.project.appending(path: "examples/python/long_gaps.py").path
        #expect(
            try BuiltCommand.run(["plugins", "add", "--", "python3", script], environment: environment).exitCode == 0)
        let text = try BuiltCommand.run(["schema"], environment: environment).output
        let schema = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
        let properties = try #require(definitions["detector.long-gaps"]?["properties"] as? [String: Any])
        #expect(Set(properties.keys) == ["plugin", "hours", "group_by", "ignore"])
    }

    @Test(
        "schema and decoder agree on all pipelines and on 200 mutated ones",
        .enabled(if: Python.hasJSONSchema, "PyPI's jsonschema and PyYAML are not installed"))
    func agreement() throws {
        let folder = TemporaryFolder()
        var environment = ProcessInfo.processInfo.environment
        environment["XDG_CONFIG_HOME"] = folder.url.path
        let command = try Command(
            ["/usr/bin/env", "python3", Self.script.path, try BuiltCommand.path.path, Self.configs.path, "200"],
            environment: environment, withErrors: true)
        #expect(command.status == 0, "\(String(decoding: command.output, as: UTF8.self))")
    }
}
