import FlareKit
import OutputText

/// What was looked at, when, and what became of it: the head of the page.
struct PageHead {
    let report: Report

    private var run: Run { report.run }

    /// What `head.mustache` names.
    var content: [String: Any] {
        [
            "title": title, "count": Readable.count(Int64(run.findings)), "isOne": run.findings == 1,
            "isNone": run.findings == 0, "severities": severities, "window": window, "length": length,
            "pipeline": cut(run.header.pipeline), "version": cut(run.header.version),
            "started": ColumnText.second(run.header.started),
            "startedAt": run.header.started.inWholeSeconds.description,
            "facts": facts, "sources": run.header.sources.map(cut), "accounts": accounts, "dropped": dropped,
            "hasDropped": !run.dropped.isEmpty,
            "rejected": tallies(run.account.rejected), "hasRejected": !run.account.rejected.isEmpty,
            "skipped": tallies(run.account.skipped), "hasSkipped": !run.account.skipped.isEmpty,
            "noted": tallies(run.account.noted), "hasNoted": !run.account.noted.isEmpty,
            "detectors": detectors, "steps": steps,
            "warnings": (run.failures + run.statements + run.warnings).map(cut),
            "hidden": run.hiddenFindings.map(cut),
        ]
    }

    var title: String { cut(report.options.title ?? run.header.pipeline) }

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

    private var facts: [[String: Any]] {
        let used = run.account.used.sorted { $0.key < $1.key }
        var facts = used.map { fact($0.key == RecordKind.flow.name ? "flows" : "\($0.key) records", $0.value.count) }
        if used.isEmpty { facts.append(fact("records of interest", 0)) }
        facts.append(fact("channels", run.channels))
        let left = run.dropped.filter { $0.findings == 0 }.reduce(0) { $0 + $1.channels }
        if left > 0 { facts.append(fact("channels left out by lists and focus", left)) }
        let hidden = run.dropped.reduce(0) { $0 + $1.findings }
        if hidden > 0 { facts.append(fact("findings left out", hidden)) }
        facts.append(fact("records rejected", run.account.rejectedCount))
        if let total = run.seconds["total"] {
            facts.append(["value": Readable.seconds(total), "label": "from start to end"])
        }
        return facts
    }

    private func fact(_ label: String, _ count: Int) -> [String: Any] {
        ["value": Readable.count(Int64(count)), "label": cut(label)]
    }

    private var accounts: [[String: Any]] {
        run.accounts.sorted { $0.key < $1.key }.map { name, account in
            [
                "name": cut(name), "read": Readable.count(Int64(account.read)),
                "used": Readable.count(Int64(account.usedCount)),
                "skipped": Readable.count(Int64(account.skippedCount)),
                "rejected": Readable.count(Int64(account.rejectedCount)),
            ]
        }
    }

    private var dropped: [[String: Any]] {
        run.dropped.map {
            [
                "filter": cut($0.filter), "rule": cut($0.rule), "channels": Readable.count(Int64($0.channels)),
                "records": Readable.count(Int64($0.records)), "findings": Readable.count(Int64($0.findings)),
            ]
        }
    }

    private func tallies(_ tallies: [String: Account.Tally]) -> [[String: Any]] {
        tallies.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map {
            ["reason": cut($0.key), "count": Readable.count(Int64($0.value.count))]
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
        ["read", "judge", "enrich", "write"].compactMap { step in
            run.seconds[step].map { ["step": step, "seconds": Readable.seconds($0)] }
        }
    }

    private func cut(_ text: String) -> String { SafeText.line(text, limit: Markup.valueLimit) }
}
