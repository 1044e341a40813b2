import FlareKit
import OutputText

/// Sigma rules (version 2 of its specification), one a source of logs.
enum SigmaRules {
    static func text(_ facts: RuleFacts) -> String {
        guard !facts.names.isEmpty else {
            let addresses = values("        dst_ip", facts.addresses.map(\.description))
            let port = facts.port.map { ["        dst_port: \($0)"] } ?? []
            return rule("firewall", addresses + port, facts)
        }
        // A list of two, of which either may fit.
        func named(_ field: String) -> [String] {
            values("        - \(field)", facts.names)
                + values("        - \(field)|endswith", facts.names.map { ".\($0)" })
        }
        return rule("dns", named("query"), facts)
            + (facts.origin == .lookup ? "" : "\n---\n" + rule("proxy", named("cs-host"), facts))
    }

    /// A field with its values, in which `*` and `?` stand for themselves.
    private static func values(_ field: String, _ texts: [String]) -> [String] {
        ["\(field):"] + texts.map { "              - \(scalar(backslashed($0, "*?\\")))" }
    }

    private static func rule(_ category: String, _ selection: [String], _ facts: RuleFacts) -> String {
        let tags = ["attack.command-and-control"] + facts.techniques.map { "attack.\($0.lowercased())" }
        var lines = [
            "title: \(scalar("Flare: \(facts.title), \(category)"))", "id: \(uuid("\(facts.id) \(category)"))",
            "status: experimental", "description: \(scalar(facts.summary))", "tags:",
        ]
        lines += tags.map { "    - \($0)" }
        lines += ["logsource:", "    category: \(category)", "detection:", "    selection:"] + selection
        lines += [
            "    condition: selection", "falsepositives:",
            "    - What else the destination serves; Flare names a finding, not a verdict",
            "level: \(facts.severity.rawValue)",
        ]
        return lines.joined(separator: "\n")
    }

    /// In double quotes, which YAML 1.2 takes as JSON writes them.
    private static func scalar(_ text: String) -> String { JSONText.text(text) }

    /// The same for the same finding (RFC 9562, version 8).
    private static func uuid(_ text: String) -> String {
        let digits = Array(FNV.digits("sigma \(text)") + FNV.digits("\(text) sigma"))
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        return "\(part(0..<8))-\(part(8..<12))-8\(part(13..<16))-8\(part(17..<20))-\(part(20..<32))"
    }
}
