import FlareKit
import OutputFiles
import OutputText

/// What a run counted, for the text file collector of Prometheus' node_exporter.
public actor PrometheusSink: ReportSink, BuiltInPlugin {
    public static let name = "prometheus"
    public static let summary =
        "Writes a run's counts for Prometheus: records, findings, times, and what filters leave out."

    public nonisolated let destination: String?
    public var held: HeldFindings

    public init(_ options: PrometheusOptions, _ context: PluginContext = PluginContext()) throws(OptionComplaint) {
        destination = try outputPath(of: options.path)
        held = HeldFindings(destination)
    }

    public func report(of run: Run, _ findings: [Finding], _ columns: [Column]) -> String { PrometheusText(run).text }
}

/// The options of `prometheus`.
public struct PrometheusOptions: PluginOptions {
    public var path = OptionPath("-")

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "path", \.path,
                "Output file, such as /var/lib/prometheus/node-exporter/flare.prom; - is standard output.")
        ]
    }
}

/// Prometheus' text format, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""
    private let pipeline: String

    init(_ run: Run) {
        pipeline = run.header.pipeline
        func seconds(_ time: Timestamp) -> Double { Double(time.nanoseconds) / 1e9 }
        add(
            "flare_records", "Records of the last run, by what became of them.",
            [
                (["result": "used"], Double(run.ingest.usedCount)),
                (["result": "skipped"], Double(run.ingest.skipped.values.reduce(0) { $0 + $1.count })),
                (["result": "rejected"], Double(run.ingest.rejectedCount)),
            ])
        add(
            "flare_findings", "Findings of the last run, by severity.",
            Severity.allCases.map {
                (["severity": $0.rawValue], Double(run.severities[$0.rawValue] ?? 0))
            })
        if let newest = run.newest {
            add(
                "flare_newest_record_timestamp_seconds", "Start of the newest record: time() minus it is its age.",
                [
                    ([:], seconds(newest))
                ])
        }
        let header = run.header
        add(
            "flare_run_info", "Whose records the last run judged, where, and with which version.",
            [(["sensor": header.sensor, "host": header.host, "version": header.version], 1)])
        add("flare_run_timestamp_seconds", "When the run began.", [([:], seconds(run.header.started))])
        add(
            "flare_run_seconds", "Seconds that each step of the run took.",
            run.seconds.sorted { $0.key < $1.key }.map {
                (["step": $0.key], $0.value)
            })
        add(
            "flare_sensor_lost_ratio", "Share of the packets that the sensor lost in the window, by its own word.",
            SensorRecord.Kind.allCases.compactMap { kind in
                SensorHour.share(run.sensor, of: kind).map { (["kind": kind.rawValue], $0) }
            })
        add("flare_channels", "Channels before filters.", [([:], Double(run.channels))])
        let rules = Dictionary(grouping: run.dropped.filter { $0.findings == 0 }) { "\($0.filter)\n\($0.list ?? "")" }
        add(
            "flare_filtered_ratio", "Share of the channels that a filter's list left out.",
            rules.sorted { $0.key < $1.key }.map {
                let channels = $0.value.reduce(0) { $0 + $1.channels }
                return (
                    ["filter": $0.value[0].filter, "list": $0.value[0].list ?? ""],
                    Double(channels) / Double(max(1, run.channels))
                )
            })
        add(
            "flare_hidden_findings", "Findings that filters left out.",
            [
                ([:], Double(run.dropped.reduce(0) { $0 + $1.findings }))
            ])
        add(
            "flare_failures", "Outputs and plugins that failed.",
            [
                ([:], Double(run.failures.count + run.outputs.count { $0.failure != nil }))
            ])
    }

    private mutating func add(_ name: String, _ help: String, _ samples: [(labels: [String: String], value: Double)]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
        for (labels, value) in samples {
            let all = [("pipeline", pipeline)] + labels.sorted { $0.key < $1.key }
            let listed = all.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
            text += "\(name){\(listed)} \(Value.number(value))\n"
        }
    }

    /// What the format asks for; an end of line would begin a sample of the network's own.
    private static func escaped(_ text: String) -> String {
        SafeText.escaped(text, ["\\": "\\\\", "\"": "\\\"", "\n": "\\n", "\r": " "])
    }
}
