import FlareKit
import FoundationEssentials
import Testing

@testable import FlarePipeline

@Suite("plugins.yaml")
struct PluginsFileTests {
    /// A folder of its own for each test.
    private final class Folder {
        let path: String

        init() throws {
            path = FileManager.default.temporaryDirectory.path + "/flare-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ text: String, to name: String) throws -> String {
            let file = "\(path)/\(name)"
            try FileManager.default.createDirectory(
                atPath: FileBytes.folder(of: file), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: file))
            return file
        }
    }

    private let folder: Folder

    init() throws { folder = try Folder() }

    private func file(_ text: String, _ role: PluginsFile.Role = .commandLine) throws -> PluginsFile.Location {
        PluginsFile.Location(try folder.write(text, to: "\(role.rawValue).yaml"), role)
    }

    private func complaints(_ locations: PluginsFile.Location...) -> String {
        var registry = Sample.registry
        do throws(ConfigurationError) {
            try registry.apply(locations, environment: [:])
            return "fine"
        } catch {
            return error.description.replacing(folder.path, with: "DIR")
        }
    }

    @Test("a default takes the place of the plugin's own, and the pipeline's value that of the default")
    func defaults() throws {
        let file = try file("version: 1\nplugins: [{name: beacon, defaults: {min_flows: 7, lowest: 5s}}]")
        let pipeline = try Sample.pipeline(pluginsFiles: [file])
        let detector = try #require(pipeline.detectors.first?.instance as? Sample.Interval)
        #expect(detector.options.minFlows == 5)
        #expect(detector.options.lowest == .seconds(5))
    }

    @Test("later files go over earlier ones, entry by entry and option by option")
    func layers() throws {
        let first = try file(
            "version: 1\nplugins: [{name: beacon, enabled: false, defaults: {min_flows: 7, lowest: 5s}}]", .user)
        let second = try file("version: 1\nplugins: [{name: beacon, enabled: true, defaults: {lowest: 6s}}]")
        var registry = Sample.registry
        try registry.apply([first, second], environment: [:])
        let descriptor = try #require(registry.find(.detector, "beacon"))
        #expect(descriptor.isEnabled)
        #expect(descriptor.defaults["min_flows"]?.scalar?.text == "7")
        #expect(descriptor.defaults["lowest"]?.scalar?.text == "6s")
    }

    @Test("what is wrong with a default is said once, however often the plugin stands in the pipeline")
    func wrongDefault() throws {
        let file = try file("version: 1\nplugins: [{name: csv, defaults: {pth: all.csv}}]")
        let text = Sample.text + "\n  - plugin: csv\n    path: second.csv\n"
        let complaints = Sample.complaints(text, pluginsFiles: [file])
        #expect(complaints.split(separator: "unknown option \"pth\"", omittingEmptySubsequences: false).count == 2)
    }

    @Test("a relative path in a default belongs to the folder of the plugins.yaml")
    func relativePaths() throws {
        let file = try file("version: 1\nplugins: [{name: csv, defaults: {path: all.csv}}]")
        let text = Sample.text.replacing("    path: out/beacons.csv", with: "")
        let pipeline = try Sample.pipeline(text, pluginsFiles: [file])
        #expect(pipeline.sinks.first?.instance.destination == "\(folder.path)/all.csv")
    }

    @Test("a disabled plugin cannot be used")
    func disabled() throws {
        let file = try file("version: 1\nplugins: [{name: beacon, enabled: false}]")
        #expect(
            Sample.complaints(pluginsFiles: [file]) == """
                home.yaml:8:13: error: detector "beacon" is disabled in this installation
                    8 |   - plugin: beacon
                      |             ^^^^^^
                      = enable it in a plugins.yaml: {name: beacon, kind: detector, enabled: true}
                """)
    }

    @Test("a default for which no plugin of the run asks may name a variable that is not set")
    func unsetVariable() throws {
        let file = try file("version: 1\nplugins: [{name: eve, defaults: {password: \"${PW}\"}}]")
        #expect(complaints(file) == "fine")
        #expect(Sample.complaints(pluginsFiles: [file]).contains("the environment variable PW is not set"))
    }

    @Test("a secret's file takes the place of a secret from the environment")
    func secretForms() throws {
        let file = try file("version: 1\nplugins: [{name: eve, defaults: {password: \"${PW}\"}}]")
        let secret = try folder.write("hunter2\n", to: "pw")
        let pipeline = try Sample.pipeline(overrides: ["sources.0.password_file=\(secret)"], pluginsFiles: [file])
        let source = try #require(pipeline.sources.first?.instance as? Sample.Reader)
        #expect(try source.password?.reveal() == "hunter2")
    }

    @Test("what is wrong in the file is shown at once")
    func wrong() throws {
        let text = """
            version: 1
            plugins:
              - name: becon
              - {name: beacon, enabled: maybe, defaults: {min_flws: 1}}
              - {name: beacon, defaults: {min_flows: 0}}
              - {name: csv, library: x.so}
              - {name: csv, kind: sink, library: x.so}
              - {name: mine, kind: detector, library: x.so, exec: [a]}
              - {name: eve, builtin: false}
              - {name: whois}
              - {name: whois}
              - {name: other, kind: detector, exec: [a], options: [{name: x, type: integr, meaning: m}]}
              - {name: third, kind: detector, exec: [a], options: [{name: x, type: integer, meaning: m, default: y}]}
            """
        let shown = complaints(try file(text))
        #expect(
            shown == """
                DIR/commandLine.yaml:3:11: error: there is no plugin "becon"
                    3 |   - name: becon
                      |           ^^^^^
                      = expected a built-in plugin, or "library" or "exec" for one from outside
                      = did you mean "beacon"?
                DIR/commandLine.yaml:4:29: error: plugins[1].enabled: "maybe" is not true or false
                    4 |   - {name: beacon, enabled: maybe, defaults: {min_flws: 1}}
                      |                             ^^^^^
                      = expected true or false
                DIR/commandLine.yaml:5:42: error: min_flows: 0 is out of range
                    5 |   - {name: beacon, defaults: {min_flows: 0}}
                      |                                          ^
                      = expected a whole number of flows, at least 1
                DIR/commandLine.yaml:6:12: error: an external plugin needs its kind
                    6 |   - {name: csv, library: x.so}
                      |            ^^^
                      = expected kind: one of source, enricher, detector, sink
                DIR/commandLine.yaml:7:12: error: sink "csv" is built in and cannot be replaced
                    7 |   - {name: csv, kind: sink, library: x.so}
                      |            ^^^
                      = give the plugin another name
                DIR/commandLine.yaml:8:12: error: the plugin is in one place only
                    8 |   - {name: mine, kind: detector, library: x.so, exec: [a]}
                      |            ^^^^
                      = expected one of builtin, library, exec
                DIR/commandLine.yaml:9:12: error: source "eve" is built in
                    9 |   - {name: eve, builtin: false}
                      |            ^^^
                      = take out "builtin: false"
                DIR/commandLine.yaml:11:12: error: enricher "whois" is listed twice, first in line 10
                   11 |   - {name: whois}
                      |            ^^^^^
                DIR/commandLine.yaml:12:72: error: "integr" is not a type of option; did you mean "integer"?
                   12 |   - {name: other, kind: detector, exec: [a], options: [{name: x, type: integr, meaning: m}]}
                      |                                                                        ^^^^^^
                DIR/commandLine.yaml:13:102: error: default: "y" is not a whole number
                   13 | … x, type: integer, meaning: m, default: y}]}
                      |                                          ^
                """)
    }

    @Test("a file beside a pipeline may enable, disable and set defaults, and may not name code")
    func besidePipeline() throws {
        #expect(complaints(try file("version: 1\nplugins: [{name: beacon, enabled: false}]", .pipeline)) == "fine")
        let code = try file("version: 1\nplugins:\n  - {name: mine, kind: detector, exec: [./mine]}", .pipeline)
        #expect(
            complaints(code) == """
                DIR/pipeline.yaml:3:12: error: this file may not name code: it lies beside a pipeline file and may come \
                from anywhere
                    3 |   - {name: mine, kind: detector, exec: [./mine]}
                      |            ^^^^
                      = put the entry into the plugins.yaml of your own configuration folder, or name the file with --plugins
                """)
    }

    @Test("a file that everybody can write to may not name code, unless the user names the file")
    func writableByAll() throws {
        let text = "version: 1\nplugins: [{name: mine, kind: detector, exec: [./mine]}]"
        let path = try folder.write(text, to: "plugins.yaml")
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
        #expect(complaints(.init(path, .user)).contains("everybody can write to it"))
        #expect(complaints(.init(path, .commandLine)) == "fine")
    }

    @Test("an external plugin is checked by its recorded description, and refused in a run that cannot run it")
    func outside() throws {
        let file = try file(
            """
            version: 1
            plugins:
              - name: spectral
                kind: detector
                exec: [python3, spectral.py]
                summary: Finds peaks of the spectrum.
                options: [{name: peaks, type: integer, meaning: How many., default: 3, minimum: 1}]
                evidence: [{name: peak, type: number, unit: s, meaning: The period of the peak.}]
            """)
        var registry = Sample.registry
        try registry.apply([file], environment: [:])
        let descriptor = try #require(registry.find(.detector, "spectral"))
        #expect(descriptor.origin == .executable(["python3", "spectral.py"], folder: folder.path))
        #expect(descriptor.options.first?.defaultValue == .integer(3))
        #expect(descriptor.evidence.first?.unit == "s")
        #expect(
            Sample.complaints(overrides: ["detectors.0={plugin: spectral, peaks: 0}"], pluginsFiles: [file]) == """
                --set detectors.0: error: peaks: 0 is out of range
                    1 | {plugin: spectral, peaks: 0}
                      |                           ^
                      = expected a whole number, at least 1
                """)
        #expect(
            Sample.complaints(
                overrides: ["detectors.0.plugin=spectral", "detectors.0.min_flows=1"], pluginsFiles: [file]
            )
            .contains("unknown option \"min_flows\" of detector \"spectral\""))
        #expect(
            Sample.complaints(overrides: ["detectors.0={plugin: spectral}"], pluginsFiles: [file]) == """
                --set detectors.0: error: detector "spectral" is code from outside (command python3 spectral.py), which \
                this command cannot run
                    1 | {plugin: spectral}
                      |          ^^^^^^^^
                      = use a built-in detector, or a newer version of Flare
                """)
    }

    @Test("with a maker of external plugins they are made of their values, defaults filled in")
    func outsideMaker() throws {
        let file = try file(
            """
            version: 1
            plugins:
              - {name: mine, kind: sink, exec: [m], options: [{name: size, type: size, meaning: m, default: 2 MB}]}
            """)
        var registry = Sample.registry
        registry.outside = { _, values, context in
            #expect(values["size"] == .byteSize(.megabytes(2)))
            return Sample.Output(.init(), context)
        }
        let pipeline = try PipelineDefinition.read(
            Sample.text, file: "home.yaml", folder: "/", overrides: ["sinks.0={plugin: mine}"], registry: registry,
            pluginsFiles: [file])
        #expect(pipeline.sinks.first?.descriptor.name == "mine")
    }

    @Test("the files are installation, user, pipeline, environment, command line, and each is read once")
    func locations() throws {
        let environment = ["HOME": "/home/ada", "FLARE_PLUGINS": "/e.yaml"]
        let command = try folder.write("", to: "bin/flare")
        let installed = try folder.write("", to: "plugins.yaml")
        let locations = PluginsFile.locations(
            pipeline: "/p/home.yaml", named: "/c.yaml", environment: environment, executable: command)
        #expect(
            locations == [
                .init(installed, .installation), .init("/home/ada/.config/flare/plugins.yaml", .user),
                .init("/p/plugins.yaml", .pipeline), .init("/e.yaml", .environment), .init("/c.yaml", .commandLine),
            ])
    }

    @Test("a file found in two roles has the more trusted one")
    func twoRoles() throws {
        let command = try folder.write("", to: "bin/flare")
        let installed = try folder.write("", to: "plugins.yaml")
        let locations = PluginsFile.locations(
            pipeline: "\(folder.path)/home.yaml", named: nil, environment: [:], executable: command)
        #expect(locations == [.init(installed, .installation)])
    }

    @Test("a file that was named has to be there")
    func missing() {
        #expect(complaints(.init("/nowhere/plugins.yaml", .user)) == "fine")
        #expect(
            complaints(.init("/nowhere/plugins.yaml", .environment))
                == "error: /nowhere/plugins.yaml: No such file or directory")
    }
}
