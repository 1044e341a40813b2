/// A column of what sinks write: a field, and how a finding answers to it.
public struct Column: Sendable {
    public let field: Field
    private let read: @Sendable (Finding) -> Value?

    public var name: String { field.name }

    /// A column that takes the evidence of the field's name.
    public init(evidence field: Field) {
        self.field = field
        self.read = { $0.evidence[field.name] }
    }

    init(
        _ name: String, _ type: FieldType, unit: String? = nil, _ meaning: String, _ section: FieldSection,
        _ label: String? = nil, ecs: String? = nil, isSentence: Bool = false,
        _ read: @escaping @Sendable (Finding) -> Value?
    ) {
        field = Field(name, type, unit: unit, meaning, section: section, label: label, ecs: ecs, isSentence: isSentence)
        self.read = read
    }

    /// A finding's value; `nil` leaves the cell empty.
    public func value(of finding: Finding) -> Value? { read(finding) }
}

extension Column {
    /// The columns that every run has, in their order; those of plugins' evidence follow.
    ///
    /// `src_whois` and `dest_whois` are filled by whoever writes evidence of these names.
    public static let standard: [Column] = [
        Column("src_ip", .address, "Source address of the channel.", .head, "Source") { $0.source.map(Value.address) },
        Column(
            "dest_ip", .text, "Destination address, or name where channels are grouped by name.", .head, "Destination"
        ) {
            $0.channel.map { .text($0.peer.description) }
        },
        Column("dest_port", .integer, "Destination port; 0 where the protocol has none.", .head, "Port") {
            $0.channel?.port.map { .integer(Int64($0)) }
        },
        Column("proto", .text, "Transport protocol.", .head, "Protocol") {
            $0.channel?.proto.map { .text(TransportProtocol.name(of: $0)) }
        },
        Column("bytes_toserver", .integer, unit: "bytes", "Bytes from source to destination.", .numbers, "Sent") {
            $0.bytesToServer.map(Value.integer)
        },
        Column("bytes_toclient", .integer, unit: "bytes", "Bytes from destination to source.", .numbers, "Received") {
            $0.bytesToClient.map(Value.integer)
        },
        Column(
            "dest_degree", .integer, "Different source addresses seen talking to the destination.", .numbers, "Callers"
        ) {
            $0.destinationDegree.map { .integer(Int64($0)) }
        },
        Column("occurrences", .integer, "Callbacks or intervals that were judged.", .numbers, "Calls") {
            $0.occurrences.map { .integer(Int64($0)) }
        },
        Column("percent", .number, unit: "%", "Share of the occurrences that fit the interval.", .numbers, "Regular") {
            $0.percent.map(Value.number)
        },
        Column("interval", .number, unit: "s", "Time from one callback to the next.", .numbers, "Every") {
            $0.interval.map(Value.number)
        },
        Column("score", .number, "The detector's certainty, 0 to 1.", .head) { .number($0.score) },
        Column(
            "priority", .number, "How probable it is that the finding deserves a look, 0 to 1, by all evidence.", .head
        ) {
            .number(($0.priority * 10_000).rounded() / 10_000)
        },
        Column(
            "weight", .number, unit: "dB", "All evidence for and against, summed in decibans; lists are sorted by it.",
            .head
        ) {
            .number(($0.weight * 10).rounded() / 10)
        },
        Column(
            "severity", .text,
            "low, medium, high or critical: by priority, and by how many independent sides of evidence there are.",
            .head
        ) { .text($0.severity.rawValue) },
        Column("why", .text, "Why it deserves a look: the evidence that speaks most for it.", .head, isSentence: true) {
            .text($0.why)
        },
        Column(
            "incident", .text, "Id of the incident that it belongs to; findings that are one thing have the same.",
            .head
        ) {
            $0.incident.map(Value.text)
        },
        Column(
            "incident_name", .text, "The incident in one line: who calls whom, what they share, how often, since when.",
            .head,
            isSentence: true
        ) {
            $0.incidentName.map(Value.text)
        },
        Column("incident_reasons", .texts, "What the findings of the incident share.", .relations) {
            $0.incidentReasons.isEmpty ? nil : .texts($0.incidentReasons)
        },
        Column("expected", .text, "What it was recognised as that calls by nature; such findings are folded.", .head) {
            $0.isExpected ? $0.expectation.map(Value.text) : nil
        },
        Column("first_seen", .time, "Start of the channel's first record in the window.", .numbers, "Since") {
            $0.firstSeen.map(Value.time)
        },
        Column("last_seen", .time, "Start of the channel's last record in the window.", .numbers) {
            $0.lastSeen.map(Value.time)
        },
        Column("destination", .text, "The destination as name:port, by its address where no name is known.", .head) {
            $0.destination.map(Value.text)
        },
        Column("host", .text, "Best name known for the destination.", .head) { $0.host.map(Value.text) },
        Column("detector", .text, "The detector that reported it.", .head) { .text($0.detector) },
        Column(evidence: .sourceOwner),
        Column(evidence: .destinationOwner),
        Column("summary", .text, "One sentence on what was found.", .head, "In words", isSentence: true) {
            .text($0.summary)
        },
    ]

    /// Whose findings these are, so that files of several sensors can be laid together: the same for all findings of a run.
    package static func origin(_ run: RunHeader) -> [Column] {
        [
            Column(
                "sensor", .text, "The sensor whose records were judged: the pipeline's `sensor`, else the run's host.",
                .head, ecs: "observer.name"
            ) { _ in run.sensor.isEmpty ? nil : .text(run.sensor) },
            Column("pipeline", .text, "Name of the pipeline that reported it.", .head) { _ in .text(run.pipeline) },
            Column(
                "run", .time, "End of the window that was judged, by which the runs of a pipeline are told apart.",
                .head
            ) { $0.judged.map(Value.time) },
            Column(
                "run_host", .text, "Name of the machine that the run was on.", .head, "Run's host",
                ecs: "observer.hostname"
            ) { _ in run.host.isEmpty ? nil : .text(run.host) },
        ]
    }

    /// Names of ``origin(_:)``.
    package static let originNames = origin(
        RunHeader(pipeline: "", version: "", started: Timestamp(seconds: 0), sources: [])
    ).map(\.name)

    /// The standard columns, then one for each further field, first come first, each name once, then whose run it was.
    public static func all(with evidence: [Field], of run: RunHeader? = nil) -> [Column] {
        var columns = standard
        var names = Set(columns.map(\.name))
        for field in evidence where names.insert(field.name).inserted { columns.append(Column(evidence: field)) }
        return columns + (run.map(origin) ?? []).filter { !names.contains($0.name) }
    }
}
