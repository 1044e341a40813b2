import FlareKit
import LineFiles
import ZeekScanner

/// The C++ scanner for the lines of one file, and the memory of the texts that it finds.
final class LogScanner: HeaderTaking {
    private let scanner: OpaquePointer?
    private let plan: LogPlan
    /// For each table and each of its columns of texts, where the texts of a call stand.
    private var ranges: [[[ZeekTextRange]]]
    /// The tables whose records are put aside, by their numbers.
    private var aside: [Int: RecordTable] = [:]

    /// - Parameters:
    ///   - longestLine: in bytes, the line feed not counted.
    ///   - capacity: of the tables that will be filled, or more.
    init(_ plan: LogPlan, longestLine: Int, capacity: Int) {
        self.plan = plan
        scanner = ZeekScannerCreate(longestLine)
        plan.apply(to: scanner)
        let empty = [ZeekTextRange](repeating: ZeekTextRange(), count: capacity)
        ranges = plan.tables.map { $0.texts.map { _ in empty } }
        for (number, table) in plan.tables.enumerated() where table.aside != nil {
            aside[number] = RecordTable(
                kind: table.kind, columns: Set(table.numbers + table.texts), capacity: max(1, min(capacity, 1024)))
        }
    }

    deinit { ZeekScannerDestroy(scanner) }

    /// Scans lines into a batch until they end or one of the tables is full.
    ///
    /// - Parameters:
    ///   - lines: whole lines, with the scanner's padding behind them.
    ///   - position: where they begin in their file.
    /// - Returns: how many bytes were consumed.
    func read(_ lines: UnsafeRawBufferPointer, at position: Int64, into batch: inout RecordBatch) -> Int {
        let places = plan.tables.map { $0.aside == nil ? batch.index(of: $0.kind) ?? 0 : nil }
        let before = places.enumerated().map { number, place in
            place.map { batch.tables[$0].count } ?? aside[number]?.count ?? 0
        }
        var tables: [ZeekTable] = []
        let consumed = lend(0, places, &batch, &tables) { tables in
            guard let start = lines.baseAddress else { return 0 }
            return ZeekScannerRead(
                scanner, start.assumingMemoryBound(to: CChar.self), lines.count, UInt64(position), &tables,
                tables.count)
        }
        for (number, place) in places.enumerated() {
            with(number, place, &batch) { table in
                table.count = tables[number].count
                takeTexts(of: number, from: before[number], &table)
            }
        }
        return consumed
    }

    /// Hands out the records that were put aside since the last call.
    func takeAside(_ body: (_ log: String, _ table: RecordTable) -> Void) {
        for number in aside.keys.sorted() {
            guard let table = aside[number], table.count > 0, let log = plan.tables[number].aside else { continue }
            body(log, table)
            aside[number]?.count = 0
        }
    }

    /// Lends a table: one of the batch, or one whose records are put aside.
    private func with<Result>(
        _ number: Int, _ place: Int?, _ batch: inout RecordBatch, _ body: (inout RecordTable) -> Result
    ) -> Result {
        var table = RecordTable(kind: plan.tables[number].kind, columns: [], capacity: 0)
        if let place {
            swap(&table, &batch.tables[place])
        } else if let kept = aside.removeValue(forKey: number) {
            table = kept
        }
        let result = body(&table)
        if let place { swap(&table, &batch.tables[place]) } else { aside[number] = table }
        return result
    }

    /// Has the scanner know these header lines without counting them.
    func takeHeader(_ lines: [UInt8]) {
        lines.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            ZeekScannerTakeHeader(scanner, start.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }

    func rejectLongLine(at position: Int64) { ZeekScannerRejectLongLine(scanner, UInt64(position)) }

    /// The counts of the lines so far.
    func ingest(of origin: String) -> IngestCounts { LogCounts(scanner, plan, origin).ingest }

    /// How many lines of these logs were skipped.
    func skippedLines(of logs: Set<String>) -> UInt64 {
        LogCounts.skippedLogs(scanner).reduce(0) { logs.contains($1.name) ? $0 + $1.tally.count : $0 }
    }

    /// The names of the logs whose lines were skipped.
    var skippedLogs: [String] { LogCounts.skippedLogs(scanner).map(\.name) }

    /// Lends the scanner the memory of the tables, one within the other.
    private func lend(
        _ number: Int, _ places: [Int?], _ batch: inout RecordBatch, _ tables: inout [ZeekTable],
        _ body: (inout [ZeekTable]) -> Int
    ) -> Int {
        guard number < places.count else { return body(&tables) }
        let layout = plan.tables[number]
        var table = RecordTable(kind: layout.kind, columns: [], capacity: 0)
        let place = places[number]
        // Taken out meanwhile, since the other tables are lent within.
        if let place { swap(&table, &batch.tables[place]) } else { table = aside.removeValue(forKey: number) ?? table }
        defer { if let place { swap(&table, &batch.tables[place]) } else { aside[number] = table } }
        return ColumnMemory.lend(&table, numbers: layout.numbers) { table, memory in
            var lent = ZeekTable()
            lent.capacity = table.capacity
            lent.count = table.count
            lent.start = memory.start
            lent.source = memory.source?.assumingMemoryBound(to: SensorAddress.self)
            lent.destination = memory.destination?.assumingMemoryBound(to: SensorAddress.self)
            lent.port = memory.port
            lent.protocol = memory.proto
            lent.position = memory.position
            withUnsafeMutableBytes(of: &lent.numbers) { places in
                let places = places.assumingMemoryBound(to: UnsafeMutablePointer<Int64>?.self)
                for (place, column) in memory.numbers.enumerated() { places[place] = column }
            }
            return lendTexts(0, number, &lent) { lent in
                tables.append(lent)
                return lend(number + 1, places, &batch, &tables, body)
            }
        }
    }

    private func lendTexts(_ column: Int, _ number: Int, _ lent: inout ZeekTable, _ body: (ZeekTable) -> Int) -> Int {
        guard column < ranges[number].count else { return body(lent) }
        var memory: [ZeekTextRange] = []
        swap(&memory, &ranges[number][column])
        defer { swap(&memory, &ranges[number][column]) }
        return memory.withUnsafeMutableBufferPointer { memory in
            withUnsafeMutableBytes(of: &lent.texts) { places in
                places.assumingMemoryBound(to: UnsafeMutablePointer<ZeekTextRange>?.self)[column] = memory.baseAddress
            }
            return lendTexts(column + 1, number, &lent, body)
        }
    }

    /// Makes texts of what the scanner found in the rows that it filled.
    private func takeTexts(of number: Int, from first: Int, _ table: inout RecordTable) {
        guard let memory = ZeekScannerTexts(scanner) else { return }
        let rows = first..<table.count
        for (place, column) in plan.tables[number].texts.enumerated() {
            guard var texts = table.texts.removeValue(forKey: column) else { continue }
            let ranges = ranges[number][place]
            for row in rows {
                let bytes = UnsafeRawBufferPointer(
                    start: memory + Int(ranges[row].offset), count: Int(ranges[row].length))
                // The memory was used before.
                if bytes.isEmpty {
                    if !texts[row].isEmpty { texts[row] = "" }
                } else {
                    texts[row] = String(decoding: bytes, as: UTF8.self)
                }
            }
            table.texts[column] = texts
        }
    }
}
