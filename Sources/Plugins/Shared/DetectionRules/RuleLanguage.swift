import FlareKit
import OutputText

/// A language in which others are told what to look for.
package enum RuleLanguage: String, CaseIterable, Sendable {
    case suricata, sigma, kql, eql, spl, zeek

    /// Its name for people.
    package var title: String {
        switch self {
        case .suricata: "Suricata"
        case .sigma: "Sigma"
        case .kql: "KQL (Kibana)"
        case .eql: "EQL"
        case .spl: "SPL (Splunk)"
        case .zeek: "Zeek intel"
        }
    }

    /// What looks for a finding's destination: for its names where it has any, since an address may be many people's, else for its
    /// addresses and its port.
    ///
    /// - Parameter facts: that are searchable.
    package func text(_ facts: RuleFacts) -> String {
        switch self {
        case .suricata: SuricataRules.text(facts)
        case .sigma: SigmaRules.text(facts)
        case .kql: Query(or: " or ", and: " and ", list: { "\($0) : (\($1.joined(separator: " or ")))" }).text(facts)
        case .eql:
            (facts.names.isEmpty ? "network where " : "any where ")
                + Query(or: " or ", and: " and ", list: { "\($0) in (\($1.joined(separator: ", ")))" }).text(facts)
        case .spl: SplunkQuery.text(facts)
        case .zeek: ZeekIntel.text(facts)
        }
    }
}

/// A query over fields of ECS, in Kibana's language or Elastic's. Both quote alike, and take no `*` in quotes for more than it is.
private struct Query {
    let or: String
    let and: String
    /// A field, and the quoted values of which it may have any.
    let list: (String, [String]) -> String

    private static let names = [
        "dns.question.name", "dns.question.registered_domain", "tls.client.server_name", "url.domain",
        "url.registered_domain", "destination.domain", "destination.registered_domain",
    ]

    func text(_ facts: RuleFacts) -> String {
        guard facts.names.isEmpty else {
            return Self.names.map { list($0, facts.names.map(Self.quoted)) }.joined(separator: or)
        }
        var parts = [list("destination.ip", facts.addresses.map { Self.quoted($0.description) })]
        if let port = facts.port { parts.append(list("destination.port", ["\(port)"])) }
        return parts.joined(separator: and)
    }

    static func quoted(_ text: String) -> String { "\"" + backslashed(text, "\"\\") + "\"" }
}

/// `where` knows no wildcards, which `search` would see in names from the network.
private enum SplunkQuery {
    private static let names = ["query", "server_name", "tls.sni", "url_domain", "host_header", "http.hostname"]

    static func text(_ facts: RuleFacts) -> String {
        func any(_ field: String, _ values: [String]) -> String {
            values.map { "\(field)==\(Query.quoted($0))" }.joined(separator: " OR ")
        }
        guard facts.names.isEmpty else {
            let ends = names.flatMap { field in
                facts.names.map { name in
                    let below = ".\(name)"
                    return any("substr(\".\" . lower('\(field)'), -\(below.unicodeScalars.count))", [below])
                }
            }
            return "index=* | where \(ends.joined(separator: " OR "))"
        }
        let addresses = any("'dest_ip'", facts.addresses.map(\.description))
        return "index=* | where (\(addresses))" + (facts.port.map { " AND 'dest_port'==\($0)" } ?? "")
    }
}

/// Lines of Zeek's intelligence framework.
private enum ZeekIntel {
    static func text(_ facts: RuleFacts) -> String {
        let items =
            facts.names.isEmpty
            ? facts.addresses.map { ($0.description, "Intel::ADDR") } : facts.names.map { ($0, "Intel::DOMAIN") }
        let fields = ["#fields", "indicator", "indicator_type", "meta.source", "meta.desc"].joined(separator: "\t")
        let description = escaped("\(facts.title), finding \(facts.id)")
        return ([fields] + items.map { [escaped($0.0), $0.1, "Flare", description].joined(separator: "\t") })
            .joined(separator: "\n")
    }

    /// As Zeek's own reader takes it: what is not printable ASCII, `\`, `#` and what stands for nothing as `\x2d`.
    private static func escaped(_ text: String) -> String {
        if text == "-" || text.isEmpty { return "\\x2d" }
        return text.utf8.map { byte in
            (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "#")
                ? String(UnicodeScalar(byte)) : "\\x" + byte.hexadecimal
        }.joined()
    }
}

/// Scalar by scalar: a combining mark behind a quote makes one character of both, and it still is a quote to a parser.
func backslashed(_ text: String, _ special: String) -> String {
    text.unicodeScalars.map { special.unicodeScalars.contains($0) ? "\\\($0)" : String($0) }.joined()
}
