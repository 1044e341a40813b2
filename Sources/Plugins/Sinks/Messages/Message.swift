import FlareKit
import OutputText

/// A finding that is news, as somebody is told of it. All texts are safe to show and stand on one line.
struct Notice: Codable, Sendable, Hashable {
    /// The finding's.
    var id: String
    var news: Finding.News
    var severity: Severity
    var detector: String
    /// `192.168.0.53 → evil.example:443`.
    var what: String
    /// Why it deserves a look.
    var why: String
    /// The detector's sentence.
    var summary: String
    var source: String?
    /// The best name of whom it calls, and one of its addresses.
    var host: String?
    var address: String?
    var port: Int?
    var proto: String?
    var calls: Int?
    var firstSeen: Timestamp?
    var lastSeen: Timestamp?
    /// The end of the window that was judged.
    var time: Timestamp
    /// Whose run it was; `nil` in a test, and in what older versions left undelivered.
    var origin: Origin?
    /// The whole finding, as the sink `json` writes it.
    var json: String
    var isTest: Bool?

    struct Origin: Codable, Sendable, Hashable {
        var sensor: String
        var pipeline: String
        var run: Timestamp
        var host: String
        /// All of it as a sentence.
        var words: String

        init(_ run: Run) {
            func line(_ text: String) -> String { SafeText.line(text, limit: 100) }
            (sensor, pipeline, host) = (line(run.header.sensor), line(run.header.pipeline), line(run.header.host))
            self.run = run.judged
            words = SafeText.line(run.origin, limit: 400)
        }
    }

    /// The longest text of a message, in Unicode scalars.
    private static let longest = 500

    init(_ finding: Finding, of run: Run, _ columns: [Column]) {
        func line(_ text: String) -> String { SafeText.line(text, limit: Self.longest) }
        id = finding.id
        news = finding.news ?? .new
        severity = finding.severity
        detector = finding.detector
        source = finding.source?.description
        host = (finding.host ?? finding.channel?.peer.name).map(line)
        address = (finding.channel?.peer.address ?? finding.addresses.first)?.description
        port = finding.channel?.port.map { Int($0) }
        proto = finding.channel?.proto.map(TransportProtocol.name(of:))
        what = line([source, finding.destination].compactMap { $0 }.joined(separator: " → "))
        why = line(finding.why)
        summary = line(finding.summary)
        calls = finding.occurrences
        (firstSeen, lastSeen) = (finding.firstSeen, finding.lastSeen)
        time = run.window.until ?? run.header.started
        origin = Origin(run)
        json = FindingLine(finding, of: run).json(columns)
    }

    /// What a test says: no finding, and says so.
    init(testAt time: Timestamp) {
        (id, news, severity, detector) = ("test", .new, .low, "test")
        (what, why) = ("This is a test of Flare; nothing was found", "somebody ran flare check --send-test")
        summary = "Findings are told in this way"
        self.time = time
        json = JSONText.object([
            (key: "id", json: JSONText.text(id)), (key: "test", json: "true"),
            (key: "summary", json: JSONText.text(what)),
            (key: "timestamp", json: JSONText.value(.time(time))),
        ])
        isTest = true
    }

    /// `high: 192.168.0.53 → evil.example:443 (back after a day away)`.
    var title: String {
        isTest == true ? "Test: \(what)" : "\(severity): \(what)" + (news == .new ? "" : " (\(news.words))")
    }

    /// What a person reads below the title.
    var lines: [String] {
        var lines = [why, summary].filter { !$0.isEmpty }
        if why == summary { lines.removeLast() }
        if let firstSeen, let lastSeen {
            let count = calls.map { "\($0.grouped) calls, " } ?? ""
            lines.append("\(count)first \(firstSeen.inWholeSeconds), last \(lastSeen.inWholeSeconds)")
        }
        return lines
    }
}

/// What is sent at once: one notice, or a digest of several.
struct Message: Sendable {
    /// At least one, the most severe first.
    let notices: [Notice]
    /// The pipeline's name.
    let pipeline: String

    /// Notices that a digest describes; it counts the rest.
    private static let mostDescribed = 50
    private static let mostOrigins = 5

    init(_ notices: [Notice], pipeline: String) {
        self.notices = notices.enumerated().sorted {
            ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset)
        }
        .map(\.element)
        self.pipeline = SafeText.line(pipeline, limit: 100)
    }

    /// The same when it is sent again, so that who gets it twice can tell.
    var id: String {
        FNV.digits(notices.map { "\($0.id) \($0.news) \($0.severity) \($0.time)" }.joined(separator: "\n"))
    }

    var severity: Severity { notices.map(\.severity).max() ?? .low }
    var time: Timestamp { notices.map(\.time).max() ?? Timestamp(seconds: 0) }

    var title: String {
        guard notices.count > 1 else { return notices.first?.title ?? "" }
        let counts = Severity.allCases.reversed().compactMap { severity in
            let count = notices.count { $0.severity == severity }
            return count == 0 ? nil : "\(count.grouped) \(severity)"
        }
        return "\(notices.count.grouped) findings: " + counts.joined(separator: ", ")
    }

    /// What a person reads below the title, a line each.
    var lines: [String] {
        guard notices.count > 1 else { return (notices.first?.lines ?? []) + origins }
        var lines = notices.prefix(Self.mostDescribed).map { "\($0.title): \($0.why)" }
        if notices.count > lines.count { lines.append("… and \((notices.count - lines.count).grouped) more") }
        return lines + origins
    }

    /// Whose runs the findings are of: a digest may hold what waited.
    private var origins: [String] {
        var known: Set<String> = []
        let words = notices.map { $0.origin?.words ?? "Pipeline \(pipeline)" }.filter { known.insert($0).inserted }
        return Array(words.prefix(Self.mostOrigins))
    }
}

extension Severity {
    /// One of a scale's four steps.
    func on(_ scale: [Int]) -> Int { scale[step] }
}
