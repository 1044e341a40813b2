import FlareKit

/// The law of `Source`: how many cursors it opens never matters, and their ingest counts are balanced between all calls.
public enum SourceLaw {
    /// - Returns: what breaks the law, in words; nothing where it is kept.
    public static func breaches(of source: any Source, _ scan: Scan) async throws -> [String] {
        var breaches: [String] = []
        var reference: [MemoryRecord: Int]?
        for parallelism in [1, 2, 7] {
            var scan = scan
            scan.parallelism = parallelism
            let cursors = try await source.open(scan)
            if !(1...parallelism).contains(cursors.count) {
                breaches.append("\(cursors.count) cursors where \(parallelism) were asked for")
            }
            var counts: [MemoryRecord: Int] = [:]
            for cursor in cursors { breaches += try drain(cursor, scan, into: &counts) }
            if let reference, reference != counts {
                breaches.append("\(parallelism) cursors yield other records than 1")
            }
            reference = reference ?? counts
        }
        return breaches
    }

    private static func drain(
        _ cursor: any Cursor, _ scan: Scan, into counts: inout [MemoryRecord: Int]
    ) throws -> [String] {
        var breaches: [String] = []
        let records = try cursor.records(scan.kinds, capacity: 100) {
            if breaches.isEmpty, !cursor.ingest.isBalanced {
                breaches = ["an ingest is not balanced: \(cursor.ingest)"]
            }
        }
        for record in records { counts[record, default: 0] += 1 }
        return breaches
    }
}

/// The law of `Detector`: judging is pure, so neither repetition nor company changes a judgement.
public enum DetectorLaw {
    /// - Returns: what breaks the law, in words; nothing where it is kept.
    public static func breaches<D: Detector>(
        of detector: D, _ channels: [ChannelView], _ census: Census
    ) async throws -> [String] where D.Content: Equatable {
        let together = try await detector.judge(ChannelBatch(channels), census)
        if together.count != channels.count { return ["\(together.count) answers for \(channels.count) channels"] }
        let reversed = try await detector.judge(ChannelBatch(channels.reversed()), census)
        if reversed.reversed() != together { return ["the order of the channels changes judgements"] }
        for (place, channel) in channels.enumerated() {
            let alone = try await detector.judge(ChannelBatch([channel]), census)
            if alone != [together[place]] { return ["\(channel.key) is judged differently by itself"] }
            if let score = together[place]?.score, !(0...1).contains(score) { return ["a score of \(score)"] }
        }
        return []
    }
}

/// The law of `Sink`: a whole sink leaves the old output until it commits, and nothing after an abort. No sink touches its
/// output before the first commit, and one that goes on from the mark of its beginning leaves what one run would have.
public enum SinkLaw {
    /// - Parameters:
    ///   - make: a fresh sink to the same destination.
    ///   - output: what stands at the destination now; `nil` where there is nothing.
    /// - Returns: what breaks the law, in words; nothing where it is kept.
    public static func breaches(
        of make: () throws -> any Sink, output: () throws -> String?
    ) async throws -> [String] {
        let header = RunHeader(pipeline: "law", version: "0", started: Timestamp(nanoseconds: 0), sources: [])
        let run = Run(header: header, window: .all, ingest: IngestCounts(), ingestBySource: [:])
        let finding = Finding(detector: "law", subject: .source(IPAddress(v4: 1)), score: 0.5, summary: "kept")
        var breaches: [String] = []

        let first = try make()
        try await first.begin(header, Column.standard, resume: nil)
        try await first.write([finding])
        if first.mode == .whole, try output() != nil { breaches.append("output stands before commit") }
        _ = try await first.commit(run)
        let committed = try output()
        if committed?.contains("kept") != true { breaches.append("commit leaves no output") }

        let second = try make()
        try await second.begin(header, Column.standard, resume: nil)
        try await second.write([
            Finding(detector: "law", subject: .source(IPAddress(v4: 2)), score: 0.5, summary: "gone")
        ])
        if second.mode == .whole, try output() != committed { breaches.append("the old output is gone before commit") }
        await second.abort()
        if try output() != committed { breaches.append("abort leaves something behind") }
        return try await breaches + goingOn(of: make, output)
    }

    /// A live run that is killed before the mark of its first commit is kept, and goes on from where it began.
    private static func goingOn(of make: () throws -> any Sink, _ output: () throws -> String?) async throws -> [String]
    {
        var breaches: [String] = []
        let before = try output()
        let late = Finding(detector: "law", subject: .source(IPAddress(v4: 3)), score: 0.5, summary: "late")
        var run = Run(
            header: RunHeader(pipeline: "law", version: "0", started: Timestamp(seconds: 1000), sources: []),
            window: .all, ingest: IngestCounts(), ingestBySource: [:])
        run.findings = 1
        let killed = try make()
        try await killed.begin(run.header, Column.standard, resume: nil)
        let mark = try await killed.mark()
        try await killed.write([late])
        if try output() ?? "" != before ?? "" { breaches.append("the output is touched before the first commit") }
        _ = try await killed.commit(run)
        let whole = try output()

        run.header.started = killed.mode == .whole ? run.header.started : Timestamp(seconds: 2000)
        let further = try make()
        try await further.begin(run.header, Column.standard, resume: mark)
        try await further.write([late])
        _ = try await further.commit(run)
        if try output() != whole { breaches.append("going on from the mark of the beginning changes the output") }
        return breaches
    }
}
