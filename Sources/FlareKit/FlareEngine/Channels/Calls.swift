import FlareModel

/// The calls of a run: flows, and the transactions that the sensor logged inside them, each with the name it went to.
///
/// A connection in which several requests, or several handshakes, were logged is so many calls, at the times of these. Any
/// other connection is one call, at its own start. A transaction whose connection was not logged is a call by itself.
///
/// A call's name is, in this order, what it asked for (SNI, Host, the request to a proxy), what its source looked up before
/// (`AnsweredNames`), or the host that the server's certificate is for.
struct Calls: Sendable {
    /// The calls, as rows of flows.
    private(set) var store: RecordStore
    /// The number of each row's name in `table`, by chunk of the store; `NameTable.none` where it has none.
    private(set) var names: [RecordColumn<UInt32>] = []
    private(set) var table = NameTable()
    /// The number of what each row's server shows in `shown`, of rows that ask for no name; by chunk of the store, empty where
    /// no server shows anything.
    private(set) var servers: [RecordColumn<UInt32>] = []
    private(set) var shown = NameTable()
    /// How many calls have their name from where.
    private(set) var origins = Origins()

    /// Calls by what names them.
    struct Origins: Sendable {
        var calls = 0
        var lookedUp = 0
        var certified = 0
        var unnamed = 0
        /// Those of them whose address was in an answer that no longer held.
        var expired = 0

        /// Calls that say themselves whom they ask for.
        var asked: Int { calls - lookedUp - certified - unnamed }
    }

    /// Addresses and ports that are asked for other hosts, by a form of request that is sent to proxies alone.
    private(set) var proxies: Set<Endpoint> = []

    /// Where a server listens.
    struct Endpoint: Hashable, Comparable, Sendable {
        var address: IPAddress
        var port: UInt16

        init(_ key: PackedKey) { (address, port) = (key.peer, key.port) }

        static func < (a: Endpoint, b: Endpoint) -> Bool { (a.address, a.port) < (b.address, b.port) }

        var description: String { address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
    }

    /// A request or a handshake.
    private struct Transaction {
        var id: Int64
        /// The place of its kind in `ReadPlan.transactions`.
        var kind: Int
        var time: Int64
        var name: UInt32
        var server: UInt32
        var key: PackedKey
        var up: Int64
        var down: Int64
    }

    /// What was logged inside one connection.
    fileprivate struct Connection {
        /// The transactions of the kind of which there are most.
        var calls: Range<Int>
        /// The name that was said first.
        var name: UInt32
        /// What its server shows.
        var server: UInt32
        /// The connection's own key and sizes; `nil` where it was not logged itself.
        var key: PackedKey?
        var up = RecordTable.unknown
        var down = RecordTable.unknown

        /// Whether the connection is as many calls as it has transactions.
        var isSplit: Bool { calls.count > 1 }
    }

    /// - Parameters:
    ///   - flows: the connections.
    ///   - stores: the transactions, by kind, each with ids and names; and the answers to lookups.
    init(_ flows: RecordStore, _ stores: [RecordKind: RecordStore]) {
        store = flows
        let transactions = collect(stores)
        // Who called a name at no address that was logged called it through a proxy.
        for shard in flows.shards {
            proxies.formUnion(shard.table.keys.lazy.filter { $0.peer == .unspecified }.map(Endpoint.init))
        }
        var connections = Self.connections(transactions)
        takeFlows(&connections, transactions)
        append(transactions, of: connections)
        nameTheRest(AnsweredNames(stores[.lookup], &table))
    }

    /// The transactions of all kinds, sorted by connection.
    private mutating func collect(_ stores: [RecordKind: RecordStore]) -> [Transaction] {
        let certificates = certificates(stores[.certificate])
        var transactions: [Transaction] = []
        var hosts: [Endpoint: Set<UInt32>] = [:]
        for (kind, name) in ReadPlan.transactions.enumerated() {
            guard let store = stores[name], let ids = store.layout.numbers.firstIndex(of: .id) else { continue }
            let proxied = store.layout.numbers.firstIndex(of: .isProxied)
            let names = nameNumbers(of: store)
            let servers = store.shards.map { shard in
                shard.servers.names.map { shown.number(of: ShownServer.joined($0, certificates)) }
            }
            for (shard, chunk) in store.chunks {
                let keys = store.shards[shard].table.keys
                for row in 0..<chunk.count {
                    let transaction = Transaction(
                        id: chunk.numbers[ids][row], kind: kind, time: chunk.times[row],
                        name: names[shard][Int(chunk.names[row])],
                        server: chunk.servers.isEmpty ? NameTable.none : servers[shard][Int(chunk.servers[row])],
                        key: keys[Int(chunk.keys[row])],
                        up: chunk.bytesToServer[row], down: chunk.bytesToClient[row])
                    transactions.append(transaction)
                    if let proxied, chunk.numbers[proxied][row] == 1, transaction.name != NameTable.none {
                        hosts[Endpoint(transaction.key), default: []].insert(transaction.name)
                    }
                }
            }
        }
        proxies = Set(hosts.filter { isProxy($0.key, $0.value) }.keys)
        transactions.sort {
            if $0.id != $1.id { return $0.id < $1.id }
            return ($0.kind, $0.time, $0.name) < ($1.kind, $1.time, $1.name)
        }
        return Self.once(transactions)
    }

    /// Certificates that were logged by themselves, by what handshakes call them.
    private func certificates(_ store: RecordStore?) -> [String: String] {
        var certificates: [String: String] = [:]
        for shard in store?.shards ?? [] {
            for chunk in shard.chunks {
                for (name, server) in zip(chunk.names, chunk.servers) where name != NameTable.none {
                    certificates[shard.names.names[Int(name)]] = shard.servers.names[Int(server)]
                }
            }
        }
        return certificates
    }

    /// Leaves out what several logs tell of one transaction.
    ///
    /// - Parameter transactions: sorted by id, kind, time and name.
    private static func once(_ transactions: [Transaction]) -> [Transaction] {
        var last: Transaction?
        return transactions.filter { next in
            defer { last = next }
            guard let last, next.id != RecordTable.unknown else { return true }
            return (last.id, last.kind, last.time, last.name) != (next.id, next.kind, next.time, next.name)
        }
    }

    /// Whether a server that was asked as proxies are is one: some programs ask their own server in that form.
    private func isProxy(_ endpoint: Endpoint, _ hosts: Set<UInt32>) -> Bool {
        let others = hosts.filter { IPAddress(table.names[Int($0)]) != endpoint.address }
        return others.count > 1 || (!others.isEmpty && endpoint.address.scope != .global)
    }

    /// For each shard, the numbers of its names in `table`.
    private mutating func nameNumbers(of store: RecordStore) -> [[UInt32]] {
        store.shards.map { shard in shard.names.names.map { table.number(of: $0) } }
    }

    /// The connections of transactions that are sorted by id; a transaction without an id is one by itself.
    private static func connections(_ transactions: [Transaction]) -> [Connection] {
        var connections: [Connection] = []
        var begin = 0
        while begin < transactions.count {
            let id = transactions[begin].id
            var end = begin + 1
            while id != RecordTable.unknown, end < transactions.count, transactions[end].id == id { end += 1 }
            connections.append(connection(transactions, begin..<end))
            begin = end
        }
        return connections
    }

    private static func connection(_ transactions: [Transaction], _ range: Range<Int>) -> Connection {
        var calls = range.lowerBound..<range.lowerBound
        var begin = range.lowerBound
        for place in range {
            let isLast = place + 1 == range.upperBound || transactions[place + 1].kind != transactions[place].kind
            guard isLast else { continue }
            if place + 1 - begin > calls.count { calls = begin..<place + 1 }
            begin = place + 1
        }
        let first = transactions[range].filter { $0.name != NameTable.none }
            .min { ($0.time, $0.kind, $0.name) < ($1.time, $1.kind, $1.name) }
        // The certificate comes with the first handshake that is no resumption of another.
        let server = transactions[range].lazy.map(\.server).first { $0 != NameTable.none }
        return Connection(calls: calls, name: first?.name ?? NameTable.none, server: server ?? NameTable.none)
    }

    /// Names the flows by what was logged inside them, and takes out those that are split into several calls.
    private mutating func takeFlows(_ connections: inout [Connection], _ transactions: [Transaction]) {
        let ids = store.layout.numbers.firstIndex(of: .id)
        var numbers: [Int64: Int] = [:]
        numbers.reserveCapacity(connections.count)
        for (number, connection) in connections.enumerated() {
            let id = transactions[connection.calls.lowerBound].id
            if id != RecordTable.unknown { numbers[id] = number }
        }
        let own = nameNumbers(of: store)
        var removed: [Int: [Int: [Bool]]] = [:]
        for (shard, content) in store.shards.enumerated() {
            for (place, chunk) in content.chunks.enumerated() {
                var names = ContiguousArray(repeating: NameTable.none, count: chunk.count)
                var servers = ContiguousArray(repeating: NameTable.none, count: hasServers ? chunk.count : 0)
                var splits: [Int] = []
                for row in 0..<chunk.count {
                    if !chunk.names.isEmpty { names[row] = own[shard][Int(chunk.names[row])] }
                    guard let ids, let number = numbers[chunk.numbers[ids][row]] else { continue }
                    connections[number].take(chunk, row, content.table.keys[Int(chunk.keys[row])])
                    if connections[number].isSplit {
                        splits.append(row)
                    } else if names[row] == NameTable.none {
                        names[row] = connections[number].name
                        if hasServers { servers[row] = connections[number].server }
                    }
                }
                if !splits.isEmpty {
                    var isSplit = [Bool](repeating: false, count: chunk.count)
                    for row in splits { isSplit[row] = true }
                    removed[shard, default: [:]][place] = isSplit
                    names = ContiguousArray(names.indices.lazy.filter { !isSplit[$0] }.map { names[$0] })
                    servers = ContiguousArray(servers.indices.lazy.filter { !isSplit[$0] }.map { servers[$0] })
                }
                self.names.append(RecordColumn(names))
                self.servers.append(RecordColumn(servers))
                store.memory.follow(&self.names[self.names.count - 1])
                store.memory.follow(&self.servers[self.servers.count - 1])
                chunk.release()
            }
        }
        store.remove(removed)
    }

    /// Appends the calls that connections are split into, and those whose connection was not logged.
    ///
    /// The sizes of a connection count at the first of its calls; where it was not logged, each call has its own.
    private mutating func append(_ transactions: [Transaction], of connections: [Connection]) {
        var shard = RecordShard(layout: store.layout, memory: store.memory)
        var names: [UInt32] = []
        var servers: [UInt32] = []
        for connection in connections where connection.isSplit || connection.key == nil {
            for place in connection.calls {
                let transaction = transactions[place]
                let isFirst = place == connection.calls.lowerBound
                let sizes =
                    connection.key == nil
                    ? (transaction.up, transaction.down)
                    : isFirst ? (connection.up, connection.down) : (RecordTable.unknown, RecordTable.unknown)
                shard.append(
                    time: transaction.time, key: connection.key ?? transaction.key, id: transaction.id, up: sizes.0,
                    down: sizes.1)
                let name = transaction.name == NameTable.none ? connection.name : transaction.name
                names.append(name)
                servers.append(name == NameTable.none ? connection.server : NameTable.none)
            }
        }
        guard !names.isEmpty else { return }
        store.append(shard)
        var row = 0
        for chunk in shard.chunks {
            let rows = row..<row + chunk.count
            self.names.append(RecordColumn(names[rows]))
            self.servers.append(hasServers ? RecordColumn(servers[rows]) : RecordColumn())
            row = rows.upperBound
        }
    }

    var hasServers: Bool { shown.count > 1 }

    /// Names the calls that asked for no name, except those to proxies, which say nothing of where they go.
    private mutating func nameTheRest(_ answered: AnsweredNames) {
        var certified = [NameTable.none]
        for text in shown.names.dropFirst() {
            certified.append(ShownServer(text)?.host.map { table.number(of: $0) } ?? NameTable.none)
        }
        var pairsOfShards: [Int: [UInt32?]] = [:]
        for (number, (shard, chunk)) in store.chunks.enumerated() {
            let keys = store.shards[shard].table.keys
            let pairs =
                pairsOfShards[shard] ?? keys.map { isProxy($0) || answered.isEmpty ? nil : answered.pair(of: $0) }
            pairsOfShards[shard] = pairs
            for row in 0..<chunk.count where names[number][row] == NameTable.none {
                let key = Int(chunk.keys[row])
                var name = NameTable.none
                if let pair = pairs[key] { name = answered.name(pair, at: chunk.times[row]) }
                if name != NameTable.none {
                    origins.lookedUp += 1
                } else if hasServers, !isProxy(keys[key]) {
                    name = certified[Int(servers[number][row])]
                    if name != NameTable.none { origins.certified += 1 }
                }
                if name == NameTable.none {
                    origins.unnamed += 1
                    if pairs[key] != nil { origins.expired += 1 }
                }
                names[number][row] = name
            }
            origins.calls += chunk.count
            store.memory.follow(&names[number])
        }
    }

    private func isProxy(_ key: PackedKey) -> Bool { !proxies.isEmpty && proxies.contains(Endpoint(key)) }
}

extension Calls.Connection {
    /// Takes the key and adds the sizes of a record of the connection.
    fileprivate mutating func take(_ chunk: RecordChunk, _ row: Int, _ key: PackedKey) {
        self.key = self.key ?? key
        up = Self.sum(up, chunk.bytesToServer[row])
        down = Self.sum(down, chunk.bytesToClient[row])
    }

    private static func sum(_ a: Int64, _ b: Int64) -> Int64 {
        if a == RecordTable.unknown { return b }
        if b == RecordTable.unknown { return a }
        return a.addingClamped(b)
    }
}

extension Calls.Origins {
    /// What a reader has to know of the names that calls did not say themselves.
    var statements: [String] {
        guard lookedUp + certified + expired > 0 else { return [] }
        var parts = ["\(asked.grouped) calls name their host"]
        if lookedUp > 0 { parts.append("\(lookedUp.grouped) are named by a lookup before them") }
        if certified > 0 { parts.append("\(certified.grouped) by the server's certificate") }
        if unnamed > 0 {
            let late = expired > 0 ? " (\(expired.grouped) of them later than the answer held)" : ""
            parts.append("\(unnamed.grouped) have no name\(late)")
        }
        return [parts.joined(separator: ", ")]
    }
}
