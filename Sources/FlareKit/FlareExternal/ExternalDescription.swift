import FlareModel
import FlareOptions
import FlarePipeline
import FlarePlugins
import FoundationEssentials

/// What an external plugin says of itself: what `flare plugins add` asks for and plugins.yaml records.
public struct ExternalDescription: Sendable, Hashable, Codable {
    /// The version of the protocol that this command speaks.
    public static let version = 1

    public var kind: PluginKind
    /// Lower case with hyphens.
    public var name: String
    /// One sentence.
    public var summary: String
    public var options: [OptionDescription]
    /// The fields it writes about findings.
    public var evidence: [Field]
    /// What it needs of a run, and what it offers.
    public var traits: ExternalTraits

    public init(
        kind: PluginKind, name: String, summary: String, options: [OptionDescription] = [], evidence: [Field] = [],
        traits: ExternalTraits = ExternalTraits()
    ) {
        self.kind = kind
        self.name = name
        self.summary = summary
        self.options = options
        self.evidence = evidence
        self.traits = traits
    }

    private enum CodingKeys: String, CodingKey {
        case kind, name, summary, options, evidence
    }

    /// Reads the form of the protocol, in which the traits stand beside the rest.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = try container.decode(PluginKind.self, forKey: .kind)
        name = try container.decode(String.self, forKey: .name)
        summary = try container.decode(String.self, forKey: .summary)
        options = try container.decodeIfPresent([OptionDescription].self, forKey: .options) ?? []
        evidence = try container.decodeIfPresent([Field].self, forKey: .evidence) ?? []
        traits = try ExternalTraits(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(name, forKey: .name)
        try container.encode(summary, forKey: .summary)
        try container.encode(options, forKey: .options)
        try container.encode(evidence, forKey: .evidence)
        try traits.encode(to: encoder)
    }
}

extension ExternalDescription {
    /// Reads a text of JSON.
    ///
    /// - Throws: `PluginError` saying which part is wrong.
    static func read(_ json: [UInt8]) throws -> ExternalDescription {
        let description: ExternalDescription
        do {
            description = try JSONDecoder().decode(ExternalDescription.self, from: Data(json))
        } catch let error as DecodingError {
            throw PluginError("its description cannot be used: \(Self.sentence(for: error))")
        }
        if let fault = description.fault { throw PluginError("its description cannot be used: \(fault)") }
        return description
    }

    /// What makes the description unusable; `nil` if nothing does.
    private var fault: String? {
        let letters = name.unicodeScalars
        let isName = letters.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" }
        if !isName || name.isEmpty || name.hasPrefix("-") || name.count > 64 {
            return "the name \"\(name)\" is not lower case letters, digits and hyphens"
        }
        if summary.isEmpty || summary.contains(where: \.isNewline) { return "the summary is not one line" }
        let reserved = PipelineFrame.keys(of: kind)
        if let taken = options.map(\.name).first(where: reserved.contains) {
            return "the option \"\(taken)\" has the name of one of the pipeline's own keys"
        }
        for names in [options.map(\.name), evidence.map(\.name)] {
            if let twice = Dictionary(grouping: names, by: \.self).first(where: { $1.count > 1 })?.key {
                return "\"\(twice)\" occurs twice"
            }
        }
        let standard = Set(Column.standard.map(\.name)).subtracting(["src_whois", "dest_whois", "host"])
        if let taken = evidence.map(\.name).first(where: standard.contains) {
            return "the evidence \"\(taken)\" has the name of a column that every run has"
        }
        if case .option(let option)? = traits.minFlows,
            options.first(where: { $0.name == option })?.type != .integer
        {
            return "min_flows names \"\(option)\", which is no whole-number option of it"
        }
        return nil
    }

    private static func sentence(for error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
            return path.isEmpty ? "" : "\(path.dropFirst(path.hasPrefix(".") ? 1 : 0)): "
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(place(context))there is no \"\(key.stringValue)\""
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(place(context))\(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }

    /// SHA-256 of the description in canonical form.
    var hash: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A description that was read can be written.
        return (try? encoder.encode(self)).map { SHA256.hex($0) } ?? ""
    }

    /// In which respects another description of the plugin differs, as phrases; empty if in none.
    func differences(from other: ExternalDescription) -> [String] {
        var found: [String] = []
        if kind != other.kind { found.append("it is a \(kind.rawValue), not a \(other.kind.rawValue)") }
        if name != other.name { found.append("it is called \"\(name)\", not \"\(other.name)\"") }
        if summary != other.summary { found.append("its summary is another") }
        found += Self.differences(options, other.options, "option", \.name)
        found += Self.differences(evidence, other.evidence, "evidence", \.name)
        if traits != other.traits { found.append("its demands are others") }
        return found
    }

    private static func differences<Part: Hashable>(
        _ now: [Part], _ before: [Part], _ noun: String, _ name: (Part) -> String
    ) -> [String] {
        let known = Dictionary(before.map { (name($0), $0) }) { first, _ in first }
        let said = Dictionary(now.map { (name($0), $0) }) { first, _ in first }
        let new = now.map(name).filter { known[$0] == nil }.map { "\(noun) \"\($0)\" is new" }
        let gone = before.map(name).filter { said[$0] == nil }.map { "\(noun) \"\($0)\" is gone" }
        let changed = now.map(name).filter { known[$0] != nil && known[$0] != said[$0] }
            .map { "\(noun) \"\($0)\" has changed" }
        return new + gone + changed
    }
}
