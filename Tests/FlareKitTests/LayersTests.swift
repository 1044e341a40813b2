import Foundation
import Testing

/// What the compiler holds in a clean build, told also where modules of an earlier build lie about.
@Suite("Layers")
struct LayersTests {
    private static let sources = URL(filePath: #filePath).appending(path: "../../../Sources").standardizedFileURL
    private static let layers = [
        "FlareModel", "FlareOptions", "FlarePlugins", "FlareEngine", "FlarePipeline", "FlareExternal", "FlareKit",
    ]
    private static let roles = ["Sources", "Enrichers", "Detectors", "Sinks"]

    @Test("a layer of FlareKit imports layers before it alone", arguments: layers)
    func layer(name: String) throws {
        let allowed = Set(Self.layers.prefix { $0 != name })
        let imported = try Self.imports(in: "FlareKit/\(name)").intersection(Self.layers)
        #expect(imported.isSubset(of: allowed), "\(imported.subtracting(allowed).sorted())")
        let plugins = try Self.imports(in: "FlareKit/\(name)").intersection(try Self.families)
        #expect(plugins.isEmpty, "FlareKit names no plugin")
    }

    @Test("a family of plugins imports no other family, and what families share imports none")
    func families() throws {
        let families = try Self.families
        #expect(families.count > 10)
        for role in Self.roles + ["Shared"] {
            for folder in try Self.folders("Plugins/\(role)") {
                let others = try Self.imports(in: "Plugins/\(role)/\(folder)").intersection(families)
                    .subtracting([folder])
                #expect(others.isEmpty, "\(role)/\(folder) imports \(others.sorted())")
            }
        }
    }

    private static var families: Set<String> {
        get throws { Set(try roles.flatMap { try folders("Plugins/\($0)") }) }
    }

    private static func folders(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: sources.appending(path: path).path).sorted()
    }

    /// The modules that the Swift files of a folder import.
    private static func imports(in path: String) throws -> Set<String> {
        let folder = sources.appending(path: path)
        let files = try #require(FileManager.default.enumerator(atPath: folder.path))
        var modules: Set<String> = []
        for case let file as String in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ").drop { $0.hasPrefix("@") }
                if words.first == "import", words.count == 2 { modules.insert(String(words.last ?? "")) }
            }
        }
        return modules
    }
}
