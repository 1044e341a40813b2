import EVEScanner
import FlareKit

/// The C++ scanner with its account, for the lines of one file.
final class LineScanner {
    private let scanner: OpaquePointer?
    private let wanted: [Wanted]

    /// A column of numbers with its place among the scanner's.
    private struct Wanted {
        let column: ColumnName
        let place: WritableKeyPath<EVEColumns, UnsafeMutablePointer<Int64>?>
    }

    init(_ settings: EVECursor.Settings) {
        let columns = settings.columns
        var options = EVEOptions()
        options.usesLoggedTime = settings.time == .logged
        options.wantsBytes = columns.contains(.bytesToServer) || columns.contains(.bytesToClient)
        options.wantsPackets = columns.contains(.packetsToServer) || columns.contains(.packetsToClient)
        options.wantsDuration = columns.contains(.duration)
        options.wantsFlowID = columns.contains(.id)
        options.longestLine = settings.longestLine
        scanner = EVEScannerCreate(options)
        var wanted: [Wanted] = []
        // The scanner writes counts both ways or none.
        if options.wantsBytes {
            wanted.append(Wanted(column: .bytesToServer, place: \.bytesToServer))
            wanted.append(Wanted(column: .bytesToClient, place: \.bytesToClient))
        }
        if options.wantsPackets {
            wanted.append(Wanted(column: .packetsToServer, place: \.packetsToServer))
            wanted.append(Wanted(column: .packetsToClient, place: \.packetsToClient))
        }
        if options.wantsDuration { wanted.append(Wanted(column: .duration, place: \.duration)) }
        if options.wantsFlowID { wanted.append(Wanted(column: .id, place: \.flowID)) }
        self.wanted = wanted
    }

    deinit { EVEScannerDestroy(scanner) }

    /// Scans lines into a table of flows until they end or it is full.
    ///
    /// - Parameters:
    ///   - lines: whole lines, with the scanner's padding behind them.
    ///   - position: where they begin in their file.
    /// - Returns: how many bytes were consumed.
    func read(_ lines: UnsafeRawBufferPointer, at position: Int64, into table: inout RecordTable) -> Int {
        var columns = EVEColumns()
        columns.capacity = table.capacity
        columns.count = table.count
        var consumed = 0
        Self.lendHead(&table, &columns) { table, columns in
            lend(wanted[...], &table, &columns) { columns in
                guard let start = lines.baseAddress else { return }
                consumed = EVEScannerRead(
                    scanner, start.assumingMemoryBound(to: CChar.self), lines.count, UInt64(position), &columns)
            }
        }
        table.count = columns.count
        return consumed
    }

    func rejectLongLine(at position: Int64) { EVEScannerRejectLongLine(scanner, UInt64(position)) }

    /// Lends the scanner the memory of further columns, one within the other.
    private func lend(
        _ rest: ArraySlice<Wanted>, _ table: inout RecordTable, _ columns: inout EVEColumns,
        _ body: (inout EVEColumns) -> Void
    ) {
        guard let wanted = rest.first else { return body(&columns) }
        // A count of which only the other way was asked for goes nowhere.
        var values = table.numbers.removeValue(forKey: wanted.column)
        let isAsked = values != nil
        var memory = values.take() ?? Array(repeating: 0, count: table.capacity)
        memory.withUnsafeMutableBufferPointer {
            columns[keyPath: wanted.place] = $0.baseAddress
            lend(rest.dropFirst(), &table, &columns, body)
        }
        if isAsked { table.numbers[wanted.column] = memory }
    }

    /// Lends the scanner the memory of the head's columns.
    private static func lendHead(
        _ table: inout RecordTable, _ columns: inout EVEColumns, _ body: (inout RecordTable, inout EVEColumns) -> Void
    ) {
        // Taken out of the table, so that no column is copied and the table can be changed meanwhile.
        var start = take(&table.start)
        var source = take(&table.source)
        var destination = take(&table.destination)
        var port = take(&table.port)
        var proto = take(&table.proto)
        var position = take(&table.position)
        start.withUnsafeMutableBufferPointer { start in
            source.withUnsafeMutableBufferPointer { source in
                destination.withUnsafeMutableBufferPointer { destination in
                    port.withUnsafeMutableBufferPointer { port in
                        proto.withUnsafeMutableBufferPointer { proto in
                            position.withUnsafeMutableBufferPointer { position in
                                columns.start = start.baseAddress
                                columns.source = addresses(source)
                                columns.destination = addresses(destination)
                                columns.port = port.baseAddress
                                columns.protocol = proto.baseAddress
                                columns.position = position.baseAddress
                                body(&table, &columns)
                            }
                        }
                    }
                }
            }
        }
        (table.start, table.source, table.destination) = (start, source, destination)
        (table.port, table.proto, table.position) = (port, proto, position)
    }

    private static func take<Element>(_ column: inout [Element]) -> [Element] {
        var taken: [Element] = []
        swap(&taken, &column)
        return taken
    }

    /// The scanner's view of addresses: two numbers of 64 bits in the same order, `high` and `low`.
    private static func addresses(_ column: UnsafeMutableBufferPointer<IPAddress>) -> UnsafeMutablePointer<EVEAddress>?
    {
        assert(MemoryLayout<IPAddress>.size == MemoryLayout<EVEAddress>.size)
        assert(MemoryLayout<IPAddress>.offset(of: \.low) == MemoryLayout<EVEAddress>.offset(of: \.low))
        return UnsafeMutableRawPointer(column.baseAddress)?.assumingMemoryBound(to: EVEAddress.self)
    }
}

extension LineScanner {
    /// The book of the lines so far.
    ///
    /// - Parameter origin: the file they stand in.
    func account(of origin: String) -> Account {
        var account = Account()
        account.read = Int(EVEScannerLines(scanner))
        let used = Int(EVEScannerUsed(scanner))
        if used > 0 { account.used[RecordKind.flow.name] = tally(used, span: usedSpan) }
        let blank = Int(EVEScannerBlank(scanner))
        if blank > 0 { account.skipped["blank line"] = Account.Tally(count: blank) }
        for index in 0..<EVEScannerSkippedTypes(scanner) {
            var skipped = EVEScannerSkipped(scanner, index)
            guard skipped.count > 0 else { continue }
            let type = withUnsafeBytes(of: &skipped.type) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            account.skipped["event type " + type] = tally(Int(skipped.count), span: (skipped.first, skipped.last))
        }
        for (reason, name) in Self.reasons {
            var rejected = EVEScannerRejected(scanner, reason)
            guard rejected.count > 0 else { continue }
            let positions = withUnsafeBytes(of: &rejected.positions) {
                $0.assumingMemoryBound(to: UInt64.self).prefix(Int(min(rejected.count, UInt64(EVE_POSITIONS_KEPT))))
                    .map { Account.Place(origin, Int64($0)) }
            }
            account.rejected[name] = Account.Tally(count: Int(rejected.count), examples: positions)
        }
        let fellBack = Int(EVEScannerFellBack(scanner))
        if fellBack > 0 { account.noted["no flow.start, timestamp used"] = Account.Tally(count: fellBack) }
        return account
    }

    /// What each reason is called in accounts.
    static let reasons: [(EVEReason, String)] = [
        (EVENotJSON, "not JSON"), (EVENoEventType, "no event type"), (EVENoTime, "no readable time"),
        (EVEBadSource, "no readable source address"), (EVEBadDestination, "no readable destination address"),
        (EVEBadPort, "no readable port"), (EVEBadByteCount, "no readable byte count"),
        (EVEBadPacketCount, "no readable packet count"), (EVELineTooLong, "line too long"),
        (EVETruncated, "last line cut off"),
    ]

    private var usedSpan: (Int64, Int64) {
        var first: Int64 = 0
        var last: Int64 = 0
        EVEScannerUsedSpan(scanner, &first, &last)
        return (first, last)
    }

    private func tally(_ count: Int, span: (first: Int64, last: Int64)) -> Account.Tally {
        guard span.first <= span.last else { return Account.Tally(count: count) }
        return Account.Tally(
            count: count, first: Timestamp(nanoseconds: span.first), last: Timestamp(nanoseconds: span.last))
    }
}
