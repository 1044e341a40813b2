import DetectionRules
import FlareKit
import OutputText

/// A finding opened: why it is here, what it is, the pictures, the numbers, and where to go from here.
struct PageArticle {
    let finding: ReportFinding
    /// From 1, the most urgent first.
    let rank: Int
    let report: Report

    private var subject: Finding { finding.finding }

    /// What `article.mustache` names.
    var content: [String: Any] {
        let what = facts(\.isDescription)
        let numbers = facts { $0 == .numbers }
        let more = facts { $0 == .details }
        let rules = rules
        return [
            "anchor": finding.anchor, "rank": rank, "severity": subject.severity.rawValue,
            "priority": PageRow.padded(subject.priority), "title": cut(title), "hasHost": !host.isEmpty, "host": host,
            "chips": Chip.of(subject).map(\.html).joined(), "sentence": said ?? summary,
            "summary": summary, "hasSummary": said != nil, "weights": weights, "sum": sum,
            "hasWhat": !what.isEmpty, "what": what, "pictures": pictures, "numbers": numbers, "more": more,
            "hasMore": !more.isEmpty, "moreCount": more.count, "hasLinks": !links.isEmpty, "links": links,
            "score": Readable.decimal(subject.score, 2), "detector": cut(subject.detector), "scoreParts": scoreParts,
            "explain": explain ?? "", "hasExplain": explain != nil, "rules": rules, "hasRules": !rules.isEmpty,
        ]
    }

    /// What the sensor said, in one sentence; `nil` where there is none.
    private var said: String? {
        isDetailed ? subject.evidence["context_summary"].map { Markup.sentence($0.description) } : nil
    }

    private var summary: String { Markup.sentence(subject.summary) }

    private var host: String {
        guard let host = subject.host, host != subject.channel?.peer.description else { return "" }
        return cut(host)
    }

    private var title: String {
        switch subject.subject {
        case .channel(let key): key.description
        case .source(let address): address.description
        case .group(let keys):
            keys.first.map { $0.description + (keys.count > 1 ? " and \((keys.count - 1).grouped) more" : "") }
                ?? "a group"
        }
    }

    // MARK: - Pictures

    private var pictures: [[String: Any]] {
        guard !subject.times.isEmpty else { return [] }
        let window = Span(report.window)
        var pictures: [[String: Any]] = []
        let raster = RasterPicture(times: subject.times, window: window)
        pictures.append([
            "caption": raster.rows.count > 1 ? "Arrivals, row by row" : "Arrivals",
            "svg": raster.svg(text: arrivalsText),
        ])
        if let histogram = IntervalHistogram(times: subject.times, period: subject.interval) {
            pictures.append(["caption": "Time from one call to the next", "svg": histogram.svg(text: intervalsText)])
        }
        if let sizes = SizesPicture(times: subject.times, sizes: subject.sizes, window: window) {
            pictures.append(["caption": "Sent each time", "svg": sizes.svg(text: sizesText)])
        }
        return pictures
    }

    private var arrivalsText: String {
        let count = Readable.count(Int64(subject.times.count))
        let ends = [subject.times.first, subject.times.last].compactMap { $0 }
            .map { PageColumn.minute(Timestamp(nanoseconds: $0)) }
        return "\(count) calls from \(ends.first ?? "?") to \(ends.last ?? "?") UTC, a stroke each"
    }

    private var intervalsText: String {
        let share = subject.percent.map { ", \(Readable.decimal($0, 1)) % of them" } ?? ""
        return subject.interval.map { "Intervals between calls, most often \(Readable.seconds($0))\(share)" }
            ?? "Intervals between calls"
    }

    private var sizesText: String {
        "Bytes sent with each call, from \(Readable.bytes(subject.sizes.min() ?? 0)) to "
            + Readable.bytes(subject.sizes.max() ?? 0)
    }

    // MARK: - Facts

    private var isDetailed: Bool { report.isDetailed(rank - 1) }

    /// The columns of some sections that have a value, each value of a list by itself, so that it can be copied, and searched
    /// for among the findings.
    private func facts(_ isWanted: (FieldSection) -> Bool) -> [[String: Any]] {
        report.places(isWanted).compactMap { place in
            let column = report.columns[place]
            guard let value = finding.values[place], isDetailed || Report.standardColumns.contains(column.name) else {
                return nil
            }
            let texts = if case .texts(let texts) = value { texts } else { [ColumnText.value(value, column.field)] }
            return [
                "label": column.field.title, "meaning": column.field.meaning,
                "values": texts.map { ["text": cut($0), "isTime": column.field.type == .time] },
            ]
        }
    }

    /// What speaks for it, the weightiest first, then what speaks against it.
    private var weights: [[String: Any]] {
        subject.weights.sorted { $0.amount > $1.amount }.map { weight in
            [
                "amount": Self.decibans(weight.amount), "name": cut(weight.name),
                "reason": Markup.sentence(weight.reason),
                "width": Readable.decimal(min(1, abs(weight.amount) / 20) * 60, 0),
                "tone": weight.amount < 0 ? "against" : "for",
            ]
        }
    }

    private var sum: String {
        "\(Self.decibans(subject.weight)) together: it deserves a look with a probability of "
            + Readable.decimal(subject.priority, 4)
    }

    /// `+20 dB`, with a minus sign as wide as the plus.
    private static func decibans(_ amount: Double) -> String {
        (amount < 0 ? "−" : "+") + Readable.decimal(abs(amount), 1) + " dB"
    }

    private var scoreParts: [String] {
        isDetailed ? subject.texts("score_parts").map(cut) : []
    }

    // MARK: - Where to go from here

    private var links: [[String: Any]] {
        let values = LinkValues(finding, report.columns)
        let own = report.links.compactMap { link in link.address(values.text).map { (link.name, $0) } }
        let found = isDetailed ? report.places { $0 == .links } : []
        let all = found.compactMap { place in
            finding.values[place].flatMap { WebAddress.checked($0.description) }.map {
                (report.columns[place].field.title, $0)
            }
        }
        return (all + own).map { ["name": cut($0), "address": $1] }
    }

    /// The command that says why the finding has its score; `nil` for what is no channel, and for a name that is too
    /// long to be one.
    private var explain: String? {
        guard case .channel(let key) = subject.subject, let port = key.port,
            key.peer.description.unicodeScalars.count < Markup.valueLimit
        else { return nil }
        return "flare run PIPELINE.yaml --explain " + ShellWord.quoted("\(key.source),\(key.peer),\(port)")
    }

    /// Rules for other tools that look for the destination.
    private var rules: [[String: Any]] {
        let facts = RuleFacts(subject, report.columns)
        guard facts.isSearchable else { return [] }
        return RuleLanguage.allCases.map { ["name": $0.title, "text": Markup.lines($0.text(facts))] }
    }

    private func cut(_ text: String) -> String { Markup.cut(text) }
}

/// What stands for a column in a link: its value as it is listed, or a time around the finding.
struct LinkValues {
    /// How long before the first and after the last call a link looks: sensors log a flow when it is over, up to an
    /// hour later as a rule.
    static let before: Int64 = 300
    static let after: Int64 = 3600
    /// Names that are no columns.
    static let own: Set<String> = ["from", "to", "from_epoch", "to_epoch", "id"]

    private let finding: ReportFinding
    private let columns: [Column]

    init(_ finding: ReportFinding, _ columns: [Column]) {
        self.finding = finding
        self.columns = columns
    }

    /// - Returns: `nil` where the finding lacks the value, or where it is too long to be listed whole.
    func text(_ name: String) -> String? {
        switch name {
        case "from": return moment(finding.finding.firstSeen, -Self.before)?.description
        case "to": return moment(finding.finding.lastSeen, Self.after)?.description
        case "from_epoch": return moment(finding.finding.firstSeen, -Self.before).map { String(seconds($0)) }
        case "to_epoch": return moment(finding.finding.lastSeen, Self.after).map { String(seconds($0)) }
        case "id": return finding.finding.id
        default:
            guard let place = columns.firstIndex(where: { $0.name == name }), let value = finding.values[place] else {
                return nil
            }
            let text = Markup.cut(value.description)
            return text.hasSuffix("…") ? nil : text
        }
    }

    private func moment(_ time: Timestamp?, _ seconds: Int64) -> Timestamp? {
        time?.inWholeSeconds.advanced(by: seconds * 1_000_000_000)
    }

    private func seconds(_ time: Timestamp) -> Int64 { Span.second(time.nanoseconds) }
}

/// A word of a shell's command line.
enum ShellWord {
    /// The word as it is where it is plain, else in single quotes (POSIX, Shell Command Language, 2.2.2).
    static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || (48...57).contains($0.value)
                        || ".,:/-_".unicodeScalars.contains($0))
            }
        guard !isPlain else { return word }
        // Scalar by scalar: a combining mark behind a quote makes one character of both, and it still is a quote to sh.
        var quoted = String.UnicodeScalarView("'".unicodeScalars)
        for scalar in word.unicodeScalars {
            if scalar == "'" { quoted.append(contentsOf: "'\\''".unicodeScalars) } else { quoted.append(scalar) }
        }
        quoted.append("'")
        return String(quoted)
    }
}
