import Foundation
import TestKit
import Testing

@testable import flare

@Suite("flare validate and flare plugins")
struct ConfigurationCommandTests {
    let folder: TemporaryFolder

    init() throws {
        folder = TemporaryFolder()
        try folder.file("pipeline.yaml", SampleFlows.pipeline)
    }

    func run(_ arguments: String..., environment: [String: String] = [:]) throws -> BuiltCommand.Result {
        try BuiltCommand.run(arguments, in: folder.url, environment: environment)
    }

    @Test("a pipeline that is right is shown in a few lines, though its input is not there")
    func right() throws {
        let result = try run("validate", "pipeline.yaml")
        #expect(result.exitCode == 0)
        #expect(
            result.output == """
                pipeline.yaml is right
                  window    all
                  sources   eve
                  detectors beacon-classic
                  sinks     csv

                """)
        #expect(result.errors.isEmpty)
        #expect(folder.names == ["pipeline.yaml"])
    }

    @Test("a pipeline that is wrong ends with 78 and shows all that is wrong on standard error")
    func wrong() throws {
        let result = try run(
            "validate", "pipeline.yaml", "--set", "detectors.0.min_flws=5", "--set", "widnow=all")
        #expect(result.exitCode == 78)
        #expect(result.output.isEmpty)
        #expect(
            result.errors == """
                --set widnow: error: unknown option "widnow" of a pipeline
                    1 | all
                      | ^
                      = expected one of version, name, sensor, window, max_age, max_rejected, on_empty, threads, memory_limit, every, severity, \
                sources, enrichers, detectors, sinks
                      = did you mean "window"?
                --set detectors.0.min_flws: error: unknown option "min_flws" of detector "beacon-classic"
                    1 | 5
                      | ^
                      = expected one of min_flows, min_interval, min_percent, window, plugin, group_by, ignore
                      = did you mean "min_flows"?

                """)
    }

    @Test("--options shows every option as a run would use it")
    func options() throws {
        let result = try run("validate", "pipeline.yaml", "--options", "--set", "detectors.0.min_flows=99")
        #expect(result.output.contains("\n              min_flows: 99\n"))
        #expect(result.output.contains("\n              max_line: 16 MB\n"))
    }

    @Test("every pipeline in configs/ is right")
    func shippedPipelines() throws {
        let configs = BuiltCommand.project.appending(path: "configs")
        let names = try FileManager.default.contentsOfDirectory(atPath: configs.path).filter { $0.hasSuffix(".yaml") }
        #expect(!names.isEmpty)
        for name in names {
            let result = try run("validate", configs.appending(path: name).path)
            #expect(result.exitCode == 0, "\(result.errors)")
        }
    }

    @Test("plugins list shows each plugin in a line")
    func list() throws {
        let result = try run("plugins", "list", "--kind", "detector")
        #expect(result.exitCode == 0)
        let lines = result.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("KIND      NAME") == true)
        #expect(
            lines.contains {
                $0.split(separator: " ").prefix(5) == ["detector", "beacon-classic", "enabled", "built", "in"]
            })
        #expect(!result.output.contains("sink"))
    }

    @Test("plugins show tells an option's type, unit, range and default, and where a changed default comes from")
    func show() throws {
        let file = try folder.file(
            "plugins.yaml", "version: 1\nplugins: [{name: beacon-classic, defaults: {min_flows: 20}}]")
        let result = try run("plugins", "show", "beacon-classic", "--plugins", file.path)
        #expect(result.exitCode == 0)
        #expect(result.output.contains("min_flows  integer, flows, at least 1, default 20 (\(file.path):2)"))
        #expect(result.output.contains("min_interval  integer, s, at least 0, default 30"))
    }

    @Test("an unknown plugin is wrong usage, with the nearest name")
    func unknownPlugin() throws {
        let result = try run("plugins", "show", "tabel")
        #expect(result.exitCode == 2)
        #expect(result.errors.contains("there is no plugin \"tabel\"; did you mean \"table\"?"))
    }

    @Test("a plugins.yaml beside the pipeline cannot bring code along, one named by the user can")
    func codeBesidePipeline() throws {
        let file = try folder.file(
            "plugins.yaml", "version: 1\nplugins: [{name: mine, kind: detector, exec: [touch, ran]}]")
        let beside = try run("validate", "pipeline.yaml")
        #expect(beside.exitCode == 78)
        #expect(beside.errors.contains("this file may not name code"))
        let named = try run("validate", "pipeline.yaml", environment: ["FLARE_PLUGINS": file.path])
        #expect(named.exitCode == 0)
        #expect(folder.names == ["pipeline.yaml", "plugins.yaml"])
    }

    @Test("the plugins.yaml of the project lists what is built in, with its defaults")
    func shippedPluginsFile() throws {
        let file = BuiltCommand.project.appending(path: "plugins.yaml")
        let generated = try run("plugins", "list", "--yaml").output
        #expect(
            try String(contentsOf: file, encoding: .utf8) == generated,
            "write it anew: scripts/reference")
        #expect(try run("plugins", "list", "--plugins", file.path).exitCode == 0)
    }

    private static let others: Set<String> = ["clickhouse", "elasticsearch", "exec", "mail", "syslog", "webhook"]

    @Test("self-check runs every plugin over made-up records, and names those that need somebody else")
    func selfCheck() throws {
        let result = try run("self-check")
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(!result.output.contains("WRONG"), "\(result.output)")
        for plugin in BuiltInPlugins.registry.descriptors.map(\.name) {
            let line = result.output.split(separator: "\n").first { $0.hasPrefix("ok     \(plugin) ") }
            #expect(line != nil, "\(plugin)")
            #expect(line?.contains("not tried") == Self.others.contains(plugin), "\(plugin)")
        }
    }
}
