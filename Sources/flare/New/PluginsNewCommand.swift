import ArgumentParser
import FlareKit
import Foundation

struct PluginsNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Writes the beginning of a plugin: code that builds, a test, a README.",
        discussion: """
            In Flare's own checkout a plugin becomes a family of the package. Elsewhere a detector or an enricher becomes \
            a Swift package of its own, a source or a sink a program in Python.

            Example: flare plugins new detector long-gaps
            Example: flare plugins new enricher asset-owner --executable
            """)

    @Argument(help: "source, enricher, detector or sink.")
    var kind: PluginKind

    @Argument(help: "What pipeline files will call it: lower case, digits and hyphens.")
    var name: String

    @Flag(help: "Where it is to live: in Flare's checkout, in a Swift package, or as a program in Python.")
    var form: PluginForm?

    @Option(help: "The folder to write; by default one with the plugin's name. Not with --in-tree.")
    var folder: String?

    func validate() throws {
        let isName = name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
        if !isName || name.isEmpty || name.hasPrefix("-") || name.hasSuffix("-") || name.first?.isNumber == true {
            throw ValidationError("\"\(name)\" is not lower case letters, digits and hyphens, a letter first")
        }
        if form == .package, kind == .source || kind == .sink {
            throw ValidationError(
                "a \(kind.rawValue) cannot be a library; use --executable, or --in-tree in Flare's checkout")
        }
        if form == .inTree, folder != nil { throw ValidationError("--folder is not for --in-tree") }
    }

    func run() throws {
        let here = URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        let checkout = FlareCheckout.around(here)
        do {
            let form = self.form ?? Self.form(for: kind, isInside: checkout != nil)
            if let existing = BuiltInPlugins.registry.find(kind, name) {
                throw PluginError("\(existing.kind.rawValue) \"\(name)\" is built in", remedy: "take another name")
            }
            let names = PluginNames(kind: kind, name: name)
            let scaffold: PluginScaffold
            switch form {
            case .inTree:
                guard let checkout else {
                    throw PluginError(
                        "this folder is not in a checkout of Flare", at: here.path,
                        remedy: "go there, or use --package or --executable")
                }
                scaffold = try InTreeTemplate(names).scaffold(in: checkout)
            case .package:
                scaffold = PackageTemplate(names, checkout: checkout).scaffold(in: target(here))
            case .executable:
                scaffold = PythonTemplate(names).scaffold(in: target(here))
            }
            try scaffold.write()
            try StandardOutput.print(TerminalText.safe(scaffold.closingWords))
        } catch let error as PluginError {
            StandardError.write(TerminalText.safe("flare: error: \(error)\n"))
            throw ExitCode(FlareExit.failed)
        }
    }

    private func target(_ here: URL) -> URL {
        URL(filePath: folder ?? name, directoryHint: .isDirectory, relativeTo: here).absoluteURL
    }

    private static func form(for kind: PluginKind, isInside: Bool) -> PluginForm {
        if isInside { return .inTree }
        return kind == .detector || kind == .enricher ? .package : .executable
    }
}

/// Where a new plugin lives.
enum PluginForm: String, EnumerableFlag {
    case inTree, package, executable
}

/// Flare's own checkout.
struct FlareCheckout {
    let folder: URL

    /// The checkout that a folder is in.
    static func around(_ folder: URL) -> FlareCheckout? {
        var folder = folder.standardizedFileURL
        while true {
            let list = folder.appending(path: "Sources/flare/BuiltInPlugins.swift")
            if FileManager.default.fileExists(atPath: list.path) { return FlareCheckout(folder: folder) }
            let above = folder.deletingLastPathComponent()
            if above.path == folder.path { return nil }
            folder = above
        }
    }
}

/// The names that follow from a plugin's.
struct PluginNames {
    let kind: PluginKind
    /// `long-gaps`.
    let name: String

    /// `LongGaps`.
    var family: String { name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }
    /// `LongGapsDetector`.
    var type: String {
        let role = kind.rawValue.prefix(1).uppercased() + kind.rawValue.dropFirst()
        return family.hasSuffix(role) ? family : family + role
    }
    /// `long_gaps`.
    var module: String { name.replacingOccurrences(of: "-", with: "_") }
}

/// Files to be written, and lines to be added to others.
struct PluginScaffold {
    /// Path and content of each new file.
    var files: [(path: URL, content: String)] = []
    /// Changed files with their new content.
    var changes: [(path: URL, content: String)] = []
    /// What to do next.
    var closingWords = ""

    /// - Throws: `PluginError` where a file is there already; then nothing was written.
    func write() throws {
        if let existing = files.first(where: { FileManager.default.fileExists(atPath: $0.path.path) }) {
            throw PluginError(
                "the file is there already", at: existing.path.path, remedy: "take another name or folder")
        }
        do {
            for (path, content) in files + changes {
                try FileManager.default.createDirectory(
                    at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(content.utf8).write(to: path, options: .atomic)
            }
        } catch {
            throw PluginError("it could not be written: \(error.localizedDescription)")
        }
    }
}
