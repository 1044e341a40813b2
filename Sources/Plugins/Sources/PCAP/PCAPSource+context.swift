import CompressedFiles
import FlareKit
import LineFiles
import PCAPScanner

extension PCAPSource: ContextSource {
    /// Certificates stand in the records of the handshakes that showed them.
    public static var contextKinds: Set<RecordKind> { [.dns, .tls, .http, .ssh] }

    public func records(about queries: [ContextQuery], _ scan: Scan) async throws -> [any Cursor] {
        let questions = RecordQuestions(queries, scan)
        let (leftOut, inMemory) = kept.counts
        if kept.isKeeping, leftOut == 0 || !isRereadable {
            return [KeptRecordsCursor(kept, questions, remarks: remarks(leftOut, inMemory))]
        }
        return [try rereading(Set(scan.kinds.keys), questions)]
    }

    public func sources(sharing values: [SharedValue], in window: TimeWindow) async throws -> [SharedValue: Int] {
        // A count of what is left would make rare what is not.
        guard isRereadable || kept.counts.leftOut == 0 else { return [:] }
        var counting = SharedCounts(values, window)
        if kept.isKeeping, kept.counts.leftOut == 0 {
            var first = 0
            while kept.read(from: &first, most: 4096, { counting.take($0) }) {}
            return counting.counts
        }
        let kinds = Dictionary(grouping: values, by: \.kind).mapValues { Set($0.map(\.column)) }
        let cursor = try rereading(Set(kinds.keys), nil)
        var batch = RecordBatch(kinds, capacity: 4096)
        while try cursor.next(into: &batch) {
            for table in batch.tables { counting.take(table) }
            batch.removeAll()
        }
        return counting.counts
    }

    /// What was kept serves; where some of it had no room, files are read once more.
    private func rereading(_ kinds: Set<RecordKind>, _ questions: RecordQuestions?) throws -> PacketCursor {
        guard isRereadable else {
            throw PluginError("nothing was kept of an input that cannot be read twice", remedy: "read files instead")
        }
        return PacketCursor(
            try inputs.open(), options.settings(wantsRecords: true), kinds, questions, CaptureOutcome())
    }

    private func remarks(_ leftOut: Int, _ inMemory: Int) -> [String] {
        guard leftOut > 0 else { return [] }
        return [
            "\(leftOut.grouped) of \((leftOut + inMemory).grouped) records besides flows were left out, the oldest: "
                + "context_memory has room for \(options.contextMemory); how many hosts share a value is not known"
        ]
    }
}

/// Counts the sources that share values, exactly.
private struct SharedCounts {
    private var sources: [SharedValue: Set<IPAddress>] = [:]
    private let columns: [RecordKind: Set<ColumnName>]
    private let window: TimeWindow

    init(_ values: [SharedValue], _ window: TimeWindow) {
        self.window = window
        columns = Dictionary(grouping: values, by: \.kind).mapValues { Set($0.map(\.column)) }
        for value in values { sources[value] = [] }
    }

    mutating func take(_ word: PacketRecord) -> Bool {
        guard let asked = columns[word.kind], window.contains(word.start) else { return true }
        let texts = word.values.texts
        for column in asked {
            if let text = texts[column] { add(SharedValue(kind: word.kind, column: column, value: text), word.source) }
        }
        return true
    }

    mutating func take(_ table: RecordTable) {
        for (column, texts) in table.texts where columns[table.kind]?.contains(column) == true {
            for row in 0..<table.count where window.contains(Timestamp(nanoseconds: table.start[row])) {
                add(SharedValue(kind: table.kind, column: column, value: texts[row]), table.source[row])
            }
        }
    }

    private mutating func add(_ value: SharedValue, _ source: IPAddress) { sources[value]?.insert(source) }

    var counts: [SharedValue: Int] { sources.mapValues(\.count).filter { $0.value > 0 } }
}
