import FlareKit
import OutputText

/// What was looked at, when, and what became of it: the head of the page.
struct PageHead {
    let report: Report

    private var run: Run { report.run }

    /// What `head.mustache` and `looked.mustache` name.
    var content: [String: Any] {
        let notes = (run.failures + run.warnings).map(cut)
        return [
            "title": title, "incidents": counted(report.incidentCount, "incident"),
            "count": counted(run.findings, "finding"), "hasExpected": report.expectedCount > 0,
            "expected": Readable.count(Int64(report.expectedCount)), "isNone": run.findings == 0,
            "severities": severities, "window": window, "length": length,
            "pipeline": cut(run.header.pipeline), "version": cut(run.header.version),
            "sensor": cut(run.header.sensor), "hasSensor": !run.header.sensor.isEmpty, "host": cut(run.header.host),
            "hasHost": !run.header.host.isEmpty,
            "started": ColumnText.second(run.header.started),
            "startedAt": run.header.started.inWholeSeconds.description,
            "facts": facts, "sources": run.header.sources.map(cut), "accounts": ingestBySource, "dropped": dropped,
            "hasDropped": !run.dropped.isEmpty, "tallies": tallies, "detectors": detectors, "steps": steps,
            "statements": run.statements.map(cut), "hidden": hidden, "notes": notes,
            "note": notes.first ?? "", "hasNotes": !notes.isEmpty, "hasMoreNotes": notes.count > 1,
            "notesCount": notes.count, "moreNotes": Array(notes.dropFirst()),
        ]
    }

    /// What is told where nothing was found: why, and what came nearest.
    var emptyContent: [String: Any] {
        let early = run.dropped.filter { $0.findings == 0 }.reduce(0) { $0 + $1.channels }
        let judged = run.detectors.map(\.judged).max() ?? 0
        let short = max(0, run.channels - early - judged)
        let title =
            judged == 0
            ? "No channel was judged, so nothing can have been found."
            : hidden.isEmpty ? "Nothing was found in this window." : "Nothing else was found in this window."
        return [
            "emptyTitle": title, "channels": counted(run.channels, "channel"), "early": Readable.count(Int64(early)),
            "hasEarly": early > 0, "judged": judged == 0 ? "none" : Readable.count(Int64(judged)), "isOne": judged < 2,
            "short": Readable.count(Int64(short)),
            "hasShort": short > 0, "statements": run.statements.map(cut), "hasDropped": !run.dropped.isEmpty,
            "dropped": dropped, "hidden": hidden,
            "hasMisses": !run.nearMisses.isEmpty, "misses": misses,
        ]
    }

    /// Channels that came nearest to being findings.
    private var misses: [[String: Any]] {
        run.nearMisses.map { miss in
            [
                "channel": cut(miss.channel.description), "score": Readable.decimal(miss.score, 2),
                "p": miss.pValue.map(ColumnText.small) ?? "", "summary": Markup.sentence(miss.summary),
                "missing": Markup.sentence(miss.missing),
            ]
        }
    }

    /// Findings that filters took out, a sentence a filter: known ones by themselves.
    private var hidden: [String] {
        var sums: [DroppedChannels] = []
        for dropped in run.dropped where dropped.findings > 0 {
            let isKnown = dropped.rule == DroppedChannels.known
            if let place = sums.firstIndex(where: {
                $0.filter == dropped.filter && ($0.rule == DroppedChannels.known) == isKnown
            }) {
                sums[place].findings += dropped.findings
            } else {
                sums.append(dropped)
            }
        }
        return sums.map { sum in
            let known = sum.rule == DroppedChannels.known ? "known finding" : "finding"
            return cut("\(counted(sum.findings, known)) left out by \(sum.filter)")
        }
    }

    private func counted(_ number: Int, _ word: String) -> String {
        "\(Readable.count(Int64(number))) \(word)\(number == 1 ? "" : "s")"
    }

    var title: String { cut(run.header.pipeline) }

    private var severities: [[String: Any]] {
        Severity.allCases.reversed().compactMap { severity in
            run.severities[severity.rawValue].flatMap { $0 == 0 ? nil : $0 }.map {
                ["severity": severity.rawValue, "count": Readable.count(Int64($0))]
            }
        }
    }

    private var window: [[String: Any]] {
        [report.window.since, report.window.until].compactMap { $0 }.map { time in
            ["text": PageColumn.minute(time), "at": time.inWholeSeconds.description]
        }
    }

    private var length: String { Readable.seconds(Double(Span(report.window).length)) }

    /// From records to findings, in a few words each.
    private var facts: [String] {
        let used = run.ingest.used
        let flows = used[RecordKind.flow.name]?.count ?? 0
        let others = used.values.reduce(0) { $0 + $1.count } - flows
        var facts = [counted(flows, "flow")]
        if others > 0 { facts.append(counted(others, "other record")) }
        if run.ingest.rejectedCount > 0 { facts.append(counted(run.ingest.rejectedCount, "rejected record")) }
        facts.append(counted(run.channels, "channel"))
        let left = run.dropped.filter { $0.findings == 0 }.reduce(0) { $0 + $1.channels }
        if left > 0 { facts.append("\(Readable.count(Int64(left))) left out by lists and focus") }
        return facts + run.detectors.map { cut("\(Readable.count(Int64($0.judged))) judged by \($0.name)") }
    }

    private var ingestBySource: [[String: Any]] {
        run.ingestBySource.sorted { $0.key < $1.key }.map { name, ingest in
            [
                "name": cut(name), "read": Readable.count(Int64(ingest.read)),
                "used": Readable.count(Int64(ingest.usedCount)),
                "skipped": Readable.count(Int64(ingest.skippedCount)),
                "rejected": Readable.count(Int64(ingest.rejectedCount)),
            ]
        }
    }

    private var dropped: [[String: Any]] {
        run.dropped.sorted { ($1.findings, $1.channels) < ($0.findings, $0.channels) }.map {
            [
                "filter": cut($0.filter), "rule": cut($0.rule), "channels": Readable.count(Int64($0.channels)),
                "records": Readable.count(Int64($0.records)), "findings": Readable.count(Int64($0.findings)),
            ]
        }
    }

    /// What became of records that were not used, and what was remarked about others.
    private var tallies: [[String: Any]] {
        [
            ("Rejected records", run.ingest.rejected), ("Skipped records", run.ingest.skipped),
            ("Not read", run.ingest.unread), ("Remarks", run.ingest.noted),
        ].filter { !$0.1.isEmpty }.map { title, tallies in
            [
                "title": title,
                "lines": tallies.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map {
                    cut("\(Readable.count(Int64($0.value.count))) × \($0.key)")
                },
            ]
        }
    }

    private var detectors: [[String: Any]] {
        run.detectors.map {
            [
                "name": cut($0.name), "judged": Readable.count(Int64($0.judged)),
                "findings": Readable.count(Int64($0.findings)),
            ]
        }
    }

    private var steps: [[String: Any]] {
        ["read", "judge", "enrich", "write", "total"].compactMap { step in
            run.seconds[step].map { ["step": step, "seconds": Readable.seconds($0)] }
        }
    }

    private func cut(_ text: String) -> String { Markup.cut(text) }
}
