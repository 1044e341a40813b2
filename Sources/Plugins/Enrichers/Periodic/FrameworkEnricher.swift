import FlareKit

/// Says of findings which published defaults of attack tools they show: certificates, requests, fingerprints, ports.
///
/// A match is evidence and a sentence, never a verdict: whoever runs such a tool can change all of it.
public struct FrameworkEnricher: Enricher, BuiltInPlugin {
    public static let name = "frameworks"
    public static let summary =
        "Compares findings with published defaults of attack frameworks, trojans and remote tools."
    public static let evidence = [
        Field(
            "looks_like", .texts,
            "Published defaults of attack frameworks, trojans and remote tools that it shows: which, what was seen, and "
                + "where it is published.",
            section: .identity)
    ]

    private let options: FrameworkOptions
    /// Empty until a run has begun.
    private var defaults: [KnownDefault] = []

    public init(_ options: FrameworkOptions, _ context: PluginContext = PluginContext()) { self.options = options }

    public var uses: Set<String> {
        [
            "cert_subject", "cert_issuer", "cert_serial", "user_agents", "urls", "ja3", "ja3s", "ja4",
            "known_confirmed",
        ]
    }

    public func complaints(in setting: EnricherSetting) -> [Diagnostic] {
        CatalogueFiles.frameworks.complaints(options.catalogues, of: KnownDefault.self)
    }

    public func prepared(for run: RunPreparation) async throws -> PreparedEnricher {
        var enricher = self
        enricher.defaults = try CatalogueFiles.frameworks.entries(options.catalogues)
        return PreparedEnricher(enricher)
    }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        for place in findings.indices {
            let matches = Resemblance.all(of: findings[place], defaults)
            guard !matches.isEmpty else { continue }
            findings[place].evidence["looks_like"] = .texts(matches.map(\.text))
            findings[place].add(Resemblance.modifiers(of: matches))
        }
    }
}

/// The options of `frameworks`.
public struct FrameworkOptions: PluginOptions {
    public var catalogues: [OptionPath] = ["builtin:frameworks"]

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "catalogues", \.catalogues,
                "Catalogues of published defaults: builtin:frameworks is Flare's own; entries of further files are added."
            )
        ]
    }
}

/// A default that a finding shows.
private struct Resemblance {
    let match: KnownDefault
    let seen: [String]
    let isInTime: Bool

    /// A value in a sentence is no longer than this.
    private static let longestValue = 80

    /// Those of a finding, the heaviest first. What other software has too says nothing of a program that is known.
    static func all(of finding: Finding, _ defaults: [KnownDefault]) -> [Resemblance] {
        let facts = DefaultFacts(finding)
        let isKnown = finding.evidence["known_confirmed"] == .boolean(true)
        return defaults.compactMap { match in
            guard match.entry.strength == .own && match.side != .port || !isKnown, let seen = match.seen(on: facts)
            else {
                return nil
            }
            return Resemblance(match: match, seen: seen, isInTime: match.isInTime(finding.interval))
        }.sorted { ($1.match.amount, $0.label, $0.values) < ($0.match.amount, $1.label, $1.values) }
    }

    /// `AsyncRAT's default certificate`
    var label: String { "\(match.entry.name)'s \(match.entry.what)" }

    private var values: String { seen.map { String($0.prefix(Self.longestValue)) }.joined(separator: ", ") }

    private var reason: String {
        let sleep = match.entry.period.map { ", at its default sleep of \(Value.number($0)) s" } ?? ""
        return "looks like \(label): \(values)\(isInTime ? sleep : "")"
    }

    var text: String { "\(label): \(values) (\(match.entry.source))" }

    /// The evidence of the tool that most speaks for: one piece a side, no more than a default of its own counts.
    static func modifiers(of matches: [Resemblance]) -> [Finding.Modifier] {
        let tools = Dictionary(grouping: matches, by: \.match.entry.name).mapValues { all in
            Dictionary(grouping: all, by: \.match.side).map { side, same in
                Finding.Modifier(
                    "framework", min(9, same.reduce(0) { $0 + $1.match.amount }),
                    same.map(\.reason).joined(separator: "; "), side: side, label: same[0].label,
                    techniques: same[0].match.techniques)
            }.sorted { ($1.amount, $0.label) < ($0.amount, $1.label) }
        }
        func weight(_ tool: [Finding.Modifier]) -> Double { tool.reduce(0) { $0 + $1.amount } }
        return tools.max { (weight($0.value), $1.key) < (weight($1.value), $0.key) }?.value ?? []
    }
}
