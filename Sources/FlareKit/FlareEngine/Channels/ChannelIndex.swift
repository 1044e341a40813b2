import FlareModel

/// The channels of one grouping: which records belong to which, and the counts that follow.
///
/// Built from the finest keys: a channel's number follows from a record's key by a table, so that another
/// grouping costs no second look at the records' keys.
struct ChannelIndex: Sendable {
    let grouping: Grouping
    private(set) var keys: ChannelKeys
    /// The names that keys of named peers point to.
    private(set) var names: NameTable
    /// Records in the window, by channel.
    private(set) var counts: [UInt32]
    /// For each chunk, the channel of the name of each of its rows, or `none`; empty where no record has a name.
    private(set) var channelByName: [RecordColumn<UInt32>] = []
    /// Whether a record with a name is in the channel of its address too, unless a proxy stands between.
    private let keepsAddresses: Bool
    /// For each shard, whether each of its keys is toward a proxy; empty where there is none.
    private(set) var isProxied: [[Bool]] = []
    /// Of each channel toward a name the channels of the addresses behind it; empty behind a proxy.
    private(set) var addressChannels: [UInt32: [UInt32]] = [:]
    /// The names that all of a channel's records share, of channels toward addresses.
    private(set) var nameByChannel: [UInt32: UInt32] = [:]
    /// Of each channel toward addresses that take turns the channels that these would be by themselves, whose calls it has.
    private(set) var turns: [UInt32: [UInt32]] = [:]
    /// The proxies of channels that lead through some.
    private(set) var proxies: [UInt32: Calls.Endpoint] = [:]

    static let none = UInt32.max

    /// - Parameter calls: what names the records; `nil` where their own names are meant or none.
    init(_ store: RecordStore, grouping: Grouping, window: TimeWindow, calls: Calls? = nil) {
        self.grouping = grouping
        keepsAddresses = grouping.by == .both
        let mask = PackedKey.Mask(grouping.ignoring)
        keys = ChannelKeys(store.shards.map(\.table.keys), mask)
        names = calls?.table ?? NameTable()
        counts = []
        if let calls {
            nameChannels(store, calls, mask)
        } else if grouping.by == .domain {
            domainChannels(store)
        }
        counts = Array(repeating: 0, count: keys.count)
        count(store, in: window)
        if keepsAddresses {
            let named = relate(store, in: window)
            joinTurns(store, calls, except: named, in: window)
        }
    }

    /// Lookups are told apart by what was asked for, whoever was asked.
    private mutating func domainChannels(_ store: RecordStore) {
        let shortens = grouping.isByRegisteredDomain && !store.layout.keepsDomainsAlone
        let named = store.shards.map { shard in
            shard.names.names.map { name in
                let name = shortens ? RegisteredDomains.domain(of: name) : name
                return IPAddress(name) == nil ? names.number(of: name) : NameTable.none
            }
        }
        for (shard, chunk) in store.chunks {
            let finest = store.shards[shard].table.keys
            channelByName.append(
                RecordColumn(
                    (0..<chunk.count).map { row in
                        let name = named[shard][Int(chunk.names[row])]
                        guard name != NameTable.none else { return Self.none }
                        return keys.number(of: .pair(finest[Int(chunk.keys[row])], name: name))
                    }))
            store.memory.follow(&channelByName[channelByName.count - 1])
        }
    }

    private mutating func nameChannels(_ store: RecordStore, _ calls: Calls, _ mask: PackedKey.Mask) {
        if !calls.proxies.isEmpty {
            isProxied = store.shards.map { shard in
                shard.table.keys.map { calls.proxies.contains(Calls.Endpoint($0)) }
            }
        }
        let addresses = names.names.map { IPAddress($0) }
        for (number, (shard, chunk)) in store.chunks.enumerated() {
            let shardKeys = store.shards[shard].table.keys
            channelByName.append(
                RecordColumn(
                    zip(chunk.keys, calls.names[number]).map { keyNumber, name in
                        guard name != NameTable.none else { return Self.none }
                        let finest = shardKeys[Int(keyNumber)]
                        var key = mask.applied(to: finest)
                        let isProxied = !isProxied.isEmpty && isProxied[shard][Int(keyNumber)]
                        if let address = addresses[Int(name)] {
                            // Only behind a proxy does a request say more of an address than the flow.
                            guard isProxied, address != finest.peer else { return Self.none }
                            key.peer = address
                        } else {
                            key.peer = IPAddress(high: 0, low: UInt64(name))
                            key.flags.insert(.peerIsName)
                        }
                        let channel = keys.number(of: key)
                        if isProxied, finest.peer != .unspecified { proxies[channel] = Calls.Endpoint(finest) }
                        return channel
                    }))
            store.memory.follow(&channelByName[channelByName.count - 1])
        }
    }

    private mutating func count(_ store: RecordStore, in window: TimeWindow) {
        forEachRow(of: store, in: window) { row, chunk, shard, number in
            let (first, second) = channels(ofRow: row, in: chunk, shard: shard, chunkNumber: number)
            counts[Int(first)] += 1
            if second != Self.none { counts[Int(second)] += 1 }
        }
    }

    /// Finds which channels toward names say no more than one toward an address, and leaves those out.
    ///
    /// - Returns: the channels toward addresses that are called by a name.
    private mutating func relate(_ store: RecordStore, in window: TimeWindow) -> Set<UInt32> {
        guard !channelByName.isEmpty else { return [] }
        var shared: [UInt64: UInt32] = [:]
        forEachRow(of: store, in: window) { row, chunk, shard, number in
            let (address, name) = channels(ofRow: row, in: chunk, shard: shard, chunkNumber: number)
            if name != Self.none { shared[Self.pair(name, address), default: 0] += 1 }
        }
        for pair in shared.keys.sorted() {
            addressChannels[UInt32(pair >> 32), default: []].append(UInt32(truncatingIfNeeded: pair))
        }
        adoptUnnamed(store, in: window, shared)
        for (name, addresses) in addressChannels where addresses.count == 1 {
            let address = addresses[0]
            guard counts[Int(address)] == counts[Int(name)] else { continue }
            nameByChannel[address] = UInt32(truncatingIfNeeded: keys[Int(name)].peer.low)
            counts[Int(name)] = 0
            addressChannels[name] = nil
        }
        return Set(shared.keys.lazy.map { UInt32(truncatingIfNeeded: $0) })
    }

    /// Makes one channel of addresses without a name that share a server and take turns.
    private mutating func joinTurns(
        _ store: RecordStore, _ calls: Calls?, except named: Set<UInt32>, in window: TimeWindow
    ) {
        var rotation = Rotation(self, except: named)
        if let calls, calls.hasServers {
            forEachRow(of: store, in: window) { row, chunk, shard, number in
                rotation.see(calls.servers[number][row], on: keys.channelByKey[shard][Int(chunk.keys[row])])
            }
        }
        guard rotation.choose(calls?.shown) else { return }
        let durations = store.layout.numbers.firstIndex(of: .duration)
        forEachRow(of: store, in: window) { row, chunk, shard, _ in
            rotation.take(
                keys.channelByKey[shard][Int(chunk.keys[row])], at: chunk.times[row],
                duration: durations.map { chunk.numbers[$0][row] } ?? 0)
        }
        var channelOf: [UInt32: UInt32] = [:]
        for members in rotation.turns {
            guard let first = members.min(by: { keys[Int($0)].peer < keys[Int($1)].peer }) else { continue }
            turns[first] = members
            counts[Int(first)] = members.reduce(0) { $0 + counts[Int($1)] }
            for member in members where member != first {
                counts[Int(member)] = 0
                channelOf[member] = first
            }
        }
        if !channelOf.isEmpty { keys.join(channelOf) }
    }

    /// Calls without a name to an address are calls to the name that most of its calls are to, where none is to another name;
    /// nine tenths have to be where the name has no other address, and a channel of its own tells more otherwise.
    private mutating func adoptUnnamed(_ store: RecordStore, in window: TimeWindow, _ shared: [UInt64: UInt32]) {
        var namesOfAddress: [UInt32: Int] = [:]
        for addresses in addressChannels.values {
            for address in addresses { namesOfAddress[address, default: 0] += 1 }
        }
        var adopting: [UInt32: UInt32] = [:]
        for (name, addresses) in addressChannels {
            let most: UInt32 = addresses.count > 1 ? 1 : 9
            for address in addresses where namesOfAddress[address] == 1 {
                let named = shared[Self.pair(name, address)] ?? 0
                let unnamed = counts[Int(address)] - named
                if unnamed > 0, named / most >= unnamed { adopting[address] = name }
            }
        }
        guard !adopting.isEmpty else { return }
        var adopted: [UInt32: UInt32] = [:]
        for (number, (shard, chunk)) in store.chunks.enumerated() {
            for row in 0..<chunk.count where channelByName[number][row] == Self.none {
                guard let name = adopting[keys.channelByKey[shard][Int(chunk.keys[row])]] else { continue }
                channelByName[number][row] = name
                if window.contains(Timestamp(nanoseconds: chunk.times[row])) { adopted[name, default: 0] += 1 }
            }
            store.memory.follow(&channelByName[number])
        }
        for (name, count) in adopted { counts[Int(name)] += count }
    }

    private static func pair(_ name: UInt32, _ address: UInt32) -> UInt64 { UInt64(name) << 32 | UInt64(address) }

    /// The channels of a row: the one it is counted in, and a second one or `none`.
    @inline(__always)
    func channels(ofRow row: Int, in chunk: RecordChunk, shard: Int, chunkNumber: Int) -> (UInt32, UInt32) {
        let key = Int(chunk.keys[row])
        let address = keys.channelByKey[shard][key]
        guard !channelByName.isEmpty else { return (address, Self.none) }
        let name = channelByName[chunkNumber][row]
        if name == Self.none { return (address, Self.none) }
        if keepsAddresses, isProxied.isEmpty || !isProxied[shard][key] { return (address, name) }
        return (name, Self.none)
    }

    /// Shows the rows of a store in a window, each with its chunk, its shard's number and the chunk's number.
    @inline(__always)
    private func forEachRow(
        of store: RecordStore, in window: TimeWindow, _ body: (Int, RecordChunk, Int, Int) -> Void
    ) {
        let (since, until) = window.bounds
        for (number, (shard, chunk)) in store.chunks.enumerated() {
            let isWhole = chunk.earliest >= since && chunk.latest < until
            for row in 0..<chunk.count where isWhole || (chunk.times[row] >= since && chunk.times[row] < until) {
                body(row, chunk, shard, number)
            }
        }
    }

    /// The number of channels with records in the window.
    var channelCount: Int { counts.reduce(0) { $0 + ($1 > 0 ? 1 : 0) } }

    func key(of channel: UInt32) -> ChannelKey {
        let packed = keys[Int(channel)]
        return ChannelKey(
            source: packed.source, peer: peer(of: packed),
            port: packed.flags.contains(.noPort) ? nil : packed.port,
            proto: packed.flags.contains(.noProto) ? nil : packed.proto)
    }

    func peer(of packed: PackedKey) -> Peer {
        packed.flags.contains(.peerIsName) ? .name(names.names[Int(packed.peer.low)]) : .address(packed.peer)
    }

    /// The name that all records of a channel toward an address share.
    func name(of channel: UInt32) -> String? { nameByChannel[channel].map { names.names[Int($0)] } }
}

extension ChannelIndex {
    /// Names the proxies that were looked through.
    var proxyRemarks: [String] {
        var hosts: [Calls.Endpoint: (channels: Int, calls: Int)] = [:]
        for (channel, proxy) in proxies where counts[Int(channel)] > 0 {
            hosts[proxy, default: (0, 0)].channels += 1
            hosts[proxy, default: (0, 0)].calls += Int(counts[Int(channel)])
        }
        return hosts.sorted { $0.key < $1.key }.map { proxy, count in
            "\(proxy.description) was asked for other hosts, as proxies are: its \(count.calls.grouped) calls are judged by the hosts "
                + "asked for (\(count.channels.grouped) channels)"
        }
    }
}

extension PackedKey {
    /// The key of a source's lookups of a name.
    fileprivate static func pair(_ key: PackedKey, name: UInt32) -> PackedKey {
        var pair = Mask.pair.applied(to: key)
        pair.peer = IPAddress(high: 0, low: UInt64(name))
        pair.flags.insert(.peerIsName)
        return pair
    }
}
