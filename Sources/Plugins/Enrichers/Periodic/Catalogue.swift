import FlareKit
import PeerMatching

/// Known programs, ready to be compared with findings.
struct Catalogue: Sendable {
    private(set) var programs: [KnownProgram] = []
    /// The numbers of programs by the registered end of their names: their last two labels.
    private var byEnd: [String: [Int]] = [:]
    /// The numbers of those without a name.
    private var nameless: [Int] = []

    /// Adds a catalogue; its entries go before those that were added earlier.
    mutating func add(_ more: [KnownProgram]) {
        for program in more {
            let patterns = program.entry.host.values + program.entry.certificate.values
            let ends = Set(patterns.map { Self.end($0.labels) })
            if program.entry.host.values.isEmpty { nameless.append(programs.count) }
            for end in ends { byEnd[end, default: []].append(programs.count) }
            programs.append(program)
        }
    }

    private static func end(_ labels: [String]) -> String { labels.prefix(2).joined(separator: ".") }

    /// The program of a name: the longest that covers it, of equals the one that was added last.
    ///
    /// - Parameters:
    ///   - isOfCertificate: whether it is the common name of a certificate.
    ///   - holds: what else has to be right of it.
    func program(
        named name: String, isOfCertificate: Bool = false, where holds: (KnownProgram) -> Bool = { _ in true }
    ) -> KnownProgram? {
        guard let labels = HostPattern.labels(of: name) else { return nil }
        var best: (program: KnownProgram, length: Int)?
        for place in byEnd[Self.end(labels)] ?? [] {
            let program = programs[place]
            let patterns = isOfCertificate ? program.entry.certificate.values : program.entry.host.values
            let length = patterns.filter { $0.covers(labels) }.map(\.labels.count).max()
            guard let length, length >= best?.length ?? 0, holds(program) else { continue }
            best = (program, length)
        }
        return best?.program
    }

    /// The program without a name whose shape is right: the one that says the most, of equals the one added last.
    func nameless(where holds: (KnownProgram) -> Bool) -> KnownProgram? {
        var best: (program: KnownProgram, weight: Int)?
        for place in nameless {
            let program = programs[place]
            let entry = program.entry
            let weight = [!entry.port.values.isEmpty, !entry.network.values.isEmpty, !program.agents.isEmpty].count {
                $0
            }
            guard weight >= best?.weight ?? 0, holds(program) else { continue }
            best = (program, weight)
        }
        return best?.program
    }
}

extension Catalogue {
    /// Reads catalogues.
    ///
    /// - Throws: `ConfigurationError` for a file that is wrong, with its line and column; `ListError` for one that cannot
    ///   be read.
    init(_ references: [OptionPath]) throws { add(try CatalogueFiles.programs.entries(references)) }
}

/// The file of a catalogue.
struct CatalogueDocument<Entry: OptionValue>: PluginOptions {
    var version = 1
    var name: String?
    var entries: [Entry] = []

    static var options: [Option<Self>] {
        [
            Option("version", \.version, "The version of the form: 1.", range: 1...1, required: true),
            Option("name", \.name, "What the catalogue is about."),
            Option("entries", \.entries, "The entries.", required: true),
        ]
    }
}

/// Catalogues of one form that the command carries, and how they and a user's own are read.
struct CatalogueFiles: Sendable {
    /// What all of them together are called.
    private let all: String
    private let texts: [(name: String, bytes: [UInt8])]

    /// The files of configs/periodic.
    static let programs = CatalogueFiles(
        all: "known",
        texts: [
            ("systems", PackageResources.systems_yaml), ("programs", PackageResources.programs_yaml),
            ("security", PackageResources.security_yaml), ("devices", PackageResources.devices_yaml),
            ("services", PackageResources.services_yaml),
            ("remote-management", PackageResources.remote_management_yaml),
            ("protocols", PackageResources.protocols_yaml), ("sites", PackageResources.sites_yaml),
        ])

    /// The files of configs/frameworks.
    static let frameworks = CatalogueFiles(
        all: "frameworks",
        texts: [
            ("post-exploitation", PackageResources.post_exploitation_yaml), ("rats", PackageResources.rats_yaml),
            ("loaders", PackageResources.loaders_yaml), ("remote-tools", PackageResources.remote_tools_yaml),
        ])

    /// The entries of some catalogues, in their order.
    ///
    /// - Throws: `ConfigurationError` for a file that is wrong, with its line and column; `ListError` for one that cannot
    ///   be read; `PluginError` for a catalogue that the command does not carry.
    func entries<Entry: OptionValue>(_ references: [OptionPath]) throws -> [Entry] {
        try references.flatMap { reference in try files(reference).flatMap { try Self.entries($0.bytes, file: $0.name) }
        }
    }

    /// What is wrong with catalogues, as `flare validate` says it. Those that the command carries are right.
    func complaints<Entry: OptionValue>(_ references: [OptionPath], of _: Entry.Type) -> [Diagnostic] {
        references.flatMap { reference in
            do {
                let found = try files(reference)
                if case .builtIn = reference.location { return [Diagnostic]() }
                for file in found { let _: [Entry] = try Self.entries(file.bytes, file: file.name) }
                return []
            } catch let error as ConfigurationError {
                return error.diagnostics
            } catch {
                return [Diagnostic("\(error)", at: nil)]
            }
        }
    }

    private func files(_ reference: OptionPath) throws -> [(name: String, bytes: [UInt8])] {
        switch reference.location {
        case .builtIn(let name):
            let found = texts.filter { name == all || name == $0.name }
            guard !found.isEmpty else {
                throw PluginError(
                    "there is no such catalogue", at: reference.text,
                    remedy: "say one of " + ([all] + texts.map(\.name)).map { "builtin:\($0)" }.joined(separator: ", "))
            }
            return found.map { ("builtin:\($0.name)", $0.bytes) }
        case .file(let path): return [(path, try ListFile(path: path).bytes)]
        case .standardStream: return [("-", try ListFile(path: "/dev/stdin").bytes)]
        }
    }

    private static func entries<Entry: OptionValue>(
        _ bytes: [UInt8], file: String
    ) throws(ConfigurationError) -> [Entry] {
        try CatalogueDocument<Entry>.read(String(decoding: bytes, as: UTF8.self), file: file).entries
    }
}
