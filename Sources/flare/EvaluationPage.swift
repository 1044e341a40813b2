import Evaluation
import FlareKit
import Foundation

/// The figures of an evaluation as they are printed: detectors side by side, then what each of them gets wrong.
struct EvaluationPage {
    private let figures: EvaluationFigures
    private let before: EvaluationFigures?

    init(_ figures: EvaluationFigures, before: EvaluationFigures?) {
        self.figures = figures
        self.before = before
    }

    var text: String {
        var parts = [rankings, levels, labels]
        for detector in figures.detectors {
            parts += changes(detector)
            parts.append(examples("\(detector.detector), worst misses", detector.misses))
            parts.append(examples("\(detector.detector), worst false alarms", detector.falseAlarms))
        }
        return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private func earlier(_ detector: DetectorFigures) -> DetectorFigures? {
        before?.detectors.first { $0.detector == detector.detector }
    }

    // MARK: Side by side

    private var rankings: [String] {
        let places = [10, 20, 50]
        let rows = figures.detectors.flatMap { detector in
            detector.rankings.map { ranking in
                let old = earlier(detector)?.rankings.first { $0.target == ranking.target }
                return [
                    detector.detector, ranking.target == .harm ? "harm, by priority" : "rhythm, by score",
                    "\(detector.findings.grouped)", "\(ranking.found.grouped) of \(ranking.positives.grouped)",
                    Self.share(ranking.averagePrecision) + Self.change(ranking.averagePrecision, old?.averagePrecision),
                    Self.share(ranking.averagePrecisionOfLabelled)
                        + Self.change(ranking.averagePrecisionOfLabelled, old?.averagePrecisionOfLabelled),
                ]
                    + places.map { place in
                        ranking.precisionAt[place].map {
                            Self.share($0) + Self.change($0, old?.precisionAt[place])
                        } ?? "–"
                    }
            }
        }
        let head = ["DETECTOR", "RANKED FOR", "FINDINGS", "FOUND", "AVERAGE PRECISION", "OF LABELLED ALONE"]
        return TextTable.lines([head + places.map { "FIRST \($0)" }] + rows)
    }

    private var levels: [String] {
        let rows = Severity.allCases.reversed().flatMap { severity in
            figures.detectors.compactMap { detector -> [String]? in
                guard let level = detector.levels.first(where: { $0.severity == severity }) else { return nil }
                let old = earlier(detector)?.levels.first { $0.severity == severity }
                return [
                    "\(severity.rawValue)\(severity == .critical ? "" : " and above")", detector.detector,
                    level.found.grouped, level.falseAlarms.grouped,
                    Self.share(level.precision) + Self.change(level.precision, old?.precision),
                    Self.share(level.recall) + Self.change(level.recall, old?.recall),
                    Self.share(level.falseAlarmsPerDay),
                ]
            }
        }
        let head = ["SEVERITY", "DETECTOR", "FOUND", "FALSE ALARMS", "PRECISION", "RECALL", "FALSE ALARMS A DAY"]
        return TextTable.lines([head] + rows)
    }

    /// A row a label: how many of its entries each detector found, and how many of those at high or above.
    private var labels: [String] {
        let rows = (figures.detectors.first?.labels ?? []).map { row in
            [row.label.isEmpty ? "(none)" : row.label, row.isMalicious ? "malicious" : "harmless", row.entries.grouped]
                + figures.detectors.map { detector in
                    let own = detector.labels.first { $0.label == row.label && $0.isMalicious == row.isMalicious }
                    return own.map { "\($0.found.grouped), \($0.foundHigh.grouped) high" } ?? "–"
                }
        }
        return TextTable.lines([["LABEL", "TRUTH", "ENTRIES"] + figures.detectors.map(\.detector)] + rows)
    }

    // MARK: Channels

    private static let shownChanges = 10

    /// What became better and worse, a line a channel.
    private func changes(_ detector: DetectorFigures) -> [[String]] {
        guard before != nil else { return [] }
        guard let old = earlier(detector) else {
            return [["\(detector.detector) is not among the figures that this is compared with"]]
        }
        let changes = ChannelChange.between(old.channels, detector.channels)
        return [("better", true), ("worse", false)].map { word, isBetter in
            let lines = changes.filter { $0.isBetter == isBetter }.map { "  " + $0.line }
            let more = lines.count - Self.shownChanges
            return ["\(detector.detector), \(word) than before: \(lines.isEmpty ? "none" : lines.count.grouped)"]
                + lines.prefix(Self.shownChanges) + (more > 0 ? ["  and \(more.grouped) more"] : [])
        }
    }

    private func examples(_ title: String, _ examples: [DetectorFigures.Example]) -> [String] {
        if examples.isEmpty { return ["\(title): none"] }
        return [title]
            + examples.map { example in
                "  \(example.priority.map(Self.share) ?? "    –")  \(example.subject)"
                    + (example.label.isEmpty ? "" : " [\(example.label)]") + ": \(example.summary)"
                    + (example.why.isEmpty || example.why == example.summary ? "" : " (\(example.why))")
            }
    }

    /// Two or three decimals.
    private static func share(_ value: Double) -> String { String(format: value < 10 ? "%.3f" : "%.1f", value) }

    private static func change(_ now: Double, _ before: Double?) -> String {
        guard let before, abs(now - before) >= 0.0005 else { return "" }
        return String(format: " (%+.3f)", now - before)
    }
}

/// A channel of which more or less is known than before.
struct ChannelChange {
    let isBetter: Bool
    let line: String

    /// A place that moved by less is no news.
    private static let leastMove = 3

    /// Of malicious channels what is found, graver or further up is better; of others what is gone or less grave.
    static func between(_ before: [DetectorFigures.ChannelOutcome], _ after: [DetectorFigures.ChannelOutcome]) -> [Self]
    {
        func key(_ outcome: DetectorFigures.ChannelOutcome) -> String { "\(outcome.isMalicious) \(outcome.subject)" }
        let old = Dictionary(before.map { (key($0), $0) }) { first, _ in first }
        let new = Dictionary(after.map { (key($0), $0) }) { first, _ in first }
        let known = after + before.filter { new[key($0)] == nil }
        var seen: Set<String> = []
        return known.filter { seen.insert(key($0)).inserted }.compactMap { outcome in
            let (then, now) = (old[key(outcome)], new[key(outcome)])
            let (a, b) = (grade(then?.severity), grade(now?.severity))
            let moved = (then?.place ?? 0) - (now?.place ?? 0)
            guard a != b || outcome.isMalicious && a > 0 && abs(moved) >= leastMove else { return nil }
            let isUp = a != b ? b > a : moved > 0
            let label = outcome.label.isEmpty ? "" : " [\(outcome.label)]"
            return Self(
                isBetter: isUp == outcome.isMalicious,
                line: "\(outcome.subject)\(label): \(said(then)) → \(said(now))")
        }
    }

    private static func grade(_ severity: Severity?) -> Int {
        severity.map { $0.step + 1 } ?? 0
    }

    private static func said(_ outcome: DetectorFigures.ChannelOutcome?) -> String {
        guard let severity = outcome?.severity else { return "not found" }
        return severity.rawValue + (outcome?.place.map { " at \($0.grouped)" } ?? "")
    }
}
