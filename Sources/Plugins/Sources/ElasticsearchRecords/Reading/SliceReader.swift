import ElasticsearchClient
import FlareKit

/// Reads one slice of a search to its end, a page ahead of its reader.
///
/// Only the thread that drives its cursor touches it.
final class SliceReader {
    /// What came of a call.
    enum Step {
        /// Records, perhaps none: a page was read, or the table is full.
        case read
        /// Nothing came in time.
        case waiting
        case end
    }

    private let search: Search
    private let slice: Int
    private let scroll: Int
    private let reader: any DocumentReader
    private let origin: String
    let kind: RecordKind
    private var pending: Fetch<ClusterClient.Answer>?
    private var page: HitsPage?
    /// The next hit of the page.
    private var nextHit = 0
    /// What the pending page was asked by.
    private var asked: (sort: JSON?, isFirst: Bool) = (nil, true)
    private var isAtEnd = false
    private var malformed = 0
    private var seen = 0
    /// Where pages ended, by hashes.
    private var ends: Set<Int> = []
    /// How many documents the cluster counted.
    private var expected: Int?
    private(set) var ingest = IngestCounts()

    /// How often a page that is no JSON is asked for again.
    private static let patience = 3
    /// How long a call may block, in seconds.
    private static let secondsToWait = 0.9

    init(_ search: Search, slice: Int, kind: RecordKind, _ reader: any DocumentReader, origin: String) {
        self.origin = origin
        self.search = search
        self.slice = slice
        self.kind = kind
        self.reader = reader
        scroll = search.context.beginScroll()
    }

    /// Reads on.
    func step(into batch: inout RecordBatch) throws -> Step {
        if let page {
            try take(page, into: &batch)
            return .read
        }
        if isAtEnd { return .end }
        if pending == nil { ask() }
        guard let answer = try arrived() else { return .waiting }
        pending = nil
        guard let page = try page(of: answer) else { return .waiting }
        seen += page.hits.count
        if page.hits.isEmpty || seen == expected {
            isAtEnd = true
            try finish(answer.place)
        } else {
            // The next page comes while this one is read.
            asked = (page.lastSort, false)
            ask()
        }
        if !page.hits.isEmpty {
            self.page = page
            nextHit = 0
        }
        return .read
    }

    private func ask() {
        pending = search.fetch(slice: slice, scroll: scroll, after: asked.sort, isFirst: asked.isFirst)
    }

    private func arrived() throws -> ClusterClient.Answer? {
        do {
            return try pending?.wait(seconds: Self.secondsToWait)
        } catch let error as ClusterError {
            throw explained(error)
        }
    }

    /// Reads an answer; one that is no JSON is asked for again.
    private func page(of answer: ClusterClient.Answer) throws -> HitsPage? {
        do throws(ClusterError) {
            let page = try HitsPage(answer, allowPartial: search.context.allowPartial)
            try checkProgress(of: page, at: answer.place)
            malformed = 0
            ingest.bytes += Int64(answer.body.count)
            var gap = page.gap
            if asked.isFirst {
                expected = page.total
                gap.isUncounted = expected == nil
                try checkExpectation(of: page, at: answer.place)
            }
            search.context.note(gap)
            if let id = page.contextID { search.context.note(id, scroll: scroll) }
            return page
        } catch {
            malformed += 1
            guard error.kind == .malformed, malformed <= Self.patience, search.isRepeatable || asked.isFirst else {
                throw explained(error)
            }
            ask()
            return nil
        }
    }

    /// What the cluster counted when it grouped has to be there when it is fetched.
    private func checkExpectation(of page: HitsPage, at place: String) throws(ClusterError) {
        guard let wanted = search.expected, let total = page.total, wanted != total else { return }
        throw ClusterError(
            .partial, "the cluster counted \(wanted) flows of these channels when it grouped, and has \(total)",
            at: place, remedy: "grouping: off reads all flows and groups them here")
    }

    /// A page has to lie behind the one before: a server that gives the same ones again would be asked for ever.
    private func checkProgress(of page: HitsPage, at place: String) throws(ClusterError) {
        guard !page.hits.isEmpty else { return }
        let before = asked.isFirst ? nil : asked.sort
        let isNew = ends.insert(page.lastHit.hashValue).inserted
        let movesOn =
            if search.isRepeatable, let before = before?.elements?.first?.integer {
                page.lastSort?.elements?.first?.integer.map { $0 > before } ?? isNew
            } else {
                isNew
            }
        let isTooMany = !search.context.allowPartial && expected.map { seen + page.hits.count > $0 } ?? false
        guard !movesOn || isTooMany else { return }
        throw ClusterError(
            .partial,
            movesOn
                ? "the cluster counted \(expected ?? 0) documents and gives more"
                : "the cluster gives the same documents again in place of the next page", at: place,
            remedy: "see whether a proxy on the way changes requests or keeps answers")
    }

    /// All pages were read.
    ///
    /// - Throws: where fewer or more documents came than the cluster counted at first.
    private func finish(_ place: String) throws {
        guard let expected, !search.context.allowPartial, expected != seen else { return }
        throw PluginError(
            "the cluster counted \(expected) documents and gave \(seen)", at: place,
            remedy: "run again; where it stays so, the search was cut off on the way")
    }

    private func explained(_ error: ClusterError) -> PluginError {
        var error = error
        if !search.isRepeatable, !asked.isFirst, [.noAnswer, .tooSlow].contains(error.kind) {
            error.what += "; a scroll cannot be read on after a lost answer"
            error.remedy = "run again"
        }
        return PluginError(error)
    }

    /// Makes records of hits until the page ends or the table is full.
    private func take(_ page: HitsPage, into batch: inout RecordBatch) throws {
        guard let place = batch.index(of: kind) else {
            ingest.use(kind, count: page.hits.count - nextHit)
            self.page = nil
            return
        }
        do throws(JSONError) {
            try read(page, into: &batch.tables[place])
        } catch {
            throw PluginError("a hit cannot be read: \(error)")
        }
        if nextHit == page.hits.count { self.page = nil }
    }

    private func read(_ page: HitsPage, into table: inout RecordTable) throws(JSONError) {
        var failure: JSONError?
        page.bytes.withUnsafeBufferPointer { bytes in
            while nextHit < page.hits.count, !table.isFull {
                var scanner = JSONScanner(bytes, at: page.hits[nextHit])
                do throws(JSONError) {
                    guard try readHit(&scanner, into: &table) else { return }
                } catch {
                    failure = error
                    return
                }
                nextHit += 1
            }
        }
        if let failure { throw failure }
    }

    /// - Returns: `false` where the table has no room for it.
    private func readHit(_ scanner: inout JSONScanner, into table: inout RecordTable) throws(JSONError) -> Bool {
        var outcome: DocumentOutcome?
        var place = IngestCounts.Place(origin)
        try scanner.object { name, scanner throws(JSONError) in
            if name.elementsEqual("_source".utf8) {
                outcome = try reader.read(&scanner, into: &table)
            } else if name.elementsEqual("_id".utf8) {
                place.detail = "_id " + JSONScanner.text(try scanner.rawText())
            } else {
                try scanner.skip()
            }
        }
        switch outcome {
        case .used(let fellBack):
            ingest.use(kind)
            if fellBack { ingest.noted["no start, logged time used", default: IngestCounts.Tally()].add() }
        case .skipped(let reason): ingest.skip(reason)
        case .rejected(let reason): ingest.reject(reason, at: place)
        case .full: return false
        case nil: ingest.reject("no source in the index", at: place)
        }
        return true
    }
}
