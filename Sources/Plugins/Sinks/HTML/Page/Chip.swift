import FlareKit

/// A word for a piece of evidence, so that a row tells at a glance what speaks for and against a finding.
struct Chip: Hashable {
    enum Tone: String {
        /// An alert or a list: enough by itself.
        case strong
        case plain
        /// Speaks against the finding.
        case against
    }

    let label: String
    let tone: Tone

    /// What each modifier is called; an empty word has no chip.
    private static let labels = [
        "alert": "alert", "threat_list": "list", "cert_self_signed": "self-signed", "sni_mismatch": "other SNI",
        "cert_young": "young certificate", "cert_expired": "expired certificate", "cert_one_peer": "",
        "agent_tool": "tool", "agent_rare": "rare client", "agents_many": "many agents", "agent_one_peer": "",
        "fingerprint_rare": "rare client", "fingerprint_one_peer": "", "sni_missing": "no SNI",
        "host_is_address": "bare address", "host_missing": "no Host", "nameless": "no name",
        "name_random": "random name", "name_young": "new name", "name_new": "new name", "name_rare": "",
        "new_in_window": "new", "rare_destination": "", "port_protocol": "odd port", "port_unusual": "odd port",
        "content_mismatch": "odd content", "unanswered": "unanswered", "kin": "cluster", "campaign": "cluster",
        "unknown": "", "shared_destination": "shared", "common_destination": "common",
    ]
    /// From which amount on a modifier that has no word of its own is shown, in decibans.
    private static let least = 3.0

    /// The chips of a finding, the weightiest first.
    static func of(_ finding: Finding) -> [Chip] {
        var chips: [Chip] = []
        for modifier in finding.modifiers.sorted(by: { $0.amount > $1.amount }) {
            let label = label(of: modifier, finding)
            if !label.isEmpty, !chips.contains(where: { $0.label == label }) {
                chips.append(Chip(label: label, tone: tone(of: modifier)))
            }
        }
        return chips
    }

    private static func label(of modifier: Finding.Modifier, _ finding: Finding) -> String {
        if modifier.name == "known", let known = finding.evidence["known_as"] { return cut(known.description) }
        if let label = labels[modifier.name] { return label }
        guard abs(modifier.amount) >= least else { return "" }
        return cut(modifier.name.split(separator: "_").joined(separator: " "))
    }

    private static func tone(of modifier: Finding.Modifier) -> Tone {
        if modifier.amount < 0 { return .against }
        return modifier.side == .alert || modifier.side == .list ? .strong : .plain
    }

    private static func cut(_ text: String) -> String { Markup.cut(text, limit: 32) }

    /// For a row, a finding opened, and readers without script.
    var html: String { "<span class=\"chip \(tone.rawValue)\">\(Markup.escape(label))</span>" }
}
