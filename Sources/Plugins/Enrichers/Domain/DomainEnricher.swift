import CompressedFiles
import FlareKit
import Glibc
import PeerMatching

/// Says of the names in findings what was registered, how random it looks, and which well-known name it resembles.
public struct DomainEnricher: Enricher, BuiltInPlugin {
    public static let name = "domain"
    public static let summary =
        "Adds registered domain, entropy, DGA likelihood and look-alikes to the names in findings."
    public static let evidence = [
        Field(
            "registered_domain", .text, "Registered domain of the destination's name, by the Public Suffix List.",
            section: .names, ecs: "destination.registered_domain"),
        Field(
            "name_entropy", .number, unit: "bit",
            "Shannon entropy a character of the registered label; long machine-made names have 3 and more."),
        Field(
            "dga_likelihood", .number,
            "Likelihood that a domain-generation algorithm made the registered label, 0 to 1; empty for short "
                + "labels."),
        Field(
            "lookalike_of", .text, "The well-known domain that the registered one resembles.", section: .alerts),
    ]

    private let options: DomainOptions
    /// `nil` until a run has begun.
    private var knowledge: DomainKnowledge?

    public init(_ options: DomainOptions, _ context: PluginContext = PluginContext()) {
        self.options = options
    }

    public var uses: Set<String> { ["host"] }

    public func prepared(for run: RunPreparation) async throws -> PreparedEnricher {
        var enricher = self
        enricher.knowledge = try DomainKnowledge(options)
        return PreparedEnricher(enricher)
    }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        guard let knowledge else { return }
        for place in findings.indices {
            guard let name = findings[place].host ?? findings[place].channel?.peer.name,
                let facts = knowledge.facts(of: name)
            else { continue }
            findings[place].evidence["registered_domain"] = .text(facts.domain)
            findings[place].evidence["name_entropy"] = .number((facts.entropy * 100).rounded() / 100)
            findings[place].evidence["dga_likelihood"] = facts.likelihood.map { .number(($0 * 1000).rounded() / 1000) }
            findings[place].evidence["lookalike_of"] = facts.lookalike.map(Value.text)
        }
    }
}

/// The options of `domain`.
public struct DomainOptions: PluginOptions {
    public var suffixes: OptionPath = "builtin:public_suffix_list.dat"
    public var topSites: OptionPath?
    public var wellKnown: OptionPath = "builtin:well-known-names.txt"

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "suffixes", \.suffixes,
                "Public Suffix List from publicsuffix.org; the built-in copy is as old as the program."
            ),
            Option(
                "top_sites", \.topSites,
                "List of top sites (Tranco, Umbrella, Majestic, or a name a line): its first 100,000 names train the DGA "
                    + "model. By default the model of Tranco's first 10,000."),
            Option(
                "well_known", \.wellKnown,
                "Domains that attackers imitate, one a line; lookalike_of compares with them."),
        ]
    }
}

/// What is known of a name.
struct DomainFacts: Hashable, Sendable {
    let domain: String
    /// Bits a character.
    let entropy: Double
    let likelihood: Double?
    let lookalike: String?
}

/// The lists and the model that names are compared with.
package struct DomainKnowledge: Sendable {
    /// The most names of a list of top sites that are learned.
    private static let learnedSites = 100_000

    private let suffixes: PublicSuffixList
    private let model: NameModel
    private let lookalikes: Lookalikes

    /// - Throws: `PluginError` for a file that is not there or is not what it should be.
    init(_ options: DomainOptions) throws {
        let text = String(decoding: try Self.bytes(options.suffixes), as: UTF8.self)
        guard let suffixes = PublicSuffixList(text) else {
            throw PluginError(
                "it is no Public Suffix List", at: options.suffixes.text,
                remedy: "get it from https://publicsuffix.org/list/public_suffix_list.dat")
        }
        self.suffixes = suffixes
        if let topSites = options.topSites {
            model = Self.learned(Self.names(in: try Self.bytes(topSites), atMost: Self.learnedSites), suffixes)
        } else {
            guard let model = BuiltInNames.nameModel else { preconditionFailure("the built-in model is none") }
            self.model = model
        }
        let wellKnown = Self.names(in: try Self.bytes(options.wellKnown), atMost: .max)
        lookalikes = Lookalikes(
            wellKnown.compactMap { name in suffixes.registeredDomain(of: name).map { ($0.domain, $0.label) } })
    }

    init(suffixes: PublicSuffixList, model: NameModel, lookalikes: Lookalikes) {
        self.suffixes = suffixes
        self.model = model
        self.lookalikes = lookalikes
    }

    func facts(of name: String) -> DomainFacts? {
        guard let registered = suffixes.registeredDomain(of: name.hasSuffix(".") ? String(name.dropLast()) : name)
        else {
            return nil
        }
        return DomainFacts(
            domain: registered.domain, entropy: Self.entropy(registered.label),
            likelihood: model.likelihood(registered.label), lookalike: lookalikes.find(registered.label))
    }

    /// A model of the registered labels of names, each label once.
    package static func learned(_ names: [String], _ suffixes: PublicSuffixList) -> NameModel {
        var model = NameModel()
        var seen: Set<String> = []
        for name in names {
            guard let label = suffixes.registeredDomain(of: name)?.label, seen.insert(label).inserted else { continue }
            model.learn(label)
        }
        model.seal()
        return model
    }

    /// Shannon entropy of a text's characters, in bits a character.
    static func entropy(_ text: String) -> Double {
        var counts: [UInt8: Int] = [:]
        for byte in text.utf8 { counts[byte, default: 0] += 1 }
        let length = Double(text.utf8.count)
        return counts.values.reduce(0) { sum, count in
            let share = Double(count) / length
            return sum - share * log2(share)
        }
    }

    private static func bytes(_ path: OptionPath) throws(PluginError) -> [UInt8] {
        if case .builtIn(let name) = path.location {
            guard let bytes = BuiltInNames.files[name] else {
                let all = BuiltInNames.files.keys.sorted().map { "builtin:\($0)" }
                throw PluginError(
                    "there is no such list in Flare", at: path.text, remedy: "it has " + all.joined(separator: " and "))
            }
            return bytes
        }
        do throws(ListError) {
            return try ListFile(path: path.file ?? "/dev/stdin").bytes
        } catch {
            throw PluginError(error.what, at: error.path)
        }
    }

    /// The names of a list's file.
    package static func names(_ path: String, atMost most: Int) throws -> [String] {
        names(in: try ListFile(path: path).bytes, atMost: most)
    }

    /// The names of a list, the second cell of lines with a comma; `#` begins remarks.
    private static func names(in list: [UInt8], atMost most: Int) -> [String] {
        var names: [String] = []
        for line in list.split(separator: 0x0A) {
            if names.count >= most { break }
            let cells = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            guard let cell = cells.count > 1 ? cells[1] : cells.first, cell.first != UInt8(ascii: "#") else { continue }
            let name = String(decoding: cell.filter { $0 > 0x20 && $0 != UInt8(ascii: "\"") }, as: UTF8.self)
            if name.contains(".") { names.append(name) }
        }
        return names
    }
}
