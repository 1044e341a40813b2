import ElasticsearchClient
import FlareKit

/// What a run did, as a document.
enum RunDocument {
    static func document(of run: Run) -> JSON {
        let ingest = run.ingest
        func counts(_ tallies: [String: IngestCounts.Tally]) -> JSON {
            .array(
                tallies.sorted { $0.key < $1.key }.map {
                    ["reason": .text($0.key), "count": .integer(Int64($0.value.count))]
                })
        }
        var window: JSON = [:]
        window = window.with("since", run.window.since.map { .text($0.description) })
        window = window.with("until", run.window.until.map { .text($0.description) })
        let flare: JSON = [
            "pipeline": .text(run.header.pipeline), "sensor": .text(run.header.sensor),
            "run": .text(run.judged.description), "run_host": .text(run.header.host),
            "version": .text(run.header.version),
            "window": window,
            "sources": .texts(run.header.sources), "read": .integer(Int64(ingest.read)),
            "used": .integer(Int64(ingest.usedCount)), "skipped": counts(ingest.skipped),
            "rejected": counts(ingest.rejected), "bytes": .integer(ingest.bytes),
            "channels": .integer(Int64(run.channels)), "findings": .integer(Int64(run.findings)),
            "incidents": .array(
                run.incidents.map {
                    [
                        "id": .text($0.id), "name": .text($0.name), "severity": .text($0.severity.rawValue),
                        "findings": .integer(Int64($0.findings.count)), "expected": $0.expected.map(JSON.text) ?? .null,
                    ]
                }),
            "severities": .object(
                run.severities.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .integer(Int64($0.value))) }),
            "seconds": .object(
                run.seconds.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .number($0.value)) }),
            "detectors": .array(
                run.detectors.map {
                    [
                        "name": .text($0.name), "judged": .integer(Int64($0.judged)),
                        "findings": .integer(Int64($0.findings)),
                    ]
                }),
            "dropped": .array(
                run.dropped.map {
                    [
                        "filter": .text($0.filter), "list": $0.list.map(JSON.text) ?? .null, "rule": .text($0.rule),
                        "channels": .integer(Int64($0.channels)), "records": .integer(Int64($0.records)),
                        "findings": .integer(Int64($0.findings)),
                    ]
                }), "warnings": .texts(run.failures + run.warnings),
        ]
        return [
            "@timestamp": .text(run.header.started.description), "ecs": ["version": .text(FindingDocument.ecsVersion)],
            "event": ["kind": "metric", "module": "flare", "dataset": "flare.runs"], "flare": flare,
        ]
    }
}
