import FlareModel

/// What one thread keeps of the records of one kind: their columns, and the table of their keys.
///
/// The keys are the finest ones, (source, destination or lookup's name, port, protocol); every grouping is
/// derived from them, so that a record's key is looked up once however many detectors ask.
struct RecordShard: Sendable {
    private(set) var layout: RecordLayout
    private(set) var table = KeyTable(minimumCapacity: 16_384)
    private(set) var chunks: [RecordChunk] = []
    private(set) var names = NameTable()
    /// What servers show in handshakes that name no host.
    private(set) var servers = NameTable()
    /// Which registered domains names are of, where these are kept alone.
    private(set) var domains = RegisteredDomains()
    /// The inputs that records came from; empty where records do not repeat.
    private(set) var inputs: [BatchInput] = []
    private var inputNumbers: [BatchInput: Int] = [:]
    /// The newest start among the kept records.
    private(set) var newest = Int64.min
    /// Records that were cut off because they were older than any window can be.
    private(set) var evicted = IngestCounts.Tally()
    /// The same by day.
    private(set) var evictedDays = DayCounts()
    /// When the records of full chunks were, since a stray one is no measure of how old the others are.
    private var extents = TimeExtents()

    let memory: RecordMemory

    /// - Parameter memory: what the run's records share.
    init(layout: RecordLayout, memory: RecordMemory) {
        self.layout = layout
        self.memory = memory
    }

    var count: Int { chunks.reduce(0) { $0 + $1.count } }

    /// Keeps those of some rows of a batch that the policy admits.
    mutating func append(
        _ rows: RecordTable, _ range: Range<Int>, of input: BatchInput, policy: AdmissionPolicy,
        refused: inout Refusals
    ) {
        let columns = InputColumns(rows, layout)
        let inputNumber = layout.tellsRepeats ? number(of: input) : nil
        var row = range.lowerBound
        while row < range.upperBound {
            if chunks.last?.isFull ?? true { beginChunk(policy) }
            let last = chunks.count - 1
            if let inputNumber { chunks[last].begin(input: inputNumber) }
            row = fill(last, rows, row..<range.upperBound, input.origin, policy, columns, &refused)
            newest = max(newest, chunks[last].latest)
        }
    }

    private mutating func number(of input: BatchInput) -> Int {
        if let number = inputNumbers[input] { return number }
        inputNumbers[input] = inputs.count
        inputs.append(input)
        return inputs.count - 1
    }

    /// Fills one chunk with the first of some rows.
    ///
    /// - Returns: the row to go on with.
    private mutating func fill(
        _ chunk: Int, _ rows: RecordTable, _ range: Range<Int>, _ origin: String, _ policy: AdmissionPolicy,
        _ columns: InputColumns, _ refused: inout Refusals
    ) -> Int {
        let end = range.lowerBound + min(range.count, RecordChunk.capacity - chunks[chunk].count)
        var row = range.lowerBound
        while row < end {
            let admitted = policy.firstRefused(rows, from: row, to: end)
            if admitted > row { copy(row..<admitted, of: rows, into: chunk, columns) }
            if admitted < end { policy.refuse(rows, admitted, origin, &refused) }
            row = admitted + 1
        }
        return end
    }

    /// Copies rows that are kept, column by column.
    private mutating func copy(
        _ range: Range<Int>, of rows: RecordTable, into chunk: Int, _ columns: InputColumns
    ) {
        chunks[chunk].append(times: rows.start[range])
        // Outside of the chunk the column is one array with one owner while it grows.
        chunks[chunk].keys.fill { table.append(numbersOf: range, of: rows, to: &$0) }
        if layout.hasBytes {
            chunks[chunk].bytesToServer.append(columns.up?[range], count: range.count)
            chunks[chunk].bytesToClient.append(columns.down?[range], count: range.count)
        }
        for (index, column) in columns.further.enumerated() {
            if let derived = layout.derived[layout.numbers[index]] {
                chunks[chunk].numbers[index].append(contentsOf: derived.values(rows, range))
            } else if let column {
                chunks[chunk].numbers[index].append(contentsOf: column[range])
            } else {
                chunks[chunk].numbers[index].append(contentsOf: repeatElement(RecordTable.unknown, count: range.count))
            }
        }
        if layout.hasPorts { chunks[chunk].append(ports: columns.ports?[range], count: range.count) }
        guard layout.hasNames else { return }
        if layout.kind == .certificate {
            for row in range {
                chunks[chunk].names.append(names.number(of: columns.server.reference(row)))
                chunks[chunk].servers.append(servers.number(of: columns.server.text(row)))
            }
            return
        }
        // The addresses of one answer follow each other.
        var (last, number) = ("", NameTable.none)
        for row in range {
            if let name = columns.names?[row], name != last {
                (last, number) = (name, names.number(of: layout.keepsDomainsAlone ? domains.take(name) : name))
            }
            chunks[chunk].names.append(number)
        }
        guard layout.hasServers else { return }
        for row in range {
            let isNamed = columns.names.map { !$0[row].isEmpty } ?? false
            chunks[chunk].servers.append(isNamed ? NameTable.none : servers.number(of: columns.server.text(row)))
        }
    }

    /// The columns of a batch that are kept, looked up once a batch.
    private struct InputColumns {
        let up: [Int64]?
        let down: [Int64]?
        let further: [[Int64]?]
        let ports: [Int64]?
        let names: [String]?
        let server: ShownServer.Columns

        init(_ rows: RecordTable, _ layout: RecordLayout) {
            up = layout.hasBytes ? rows.numbers[.bytesToServer] : nil
            down = layout.hasBytes ? rows.numbers[.bytesToClient] : nil
            further = layout.numbers.map { rows.numbers[$0] }
            ports = layout.hasPorts ? rows.numbers[.sourcePort] : nil
            names =
                layout.hasNames ? rows.texts[layout.kind == .dns || layout.kind == .lookup ? .query : .host] : nil
            server = ShownServer.Columns(layout.hasServers ? rows : nil)
        }
    }

    /// Keeps one record that the run makes itself.
    mutating func append(time: Int64, key: PackedKey, id: Int64, up: Int64, down: Int64) {
        if chunks.last?.isFull ?? true { append(RecordChunk(layout: layout)) }
        let last = chunks.count - 1
        chunks[last].append(times: [time])
        chunks[last].keys.append(table.number(of: key))
        if layout.hasBytes {
            chunks[last].bytesToServer.append(up)
            chunks[last].bytesToClient.append(down)
        }
        for (place, column) in layout.numbers.enumerated() {
            chunks[last].numbers[place].append(column == .id ? id : RecordTable.unknown)
        }
        if layout.hasNames { chunks[last].names.append(NameTable.none) }
        if layout.hasServers { chunks[last].servers.append(NameTable.none) }
        newest = max(newest, time)
    }

    /// Begins a chunk, and forgets those that lie before every window that can still come.
    private mutating func beginChunk(_ policy: AdmissionPolicy) {
        if let span = policy.span, let last = chunks.last {
            extents.insert(last)
            evict { [extents] in extents.isOld($0, beyond: span) }
        }
        append(RecordChunk(layout: layout))
    }

    /// Appends an empty chunk; the one before is complete.
    private mutating func append(_ chunk: RecordChunk) {
        if !chunks.isEmpty { chunks[chunks.count - 1].settle(in: memory) }
        chunks.append(chunk)
    }

    /// Forgets chunks that lie wholly before a moment.
    mutating func evict(before moment: Int64) { evict { $0.latest < moment } }

    private mutating func evict(_ isOld: (RecordChunk) -> Bool) {
        // Outside of the shard while chunks go.
        var (evicted, days) = (IngestCounts.Tally(), DayCounts())
        chunks.removeAll { chunk in
            guard chunk.count > 0, isOld(chunk) else { return false }
            days.add(chunk)
            memory.giveBack(chunk.admitted)
            evicted.merge(
                IngestCounts.Tally(
                    count: chunk.count, first: Timestamp(nanoseconds: chunk.earliest),
                    last: Timestamp(nanoseconds: chunk.latest)))
            return true
        }
        self.evicted.merge(evicted)
        evictedDays.merge(days)
    }
}

/// The stretches of time that records lie in, told apart by a week without any.
///
/// A window relative to the newest record ends at the end of one of them, whichever turns out not to be a stray: so what lies
/// farther before the end of its own stretch than the window is long is outside of every window that can still come.
private struct TimeExtents: Sendable {
    private var extents: [ClosedRange<Int64>] = []
    private static let apart: Int64 = 7 * 86_400_000_000_000

    mutating func insert(_ chunk: RecordChunk) {
        if chunk.latest.subtractingClamped(chunk.earliest) <= Self.apart {
            insert(chunk.earliest...chunk.latest)
            return
        }
        let times = chunk.times.sorted()
        var first = times[0]
        for (time, next) in zip(times, times.dropFirst()) where next.subtractingClamped(time) > Self.apart {
            insert(first...time)
            first = next
        }
        insert(first...times[times.count - 1])
    }

    private mutating func insert(_ new: ClosedRange<Int64>) {
        var merged = new
        extents.removeAll { extent in
            guard extent.lowerBound.subtractingClamped(merged.upperBound) <= Self.apart,
                merged.lowerBound.subtractingClamped(extent.upperBound) <= Self.apart
            else { return false }
            merged = min(merged.lowerBound, extent.lowerBound)...max(merged.upperBound, extent.upperBound)
            return true
        }
        extents.append(merged)
    }

    /// Whether a chunk lies in one stretch, and farther from its end than a span of time.
    func isOld(_ chunk: RecordChunk, beyond span: Int64) -> Bool {
        extents.contains {
            $0.contains(chunk.earliest) && chunk.latest < $0.upperBound.subtractingClamped(span)
        }
    }
}

extension RecordShard {
    /// Tables with fewer keys than this are not worth making anew.
    private static let fewKeys = 65_536

    /// Forgets what lies before a moment, chunk by chunk, and the keys that no record needs any more.
    mutating func forget(before moment: Int64) {
        evict(before: moment)
        forgetNames()
        guard table.count > Self.fewKeys, table.count > 2 * count else { return }
        var live = KeyTable(minimumCapacity: count)
        for place in chunks.indices {
            for row in chunks[place].keys.indices {
                chunks[place].keys[row] = live.number(of: table.keys[Int(chunks[place].keys[row])])
            }
        }
        table = live
    }

    /// Forgets names and servers that no record has any more.
    private mutating func forgetNames() {
        if layout.hasNames { forget(\.names, \.names) }
        if layout.hasServers { forget(\.servers, \.servers) }
        if domains.examples.count > names.count { domains.forget(except: Set(names.names)) }
    }

    /// Forgets the texts of a table that no record's number points to any more.
    private mutating func forget(
        _ table: WritableKeyPath<RecordShard, NameTable>,
        _ column: WritableKeyPath<RecordChunk, RecordColumn<UInt32>>
    ) {
        let texts = self[keyPath: table]
        guard texts.count > Self.fewKeys, texts.count > 2 * count else { return }
        var live = NameTable()
        for place in chunks.indices {
            for row in chunks[place][keyPath: column].indices {
                let number = chunks[place][keyPath: column][row]
                chunks[place][keyPath: column][row] = live.number(of: texts.names[Int(number)])
            }
        }
        self[keyPath: table] = live
    }
}

extension RecordShard {
    /// Takes rows out of chunks.
    ///
    /// - Parameter rows: whether each is taken out, by the number of the chunk.
    mutating func remove(_ rows: [Int: [Bool]]) {
        for (chunk, rows) in rows {
            memory.giveBack(chunks[chunk].admitted)
            chunks[chunk].remove(rows, layout)
            chunks[chunk].settle(in: memory)
        }
    }

    /// Gives records the ids of others.
    ///
    /// - Parameter id: the new id of a row; `nil` leaves it.
    mutating func change(column: Int, _ id: (Int64) -> Int64?) {
        for chunk in chunks.indices {
            for row in chunks[chunk].numbers[column].indices {
                if let id = id(chunks[chunk].numbers[column][row]) { chunks[chunk].numbers[column][row] = id }
            }
        }
    }

    /// Forgets by what repeats were told.
    mutating func endTelling() {
        (inputs, inputNumbers) = ([], [:])
        let place = layout.endTelling()
        for chunk in chunks.indices { chunks[chunk].endTelling(column: place, memory) }
    }
}
