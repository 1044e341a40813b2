import FlareModel
import FlarePlugins
import Logging

/// The first half of a run: from sources to grouped channels, either by reading all records here or by letting a
/// source group on its own side. Both yield the same channels and the same census.
struct Intake: Sendable {
    let pipeline: Pipeline
    let evaluator: Evaluator
    let now: Timestamp
    let meter: ReadMeter
    let logger: Logger
    private let memory: RecordMemory

    init(pipeline: Pipeline, evaluator: Evaluator, now: Timestamp, meter: ReadMeter, logger: Logger) {
        self.pipeline = pipeline
        self.evaluator = evaluator
        self.now = now
        self.meter = meter
        self.logger = logger
        memory = RecordMemory(limit: pipeline.memoryLimit)
    }

    /// - Parameter tellsRepeats: whether records may stand in two inputs; they may where there are several sources.
    func plan(tellingRepeats tellsRepeats: Bool = false) -> ReadPlan {
        ReadPlan(
            pipeline.detectors.map(\.demand),
            enricherKinds: pipeline.enrichers.reduce(into: [:]) { $0.merge($1.plugin.kinds) { $0.union($1) } },
            tellingRepeats: tellsRepeats || pipeline.sources.count > 1, memory: memory)
    }

    /// The window as far as it is known before reading.
    var knownWindow: TimeWindow {
        switch pipeline.window {
        case .all: .all
        case .between(let window): window
        case .last(let length):
            pipeline.sources.allSatisfy(\.plugin.endsNow)
                ? .endingNow(now, length: length) : .all
        }
    }

    func scan(_ plan: ReadPlan, _ source: any Source) -> Scan {
        var scan = Scan(
            window: knownWindow, request: pipeline.window,
            kinds: plan.kinds.filter { source.offers.contains($0.key) }, parallelism: max(1, pipeline.threads), now: now
        )
        if let source = source as? any ContextSource {
            let kinds = pipeline.enrichers.reduce(into: Set<RecordKind>()) { $0.formUnion($1.plugin.kinds.keys) }
            scan.askedAgain = kinds.intersection(source.contextKinds)
        }
        return scan
    }

    func take() async throws -> Taken {
        var taken = try await takeAll()
        taken.remarks += memory.remarks
        return taken
    }

    private func takeAll() async throws -> Taken {
        if pipeline.sources.count == 1, let source = pipeline.sources[0].plugin as? any GroupingSource,
            let taken = try await takeGrouped(source)
        {
            return taken
        }
        return try await readAll()
    }

    private func readAll() async throws -> Taken {
        let asked = plan()
        var cursors: [(source: String, cursor: any Cursor)] = []
        var extent: Int64? = 0
        for stage in pipeline.sources {
            let opened = try await stage.plugin.open(scan(asked, stage.plugin))
            cursors += opened.map { (stage.name, $0) }
            let bytes = await stage.plugin.extent()
            extent = extent.flatMap { sum in bytes.map { sum + $0 } }
        }
        meter.expect(extent)
        let policy = AdmissionPolicy(pipeline.window, window: knownWindow, now: now)
        let plan = cursors.contains(where: \.cursor.mayRepeat) ? self.plan(tellingRepeats: true) : asked
        var result = try await Reader(plan: plan, policy: policy, meter: meter).read(cursors)
        let recorded = result.recorded
        let window = self.window(newest: recorded.newest)
        result.useOnce(in: window)
        var taken = await evaluator.take(result, in: window, newest: recorded.newest)
        if knownWindow != window { taken.remarks = recorded.remarks(on: window) }
        return taken
    }

    /// The window with both ends where the request has them: a relative one ends at the newest record that is no stray.
    private func window(newest: Timestamp?) -> TimeWindow {
        guard case .last(let length) = pipeline.window, knownWindow == .all, let newest else { return knownWindow }
        return TimeWindow(since: newest.moved(back: length), until: newest.advanced(by: 1))
    }

    /// Lets the source group; `nil` where it cannot for one of the groupings.
    private func takeGrouped(_ source: any GroupingSource) async throws -> Taken? {
        let plan = self.plan()
        let scan = scan(plan, source)
        let predicates = evaluator.filters.map(\.plugin.predicate)
        let predicate = predicates.contains(nil) ? nil : Predicate.all(predicates.compactMap { $0 })
        var grouped: [(Grouping, any GroupedRecords)] = []
        // Lookups are grouped here, by their names; that is no reason to read all flows.
        let apart = evaluator.groupings.filter { $0.subject != .flow }
        for grouping in evaluator.groupings where grouping.subject == .flow {
            // What joins names to flows are other records, which a cluster does not join.
            var asked = grouping
            if grouping.by == .both { asked.by = .address }
            let request = GroupingRequest(
                grouping: asked, minimumCount: evaluator.minimumCount(of: grouping), predicate: predicate,
                scan: scan)
            guard let answer = try await source.group(request) else {
                logger.notice("the source cannot group these channels; all records are read")
                return nil
            }
            grouped.append((grouping, answer))
        }
        guard !grouped.isEmpty else { return nil }
        var taken = Taken(
            groups: [:], window: knownWindow, newest: nil, ingest: grouped.first?.1.ingest ?? IngestCounts(),
            ingestBySource: [:]
        )
        for (grouping, records) in grouped {
            var names = GroupedNames.cursors([])
            if grouping.by == .both { names = try await records.openNames() }
            switch names {
            case .cursors(let cursors) where !cursors.isEmpty:
                let calls = GroupedCalls(intake: self, plan: plan, records: records, grouping: grouping)
                taken.groups[grouping] = try await calls.group(naming: cursors, &taken.ingest)
            case .cursors: taken.groups[grouping] = try await group(records, grouping, plan)
            case .withheld(let reason):
                taken.groups[grouping] = try await group(records, grouping, plan)
                taken.remarks.append(
                    "\(reason): names were not joined to them; grouping: off of the source reads all flows and judges "
                        + "toward names too")
            }
            taken.newest = [taken.newest, records.census.window.until?.advanced(by: -1)].compactMap { $0 }.max()
            taken.remarks += records.withheld
        }
        try await read(apart, of: source, scan, plan, into: &taken)
        taken.ingestBySource[pipeline.sources[0].name] = taken.ingest
        return taken
    }

    /// Reads all records of the kinds of some groupings, beside what the source grouped.
    private func read(
        _ groupings: [Grouping], of source: any Source, _ scan: Scan, _ plan: ReadPlan, into taken: inout Taken
    ) async throws {
        guard !groupings.isEmpty else { return }
        var scan = scan
        let subjects = Set(groupings.map(\.subject))
        scan.kinds = scan.kinds.filter { subjects.contains($0.key) }
        let cursors = try await source.open(scan).map { (source: pipeline.sources[0].name, cursor: $0) }
        let policy = AdmissionPolicy(pipeline.window, window: knownWindow, now: now)
        let result = try await Reader(plan: plan, policy: policy, meter: meter).read(cursors)
        for grouping in groupings {
            taken.groups[grouping] = await evaluator.group(result.stores, by: grouping, in: knownWindow)
        }
        taken.newest = [taken.newest, result.recorded.newest].compactMap { $0 }.max()
        taken.ingest.merge(result.total(knownWindow))
    }

    /// Selects among the channels of a source that grouped, and reads the records of those alone.
    private func group(_ records: any GroupedRecords, _ grouping: Grouping, _ plan: ReadPlan) async throws
        -> Evaluator.Grouped?
    {
        let selection = await select(among: records, grouping)
        // A source may make the list anew each time it is asked for.
        let channels = records.channels
        let result = try await read(records.open(selection.chosen.map { channels[$0].key }), plan)
        guard let store = result.stores[grouping.subject] else { return nil }
        let index = ChannelIndex(store, grouping: grouping, window: knownWindow)
        let candidates = (0..<UInt32(index.keys.count)).filter { index.counts[Int($0)] > 0 }
        return Evaluator.Grouped(
            KeptChannels(store, index, candidates: candidates, window: knownWindow), records.census, selection)
    }

    /// Which of the channels that the only source grouped are judged.
    func select(among records: any GroupedRecords, _ grouping: Grouping) async -> ChannelSelection {
        let channels = records.channels
        return await ChannelSelection(
            count: channels.count, minimumCount: evaluator.minimumCount(of: grouping), filters: evaluator.filters,
            threads: pipeline.threads,
            channel: ChannelSelection.Lookup(records: { channels[$0].count }, key: { channels[$0].key }))
    }

    /// Reads what cursors of the only source yield.
    func read(_ cursors: [any Cursor], _ plan: ReadPlan) async throws -> ReadResult {
        let policy = AdmissionPolicy(pipeline.window, window: knownWindow, now: now)
        return try await Reader(plan: plan, policy: policy, meter: meter)
            .read(cursors.map { (pipeline.sources[0].name, $0) })
    }
}

/// The time in which the sensor recorded, over records of all kinds.
struct RecordedTime: Sendable {
    /// The newest start that is not far from all others.
    let newest: Timestamp?
    /// Records that lie behind it.
    private let strays: [RecordedDays.Stray]

    init(_ stores: some Collection<RecordStore>) {
        var days = DayCounts()
        for store in stores { days.merge(store.days) }
        let recorded = RecordedDays(days.counts)
        let moments = recorded?.moments
        newest = moments.flatMap { moments in
            stores.compactMap { $0.span(of: moments)?.upperBound }.max().map(Timestamp.init(nanoseconds:))
        }
        strays = (recorded?.strays ?? []).filter { $0.first > recorded?.body.upperBound ?? .max }
    }

    /// What a reader has to know of records that a window relative to the newest one leaves out behind it.
    func remarks(on window: TimeWindow) -> [String] {
        RecordedDays.Stray.sentences(strays, around: TimeWindow(since: window.since, until: newest)).map {
            "\($0): the window ends where the others do, at \(newest?.inWholeSeconds.description ?? "the end"); to look at what is "
                + "dated later, set window to its dates, as {since: \(Timestamp(day: strays.first?.first ?? 0).date)}"
        }
    }
}

extension ReadResult {
    /// What an answer holds is no record of its own.
    var recorded: RecordedTime {
        RecordedTime(stores.filter { $0.key != .lookup && $0.key != .certificate }.map(\.value))
    }

    /// The ingest counts of all sources together.
    ///
    /// What the window cut off and what stands in another input moves from the used records to the skipped ones, what
    /// came from the future to the rejected ones, so that the counts add up.
    func total(_ window: TimeWindow) -> IngestCounts {
        var total = IngestCounts()
        for ingest in ingestBySource.values { total.merge(ingest) }
        for (kind, store) in stores {
            // A lookup before the window may name calls inside, and one lookup has several answers.
            var outside = kind == .lookup ? IngestCounts.Tally() : store.tally(outside: window)
            outside.merge(refused[kind]?.outside ?? IngestCounts.Tally())
            total.move(kind, outside, to: \.skipped, AdmissionPolicy.outside)
            total.move(kind, repeated[kind] ?? IngestCounts.Tally(), to: \.skipped, IngestCounts.repeated)
            total.move(kind, shared[kind] ?? IngestCounts.Tally(), to: \.skipped, IngestCounts.shared)
            total.move(kind, refused[kind]?.future ?? IngestCounts.Tally(), to: \.rejected, AdmissionPolicy.future)
        }
        return total
    }
}

extension IngestCounts {
    /// Moves used records under another heading.
    mutating func move(
        _ kind: RecordKind, _ tally: Tally, to heading: WritableKeyPath<IngestCounts, [String: Tally]>, _ reason: String
    ) {
        guard tally.count > 0 else { return }
        used[kind.name]?.count.addClamped(-tally.count)
        self[keyPath: heading][reason, default: Tally()].merge(tally)
    }
}
