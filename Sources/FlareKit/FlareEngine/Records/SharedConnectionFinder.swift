import FlareModel

/// Finds the connections, or lookups, that two sensors saw.
///
/// Connections are the same by what community ids are made of (Corelight, "Community ID Flow Hashing", version 1): both ends with
/// their ports, whichever is named first, and the protocol. A sensor need not log the id for that. Since ports are used again, the
/// starts have to be near each other too. A record stands for one of each other input at most: what one input tells of twice
/// are two connections. Lookups of one connection are told by their names as well.
///
/// Files that one sensor wrote one after the other tell of the same time for a moment, in which a port may be used again. So inputs
/// are two sensors' only where they share a good part of what both could have seen.
struct SharedConnectionFinder {
    /// What stands for what.
    struct Outcome {
        var repeats = InputRows.Repeats()
        /// The id of the connection that is used, by that of the one that it stands for.
        var ids: [Int64: Int64] = [:]
    }

    /// A record that stands for another.
    private struct Pair {
        let goes: InputRows.Row
        let stays: InputRows.Row

        var inputs: [UInt32] { [min(goes.input, stays.input), max(goes.input, stays.input)] }
    }

    /// The least share of the smaller input's records, in the moments that others tell of too, that makes two sensors.
    private static let leastShared = 0.25

    /// A sensor that lost the first segment saw its second repetition, 1 s and 2 s later (RFC 6298, 2.1 and 5.5); clocks that are
    /// kept differ by less.
    static let tolerance: Int64 = 3_000_000_000
    /// Among so many of one connection's the other sensor's is looked for, whatever comes in 3 s.
    private static let mostNear = 1024
    /// Protocols with ports: TCP, UDP, DCCP, SCTP, UDP-Lite.
    private static let protocols: Set<UInt8> = [6, 17, 33, 132, 136]
    /// Protocols whose ends are the hosts alone: ICMP.
    private static let portless: Set<UInt8> = [1, 58]

    private let rows: InputRows
    private let idColumn: Int?
    /// Of each key, by shard: whether its records need a source port, `nil` for protocols whose ends are not known.
    private let needsPort: [[Bool?]]
    private let seed = UInt64.random(in: .min ... .max)

    init(_ rows: InputRows) {
        self.rows = rows
        idColumn = rows.store.layout.numbers.firstIndex(of: .id)
        needsPort = rows.store.shards.map { shard in
            shard.table.keys.map {
                Self.protocols.contains($0.proto) ? true : Self.portless.contains($0.proto) ? false : nil
            }
        }
    }

    func find() -> Outcome {
        var outcome = Outcome()
        guard rows.inputs.count > 1 else { return outcome }
        let shared = rows.sharedMoments(tolerance: Self.tolerance, hasEnds)
        let counts = rows.counts(in: shared, hasEnds)
        var pairs: [Pair] = []
        rows.forEachAlike(counts.values.reduce(0, +), in: shared) { row, chunk in
            hasEnds(row, chunk) ? ends(of: row).hash(seed) : nil
        } _: { alike in
            collect(alike.sorted { rows.time(of: $0) < rows.time(of: $1) }, &pairs)
        }
        var dropped = [[Bool]](repeating: [], count: rows.places.count)
        let sensors = Self.sensors(pairs, counts)
        for pair in pairs where sensors.isSuperset(of: pair.inputs) {
            rows.drop(pair.goes, &dropped)
            if let used = id(of: pair.stays), let left = id(of: pair.goes), used != left { outcome.ids[left] = used }
        }
        outcome.repeats = rows.repeats(dropped)
        return outcome
    }

    /// The inputs that share a good part of their records with another.
    private static func sensors(_ pairs: [Pair], _ counts: [UInt32: Int]) -> Set<UInt32> {
        var shared: [[UInt32]: Int] = [:]
        for pair in pairs { shared[pair.inputs, default: 0] += 1 }
        return shared.reduce(into: []) { sensors, entry in
            let smaller = entry.key.compactMap { counts[$0] }.min() ?? 0
            if Double(entry.value) >= leastShared * Double(smaller) { sensors.formUnion(entry.key) }
        }
    }

    private func hasEnds(_ row: InputRows.Row, _ chunk: RecordChunk) -> Bool {
        let key = Int(chunk.keys[Int(row.row)])
        guard let needsPort = needsPort[rows.places[Int(row.place)].shard][key] else { return false }
        return !needsPort || chunk.ports[Int(row.row)] != 0
    }

    /// A record that stays, with the inputs that it stands for.
    private struct Kept {
        var row: InputRows.Row
        /// Of the first of those that it stands for, so that the order stays.
        let time: Int64
        let ends: Ends
        let name: String
        var inputs: Set<UInt32>
    }

    /// - Parameter alike: of one fingerprint, in the order of time.
    private func collect(_ alike: [InputRows.Row], _ pairs: inout [Pair]) {
        var kept: [Kept] = []
        for mine in alike {
            let (time, ends, name) = (rows.time(of: mine), ends(of: mine), name(of: mine))
            let near = kept.indices.suffix(Self.mostNear).reversed().prefix { time - kept[$0].time <= Self.tolerance }
            // The earliest that this input did not tell of yet.
            guard
                let place = near.last(where: {
                    kept[$0].ends == ends && kept[$0].name == name && !kept[$0].inputs.contains(mine.input)
                })
            else {
                kept.append(Kept(row: mine, time: time, ends: ends, name: name, inputs: [mine.input]))
                continue
            }
            kept[place].inputs.insert(mine.input)
            let other = kept[place].row
            let order = rows.order(mine, other)
            let isBetter = order != 0 ? order > 0 : mine.input < other.input
            pairs.append(isBetter ? Pair(goes: other, stays: mine) : Pair(goes: mine, stays: other))
            if isBetter { kept[place].row = mine }
        }
    }

    /// Empty for connections.
    private func name(of row: InputRows.Row) -> String {
        let (place, number) = (rows.places[Int(row.place)], Int(row.row))
        guard rows.store.layout.kind == .dns, number < place.chunk.names.count else { return "" }
        return rows.store.shards[place.shard].names.names[Int(place.chunk.names[number])]
    }

    private func id(of row: InputRows.Row) -> Int64? {
        guard let idColumn else { return nil }
        let id = rows.places[Int(row.place)].chunk.numbers[idColumn][Int(row.row)]
        return id == RecordTable.unknown ? nil : id
    }

    private func ends(of row: InputRows.Row) -> Ends {
        let (place, row) = (rows.places[Int(row.place)], Int(row.row))
        return Ends(
            rows.store.shards[place.shard].table.keys[Int(place.chunk.keys[row])], place.chunk.ports[row])
    }

    /// Both ends of a connection, the lower one first.
    private struct Ends: Hashable {
        let low: IPAddress
        let high: IPAddress
        let lowPort: UInt16
        let highPort: UInt16
        let proto: UInt8

        @inline(__always)
        init(_ key: PackedKey, _ sourcePort: UInt16) {
            let isSourceLow =
                (key.source.high, key.source.low, sourcePort) <= (key.peer.high, key.peer.low, key.port)
            (low, high) = isSourceLow ? (key.source, key.peer) : (key.peer, key.source)
            (lowPort, highPort) = isSourceLow ? (sourcePort, key.port) : (key.port, sourcePort)
            proto = key.proto
        }

        /// Seeded, since ends come from the network and could be chosen to collide.
        @inline(__always)
        func hash(_ seed: UInt64) -> UInt64 {
            var hash = seed
            for part in [
                low.high, low.low, high.high, high.low, UInt64(lowPort) << 32 | UInt64(highPort) << 8 | UInt64(proto),
            ] {
                let product = (hash ^ part).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
                hash = product.high ^ product.low
            }
            return hash
        }
    }
}
