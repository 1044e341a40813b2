import ContextReading
import EVEScanner
import FlareKit
import LineFiles
import SensorText

/// The C++ scanner with its ingest counts, for the lines of one file.
final class LineScanner {
    private let scanner: OpaquePointer?
    /// Reads the lines that the scanner leaves; `nil` where it leaves none.
    private let records: RecordScanner?
    /// The columns of numbers that the scanner fills, in the order of `EVEColumns`.
    private static let numbers: [ColumnName] = [
        .bytesToServer, .bytesToClient, .packetsToServer, .packetsToClient, .duration, .id,
        .sourcePort,
    ]

    init(_ settings: EVECursor.Settings) {
        let columns = settings.columns
        var options = EVEOptions()
        options.usesLoggedTime = settings.time == .logged
        options.wantsBytes = columns.contains(.bytesToServer) || columns.contains(.bytesToClient)
        options.wantsPackets = columns.contains(.packetsToServer) || columns.contains(.packetsToClient)
        options.wantsDuration = columns.contains(.duration)
        options.wantsFlowID = columns.contains(.id) || settings.mayRepeat
        options.wantsSourcePort = columns.contains(.sourcePort) || settings.mayRepeat
        options.wantsNames = settings.wantsNames
        options.leavesLines = settings.left != nil
        records = settings.left.map(RecordScanner.init)
        options.wantsLookups = settings.lookups != nil
        options.longestLine = settings.longestLine
        scanner = EVEScannerCreate(options)
    }

    deinit { EVEScannerDestroy(scanner) }

    /// Scans lines into a table of flows until they end or it is full.
    ///
    /// - Parameters:
    ///   - lines: whole lines, with the scanner's padding behind them.
    ///   - position: where they begin in their file.
    ///   - names: how many names may be taken before `takeNames` has to be called.
    ///   - lookups: how many lookups may be noted before `takeLookups` has to be called.
    /// - Returns: how many bytes were consumed.
    func read(
        _ lines: UnsafeRawBufferPointer, at position: Int64, into table: inout RecordTable, names: Int = 0,
        lookups: Int = 0
    ) -> Int {
        guard let start = lines.baseAddress else { return 0 }
        return ColumnMemory.lend(&table, numbers: Self.numbers) { table, memory in
            var columns = EVEColumns(
                capacity: table.capacity, count: table.count, start: memory.start,
                source: memory.source?.assumingMemoryBound(to: SensorAddress.self),
                destination: memory.destination?.assumingMemoryBound(to: SensorAddress.self), port: memory.port,
                protocol: memory.proto, bytesToServer: memory.numbers[0], bytesToClient: memory.numbers[1],
                packetsToServer: memory.numbers[2], packetsToClient: memory.numbers[3], duration: memory.numbers[4],
                flowID: memory.numbers[5], sourcePort: memory.numbers[6], position: memory.position, namesLeft: names,
                lookupsLeft: lookups)
            let consumed = EVEScannerRead(
                scanner, start.assumingMemoryBound(to: CChar.self), lines.count, UInt64(position), &columns)
            table.count = columns.count
            readLeft(of: lines, at: position)
            return consumed
        }
    }

    /// Moves the names that were read into the tables of their kinds.
    func takeNames(into batch: inout RecordBatch) {
        for index in 0..<EVEScannerNames(scanner) {
            let name = EVEScannerName(scanner, index)
            let text = UnsafeRawBufferPointer(start: name.host, count: name.length)
            batch.update(Self.kind(of: name.namer)) { table in
                table.append(
                    start: Timestamp(nanoseconds: name.start),
                    source: IPAddress(high: name.source.high, low: name.source.low),
                    destination: IPAddress(high: name.destination.high, low: name.destination.low), port: name.port,
                    proto: name.protocol, position: name.position,
                    numbers: [.id: name.flowID, .isProxied: name.isProxied ? 1 : 0],
                    texts: [.host: HostText.withoutPort(String(decoding: text, as: UTF8.self))])
            }
        }
        EVEScannerForgetNames(scanner)
    }

    private func readLeft(of lines: UnsafeRawBufferPointer, at position: Int64) {
        guard let records else { return }
        var count = 0
        for line in UnsafeBufferPointer(start: EVEScannerLeft(scanner, &count), count: count) {
            let bytes = UnsafeRawBufferPointer(rebasing: lines[line.begin..<line.begin + line.length])
            _ = records.read(bytes, at: position + Int64(line.begin), most: .max)
        }
    }

    /// Moves what the lines say that were left into the tables of their kinds, as far as there is room.
    ///
    /// - Returns: whether there was.
    func takeRecords(into batch: inout RecordBatch) -> Bool { records?.moveRecords(into: &batch) ?? true }

    /// A QUIC initial holds a handshake.
    private static let namers: [(namer: EVENamer, kind: RecordKind)] = [
        (EVENamerTLS, .tls), (EVENamerQUIC, .tls), (EVENamerHTTP, .http), (EVENamerDNS, .lookup),
    ]

    private static func kind(of namer: EVENamer) -> RecordKind { namers.first { $0.namer == namer }?.kind ?? .tls }

    /// Has the lookups among the lines of the last reading read.
    func takeLookups(by reader: LineRecords) {
        for index in 0..<EVEScannerLookups(scanner) {
            let lookup = EVEScannerLookup(scanner, index)
            reader.read(
                UnsafeRawBufferPointer(start: lookup.line, count: lookup.length), at: Int64(clamping: lookup.position))
        }
    }

    /// The lines among those of the last reading in which the sensor tells its own counters.
    func forEachCounters(_ body: (UnsafeRawBufferPointer) -> Void) {
        for index in 0..<EVEScannerCounters(scanner) {
            let counters = EVEScannerCounter(scanner, index)
            body(UnsafeRawBufferPointer(start: counters.line, count: counters.length))
        }
    }

    func rejectLongLine(at position: Int64) { EVEScannerRejectLongLine(scanner, UInt64(position)) }
}

extension LineScanner {
    /// The counts of the lines so far.
    ///
    /// - Parameter origin: the file they stand in.
    func ingest(of origin: String) -> IngestCounts {
        var ingest = IngestCounts()
        ingest.read = Int(EVEScannerLines(scanner))
        let used = Int(EVEScannerUsed(scanner))
        if used > 0 { ingest.used[RecordKind.flow.name] = tally(used, span: usedSpan) }
        for (namer, kind) in Self.namers {
            let unreadable = namer == EVENamerDNS ? records?.unreadable ?? 0 : 0
            let named = Int(EVEScannerNamed(scanner, namer)) - unreadable
            if named > 0 { ingest.used[kind.name, default: IngestCounts.Tally()].count += named }
            if unreadable > 0 { ingest.skipped["event type dns"] = IngestCounts.Tally(count: unreadable) }
        }
        let blank = Int(EVEScannerBlank(scanner))
        if blank > 0 { ingest.skipped["blank line"] = IngestCounts.Tally(count: blank) }
        for index in 0..<EVEScannerSkippedTypes(scanner) {
            var skipped = EVEScannerSkipped(scanner, index)
            guard skipped.count > 0 else { continue }
            let type = withUnsafeBytes(of: &skipped.type) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            ingest.skipped["event type " + type] = tally(Int(skipped.count), span: (skipped.first, skipped.last))
        }
        for (reason, name) in Self.reasons {
            var rejected = EVEScannerRejected(scanner, reason)
            guard rejected.count > 0 else { continue }
            let positions = withUnsafeBytes(of: &rejected.positions) {
                $0.assumingMemoryBound(to: UInt64.self).prefix(Int(min(rejected.count, UInt64(EVE_POSITIONS_KEPT))))
                    .map { IngestCounts.Place(origin, Int64($0)) }
            }
            ingest.rejected[name] = IngestCounts.Tally(count: Int(rejected.count), examples: positions)
        }
        let fellBack = Int(EVEScannerFellBack(scanner))
        if fellBack > 0 { ingest.noted["no flow.start, timestamp used"] = IngestCounts.Tally(count: fellBack) }
        return ingest
    }

    /// What each reason is called in ingest counts.
    static let reasons: [(EVEReason, String)] = [
        (EVENotJSON, IngestCounts.notJSON), (EVENoEventType, "no event type"), (EVENoTime, "no readable time"),
        (EVEBadSource, "no readable source address"), (EVEBadDestination, "no readable destination address"),
        (EVEBadPort, "no readable port"), (EVEBadByteCount, "no readable byte count"),
        (EVEBadPacketCount, "no readable packet count"), (EVELineTooLong, "line too long"),
        (EVETruncated, IngestCounts.cutOff),
    ]

    /// The reasons for which flows alone are rejected.
    static let reasonsOfFlows = Set(
        reasons.filter { EVENoTime.rawValue...EVEBadPacketCount.rawValue ~= $0.0.rawValue }.map(\.1))

    private var usedSpan: (Int64, Int64) {
        var first: Int64 = 0
        var last: Int64 = 0
        EVEScannerUsedSpan(scanner, &first, &last)
        return (first, last)
    }

    private func tally(_ count: Int, span: (first: Int64, last: Int64)) -> IngestCounts.Tally {
        guard span.first <= span.last else { return IngestCounts.Tally(count: count) }
        return IngestCounts.Tally(
            count: count, first: Timestamp(nanoseconds: span.first), last: Timestamp(nanoseconds: span.last))
    }
}

/// Hosts as HTTP writes them.
enum HostText {
    /// The host without the port at its end: `example.org:8080` is `example.org`.
    static func withoutPort(_ host: String) -> String {
        let bytes = host.utf8
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")), bytes.last != UInt8(ascii: "]"),
            bytes[bytes.index(after: colon)...].allSatisfy({ (48...57).contains($0) }),
            bytes.first == UInt8(ascii: "[") || !bytes[..<colon].contains(UInt8(ascii: ":"))
        else { return host }
        return String(host[..<colon])
    }
}
