import Foundation
import TestKit
import Testing

@Suite("flare plugins new")
struct PluginsNewTests {
    let folder: TemporaryFolder

    init() throws { folder = TemporaryFolder() }

    func flare(_ arguments: String..., in place: URL? = nil) throws -> BuiltCommand.Result {
        try BuiltCommand.run(
            arguments, in: place ?? folder.url,
            environment: ["XDG_CONFIG_HOME": folder.url.appending(path: "config").path])
    }

    @Test(
        "a program in Python passes its own test and can be recorded", .enabled(if: Python.isThere),
        arguments: ["detector", "enricher", "source", "sink"])
    func executable(kind: String) throws {
        let made = try flare("plugins", "new", kind, "long-gaps", "--executable")
        #expect(made.exitCode == 0, "\(made.errors)")
        let plugin = folder.url.appending(path: "long-gaps")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-m", "unittest", "-q"]
        process.currentDirectoryURL = plugin
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let added = try flare("plugins", "add", "--", "python3", "long_gaps.py", in: plugin)
        #expect(added.exitCode == 0, "\(added.errors)")
        #expect(try flare("plugins", "list").output.contains("long-gaps"))
    }

    @Test("a package has its manifest, code, test and README")
    func package() throws {
        #expect(try flare("plugins", "new", "detector", "long-gaps", "--package").exitCode == 0)
        #expect(folder.names == ["long-gaps"])
        let manifest = try folder.read("long-gaps/Package.swift")
        #expect(manifest.contains(".library(name: \"LongGaps\", type: .dynamic"))
        #expect(
            try folder.read("long-gaps/Sources/LongGaps/LongGapsDetector.swift")
                .contains("LibraryPlugin.detector(LongGapsDetector.self, host)"))
        #expect(try folder.read("long-gaps/Tests/LongGapsTests/LongGapsDetectorTests.swift").contains("@Test"))
        #expect(try folder.read("long-gaps/README.md").contains("flare plugins add"))
        #expect(try flare("plugins", "new", "detector", "long-gaps", "--package").errors.contains("is there already"))
    }

    @Test("in the checkout a family is entered in Package.swift and the list of built-ins")
    func inTree() throws {
        for path in ["Package.swift", "Sources/flare/BuiltInPlugins.swift"] {
            let target = folder.url.appending(path: path)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: BuiltCommand.project.appending(path: path), to: target)
        }
        let before = try folder.read("Package.swift").split(separator: "\n")
        let made = try flare("plugins", "new", "sink", "plain-lines", in: folder.url.appending(path: "Sources"))
        #expect(made.exitCode == 0, "\(made.errors)")
        let after = try folder.read("Package.swift").split(separator: "\n")
        #expect(after.count == before.count + 1)
        #expect(after.contains("    Family(.sink, \"PlainLines\"),"))
        let list = try folder.read("Sources/flare/BuiltInPlugins.swift")
        #expect(list.contains("import PlainLines\n"))
        #expect(list.contains("        registry.register(PlainLinesSink.self, as: .sink)\n"))
        #expect(try folder.read("Sources/Plugins/Sinks/PlainLines/PlainLinesSink.swift").contains("BuiltInPlugin"))
    }

    @Test("names that cannot be, and libraries that cannot be, are refused")
    func refused() throws {
        #expect(try flare("plugins", "new", "detector", "Long Gaps").exitCode == 2)
        #expect(try flare("plugins", "new", "sink", "lines", "--package").exitCode == 2)
        #expect(try flare("plugins", "new", "sink", "csv", "--executable").errors.contains("is built in"))
        #expect(try flare("plugins", "new", "sink", "lines", "--in-tree").errors.contains("not in a checkout"))
    }
}
