import ElasticsearchClient
import FlareKit

/// The options of `evebox`.
public struct EveBoxOptions: PluginOptions {
    var url = ""
    var version = "0.17"

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "url", \.url, "URL of EveBox, such as https://evebox:5636 or https://selks/evebox.",
                required: true),
            Option("version", \.version, "Version of EveBox, such as 0.16 or 0.20; it decides the form of links."),
        ]
    }
}

/// Gives findings a link to EveBox's search for their two addresses (jasonish/evebox webapp/src/App.tsx, Events.tsx;
/// before 0.17 webapp/src/app/events.component.ts).
public struct EveBoxEnricher: Enricher, BuiltInPlugin {
    public static let name = "evebox"
    public static let summary = "Gives findings a link to EveBox's search for their two addresses."
    public static let evidence = [
        Field("evebox_url", .text, "EveBox's search for the two addresses.", section: .links, label: "EveBox")
    ]

    private let url: String
    /// Whether the search knows `@ip:`, `@earliest:` and the type of event.
    private let isModern: Bool

    public init(_ options: EveBoxOptions, _ context: PluginContext) throws {
        guard options.url.hasPrefix("http://") || options.url.hasPrefix("https://") else {
            throw OptionComplaint("\"\(options.url)\" is no URL", option: "url", expected: "https://evebox:5636")
        }
        if let complaint = Redaction.complaint(aboutLink: options.url, option: "url") { throw complaint }
        guard let version = Server.Version(options.version) else {
            throw OptionComplaint("\"\(options.version)\" is no version", option: "version", expected: "0.17")
        }
        var url = options.url
        while url.hasSuffix("/") { url.removeLast() }
        self.url = url
        isModern = version >= Server.Version(0, 17)
    }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        for place in findings.indices {
            findings[place].evidence["evebox_url"] = link(to: findings[place]).map(Value.text)
        }
    }

    func link(to finding: Finding) -> String? {
        guard let channel = finding.channel, let peer = channel.peer.address else { return nil }
        let query =
            isModern
            ? "@ip:\(channel.source) @ip:\(peer)" : "src_ip:\"\(channel.source)\" dest_ip:\"\(peer)\""
        return "\(url)/#/events?q=\(PercentEncoding.encode(query))" + (isModern ? "&event_type=flow" : "")
    }
}
