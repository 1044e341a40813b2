import FlareKit
import Foundation

/// A plugin as a family of Flare's own package.
struct InTreeTemplate {
    private let names: PluginNames

    init(_ names: PluginNames) { self.names = names }

    func scaffold(in checkout: FlareCheckout) throws -> PluginScaffold {
        let family = names.family
        let folder =
            "Sources/Plugins/\(names.kind.section.prefix(1).uppercased() + names.kind.section.dropFirst())/\(family)"
        let sources = checkout.folder.appending(path: folder)
        let tests = checkout.folder.appending(path: "Tests/\(family)Tests")
        var scaffold = PluginScaffold()
        scaffold.files = [
            (sources.appending(path: "\(names.type).swift"), "import FlareKit\n\n" + SwiftTemplate(names).plugin),
            (tests.appending(path: "\(names.type)Tests.swift"), SwiftTemplate(names).test(importing: family)),
            (sources.appending(path: "README.md"), readMe),
        ]
        scaffold.changes = [
            (checkout.folder.appending(path: "Package.swift"), try package(checkout)),
            (checkout.folder.appending(path: "Sources/flare/BuiltInPlugins.swift"), try builtIns(checkout)),
        ]
        scaffold.closingWords = """
            wrote \(folder) and Tests/\(family)Tests, and entered it in Package.swift and BuiltInPlugins.swift
            build and test it:
              swift test --filter \(family)Tests
              swift run flare plugins show \(names.name)
            """
        return scaffold
    }

    private func package(_ checkout: FlareCheckout) throws -> String {
        let path = checkout.folder.appending(path: "Package.swift")
        var lines = try Self.lines(of: path)
        let entry = "    Family(.\(names.kind.rawValue), \"\(names.family)\"),"
        guard let start = lines.firstIndex(of: "let families: [Family] = ["),
            let end = lines[start...].firstIndex(of: "]")
        else { throw Self.refusal(path, "a list \"let families: [Family] = [\"", entry) }
        lines.insert(entry, at: end)
        return lines.joined(separator: "\n")
    }

    private func builtIns(_ checkout: FlareCheckout) throws -> String {
        let path = checkout.folder.appending(path: "Sources/flare/BuiltInPlugins.swift")
        var lines = try Self.lines(of: path)
        let entry = "        registry.register(\(names.type).self, as: .\(names.kind.rawValue))"
        guard let last = lines.lastIndex(where: { $0.contains("registry.register(") }) else {
            throw Self.refusal(path, "a line with registry.register", entry)
        }
        let same = lines.lastIndex { $0.contains("registry.register(") && $0.hasSuffix("as: .\(names.kind.rawValue))") }
        lines.insert(entry, at: (same ?? last) + 1)
        let imports = lines.indices.filter { lines[$0].hasPrefix("import ") }
        let place = imports.first { lines[$0] > "import \(names.family)" } ?? (imports.last ?? -1) + 1
        lines.insert("import \(names.family)", at: place)
        return lines.joined(separator: "\n")
    }

    private static func lines(of path: URL) throws -> [String] {
        do {
            return try String(contentsOf: path, encoding: .utf8).components(separatedBy: "\n")
        } catch {
            throw PluginError("it cannot be read: \(error.localizedDescription)", at: path.path)
        }
    }

    private static func refusal(_ path: URL, _ wanted: String, _ entry: String) -> PluginError {
        PluginError("there is no \(wanted)", at: path.path, remedy: "add this by hand: \(entry)")
    }

    private var readMe: String {
        """
        # \(names.name)

        \(SwiftTemplate.summary(of: names.kind)) Say here what it is good for, what it is not, and where the method comes
        from.

        ```yaml
        \(names.kind.section):
          - plugin: \(names.name)
        ```

            swift test --filter \(names.family)Tests
            swift run flare plugins show \(names.name)

        ## Options

        <!-- Printed by: flare reference options \(names.kind.rawValue)/\(names.name) -->

        scripts/reference prints them here.

        """
    }
}

/// A plugin as a Swift package of its own, which becomes a dynamic library.
struct PackageTemplate {
    private let names: PluginNames
    private let checkout: FlareCheckout?

    init(_ names: PluginNames, checkout: FlareCheckout?) {
        self.names = names
        self.checkout = checkout
    }

    func scaffold(in folder: URL) -> PluginScaffold {
        let family = names.family
        var scaffold = PluginScaffold()
        scaffold.files = [
            (folder.appending(path: "Package.swift"), package),
            (
                folder.appending(path: "Sources/\(family)/\(names.type).swift"),
                "import FlareKit\n\n" + SwiftTemplate(names).plugin + "\n" + SwiftTemplate(names).export
            ),
            (
                folder.appending(path: "Tests/\(family)Tests/\(names.type)Tests.swift"),
                SwiftTemplate(names).test(importing: family)
            ),
            (folder.appending(path: "README.md"), readMe),
        ]
        scaffold.closingWords = """
            wrote \(folder.path)
            build, test and record it:
              cd \(folder.path)
              swift test
              swift build -c release
              flare plugins add .build/release/lib\(family).so
            """
        return scaffold
    }

    private var package: String {
        let path = checkout?.folder.path ?? "../flare"
        return """
            // swift-tools-version: 6.1
            import PackageDescription

            // Where Flare's checkout is; or name its repository: .package(url: …, from: "\(FlareVersion.current)")
            let flare = Context.environment["FLARE_CHECKOUT"] ?? "\(path)"

            let package = Package(
                name: "\(names.name)",
                products: [.library(name: "\(names.family)", type: .dynamic, targets: ["\(names.family)"])],
                dependencies: [.package(name: "flare", path: flare)],
                targets: [
                    .target(name: "\(names.family)", dependencies: [.product(name: "FlareKit", package: "flare")]),
                    .testTarget(
                        name: "\(names.family)Tests",
                        dependencies: ["\(names.family)", .product(name: "FlareKitTesting", package: "flare")]),
                ],
                swiftLanguageModes: [.v6]
            )

            """
    }

    private var readMe: String {
        """
        # \(names.name)

        \(SwiftTemplate.summary(of: names.kind)) A plugin for Flare, as a package of its own.

            swift test
            swift build -c release
            flare plugins add .build/release/lib\(names.family).so

        Set FLARE_CHECKOUT where Flare's checkout is not where Package.swift looks for it.

        """
    }
}
