import Foundation

/// How much a finding deserves a look: the sum of what speaks for and against it, as weights of evidence.
///
/// A weight is ten times the decimal logarithm of a likelihood ratio, in decibans (A. M. Turing; I. J. Good, "Probability
/// and the Weighing of Evidence", 1950): how much more often the evidence is seen with command and control than without.
/// docs/priority.md says where each amount comes from.
extension Finding {
    /// What kind of observation a detector makes.
    public enum Basis: String, Sendable, Codable {
        /// Calls that come regularly. Most of what calls regularly is harmless: ``Finding/baseRate`` counts against it, and
        /// rhythm alone is never more than `medium`.
        case rhythm
        /// Anything else; the score alone may be as urgent as it is high.
        case behaviour
    }

    /// What a piece of evidence is about. Evidence of one side may have one cause; two sides are independent.
    public enum Side: String, Sendable, Codable, CaseIterable {
        /// A signature that fired.
        case alert
        /// A list of known bad indicators.
        case list
        /// How the destination is named, or that it is not.
        case name
        case certificate
        /// The program that calls: user agent or fingerprint.
        case client
        case port
        /// What is sent, received and answered.
        case traffic
        /// Who else of the site does it.
        case site
        /// When it began and when it happens.
        case time
        /// What earlier runs reported.
        case history
        /// What is known of the destination. It may speak for a finding, and is no side that ``SeverityRule`` counts: that nobody
        /// knows a program is nothing that was seen of it.
        case known
        case other
    }

    /// Something that speaks for or against a finding, visibly.
    public struct Modifier: Hashable, Sendable, Codable {
        public var name: String
        /// In decibans, -60...60: 3 doubles the odds, 10 makes them ten times as high, -10 a tenth.
        public var amount: Double
        /// Why, in a few words.
        public var reason: String
        public var side: Side
        /// What it is, for a reader who sees nothing else: `self-signed certificate`, `TLS on port 449`.
        public var label: String
        /// What it is a sign of: ids of MITRE ATT&CK.
        public var techniques: [String]

        /// - Parameter label: where the name with blanks says too little.
        public init(
            _ name: String, _ amount: Double, _ reason: String, side: Side = .other, label: String? = nil,
            techniques: [String] = []
        ) {
            self.techniques = techniques
            self.name = name
            self.amount = amount
            self.reason = reason
            self.side = side
            self.label = label ?? String(name.map { $0 == "_" ? " " : $0 })
        }
    }

    /// Of channels that call regularly about one in fourteen is expected to deserve a look; in decibans.
    public static let baseRate = -11.0

    /// The most that a detector's certainty counts for and against, in decibans: beyond ten to one it says no more about
    /// harm, for machines are regular.
    static let scoreWeights = -20.0...10.0

    /// The weight of the detector's certainty, in decibans: the odds of its score, or what its test of chance says if that is more.
    public var scoreWeight: Double {
        Self.scoreWeights.clamp(max(oddsWeight, testWeight ?? oddsWeight))
    }

    /// The odds of the score.
    private var oddsWeight: Double {
        let odds = score / (1 - score)
        guard odds.isFinite, odds > 0 else {
            return score >= 1 ? Self.scoreWeights.upperBound : Self.scoreWeights.lowerBound
        }
        return 10 * log10(odds)
    }

    /// What a p-value says at most, in decibans: 1 / (-e p ln p) (T. Sellke, M. J. Bayarri, J. O. Berger, "Calibration of
    /// p values for testing precise null hypotheses", 2001), where one in a hundred of what is tested is no chance.
    public static func testWeight(pValue: Double) -> Double {
        guard pValue > 0 else { return scoreWeights.upperBound }
        guard pValue < exp(-1) else { return scoreWeights.lowerBound }
        return -10 * log10(-M_E * pValue * log(pValue)) - 20
    }

    /// The sum of all weights, in decibans; nothing is cut off. Lists are sorted by it.
    public var weight: Double {
        modifiers.reduce(scoreWeight + (basis == .rhythm ? Self.baseRate : 0)) { $0 + $1.amount }
    }

    /// ``weight`` as a probability, 0...1.
    public var priority: Double { weight.probabilityOfDecibans }

    /// How urgent it is, by its ``severityRule``.
    public var severity: Severity { severityRule.severity(of: self) }

    /// Whether its detector reports it, or evidence does: as much as it lacks (p-values weighted by evidence: C. R. Genovese,
    /// K. Roeder, L. Wasserman, "False discovery control with p-value weighting", 2006), from two strong sides.
    public var isReported: Bool {
        shortfall <= 0
            || (modifiers.reduce(0) { $0 + $1.amount } >= shortfall
                && SeverityRule.count(self, atLeast: SeverityRule.strongSide) >= 2)
    }

    /// The sides from which evidence speaks for the finding, with what they add up to, in decibans.
    public var sides: [Side: Double] {
        modifiers.reduce(into: [Side: Double]()) { $0[$1.side, default: 0] += $1.amount }.filter { $0.value > 0 }
    }

    /// Why it deserves a look, in a few words: `alert: 24 on its flows, mostly ET MALWARE X; self-signed certificate`; where
    /// nothing speaks for it, what speaks most against it, else its sentence.
    public var why: String { Self.why(of: [self]) }

    /// How many pieces of evidence `why` names.
    private static let mostReasons = 3

    static func why(of findings: [Finding]) -> String {
        var strongest: [String: Modifier] = [:]
        for modifier in findings.flatMap(\.modifiers) where modifier.amount >= SeverityRule.leastSide {
            if modifier.amount > strongest[modifier.name]?.amount ?? 0 { strongest[modifier.name] = modifier }
        }
        let reasons = strongest.values.sorted { ($1.amount, $0.name) < ($0.amount, $1.name) }
        guard reasons.isEmpty else { return reasons.prefix(mostReasons).map(\.told).joined(separator: "; ") }
        let against = findings.flatMap(\.modifiers).filter { $0.amount < 0 }.min { $0.amount < $1.amount }
        return against?.told ?? findings.first?.summary ?? ""
    }

    /// All that ``weight`` adds up, the detector's certainty first.
    public var weights: [Modifier] {
        let reason =
            Self.scoreWeights.clamp(oddsWeight) < scoreWeight
            ? "the detector's test of chance" : "the detector's certainty, \(Self.hundredths(score))"
        var all = [Modifier("score", scoreWeight, reason)]
        if basis == .rhythm {
            all.append(Modifier("base_rate", Self.baseRate, "most of what calls regularly is harmless"))
        }
        return all + modifiers
    }

    private static func hundredths(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        return "\((value * 100).rounded() / 100)"
    }
}

extension Finding.Modifier {
    /// The label; with the reason where the label says too little of what others know.
    fileprivate var told: String { amount < 0 || [.alert, .list].contains(side) ? "\(label): \(reason)" : label }
}

/// How urgent a finding is.
public enum Severity: String, Sendable, Codable, CaseIterable, Comparable {
    case low, medium, high, critical

    /// 0 for the lowest.
    package var step: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    public static func < (a: Severity, b: Severity) -> Bool { a.step < b.step }
}

/// From which priority on a finding is medium, high or critical, and how many independent sides have to speak for it
/// besides a rhythm.
public struct SeverityRule: Sendable, Hashable, Codable {
    /// Priorities, 0...1.
    public var medium = 0.4
    public var high = 0.6
    public var critical = 0.8
    /// Sides that `high` and `critical` need. An alert or a list counts as two.
    public var highSides = 1
    public var criticalSides = 2

    /// What a side has to add up to before it counts, in decibans: it makes harm twice as likely.
    static let leastSide = 3.0

    /// What a side has to add up to before it speaks for a channel that its detector does not report, in decibans.
    static let strongSide = 5.0

    public init() {}

    func severity(of finding: Finding) -> Severity {
        let priority = finding.priority
        let sides = finding.basis == .rhythm ? Self.count(finding, atLeast: Self.leastSide) : .max
        if priority >= critical, sides >= criticalSides { return .critical }
        if priority >= high, sides >= highSides { return .high }
        return priority >= medium ? .medium : .low
    }

    /// How many independent sides speak for a finding; an alert or a list counts as two, what is known or not known as none.
    ///
    /// Pieces of one side may have one cause, so that weak ones do not add up to a strong one: one of them has to reach `least`,
    /// and so has their sum, which holds what speaks against.
    static func count(_ finding: Finding, atLeast least: Double) -> Int {
        let strong = Set(finding.modifiers.filter { $0.amount >= least }.map(\.side))
        return finding.sides.filter { $0.key != .known && $0.value >= least && strong.contains($0.key) }
            .keys.reduce(0) { $0 + ([.alert, .list].contains($1) ? 2 : 1) }
    }
}

extension ClosedRange<Double> {
    /// The number in the range that is nearest to a number.
    fileprivate func clamp(_ number: Double) -> Double { Swift.min(Swift.max(number, lowerBound), upperBound) }
}

extension Double {
    /// Decibans as a probability, 0...1.
    package var probabilityOfDecibans: Double { 1 / (1 + pow(10, -self / 10)) }

    /// A probability, above 0 and below 1, in decibans.
    package var decibansOfProbability: Double { 10 * log10(self / (1 - self)) }
}
