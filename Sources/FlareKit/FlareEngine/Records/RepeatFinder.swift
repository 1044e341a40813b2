import FlareModel

/// Finds the records of a store that stand in two inputs of a source.
///
/// Records are the same if they have the same id, start and finest key. The input that holds most of them gives them,
/// since a sensor may say two things of a connection in one moment; where several hold as many, the one that says more.
struct RepeatFinder {
    private let rows: InputRows
    private let idColumn: Int
    private let seed = UInt64.random(in: .min ... .max)

    init(_ rows: InputRows) {
        self.rows = rows
        idColumn = rows.store.layout.numbers.firstIndex(of: .id) ?? 0
    }

    func find() -> InputRows.Repeats {
        guard rows.inputs.count > 1 else { return InputRows.Repeats() }
        let shared = rows.sharedMoments(hasID)
        let count = rows.counts(in: shared, hasID).values.reduce(0, +)
        var dropped = [[Bool]](repeating: [], count: rows.places.count)
        rows.forEachAlike(count, in: shared) { row, chunk in
            hasID(row, chunk)
                ? fingerprint(chunk.times[Int(row.row)], chunk.numbers[idColumn][Int(row.row)]) : nil
        } _: {
            collectAlike($0, &dropped)
        }
        return rows.repeats(dropped)
    }

    private func hasID(_ row: InputRows.Row, _ chunk: RecordChunk) -> Bool {
        chunk.numbers[idColumn][Int(row.row)] != RecordTable.unknown
    }

    /// Seeded, since ids come from the network and could be chosen to collide.
    @inline(__always)
    private func fingerprint(_ time: Int64, _ id: Int64) -> UInt64 {
        let product = (UInt64(bitPattern: time) ^ seed).multipliedFullWidth(
            by: UInt64(bitPattern: id) ^ 0x9E37_79B9_7F4A_7C15)
        return (product.high ^ product.low) &* 0xD6E8_FEB8_6659_FD93
    }

    /// - Parameter entries: with one fingerprint, which those of different records may share.
    private func collectAlike(_ entries: [InputRows.Row], _ dropped: inout [[Bool]]) {
        if entries.count == 2 { return collectPair(entries[0], entries[1], &dropped) }
        for same in Dictionary(grouping: entries, by: identity).values where same.count > 1 {
            let holders = Dictionary(grouping: same, by: \.input).mapValues { $0.sorted { rows.order($0, $1) < 0 } }
            guard let giver = holders.max(by: { gives($1, ratherThan: $0) })?.key else { continue }
            for entry in same where entry.input != giver { rows.drop(entry, &dropped) }
        }
    }

    /// The usual case, without a table.
    private func collectPair(_ a: InputRows.Row, _ b: InputRows.Row, _ dropped: inout [[Bool]]) {
        guard a.input != b.input, identity(of: a) == identity(of: b) else { return }
        rows.drop(gives((a.input, [a]), ratherThan: (b.input, [b])) ? b : a, &dropped)
    }

    private struct Identity: Hashable {
        let source: String
        let time: Int64
        let id: Int64
        let key: PackedKey
        let name: String
    }

    private func identity(of entry: InputRows.Row) -> Identity {
        let (place, row) = (rows.places[Int(entry.place)], Int(entry.row))
        let (chunk, shard) = (place.chunk, rows.store.shards[place.shard])
        return Identity(
            source: rows.inputs[Int(entry.input)].source, time: chunk.times[row], id: chunk.numbers[idColumn][row],
            key: shard.table.keys[Int(chunk.keys[row])],
            name: row < chunk.names.count ? shard.names.names[Int(chunk.names[row])] : "")
    }

    /// Whether the records are taken of one input rather than of another.
    private func gives(
        _ a: (key: UInt32, value: [InputRows.Row]), ratherThan b: (key: UInt32, value: [InputRows.Row])
    ) -> Bool {
        if a.value.count != b.value.count { return a.value.count > b.value.count }
        for (mine, other) in zip(a.value, b.value) {
            let order = rows.order(mine, other)
            if order != 0 { return order > 0 }
        }
        return a.key < b.key
    }
}
