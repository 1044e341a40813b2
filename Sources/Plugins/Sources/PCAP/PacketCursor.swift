import CompressedFiles
import FlareKit
import LineFiles
import PCAPScanner

/// Reads captures one after another and yields their connections, and what these said.
///
/// `@unchecked`: only the engine's thread that drives the cursor touches it, which is the law of `Cursor`.
final class PacketCursor: Cursor, @unchecked Sendable {
    private static let usualBlockSize = 1 << 20
    /// Small, since a pipe's reader waits until so much is there.
    private static let liveBlockSize = 1 << 12
    /// So much content is read in one call, if the batch has room: often enough for a progress bar.
    private static let bytesAtOnce = 4 << 20
    /// Captures of one interface may overlap by the time it takes to change files.
    private static let overlap: Int64 = 1_000_000_000

    let mayRepeat: Bool

    private let wanted: Set<RecordKind>
    private let questions: RecordQuestions?
    private let scanner: OpaquePointer?
    private let kept: KeptRecords?
    private let outcome: CaptureOutcome
    private let isLive: Bool
    private var files: ArraySlice<InputFile>
    private var file: InputFile?
    private var content: ContentReader?
    private let buffer: UnsafeMutableRawBufferPointer
    /// The first connection and record that wait to be moved into a batch.
    private var movedFlows = 0
    private var movedRecords = 0
    private var usedFlows = 0
    private var usedRecords: [RecordKind: Int] = [:]
    /// Where nobody asked for flows.
    private var unwantedFlows = 0
    /// The counts of the files before the present one.
    private var closed: IngestCounts
    private var hasFinished = false
    private var failure: PluginError?

    /// - Parameters:
    ///   - wanted: the kinds of record besides connections that are yielded.
    ///   - questions: which of them; `nil` for all.
    ///   - kept: takes what may be asked for again.
    ///   - outcome: is told what became of the packets.
    ///   - blockSize: how much is read at a time, in bytes.
    init(
        _ opened: InputPaths.Opened, _ settings: PCAPSettings, _ wanted: Set<RecordKind>,
        _ questions: RecordQuestions? = nil,
        kept: KeptRecords? = nil, _ outcome: CaptureOutcome, isLive: Bool = false, blockSize: Int? = nil
    ) {
        self.isLive = isLive
        buffer = .allocate(
            byteCount: blockSize ?? (isLive ? Self.liveBlockSize : Self.usualBlockSize), alignment: 64)
        files = opened.files[...]
        closed = opened.notes
        mayRepeat = opened.files.count > 1
        self.wanted = wanted
        self.questions = questions
        self.kept = kept
        self.outcome = outcome
        scanner = PCAPScannerCreate(settings)
    }

    deinit {
        PCAPScannerDestroy(scanner)
        buffer.deallocate()
    }

    func next(into batch: inout RecordBatch) throws -> Bool {
        var rest = Self.bytesAtOnce
        while true {
            move(into: &batch)
            if isWaiting || rest <= 0 { return true }
            if let failure { throw failure }
            if content == nil {
                // A batch is of one file.
                if batch.count > 0 { return true }
                if try !beginNext() { return false }
                continue
            }
            let count = try read()
            rest -= max(count, 1)
            if isLive { rest = 0 }
        }
    }

    // MARK: Rows

    /// Whether there are rows for which a batch had no room.
    private var isWaiting: Bool { movedFlows > 0 || movedRecords > 0 }

    /// Moves what was found, as far as there is room.
    private func move(into batch: inout RecordBatch) {
        let origin = file?.path ?? batch.origin
        batch.origin = origin
        var count = 0
        if let flows = PCAPScannerFlows(scanner, &count), movedFlows < count {
            let found = UnsafeBufferPointer(start: flows + movedFlows, count: count - movedFlows)
            if let place = batch.index(of: .flow) {
                let taken = batch.tables[place].append(found)
                usedFlows += taken
                movedFlows += taken
            } else {
                unwantedFlows += found.count
                movedFlows += found.count
            }
        }
        if movedFlows == count {
            PCAPScannerForget(scanner)
            movedFlows = 0
        }
        let found = PCAPScannerRecordCount(scanner)
        while movedRecords < found {
            let record = PacketRecord(PCAPScannerRecord(scanner, movedRecords))
            let kinds: [RecordKind] = record.kind == .dns ? [.dns, .lookup] : [record.kind]
            let places = kinds.filter(wanted.contains).compactMap(batch.index)
            if let place = places.first, questions?.ask(for: record) ?? true {
                if places.contains(where: { batch.tables[$0].isFull }) { return }
                for place in places { batch.tables[place].append(record) }
                usedRecords[batch.tables[place].kind, default: 0] += 1
            }
            movedRecords += 1
        }
        movedRecords = 0
        if let kept {
            kept.take(scanner)
        } else {
            PCAPScannerForgetRecords(scanner)
        }
    }

    // MARK: Files

    /// - Returns: `false` where everything was read.
    private func beginNext() throws -> Bool {
        guard let next = files.popFirst() else {
            if hasFinished { return false }
            hasFinished = true
            finish()
            return isWaitingForMove
        }
        if !next.isStream, let time = FileHead(of: next, isText: false).flatMap({ Self.time(of: $0.bytes) }),
            let clock = Optional(PCAPScannerTotals(scanner).clock), clock != .min,
            time < clock.subtractingClamped(Self.overlap)
        {
            // It does not follow the one before: its packets are those of other connections.
            finish()
            if isWaitingForMove {
                files = [next] + files
                return true
            }
        }
        closeCounts()
        PCAPScannerBegin(scanner)
        file = next
        content = ContentReader(next)
        content?.betweenFiles = { [unowned self] in
            PCAPScannerEnd(scanner)
            closeCounts()
            PCAPScannerBegin(scanner)
        }
        return true
    }

    /// Whether connections ended that no batch has taken.
    private var isWaitingForMove: Bool {
        var count = 0
        _ = PCAPScannerFlows(scanner, &count)
        return count > movedFlows || PCAPScannerRecordCount(scanner) > movedRecords
    }

    static func time(of head: [UInt8]) -> Int64? {
        let time = head.withUnsafeBufferPointer { PCAPFirstTime($0.baseAddress, $0.count) }
        return time == .max ? nil : time
    }

    /// Ends all connections.
    private func finish() {
        PCAPScannerFinish(scanner)
        outcome.take(PCAPScannerTotals(scanner), ingest)
    }

    /// Reads a block of the file at hand.
    ///
    /// - Returns: how many bytes were read, 0 at its end.
    private func read() throws -> Int {
        guard let content else { return 0 }
        var count = 0
        do throws(InputFileError) {
            count = try content.read(into: buffer)
        } catch {
            closed.note(error)
            if case .system = error.reason { failure = PluginError(error) }
        }
        if count == 0 {
            PCAPScannerEnd(scanner)
            for file in content.leftOut { closed.note(file) }
            closed.bytes += content.position
            self.content = nil
        } else {
            PCAPScannerRead(scanner, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), count)
        }
        return count
    }

    // MARK: Ingest counts

    /// Positions mean nothing without the file's name.
    private func closeCounts() { closed.merge(tallies) }

    /// What became of the packets of the file at hand that are in no connection.
    private var tallies: IngestCounts {
        var ingest = IngestCounts()
        guard let file else { return ingest }
        for number in 0..<PCAPReasons.rawValue {
            let reason = PCAPReason(rawValue: number)
            var tally = PCAPScannerTally(scanner, reason)
            guard tally.count > 0 else { continue }
            let places = withUnsafeBytes(of: &tally.examples) { bytes in
                bytes.bindMemory(to: UInt64.self).prefix(tally.exampleCount).map {
                    IngestCounts.Place(file.path, Int64(clamping: $0))
                }
            }
            let name = String(cString: PCAPReasonName(reason))
            let entry = IngestCounts.Tally(count: Int(clamping: tally.count), examples: places)
            ingest.read += entry.count
            if reason.rawValue <= PCAPSkippedLast.rawValue {
                ingest.skipped[name] = entry
            } else {
                ingest.rejected[name] = entry
            }
        }
        return ingest
    }

    /// A record is a connection, what one said, or a packet that is in none. How many packets the connections have is noted.
    var ingest: IngestCounts {
        var ingest = closed
        ingest.merge(tallies)
        for (kind, count) in usedRecords { ingest.use(kind, count: count) }
        if usedFlows > 0 { ingest.use(.flow, count: usedFlows) }
        if unwantedFlows > 0 {
            ingest.read += unwantedFlows
            ingest.skipped["connections", default: IngestCounts.Tally()].count += unwantedFlows
        }
        ingest.bytes += content?.position ?? 0
        let totals = PCAPScannerTotals(scanner)
        for (remark, count) in [
            ("packets in connections", totals.packetsInConnections),
            ("packets captured only in part, counted in full", totals.snapped),
            ("connections whose beginning was not captured", totals.midstream),
            ("bytes of damaged captures passed over", totals.bytesPassedOver),
            ("connections ended early, since there were too many", totals.evicted),
        ] where count > 0 {
            ingest.noted[remark, default: IngestCounts.Tally()].count += Int(clamping: count)
        }
        return ingest
    }
}

extension RecordTable {
    /// Appends connections as flows, as many as there is room for.
    ///
    /// - Returns: how many.
    fileprivate mutating func append(_ flows: UnsafeBufferPointer<PCAPFlow>) -> Int {
        let rows = count..<count + min(flows.count, capacity - count)
        for (row, flow) in zip(rows, flows) {
            start[row] = flow.start
            source[row] = IPAddress(high: flow.source.high, low: flow.source.low)
            destination[row] = IPAddress(high: flow.destination.high, low: flow.destination.low)
            port[row] = flow.port
            proto[row] = flow.protocol
            position[row] = flow.position == .max ? -1 : Int64(clamping: flow.position)
        }
        var place = numbers.startIndex
        while place != numbers.endIndex {
            let value = Self.number(numbers[place].key)
            for (row, flow) in zip(rows, flows) { numbers.values[place][row] = value(flow) }
            numbers.formIndex(after: &place)
        }
        var textPlace = texts.startIndex
        while textPlace != texts.endIndex {
            let text = Self.text(texts[textPlace].key)
            for (row, flow) in zip(rows, flows) { texts.values[textPlace][row] = text(flow) }
            texts.formIndex(after: &textPlace)
        }
        count = rows.upperBound
        return rows.count
    }

    private static func number(_ column: ColumnName) -> (PCAPFlow) -> Int64 {
        switch column {
        case .bytesToServer: { Int64(clamping: $0.bytesToServer) }
        case .bytesToClient: { Int64(clamping: $0.bytesToClient) }
        case .packetsToServer: { Int64(clamping: $0.packetsToServer) }
        case .packetsToClient: { Int64(clamping: $0.packetsToClient) }
        case .duration: { $0.end.subtractingClamped($0.start) }
        case .id: { $0.id }
        case .sourcePort: { Int64($0.sourcePort) }
        default: { _ in unknown }
        }
    }

    /// The columns that Zeek's conn.log has too.
    private static func text(_ column: ColumnName) -> (PCAPFlow) -> String {
        switch column {
        case .text("state"): { String(cString: PCAPStateName($0.state)) }
        case .text("service"): { String(cString: PCAPServiceName($0.service)) }
        default: { _ in "" }
        }
    }
}
