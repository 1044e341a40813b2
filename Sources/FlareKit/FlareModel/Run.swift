/// What is known of a run before it reads anything.
public struct RunHeader: Sendable, Codable {
    /// The pipeline's name.
    public var pipeline: String
    /// Flare's version.
    public var version: String
    public var started: Timestamp
    /// One line for each source: what is read.
    public var sources: [String]
    /// Whose records are judged: as the pipeline names it, else the machine that Flare runs on. Files of several sensors can be
    /// laid together by it.
    public var sensor: String
    /// The name of the machine that Flare runs on.
    public var host: String

    public init(
        pipeline: String, version: String, started: Timestamp, sources: [String], sensor: String = "", host: String = ""
    ) {
        self.sensor = sensor
        self.host = host
        self.pipeline = pipeline
        self.version = version
        self.started = started
        self.sources = sources
    }
}

/// What a run did: counts that add up, and times.
public struct Run: Sendable, Codable {
    public var header: RunHeader
    /// The window that was judged, both ends as the records had them or as they were asked for.
    public var window: TimeWindow
    /// All records that were read: used, skipped, rejected.
    public var ingest: IngestCounts
    /// The ingest counts of each source by itself.
    public var ingestBySource: [String: IngestCounts]
    /// The start of the newest record; `nil` where there is none.
    public var newest: Timestamp?
    /// What the sensor lost, hour by hour, where it says so.
    public var sensor: [SensorHour] = []
    public var channels: Int = 0
    /// What filters say of their settings, a line each: what counts as inside.
    public var statements: [String] = []
    /// Channels that a filter took out, by filter and rule, with the records in them.
    public var dropped: [DroppedChannels] = []
    public var detectors: [DetectorReport] = []
    public var findings: Int = 0
    /// The findings gathered into incidents, the most urgent first, those that are expected last.
    public var incidents: [Incident] = []
    /// Where there is no finding, the channels that came nearest to being one, the nearest first, of each detector some.
    public var nearMisses: [NearMiss] = []
    /// Findings by severity.
    public var severities: [String: Int] = [:]
    /// Wall-clock seconds by step: `read`, `judge`, `enrich`, `write`, and `total`.
    public var seconds: [String: Double] = [:]
    public var outputs: [OutputReport] = []
    /// What went wrong with plugins that the run went on without.
    public var failures: [String] = []
    /// Remarks that a reader of the results has to know.
    public var warnings: [String] = []

    public init(header: RunHeader, window: TimeWindow, ingest: IngestCounts, ingestBySource: [String: IngestCounts]) {
        self.header = header
        self.window = window
        self.ingest = ingest
        self.ingestBySource = ingestBySource
    }
}

/// Channels that one rule of a filter took out.
public struct DroppedChannels: Sendable, Codable, Hashable {
    public var filter: String
    /// The list that the rule is of; `nil` where the filter has no lists.
    public var list: String?
    public var rule: String
    public var channels: Int
    /// The records in them.
    public var records: Int
    /// How many findings they had become before the rule could tell; 0 where it acted before detection.
    public var findings: Int

    public init(
        filter: String, list: String? = nil, rule: String, channels: Int, records: Int, findings: Int = 0
    ) {
        self.filter = filter
        self.list = list
        self.rule = rule
        self.channels = channels
        self.records = records
        self.findings = findings
    }
}

extension DroppedChannels {
    /// The rule of what earlier runs reported already.
    public static let known = "known"

    /// The findings that the rule took out, for a reader: `53 known findings left out by history`; `nil` where it acted
    /// before there were findings.
    public var hiddenFindings: String? {
        guard findings > 0 else { return nil }
        let (adjective, reason) = rule == Self.known ? ("known ", "") : ("", " (\(rule))")
        return "\(Self.grouped(findings)) \(adjective)finding\(findings == 1 ? "" : "s") left out by \(filter)\(reason)"
    }

    /// `1,234`
    private static func grouped(_ count: Int) -> String {
        var digits = String(count)
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        return digits
    }
}

extension Run {
    /// By what it is told from other runs of its pipeline: the end of the window that was judged. The same records give the same,
    /// whenever they are read.
    package var judged: Timestamp { (window.until ?? header.started).inWholeSeconds }

    /// By what its findings are told from those of other runs, as a sentence.
    package var origin: String {
        let place = header.host.isEmpty ? "" : " on \(header.host)"
        return (header.sensor.isEmpty ? "Pipeline" : "Sensor \(header.sensor), pipeline")
            + " \(header.pipeline), run \(judged)\(place)"
    }

    /// What filters took out of the findings, a line a rule.
    public var hiddenFindings: [String] { dropped.compactMap(\.hiddenFindings) }

    /// Whether nothing was read that detectors judge: there is nothing to say, not even that nothing was found.
    package func isEmpty(of subjects: Set<RecordKind>) -> Bool {
        subjects.allSatisfy { ingest.used[$0.name]?.count ?? 0 == 0 }
    }
}

extension DroppedChannels: Comparable {
    /// By filter, list and rule.
    public static func < (a: DroppedChannels, b: DroppedChannels) -> Bool {
        (a.filter, a.list ?? "", a.rule, a.findings) < (b.filter, b.list ?? "", b.rule, b.findings)
    }
}

/// What a detector did.
public struct DetectorReport: Sendable, Codable {
    public var name: String
    /// Channels with enough records, after the filters.
    public var judged: Int
    public var findings: Int

    public init(name: String, judged: Int, findings: Int) {
        self.name = name
        self.judged = judged
        self.findings = findings
    }
}

/// What became of a sink's output.
public struct OutputReport: Sendable, Codable {
    public var sink: String
    public var destination: String?
    public var findings: Int
    /// Why it failed; `nil` where it did not.
    public var failure: String?
    /// Whether what an earlier run wrote was left as it is, since this one found no record.
    public var isKept = false

    public init(sink: String, destination: String?, findings: Int, failure: String?, isKept: Bool = false) {
        self.sink = sink
        self.destination = destination
        self.findings = findings
        self.failure = failure
        self.isKept = isKept
    }
}
