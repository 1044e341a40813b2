import FlareKit

/// How well a detector did against the truth.
public struct DetectorFigures: Codable, Sendable, Equatable {
    /// Figures of all findings of a severity or above.
    public struct Level: Codable, Sendable, Equatable {
        public var severity: Severity
        /// Malicious entries that were found.
        public var found: Int
        public var falseAlarms: Int
        /// Found over found and false alarms, 0...1; 1 where there is no finding.
        public var precision: Double
        /// Found over all malicious entries, 0...1; 0 where there are none.
        public var recall: Double
        public var falseAlarmsPerDay: Double
    }

    /// What became of the entries with a label.
    public struct LabelRow: Codable, Sendable, Equatable {
        public var label: String
        public var isMalicious: Bool
        public var entries: Int
        public var found: Int
        /// Those of high severity or above.
        public var foundHigh: Int
        /// The mean of the priorities, entries that were not found as 0.
        public var meanPriority: Double
    }

    /// One finding or entry that shows where the detector errs.
    public struct Example: Codable, Sendable, Equatable {
        public var subject: String
        public var label: String
        /// Of a finding; of a miss the score of its judgement, `nil` if it was not judged.
        public var priority: Double?
        public var summary: String
        /// What speaks most for it, in a few words; of a miss empty.
        public var why: String
    }

    /// A point of the curve of precision over recall, at a threshold of priority.
    public struct Point: Codable, Sendable, Equatable {
        public var threshold: Double
        public var precision: Double
        public var recall: Double
    }

    /// What a ranking of the findings is to tell.
    public enum Target: String, Codable, Sendable, CaseIterable {
        /// Findings ranked by all evidence; malicious entries are to come first.
        case harm
        /// Findings ranked by the detector's score alone; periodic entries are to come first, harmless ones too.
        case rhythm
    }

    /// How well the findings are ranked.
    public struct Ranking: Codable, Sendable, Equatable {
        public var target: Target
        /// Entries of the truth that are to come first.
        public var positives: Int
        /// How many of them were found.
        public var found: Int
        /// Sum over thresholds of precision times the gain of recall (Manning, Raghavan, Schütze, "Introduction to
        /// Information Retrieval", 2008, section 8.4), 0...1.
        public var averagePrecision: Double
        /// The same without the findings of whose channels the truth knows nothing: real traffic is full of harmless channels
        /// that are periodic and that nobody labelled.
        public var averagePrecisionOfLabelled: Double
        /// The share of right ones among the first 10, 20 and 50 findings, as far as there are so many; 0...1.
        public var precisionAt: [Int: Double]
        public var curve: [Point]
    }

    /// What became of a channel: an entry of the truth that is malicious, or a finding that is not about one.
    public struct ChannelOutcome: Codable, Sendable, Equatable {
        public var subject: String
        public var label: String
        public var isMalicious: Bool
        /// Of its most urgent finding; `nil` where it was not found.
        public var severity: Severity?
        /// From 1, the most urgent finding first.
        public var place: Int?
    }

    public var detector: String
    /// Malicious entries of the truth.
    public var positives: Int
    public var findings: Int
    public var rankings: [Ranking]
    public var levels: [Level]
    public var labels: [LabelRow]
    public var misses: [Example]
    public var falseAlarms: [Example]
    public var channels: [ChannelOutcome]

    /// The ranking by which harm is told.
    public var harm: Ranking? { rankings.first { $0.target == .harm } }
}

/// The figures of a run, as they are written to a file and compared with those of another.
public struct EvaluationFigures: Codable, Sendable, Equatable {
    public var version = 2
    public var pipeline: String
    /// Days of the window, for false alarms a day.
    public var days: Double
    public var detectors: [DetectorFigures]

    public init(pipeline: String, days: Double, detectors: [DetectorFigures]) {
        self.pipeline = pipeline
        self.days = days
        self.detectors = detectors
    }
}

extension DetectorFigures {
    /// How many misses and false alarms are shown.
    private static let shownExamples = 5

    /// Compares findings with the truth.
    ///
    /// - Parameters:
    ///   - findings: of this detector, in any order.
    ///   - scores: of its judgements, those among them that became no finding.
    ///   - days: of the window.
    public init(
        _ detector: String, _ findings: [Finding], _ truth: Truth, scores: [ChannelKey: Double] = [:], days: Double
    ) {
        self.detector = detector
        self.findings = findings.count
        let malicious = truth.entries.indices.filter { truth.entries[$0].isMalicious }
        positives = malicious.count
        let ranked = findings.sorted { ($0.weight, $0.score, $1.id) > ($1.weight, $1.score, $0.id) }
        rankings = Target.allCases.map { Self.ranking($0, findings, truth) }
        let outcomes = Self.outcomes(ranked, truth, \.isMalicious)
        levels = Severity.allCases.map { Self.level($0, outcomes, positives: malicious.count, days: days) }
        var best: [Int: Finding] = [:]
        for outcome in outcomes {
            for entry in outcome.entries where best[entry] == nil { best[entry] = outcome.finding }
        }
        labels = Self.labels(truth, best)
        misses = Self.misses(truth, best, scores)
        falseAlarms = outcomes.filter(\.isFalseAlarm).prefix(Self.shownExamples).map { outcome in
            Example(
                subject: outcome.finding.subject.line,
                label: outcome.entries.first.map { truth.entries[$0].label } ?? "", priority: outcome.finding.priority,
                summary: outcome.finding.summary, why: outcome.finding.why)
        }
        channels = Self.channels(truth, outcomes, best)
    }

    /// A finding with what it found.
    private struct Outcome {
        var finding: Finding
        /// All entries it is about.
        var entries: [Int]
        /// Malicious entries that no finding of higher rank was about.
        var newlyFound: Int
        /// Nothing malicious is known of it.
        var isFalseAlarm: Bool
    }

    /// - Parameter isRight: what is to be found.
    private static func outcomes(
        _ ranked: [Finding], _ truth: Truth, _ isRight: (Truth.Entry) -> Bool
    ) -> [Outcome] {
        var seen: Set<Int> = []
        return ranked.map { finding in
            let entries = truth.entries(about: finding)
            let right = entries.filter { isRight(truth.entries[$0]) }
            let new = right.filter { seen.insert($0).inserted }
            return Outcome(finding: finding, entries: entries, newlyFound: new.count, isFalseAlarm: right.isEmpty)
        }
    }

    private static func ranking(_ target: Target, _ findings: [Finding], _ truth: Truth) -> Ranking {
        let (isRight, rank): ((Truth.Entry) -> Bool, (Finding) -> [Double]) =
            switch target {
            case .harm: (\.isMalicious, { [$0.weight, $0.score] })
            case .rhythm: (\.isPeriodic, { [$0.score] })
            }
        let ranked = findings.map { (rank: rank($0), finding: $0) }
            .sorted { a, b in a.rank == b.rank ? a.finding.id < b.finding.id : b.rank.lexicographicallyPrecedes(a.rank)
            }
            .map(\.finding)
        let outcomes = outcomes(ranked, truth, isRight)
        let positives = truth.entries.count(where: isRight)
        let curve = curve(outcomes, positives: positives, rank: rank)
        let labelled = Self.curve(outcomes.filter { !$0.entries.isEmpty }, positives: positives, rank: rank)
        let precisions = [10, 20, 50].filter { $0 <= outcomes.count }.map { count in
            (count, ratio(outcomes.prefix(count).count { !$0.isFalseAlarm }, count, empty: 1))
        }
        return Ranking(
            target: target, positives: positives, found: outcomes.reduce(0) { $0 + $1.newlyFound },
            averagePrecision: averagePrecision(curve), averagePrecisionOfLabelled: averagePrecision(labelled),
            precisionAt: Dictionary(uniqueKeysWithValues: precisions), curve: curve)
    }

    /// Every malicious entry, and every finding that is about none.
    private static func channels(_ truth: Truth, _ outcomes: [Outcome], _ best: [Int: Finding]) -> [ChannelOutcome] {
        let places = Dictionary(uniqueKeysWithValues: outcomes.enumerated().map { ($1.finding.id, $0 + 1) })
        let malicious = truth.entries.indices.filter { truth.entries[$0].isMalicious }.map { entry in
            ChannelOutcome(
                subject: truth.entries[entry].line, label: truth.entries[entry].label, isMalicious: true,
                severity: best[entry]?.severity, place: best[entry].flatMap { places[$0.id] })
        }
        return malicious
            + outcomes.enumerated().filter(\.element.isFalseAlarm).map { place, outcome in
                ChannelOutcome(
                    subject: outcome.finding.subject.line,
                    label: outcome.entries.first.map { truth.entries[$0].label } ?? "", isMalicious: false,
                    severity: outcome.finding.severity, place: place + 1)
            }
    }

    /// A point for each different rank; findings of equal rank count together.
    private static func curve(_ outcomes: [Outcome], positives: Int, rank: (Finding) -> [Double]) -> [Point] {
        var points: [Point] = []
        var (found, wrong) = (0, 0)
        for (place, outcome) in outcomes.enumerated() {
            found += outcome.newlyFound
            wrong += outcome.isFalseAlarm ? 1 : 0
            let isLast =
                place + 1 == outcomes.count || rank(outcomes[place + 1].finding) != rank(outcome.finding)
            guard isLast else { continue }
            points.append(
                Point(
                    threshold: outcome.finding.priority, precision: ratio(found, found + wrong, empty: 1),
                    recall: ratio(found, positives, empty: 0)))
        }
        return points
    }

    private static func averagePrecision(_ curve: [Point]) -> Double {
        var (sum, before) = (0.0, 0.0)
        for point in curve {
            sum += (point.recall - before) * point.precision
            before = point.recall
        }
        return sum
    }

    private static func level(_ severity: Severity, _ outcomes: [Outcome], positives: Int, days: Double) -> Level {
        let counted = outcomes.filter { $0.finding.severity >= severity }
        let found = counted.reduce(0) { $0 + $1.newlyFound }
        let wrong = counted.count { $0.isFalseAlarm }
        return Level(
            severity: severity, found: found, falseAlarms: wrong, precision: ratio(found, found + wrong, empty: 1),
            recall: ratio(found, positives, empty: 0), falseAlarmsPerDay: days > 0 ? Double(wrong) / days : 0)
    }

    private static func labels(_ truth: Truth, _ best: [Int: Finding]) -> [LabelRow] {
        struct Group: Hashable {
            let label: String
            let isMalicious: Bool
        }
        let groups = Dictionary(grouping: truth.entries.indices) {
            Group(label: truth.entries[$0].label, isMalicious: truth.entries[$0].isMalicious)
        }
        return groups.map { group, entries in
            let found = entries.compactMap { best[$0] }
            return LabelRow(
                label: group.label, isMalicious: group.isMalicious, entries: entries.count, found: found.count,
                foundHigh: found.count { $0.severity >= .high },
                meanPriority: found.reduce(0) { $0 + $1.priority } / Double(entries.count))
        }.sorted { ($0.isMalicious ? 0 : 1, $0.label) < ($1.isMalicious ? 0 : 1, $1.label) }
    }

    /// Malicious entries that were not found, then those of the lowest priority, as far as that is low.
    private static func misses(_ truth: Truth, _ best: [Int: Finding], _ scores: [ChannelKey: Double]) -> [Example] {
        var judged: [Int: Double] = [:]
        for (key, score) in scores {
            for entry in truth.matches(key) { judged[entry] = max(judged[entry] ?? 0, score) }
        }
        let missed = truth.entries.indices.filter {
            truth.entries[$0].isMalicious && (best[$0]?.severity ?? .low) == .low
        }
        let sorted = missed.sorted { a, b in
            (best[a]?.priority ?? -1, judged[a] ?? -1, a) < (best[b]?.priority ?? -1, judged[b] ?? -1, b)
        }
        return sorted.prefix(shownExamples).map { index in
            let entry = truth.entries[index]
            let what =
                best[index] != nil
                ? "reported with low priority"
                : judged[index] != nil ? "judged, not reported" : "nothing was said of it"
            return Example(
                subject: entry.line, label: entry.label, priority: best[index]?.priority ?? judged[index],
                summary: what, why: "")
        }
    }

    private static func ratio(_ part: Int, _ whole: Int, empty: Double) -> Double {
        whole == 0 ? empty : Double(part) / Double(whole)
    }
}

extension Finding.Subject {
    /// The subject in one line.
    var line: String {
        switch self {
        case .channel(let key): key.description
        case .source(let address): "\(address) → …"
        case .group(let keys): "\(keys.first?.description ?? "") and \(max(0, keys.count - 1)) more"
        }
    }
}

extension Truth.Entry {
    var line: String {
        guard let peer else { return "\(source) → …" }
        return ChannelKey(source: source, peer: peer, port: port, proto: proto).description
    }
}
