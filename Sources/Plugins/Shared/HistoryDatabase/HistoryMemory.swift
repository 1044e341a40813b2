import FlareKit
import GRDB

/// The channels of a run, for a history to remember; numbered from 0 in the order of their keys.
public struct SeenChannels: Sendable {
    let count: Int
    let place: @Sendable (ChannelKey) -> Int?
    let callers: @Sendable (Int) -> Int
    let channel: @Sendable (Int) -> RememberedChannel

    /// - Parameters:
    ///   - place: the number of a channel; `nil` where the run has none of the key.
    ///   - callers: how many sources call the destination of a channel.
    ///   - channel: what the run saw of one.
    public init(
        count: Int, place: @escaping @Sendable (ChannelKey) -> Int?, callers: @escaping @Sendable (Int) -> Int,
        channel: @escaping @Sendable (Int) -> RememberedChannel
    ) {
        self.count = count
        self.place = place
        self.callers = callers
        self.channel = channel
    }
}

extension HistoryFile {
    /// What is remembered of channels, each given to `body`.
    ///
    /// - Returns: when the runs recorded, in seconds since 1970, rising.
    public func recall(_ body: @escaping @Sendable (RememberedChannel) -> Void) async throws -> [ClosedRange<Int64>] {
        try await reading { database in
            let rows = try Row.fetchCursor(database, sql: "SELECT * FROM remembered")
            while let row = try rows.next() { body(RememberedChannel(row)) }
            return try Self.recorded(database)
        }
    }

    /// What is remembered of the channels that are asked for, the one that called last first.
    public func remembered(_ query: ChannelQuery, limit: Int) async throws -> [RememberedChannel] {
        let arguments = query.arguments
        return try await reading { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT channel.* FROM remembered AS channel WHERE \(ChannelQuery.sql)
                    ORDER BY last_call DESC, source, peer, port LIMIT \(limit)
                    """, arguments: arguments
            ).map { RememberedChannel($0) }
        }
    }

    /// Keeps what a run saw of channels.
    ///
    /// - Parameters:
    ///   - channels: the run's.
    ///   - recorded: when the run's sensor recorded, in seconds since 1970; not empty.
    ///   - most: how many channels are remembered.
    /// - Returns: how many channels are remembered, and how many there was no room for.
    public func remember(
        _ channels: SeenChannels, recorded: [ClosedRange<Int64>], most: Int
    ) async throws -> (kept: Int, left: Int) {
        guard let since = recorded.first?.lowerBound, let until = recorded.last?.upperBound else { return (0, 0) }
        let today = RememberedChannel.dayNumber(until)
        let result = try await change { database -> (Int, Int) in
            let oldest = (today - Self.longestRest) * 86_400
            try database.execute(sql: "DELETE FROM remembered WHERE last_call < ?", arguments: [oldest])
            try Self.add(recorded, since: oldest, database)
            var seen: [Int: RememberedChannel] = [:]
            var known: [(key: ChannelKey, place: Int?, weight: Double)] = []
            let rows = try Row.fetchCursor(database, sql: "SELECT * FROM remembered")
            while let row = try rows.next() {
                let channel = RememberedChannel(row)
                let place = channels.place(channel.key)
                if let place { seen[place] = channel }
                known.append((channel.key, place, channel.weight(on: today)))
            }
            // A new one called on one day of one, so that its weight is 1.
            known.sort { ($0.weight, $1.key) > ($1.weight, $0.key) }
            let strong = known.prefix { $0.weight >= 1 }.count
            var new = (0..<channels.count).filter { seen[$0] == nil }
            let count = known.count + new.count
            let room = max(0, most - strong)
            if new.count > room {
                let callers = new.map(channels.callers)
                let order = new.indices.sorted { (callers[$0], $0) < (callers[$1], $1) }
                new = order.prefix(room).map { new[$0] }
            }
            for entry in known[min(known.count, max(0, most - new.count))...] {
                try database.execute(
                    sql: "DELETE FROM remembered WHERE source = ? AND peer = ? AND port = ? AND proto = ?",
                    arguments: StatementArguments(entry.key.columns))
            }
            // In the order of the table, so that its pages are filled.
            let kept = known.prefix(max(0, most - new.count))
            let statement = try database.makeStatement(
                sql: "INSERT OR REPLACE INTO remembered VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            for place in (kept.compactMap(\.place) + new).sorted() {
                var channel = channels.channel(place)
                if let earlier = seen[place] { channel.add(earlier, window: since...until) }
                try statement.execute(arguments: channel.arguments)
            }
            return (kept.count + new.count, count - kept.count - new.count)
        }
        try await tidy()
        return result
    }

    /// A channel that rests for longer is forgotten, in days.
    private static let longestRest: Int64 = 30

    private static func recorded(_ database: Database) throws -> [ClosedRange<Int64>] {
        try Row.fetchAll(database, sql: "SELECT since, until FROM recorded ORDER BY since").compactMap { row in
            let (since, until) = (row["since"] as Int64, row["until"] as Int64)
            return since <= until ? since...until : nil
        }
    }

    /// Joins what touches: runs whose windows overlap recorded that time once.
    private static func add(_ recorded: [ClosedRange<Int64>], since oldest: Int64, _ database: Database) throws {
        var joined: [ClosedRange<Int64>] = []
        let all = try Self.recorded(database) + recorded
        for span in all.sorted(by: { $0.lowerBound < $1.lowerBound }) where span.upperBound >= oldest {
            if let last = joined.last, span.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound...max(last.upperBound, span.upperBound)
            } else {
                joined.append(span)
            }
        }
        try database.execute(sql: "DELETE FROM recorded")
        for span in joined {
            try database.execute(
                sql: "INSERT INTO recorded VALUES (?, ?)", arguments: [span.lowerBound, span.upperBound])
        }
    }

    /// Gives space back that deleted rows left, where it is a third of the file. A file that another process holds is left for
    /// the next time.
    package func tidy() async throws {
        let path = self.path
        let isLoose = try await reading { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
            return free > Self.fewestFreePages && 3 * free > pages
        }
        guard isLoose else { return }
        do {
            try await queue.vacuum()
        } catch let error as DatabaseError where Self.isOfTheMoment(error) {
            return
        } catch let error as DatabaseError {
            throw Self.complaint(error, path)
        }
    }

    private static let fewestFreePages = 256

    private static func isOfTheMoment(_ error: DatabaseError) -> Bool {
        [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL].contains(error.resultCode)
    }
}

extension RememberedChannel {
    fileprivate var arguments: StatementArguments {
        StatementArguments(
            key.columns + [
                firstCall.databaseValue, lastCall.databaseValue, calls.databaseValue, days.databaseValue,
                encodedTimes.databaseValue,
            ])
    }
}

extension ChannelKey {
    /// -1 stands for a part that the grouping ignores.
    fileprivate var columns: [DatabaseValue] {
        [
            source.description.databaseValue, peer.description.databaseValue,
            (port.map { Int64($0) } ?? -1).databaseValue, (proto.map { Int64($0) } ?? -1).databaseValue,
        ]
    }
}
