import FlareModel
import FlarePlugins
import Logging

/// From kept records to findings: selection, judging, settling, enriching. The same for a run over files, over a
/// cluster that groups by itself, and for each evaluation of a live run.
struct Evaluator: Sendable {
    let pipeline: Pipeline
    let enrichers: [Pipeline.Stage<any Enricher>]
    /// What enrichers remarked before the run.
    let remarks: [String]
    let header: RunHeader
    let meter: ReadMeter
    let logger: Logger

    /// What an evaluation found, and how.
    struct Outcome: Sendable {
        var findings: [Finding] = []
        var incidents: [Incident] = []
        var channels = 0
        var dropped: [DroppedChannels] = []
        /// The ids of findings that enrichers took out.
        var hidden: Set<String> = []
        var remarks: [String] = []
        /// Enrichers that failed, and why.
        var failures: [String] = []
        var statements: [String] = []
        var detectors: [DetectorReport] = []
        var nearMisses: [NearMiss] = []
        var seconds: [String: Double] = [:]
    }

    /// The channels of one grouping, selected and ready to be judged.
    struct Grouped: Sendable {
        let channels: KeptChannels
        /// The channels as detectors and enrichers see them.
        let table: ChannelTable
        var census: Census
        var dropped: [DroppedChannels]
        /// Filters that set themselves by these channels or took rules back over them, by name.
        var narrowed: [String: any ChannelFilter]
        var remarks: [String]
        var statements: [String]

        /// What filters left out of lookups that are judged beside flows; `nil` for nothing.
        var leftOutRemark: String? {
            let count = dropped.reduce(0) { $0 + $1.channels }
            guard count > 0 else { return nil }
            let rules = Set(dropped.map { "\($0.filter), \($0.rule)" }).sorted()
            return "lookups: \(count.grouped) of \(census.channels.grouped) domains were left out by "
                + rules.listed(3, by: "; ")
        }

        init(_ channels: KeptChannels, _ census: Census, _ selection: ChannelSelection) {
            self.channels = channels
            table = channels.table
            self.census = census
            dropped = selection.dropped
            narrowed = selection.narrowed
            remarks = selection.remarks
            statements = selection.statements
        }
    }

    var filters: [Pipeline.Stage<any ChannelFilter>] {
        enrichers.compactMap { stage in
            (stage.plugin as? any ChannelFilter).map { Pipeline.Stage(stage.name, $0) }
        }
    }

    /// The kinds of record that are calls for any detector.
    var subjects: Set<RecordKind> { groupings.reduce(into: Set()) { $0.formUnion($1.calls) } }

    /// The different groupings that the detectors ask for, each once, in their order.
    var groupings: [Grouping] {
        pipeline.detectors.map(\.demand.grouping).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The fewest records that any detector of a grouping wants of a channel.
    func minimumCount(of grouping: Grouping) -> Int {
        pipeline.detectors.map(\.demand).filter { $0.grouping == grouping }.map(\.minimumCount).min() ?? 1
    }

    /// Groups kept records.
    func group(_ stores: [RecordKind: RecordStore], by grouping: Grouping, in window: TimeWindow) async -> Grouped? {
        guard var records = stores[grouping.subject] else { return nil }
        if grouping.by == .domain, !grouping.isByRegisteredDomain { records.removeAnswers() }
        // A sensor that logs no connections tells of them by what it logs inside them.
        let calls = grouping.joinsNames || (grouping.by == .address && records.isEmpty) ? Calls(records, stores) : nil
        let store = calls?.store ?? records
        let index = ChannelIndex(store, grouping: grouping, window: window, calls: grouping.joinsNames ? calls : nil)
        async let census = Census(store, index, in: window)
        let counts = index.counts
        let selection = await ChannelSelection(
            count: index.keys.count, minimumCount: minimumCount(of: grouping), filters: filters,
            threads: pipeline.threads,
            channel: ChannelSelection.Lookup(
                records: { Int(counts[$0]) }, key: { index.key(of: UInt32($0)) },
                parts: { (index.addressChannels[UInt32($0)] ?? index.turns[UInt32($0)])?.map(Int.init) }))
        let channels = KeptChannels(store, index, candidates: selection.chosen.map(UInt32.init), window: window)
        var grouped = Grouped(channels, await census, selection)
        grouped.remarks += index.proxyRemarks
        if let calls, grouping.joinsNames { grouped.statements += calls.origins.statements }
        return grouped
    }

    /// Judges grouped channels and makes findings, sorted by priority.
    func evaluate(_ taken: Taken) async throws -> Outcome {
        let groups = taken.groups
        var outcome = Outcome()
        let stopwatch = ContinuousClock()
        var mark = stopwatch.now
        func lap(_ step: String) {
            outcome.seconds[step] = mark.duration(to: stopwatch.now).inSeconds
            mark = stopwatch.now
        }
        let ofFlows = groupings.filter { $0.subject == .flow }
        for grouping in groupings {
            if ofFlows.isEmpty || grouping.subject == .flow {
                outcome.channels += groups[grouping]?.census.channels ?? 0
                outcome.dropped += groups[grouping]?.dropped ?? []
            } else if let remark = groups[grouping]?.leftOutRemark {
                outcome.remarks.append(remark)
            }
            outcome.remarks += groups[grouping]?.remarks ?? []
            outcome.remarks += (groups[grouping]?.census.remarks ?? []).filter { !outcome.remarks.contains($0) }
            outcome.statements += (groups[grouping]?.statements ?? []).filter { !outcome.statements.contains($0) }
        }
        meter.begin("judge")
        var scores: [String: JudgedScores] = [:]
        var candidates: [Finding] = []
        let called = groups.first { $0.key.by == .address || $0.key.by == .both }?.value.census.sourcesByPeer
        let judging = Judging(threads: pipeline.threads) { meter.isCancelled }
        for stage in pipeline.detectors {
            guard var group = groups[stage.demand.grouping] else { continue }
            group.census.called = called
            let judged = try await judging.run(
                stage.plugin, minimumCount: stage.demand.minimumCount, group.table, group.census,
                seeksCandidates: !enrichers.isEmpty)
            let overlapping = OverlappingFindings(group.channels, group.table)
            let distinct = overlapping.resolved(judged.findings)
            func marked(_ findings: [Finding]) -> [Finding] {
                var marked = findings
                for place in marked.indices { marked[place].techniques.formUnion(stage.plugin.techniques) }
                return marked
            }
            outcome.findings += marked(distinct.findings)
            if !enrichers.isEmpty {
                candidates += marked(overlapping.candidates(judged.candidates, beside: judged.findings))
            }
            if distinct.folded > 0 {
                outcome.remarks.append(
                    "\(stage.name): \(distinct.folded) channels to addresses or names were not reported beside others that "
                        + "hold the same calls")
            }
            outcome.detectors.append(
                DetectorReport(name: stage.name, judged: judged.judged, findings: distinct.findings.count))
            scores[stage.name] = judged.scores
            outcome.nearMisses += judged.nearMisses
            outcome.remarks += judged.remarks.map { "\(stage.name): \($0)" }
            outcome.failures += judged.failures.map { "detector \(stage.name): \($0)" }
        }
        lap("judge")
        meter.begin("enrich")
        var context = RunContext(
            header: header, window: taken.window, tables: groups.mapValues(\.table),
            censuses: groups.mapValues(\.census),
            contextSources: pipeline.sources.compactMap { $0.plugin as? any ContextSource },
            fields: pipeline.evidence, logger: logger)
        (context.threads, context.meter, context.judged) = (pipeline.threads, meter, scores)
        outcome.findings += candidates
        for enricher in enrichers {
            if meter.isCancelled { throw CancellationError() }
            context.stage = enricher.name
            let plugin = groups.values.compactMap { $0.narrowed[enricher.name] }.first ?? enricher.plugin
            await enrich(&outcome, Pipeline.Stage(enricher.name, plugin), context)
        }
        if meter.isCancelled { throw CancellationError() }
        outcome.dropped += context.ledger.totals
        outcome.hidden.formUnion(context.ledger.dropped.map(\.finding.id))
        outcome.remarks += context.ledger.remarks
        outcome.findings.removeAll { !$0.isReported }
        for place in outcome.detectors.indices {
            let stage = outcome.detectors[place].name
            let name = pipeline.detectors.first { $0.name == stage }?.plugin.name
            outcome.detectors[place].findings += outcome.findings.count { $0.detector == name && $0.shortfall > 0 }
        }
        // They stand in for findings: where there is one, it is what to look at.
        if outcome.detectors.contains(where: { $0.findings > 0 }) { outcome.nearMisses = [] }
        for place in outcome.findings.indices {
            outcome.findings[place].severityRule = pipeline.severity
            outcome.findings[place].listTechniques()
        }
        outcome.findings = outcome.findings.byUrgency()
        outcome.incidents = Incident.gather(&outcome.findings)
        lap("enrich")
        return outcome
    }

    /// Lets an enricher act on the findings. One that fails leaves them as they were: all was read and judged.
    private func enrich(_ outcome: inout Outcome, _ enricher: Pipeline.Stage<any Enricher>, _ context: RunContext) async
    {
        let said = context.ledger.dropped.count
        let takesAll = enricher.plugin.takesCandidates
        let given = takesAll ? outcome.findings : outcome.findings.filter(\.isReported)
        var findings = given
        do {
            try await enricher.plugin.enrich(&findings, context)
            context.ledger.complete(
                given, findings, since: said, filter: enricher.name, records: context.recordCount)
            outcome.findings = findings + (takesAll ? [] : outcome.findings.filter { !$0.isReported })
        } catch {
            context.ledger.forget(filter: enricher.name)
            // An external plugin names its failure itself.
            if (enricher.plugin as? any ClosablePlugin)?.failure != nil { return }
            outcome.failures.append("enricher \(enricher.name): \(error); the findings are without what it adds")
        }
    }
}

extension Duration {
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
