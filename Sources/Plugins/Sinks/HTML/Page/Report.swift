import FlareKit
import OutputText

/// What a page shows: the findings of a run in the order of their urgency, and what is said of the run.
struct Report {
    /// Findings whose pictures are drawn into the page, so that they need no script.
    static let drawnLimit = 100

    /// Findings whose evidence is carried in full.
    static let detailLimit = 1000

    /// The columns that every run has.
    static let standardColumns = Set(Column.standard.map(\.name) + Column.originNames)

    let run: Run
    let columns: [Column]
    /// The most urgent first, at most `max_rows`.
    let findings: [ReportFinding]
    /// What is one thing, with the places of its findings among ``findings``: the most urgent first, those that are
    /// expected last.
    let incidents: [(incident: Incident, places: [Int])]
    /// Incidents that deserve a line of their own, those beyond `max_rows` too.
    let incidentCount: Int
    /// Findings that are expected.
    let expectedCount: Int
    /// Findings beyond `max_rows`.
    let left: Int
    let window: TimeWindow
    let options: HTMLOptions
    let links: [LinkTemplate]

    init(run: Run, columns: [Column], findings: [Finding], options: HTMLOptions, links: [LinkTemplate]) {
        let sorted = findings.byUrgency()
        self.run = run
        self.columns = columns
        self.findings = sorted.prefix(options.maxRows).map { ReportFinding($0, columns) }
        let list = IncidentList(run, findings)
        let places = Dictionary(self.findings.enumerated().map { ($0.element.finding.id, $0.offset) }) { first, _ in
            first
        }
        self.incidents = list.entries.map { ($0.incident, $0.findings.compactMap { places[$0.id] }) }
            .filter { !$0.places.isEmpty }
        self.incidentCount = list.entries.count { !$0.incident.isFolded }
        self.expectedCount = list.entries.filter(\.incident.isFolded).reduce(0) { $0 + $1.findings.count }
        self.left = max(0, sorted.count - options.maxRows)
        self.window = Self.window(of: run, findings)
        self.options = options
        self.links = links
    }

    /// The places of the columns of some sections, section by section.
    func places(_ isWanted: (FieldSection) -> Bool) -> [Int] {
        FieldSection.allCases.filter(isWanted).flatMap { section in
            columns.indices.filter { columns[$0].field.section ?? .details == section }
        }
    }

    /// Findings whose pictures are drawn into the page.
    var drawn: ArraySlice<ReportFinding> { findings.prefix(Self.drawnLimit) }

    /// Whether the place of a finding in the list is one whose evidence is carried in full.
    func isDetailed(_ place: Int) -> Bool { place < Self.detailLimit }

    /// The run's window, an open end of it where the findings end.
    private static func window(of run: Run, _ findings: [Finding]) -> TimeWindow {
        let first = findings.compactMap { $0.times.first.map(Timestamp.init(nanoseconds:)) ?? $0.firstSeen }.min()
        let last = findings.compactMap { $0.times.last.map(Timestamp.init(nanoseconds:)) ?? $0.lastSeen }.max()
        let since = run.window.since ?? first ?? run.header.started
        let until = run.window.until ?? last.map { $0.advanced(by: 1) } ?? since
        return TimeWindow(since: since, until: max(until, since.advanced(by: 1_000_000_000)))
    }
}

/// A finding with its columns' values at hand.
struct ReportFinding {
    let finding: Finding
    /// One value a column of the report.
    let values: [Value?]

    init(_ finding: Finding, _ columns: [Column]) {
        self.finding = finding
        values = columns.map { $0.value(of: finding) }
    }

    /// The finding's address on the page.
    var anchor: String { "f-\(finding.id.filter { $0.isASCII && ($0.isLetter || $0.isNumber) })" }
}
