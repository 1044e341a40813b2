import FlareKit

extension ClickHouseSource: GroupingSource {
    public func group(_ request: GroupingRequest) async throws -> (any GroupedRecords)? {
        guard options.grouping != .off else { return nil }
        guard request.grouping.by == .address else {
            note("the server does not group by \(request.grouping.by.rawValue); all records are read")
            return nil
        }
        let server = try await session.cluster()
        guard let selection = try await selections(request.scan.kinds.filter { $0.key == .flow }, server).first else {
            return nil
        }
        let counts = try await MinuteCounts.read(selection, in: request.scan.window, server)
        note(counts, of: selection)
        let query = ChannelQuery(
            selection: selection, ignoring: request.grouping.ignoring, window: request.scan.window, server: server)
        let least = options.grouping == .filtered ? request.minimumCount : 1
        let channels = try await query.channels(least: least, records: counts.records, page: pages.channels)
        return try await ClickHouseGrouped(self, query, channels, counts, request.scan, least: least)
    }
}

/// Groups a window's flows in the server.
struct ChannelQuery: Sendable {
    let selection: RecordSelection
    let ignoring: Set<Grouping.Part>
    let window: TimeWindow
    let server: ClickHouseServer

    var hash: String { selection.hash(ignoring: ignoring) }

    /// Rows whose start says something; others make no channel.
    private var hasTime: String { "\(selection.time) >= \(RecordSelection.firstTime)" }

    /// The channels, in answers of about `page` each: none is in memory beside what was made of it.
    ///
    /// - Parameters:
    ///   - least: channels with fewer records stay in the server; 1 brings all.
    ///   - records: how many records there are.
    func channels(least: Int, records: Int, page: Int) async throws -> ServerChannels {
        var parts = records / least / page + 1
        if parts > 1 { parts = min(parts, try await count("uniq(\(hash))") / page + 1) }
        var channels = ServerChannels()
        for part in 0..<parts {
            var statement = Statement(for: server)
            let some = parts > 1 ? ["\(hash) % \(parts) = \(part)"] : []
            let rows = selection.rows(in: window, &statement, further: [hasTime] + some)
            let ends = selection.ends.enumerated().map { place, end in
                place == 2 && ignoring.contains(.port)
                    ? "toInt64(0)" : place == 3 && ignoring.contains(.proto) ? "''" : end
            }
            statement.text = """
                SELECT \(ends.joined(separator: ", ")), toInt64(count()) AS flare_count, \(hash) \(rows) \
                GROUP BY \(selection.keys(ignoring: ignoring).map(\.quoted).joined(separator: ", ")) \
                \(least > 1 ? "HAVING flare_count >= \(least)" : "")
                """
            let answer = try await server.rows(statement) { rows throws(RowBinary.Damage) in
                var found: [ServerChannels.Row] = []
                while !rows.isAtEnd { found.append(try ServerChannels.Row(&rows)) }
                return found
            }
            for row in answer { channels.add(row, ignoring: ignoring) }
        }
        return channels
    }

    /// A number of all rows.
    func count(_ expression: String, further: [String] = []) async throws -> Int {
        var statement = Statement(for: server)
        let rows = selection.rows(in: window, &statement, further: [hasTime] + further)
        statement.text = "SELECT toInt64(\(expression)) \(rows)"
        return try await server.rows(statement) { rows throws(RowBinary.Damage) in try rows.count() }
    }
}

/// The channels that the server grouped, and a way to the flows of some of them.
struct ClickHouseGrouped: GroupedRecords {
    private let source: ClickHouseSource
    private let query: ChannelQuery
    private let grouped: ServerChannels
    private let counts: MinuteCounts
    private let scan: Scan
    let census: Census
    let withheld: [String]

    /// - Parameter least: channels with fewer records stayed in the server.
    init(
        _ source: ClickHouseSource, _ query: ChannelQuery, _ channels: ServerChannels, _ counts: MinuteCounts,
        _ scan: Scan, least: Int
    ) async throws {
        (self.source, self.query, self.scan) = (source, query, scan)
        (grouped, self.counts) = (channels, counts)
        var census = Census()
        census.channels = channels.channels.count
        counts.take(into: &census)
        channels.countSources(&census)
        if least > 1 {
            census.hosts = try await query.hosts()
            try await query.countSources(&census, of: channels)
            withheld = [
                "the server kept channels with fewer than \(least.grouped) flows to itself: how many there are, and what each "
                    + "filter dropped of them, is not known"
            ]
        } else {
            withheld = []
        }
        census.records = counts.records.subtractingClamped(
            channels.unreadable.values.reduce(0) { $0.addingClamped($1) })
        self.census = census
    }

    var channels: [(key: ChannelKey, count: Int)] { grouped.channels }

    var ingest: IngestCounts {
        var ingest = IngestCounts()
        ingest.use(.flow, count: census.records)
        ingest.used[RecordKind.flow.name]?.first = counts.minutes.first?.first
        ingest.used[RecordKind.flow.name]?.last = counts.minutes.last?.last
        for (reason, count) in grouped.unreadable where count > 0 {
            ingest.reject(reason, count, of: query.selection.table.name)
        }
        if counts.timeless > 0 { ingest.reject("no readable time", counts.timeless, of: query.selection.table.name) }
        return ingest
    }

    func open(_ candidates: [ChannelKey]) async throws -> [any Cursor] {
        let size = source.pages.records
        let slices = grouped.parts(of: candidates, records: size).flatMap { part -> [RecordSlice] in
            let condition = "\(query.hash) IN (\(part.hashes.map(String.init).joined(separator: ", ")))"
            // One channel alone may have more than an answer should hold.
            let windows =
                part.records > size
                ? counts.parts(of: counts.records / (part.records / size + 1) + 1).map {
                    $0.window.cut(to: scan.window)
                }
                : [scan.window]
            return windows.enumerated().map {
                RecordSlice(window: $0.element, records: $0.offset == 0 ? part.records : 0, condition: condition)
            }
        }
        let reading = TableReading(query.selection, scan.kinds[.flow] ?? [], slices, query.server)
        return source.cursors([reading], scan)
    }

    /// More records that name channels are not read beside channels that the server grouped: a run of seconds would become one of
    /// minutes.
    private static let mostNames = 2_000_000

    func openNames() async throws -> GroupedNames {
        let kinds = scan.kinds.filter { [.tls, .http, .lookup].contains($0.key) }
        var readings: [TableReading] = []
        var count = 0
        for selection in try await source.selections(kinds, query.server) {
            let reading = try await source.reading(selection, scan, query.server)
            count.addClamped(reading.counted)
            readings.append(reading)
        }
        guard count <= Self.mostNames else {
            return .withheld(
                "\(count.grouped) handshakes, requests and lookups name flows, and the server groups flows by address")
        }
        return .cursors(count == 0 ? [] : source.cursors(readings, scan))
    }
}

extension ChannelQuery {
    /// The site's hosts in the whole window.
    func hosts() async throws -> Int {
        var statement = Statement(for: server)
        let rows = selection.rows(in: window, &statement, further: [hasTime])
        statement.text = "SELECT DISTINCT \(selection.ends[0]) \(rows)"
        let hosts = try await server.rows(statement) { rows throws(RowBinary.Damage) in
            var hosts: Set<IPAddress> = []
            while !rows.isAtEnd { if let address = IPAddress(try rows.text()) { hosts.insert(address) } }
            return hosts
        }
        return Census.hosts(among: hosts)
    }

    /// Counts different sources of the destinations of some channels, over all that the server has.
    func countSources(_ census: inout Census, of channels: ServerChannels) async throws {
        let destinations = Set(channels.channels.compactMap(\.key.peer.address))
        var statement = Statement(for: server)
        let rows = selection.rows(in: window, &statement, further: [hasTime])
        let (source, destination) = (selection.ends[0], selection.ends[1])
        statement.text = "SELECT \(destination) AS flare_to, toInt64(uniqExact(\(source))) \(rows) GROUP BY flare_to"
        let found = try await server.rows(statement) { rows throws(RowBinary.Damage) in
            var counts: [IPAddress: Int] = [:]
            while !rows.isAtEnd {
                let address = IPAddress(try rows.text())
                let count = try rows.count()
                if let address, destinations.contains(address) { counts[address, default: 0].addClamped(count) }
            }
            return counts
        }
        for (address, count) in found { census.sourcesByPeer[.address(address)] = count }
    }
}
