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

/// The file of a catalogue.
struct CatalogueDocument: PluginOptions {
    var version = 1
    var name: String?
    var entries: [KnownProgram] = []

    static var options: [Option<Self>] {
        [
            Option("version", \.version, "The version of the form: 1.", range: 1...1, required: true),
            Option("name", \.name, "What the catalogue is about."),
            Option("entries", \.entries, "The programs.", required: true),
        ]
    }
}

extension Catalogue {
    /// Reads catalogues.
    ///
    /// - Throws: `ConfigurationError` for a file that is wrong, with its line and column; `ListError` for one that cannot
    ///   be read.
    init(_ references: [OptionPath]) throws {
        for reference in references {
            for document in try Self.documents(reference) { add(document.entries) }
        }
    }

    static func documents(_ reference: OptionPath) throws -> [CatalogueDocument] {
        switch reference.location {
        case .builtIn(let name):
            guard let files = BuiltInCatalogues.files(name) else {
                throw PluginError(
                    "there is no such catalogue", at: reference.text,
                    remedy: "say one of " + BuiltInCatalogues.names.map { "builtin:\($0)" }.joined(separator: ", "))
            }
            return try files.map { try read($0.bytes, file: "builtin:\($0.name)") }
        case .file(let path): return [try read(ListFile(path: path).bytes, file: path)]
        case .standardStream: return [try read(ListFile(path: "/dev/stdin").bytes, file: "-")]
        }
    }

    private static func read(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> CatalogueDocument {
        try CatalogueDocument.read(String(decoding: bytes, as: UTF8.self), file: file)
    }
}

/// The catalogues that this command carries: the files of configs/periodic.
enum BuiltInCatalogues {
    private static let texts: [(name: String, bytes: [UInt8])] = [
        ("systems", PackageResources.systems_yaml),
        ("programs", PackageResources.programs_yaml),
        ("security", PackageResources.security_yaml),
        ("devices", PackageResources.devices_yaml),
        ("services", PackageResources.services_yaml),
        ("remote-management", PackageResources.remote_management_yaml),
        ("protocols", PackageResources.protocols_yaml),
    ]

    /// All of them together, and each.
    static var names: [String] { ["known"] + texts.map(\.name) }

    static func files(_ name: String) -> [(name: String, bytes: [UInt8])]? {
        name == "known" ? texts : texts.first { $0.name == name }.map { [$0] }
    }
}
