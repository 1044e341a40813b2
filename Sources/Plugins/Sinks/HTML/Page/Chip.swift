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

    /// From which amount on evidence has a chip, in decibans: it doubles the odds or halves them. What is new has one in
    /// any case.
    private static let least = 3.0
    /// Chips of one finding; the article lists all weights.
    private static let most = 4

    /// The chips of a finding, the weightiest first. That no known program calls so is said where nothing else is.
    static func of(_ finding: Finding) -> [Chip] {
        var chips: [Chip] = []
        for modifier in finding.modifiers.sorted(by: { $0.amount > $1.amount })
        where abs(modifier.amount) >= least || modifier.side == .time {
            let label = label(of: modifier, finding)
            if !chips.contains(where: { $0.label == label }), modifier.side != .known || modifier.amount < 0 {
                chips.append(Chip(label: label, tone: tone(of: modifier)))
            }
        }
        if chips.isEmpty, let unknown = finding.modifiers.first(where: { $0.side == .known }) {
            return [Chip(label: label(of: unknown, finding), tone: tone(of: unknown))]
        }
        // What speaks against it has its place beside what speaks for it.
        let against = chips.filter { $0.tone == .against }.suffix(1)
        return Array(chips.filter { $0.tone != .against }.prefix(most - against.count) + against)
    }

    private static func label(of modifier: Finding.Modifier, _ finding: Finding) -> String {
        let known = modifier.name == "known" ? finding.evidence["known_as"]?.description : nil
        return Markup.cut(known ?? modifier.label, limit: 32)
    }

    private static func tone(of modifier: Finding.Modifier) -> Tone {
        if modifier.amount < 0 { return .against }
        return modifier.side == .alert || modifier.side == .list ? .strong : .plain
    }

    /// For a row, a finding opened, and readers without script.
    var html: String { "<span class=\"chip \(tone.rawValue)\">\(Markup.escape(label))</span>" }
}
