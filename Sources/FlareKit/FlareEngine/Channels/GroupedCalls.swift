import FlareModel
import FlarePlugins

/// The calls of a source that grouped its flows by address: names are joined here, to the flows of those addresses that may be
/// called often enough together.
struct GroupedCalls {
    let intake: Intake
    let plan: ReadPlan
    let records: any GroupedRecords
    let grouping: Grouping

    private var evaluator: Evaluator { intake.evaluator }

    /// - Parameters:
    ///   - cursors: yield all that names channels.
    ///   - ingest: takes in the counts of what is read for names; the flows are in it.
    func group(naming cursors: [any Cursor], _ ingest: inout IngestCounts) async throws -> Evaluator.Grouped? {
        let names = try await intake.read(cursors, plan)
        ingest.merge(names.total(intake.knownWindow))
        let channels = records.channels
        let selection = await intake.select(among: records, grouping)
        var keys = Set(selection.chosen.map { channels[$0].key })
        keys.formUnion(parts(of: channels, names.stores, beside: keys))
        var stores = try await intake.read(records.open(keys.sorted()), plan).stores
        // What was said in connections that are not looked at is no call.
        let opened = Set(keys.compactMap(PackedKey.init(endsOf:)))
        for kind in ReadPlan.transactions {
            stores[kind] = names.stores[kind]
            stores[kind]?.keep { opened.contains($0.ends(grouping)) }
        }
        stores[.lookup] = names.stores[.lookup]
        guard var grouped = await evaluator.group(stores, by: grouping, in: intake.knownWindow) else { return nil }
        // The source counts who talks to an address; who asks for a name shows here.
        var census = records.census
        for case .name(let name) in Set(grouped.table.keys.map(\.peer)) {
            census.sourcesByPeer[.name(name)] = grouped.census.sources(of: .name(name))
        }
        (grouped.census, grouped.dropped) = (census, selection.dropped)
        grouped.remarks += selection.remarks.filter { !grouped.remarks.contains($0) }
        return grouped
    }

    /// What calls to several addresses may share.
    private struct Group: Hashable {
        let source: IPAddress
        let port: UInt16?
        let proto: UInt8?
        let shared: Shared

        enum Shared: Hashable {
            case name(String)
            case server(String)
            case network(CIDR)
        }
    }

    /// Channels of few calls that have many together: with one name, one certificate, or in one network; and those to proxies.
    private func parts(
        of channels: [(key: ChannelKey, count: Int)], _ stores: [RecordKind: RecordStore],
        beside chosen: Set<ChannelKey>
    ) -> [ChannelKey] {
        var shared: [PackedKey: Set<Group.Shared>] = [:]
        var proxies: Set<PackedKey> = []
        for (kind, store) in stores {
            let proxied = store.layout.numbers.firstIndex(of: .isProxied)
            for (number, chunk) in store.chunks {
                let shard = store.shards[number]
                for row in 0..<chunk.count {
                    let key = shard.table.keys[Int(chunk.keys[row])]
                    let pair = PackedKey.Mask.pair.applied(to: key)
                    let name = shard.names.names[Int(chunk.names[row])]
                    if !name.isEmpty { shared[pair, default: []].insert(.name(name)) }
                    if let proxied, chunk.numbers[proxied][row] == 1 { proxies.insert(key.ends(grouping)) }
                    guard kind == .tls, !chunk.servers.isEmpty else { continue }
                    let server = shard.servers.names[Int(chunk.servers[row])]
                    if !server.isEmpty { shared[pair, default: []].insert(.server(server)) }
                }
            }
        }
        var groups: [Group: (count: Int, keys: [ChannelKey])] = [:]
        var parts: [ChannelKey] = []
        for (key, count) in channels {
            guard let address = key.peer.address, let ends = PackedKey(endsOf: key) else { continue }
            if proxies.contains(ends) { parts.append(key) }
            let pair = PackedKey(source: key.source, peer: address, port: 0, proto: 0, flags: [.noPort, .noProto])
            let bits = address.isV4 ? Rotation.networkBits.v4 : Rotation.networkBits.v6
            for part in shared[pair] ?? [.network(CIDR(address, bits: bits))] {
                let group = Group(source: key.source, port: key.port, proto: key.proto, shared: part)
                groups[group, default: (0, [])].count.addClamped(count)
                groups[group, default: (0, [])].keys.append(key)
            }
        }
        let least = evaluator.minimumCount(of: grouping)
        for (group, members) in groups where members.count >= least && members.keys.count > 1 {
            if case .network = group.shared, members.keys.count > Rotation.mostAddresses { continue }
            parts += members.keys.filter { !chosen.contains($0) && !isDropped($0) }
        }
        return parts
    }

    private func isDropped(_ key: ChannelKey) -> Bool {
        evaluator.filters.contains { if case .drop = $0.plugin.verdict(key) { true } else { false } }
    }
}

extension PackedKey {
    /// The ends of a channel toward an address; records of all kinds know them, but not all know the protocol.
    fileprivate init?(endsOf key: ChannelKey) {
        guard let address = key.peer.address else { return nil }
        self.init(source: key.source, peer: address, port: key.port ?? 0, proto: 0, flags: [])
    }

    /// The ends of a record's channel.
    fileprivate func ends(_ grouping: Grouping) -> PackedKey {
        PackedKey(
            source: source, peer: peer, port: grouping.ignoring.contains(.port) ? 0 : port, proto: 0, flags: [])
    }
}

extension RecordStore {
    /// Takes out the rows whose keys do not hold.
    fileprivate mutating func keep(_ holds: (PackedKey) -> Bool) {
        var removed: [Int: [Int: [Bool]]] = [:]
        for (number, shard) in shards.enumerated() {
            let isKept = shard.table.keys.map(holds)
            for (place, chunk) in shard.chunks.enumerated() {
                removed[number, default: [:]][place] = chunk.keys.map { !isKept[Int($0)] }
            }
        }
        remove(removed)
    }
}
