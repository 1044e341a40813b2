import FlareKit
import Foundation

/// The closing summary for people: what was read, what became of it, what was found, where it is.
struct RunSummary {
    private let outcome: RunOutcome

    init(_ outcome: RunOutcome) { self.outcome = outcome }

    var text: String {
        ([records] + tallies + [window] + statements + [channels] + dropped + detectors + [findings] + outputs
            + warnings)
            .compactMap { $0 }.joined(separator: "\n") + "\n"
    }

    /// What was read and what became of it, for commands whose result is another than findings.
    var counts: String {
        ([records] + tallies + [window] + statements + [channels] + dropped + warnings)
            .joined(separator: "\n") + "\n"
    }

    private var run: Run { outcome.run }

    private var records: String {
        let ingest = run.ingest
        let bytes = ingest.bytes > 0 ? " (\(Quantity.bytes(ingest.bytes)))" : ""
        return
            "Read \(ingest.read.grouped) records\(bytes) in \(Quantity.seconds(run.seconds["total"] ?? 0)): "
            + used + "\(ingest.skippedCount.grouped) skipped, \(ingest.rejectedCount.grouped) rejected"
    }

    /// Where connections were logged, other records name them and divide them into calls.
    private var used: String {
        let used = run.ingest.used
        func count(_ kinds: RecordKind...) -> Int { kinds.reduce(0) { $0 + (used[$1.name]?.count ?? 0) } }
        let naming = [
            (count(.tls, .http), "handshakes and requests inside them"), (count(.lookup, .dns), "lookups"),
            (count(.certificate), "certificates"),
        ].filter { $0.0 > 0 }
        guard !naming.isEmpty, count(.flow) > 0 else { return "\(run.ingest.usedCount.grouped) used, " }
        let others = naming.reduce(0) { $0 + $1.0 }
        return "\((run.ingest.usedCount - others).grouped) used, "
            + naming.map { "\($0.0.grouped) \($0.1), " }.joined()
    }

    private var tallies: [String] {
        var lines: [String] = []
        let skipped = run.ingest.skipped.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        if !skipped.isEmpty {
            lines.append(
                "  skipped: " + skipped.map { "\($0.value.count.grouped) \($0.key)" }.joined(separator: ", "))
        }
        for (reason, tally) in run.ingest.rejected.sorted(by: { $0.key < $1.key }) {
            let places = tally.examples.map(\.description).joined(separator: ", ")
            lines.append("  rejected: \(tally.count.grouped) \(reason)" + (places.isEmpty ? "" : ": \(places)"))
        }
        for (remark, tally) in run.ingest.noted.sorted(by: { $0.key < $1.key }) {
            lines.append("  note: \(tally.count.grouped) \(remark)")
        }
        for (reason, tally) in run.ingest.unread.sorted(by: { $0.key < $1.key }) {
            lines.append("  not read: \(tally.count.grouped) \(reason): \(tally.places)")
        }
        return lines
    }

    private var window: String { "Window: \(run.window)" }

    private var statements: [String] { run.statements.map { $0.prefix(1).uppercased() + $0.dropFirst() } }

    private var channels: String {
        "Channels: \(run.channels.grouped)"
    }

    private var dropped: [String] {
        run.dropped.map {
            $0.hiddenFindings.map { "  \($0)" }
                ?? "  left out by \($0.filter), \($0.rule): \($0.channels.grouped) channels, "
                + "\($0.records.grouped) records"
        }
    }

    private var detectors: [String] {
        run.detectors.map {
            "  judged by \($0.name): \($0.judged.grouped), findings \($0.findings.grouped)"
        }
    }

    private var findings: String {
        let severities = Severity.allCases.reversed().compactMap { severity in
            run.severities[severity.rawValue].map { "\($0.grouped) \(severity.rawValue)" }
        }
        let listed = run.incidents.listed.count
        let folded = run.incidents.foldedLine.map { "; \($0)" } ?? ""
        return "Findings: \(run.findings.grouped)"
            + (severities.isEmpty ? "" : " (\(severities.joined(separator: ", ")))")
            + (run.findings == 0 ? "" : ", \(listed.grouped) incident\(listed == 1 ? "" : "s")\(folded)")
    }

    private var outputs: [String] {
        run.outputs.compactMap { output in
            if let failure = output.failure { return "Output \(output.sink) failed: \(failure)" }
            if output.isKept, let destination = output.destination {
                return "Output \(output.sink): not written, since nothing was judged; what stood there still does: "
                    + Self.shortened(destination)
            }
            return output.destination.map { "Output \(output.sink): \(Self.shortened($0))" }
        }
    }

    /// A path without detours, where it leads to the same file.
    private static func shortened(_ path: String) -> String {
        guard path.hasPrefix("/"), path.contains("/.") else { return path }
        return URL(filePath: path).resolvingSymlinksInPath().path
    }

    private var warnings: [String] { run.warnings.map { "Note: \($0)" } }
}

/// Numbers as people read them.
enum Quantity {
    /// `1.2 GB`, by powers of a thousand.
    static func bytes(_ number: Int64) -> String {
        var value = Double(number)
        for unit in ["bytes", "kB", "MB", "GB"] {
            if value < 1000 { return unit == "bytes" ? "\(number) bytes" : "\(tenth(value)) \(unit)" }
            value /= 1000
        }
        return "\(tenth(value)) TB"
    }

    /// `0.25 s`, `12.3 s`, `3 min 20 s`
    static func seconds(_ seconds: Double) -> String {
        if seconds < 10 { return "\((seconds * 100).rounded() / 100) s" }
        if seconds < 60 { return "\(tenth(seconds)) s" }
        let whole = Int(seconds.rounded())
        return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
    }

    private static func tenth(_ value: Double) -> String { String((value * 10).rounded() / 10) }
}
