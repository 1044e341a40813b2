import FlareKit

/// Records by the minute of their start, as the server counts them: what there is, and how to read it in parts.
struct MinuteCounts: Sendable {
    struct Minute: Sendable {
        let minute: Int64
        let records: Int
        let first: Timestamp
        let last: Timestamp
    }

    let minutes: [Minute]
    /// Records whose start says nothing.
    let timeless: Int
    /// Records whose time of writing is taken for their start.
    let fellBack: Int

    /// Records with a readable start.
    var records: Int { minutes.reduce(0) { $0.addingClamped($1.records) } }

    /// - Parameter condition: what records have to meet beside the time, in SQL.
    static func read(
        _ selection: RecordSelection, in window: TimeWindow, _ server: ClickHouseServer, condition: String? = nil
    ) async throws -> MinuteCounts {
        var statement = Statement(for: server)
        let time = selection.time
        let rows = selection.rows(in: window, &statement, further: condition.map { [$0] } ?? [])
        statement.text = """
            SELECT toInt64(intDiv(\(time), 60000000000)) AS flare_minute, toInt64(count()), toInt64(min(\(time))), \
            toInt64(max(\(time))), toInt64(countIf(\(time) < \(RecordSelection.firstTime))), \
            toInt64(countIf(\(selection.fellBack ?? "0"))) \
            \(rows) GROUP BY flare_minute ORDER BY flare_minute
            """
        return try await server.rows(statement) { rows throws(RowBinary.Damage) in
            var minutes: [Minute] = []
            var timeless = 0
            var fellBack = 0
            while !rows.isAtEnd {
                let minute = try rows.integer()
                let count = try rows.count()
                let first = Timestamp(nanoseconds: try rows.integer())
                let last = Timestamp(nanoseconds: try rows.integer())
                let empty = try rows.count()
                timeless.addClamped(empty)
                fellBack.addClamped(try rows.count())
                if count > empty {
                    minutes.append(Minute(minute: minute, records: count - empty, first: first, last: last))
                }
            }
            return MinuteCounts(minutes: minutes, timeless: timeless, fellBack: fellBack)
        }
    }

    /// The census's window and its minutes, and what lies far from all others.
    func take(into census: inout Census) {
        var days = DayCounts()
        for minute in minutes { days.add(minute.records, on: minute.first.day) }
        guard let recorded = RecordedDays(days.counts) else { return }
        census.strays = recorded.strays
        let body = minutes.filter { recorded.body.contains($0.first.day) }
        guard let first = body.first?.first, let last = body.last?.last else { return }
        census.window = TimeWindow(since: first, until: last.advanced(by: 1))
        census.beginMinutes()
        for minute in body { census.count(UInt32(clamping: minute.records), inMinute: minute.minute) }
    }

    /// Parts of the time with about so many records each.
    func parts(of size: Int) -> [(window: TimeWindow, records: Int)] {
        var parts: [(window: TimeWindow, records: Int)] = []
        var since: Int64?
        var records = 0
        func end(_ until: Int64) {
            if let begin = since {
                parts.append((TimeWindow(since: Timestamp(minute: begin), until: Timestamp(minute: until)), records))
            }
            (since, records) = (nil, 0)
        }
        for minute in minutes {
            if since != nil, records.addingClamped(minute.records) > size { end(minute.minute) }
            if minute.records > size {
                parts += Self.parts(ofMinute: minute, minute.records / size + 1)
                continue
            }
            since = since ?? minute.minute
            records.addClamped(minute.records)
        }
        if let last = minutes.last { end(last.minute.addingClamped(1)) }
        return parts
    }

    /// A minute in equal parts: how many records each has is not known.
    private static func parts(ofMinute minute: Minute, _ count: Int) -> [(window: TimeWindow, records: Int)] {
        let count = min(count, 600)
        let begin = Timestamp(minute: minute.minute).nanoseconds
        func moment(_ part: Int) -> Timestamp {
            Timestamp(nanoseconds: begin.addingClamped(60_000_000_000 / Int64(count) * Int64(part)))
        }
        return (0..<count).map { part in
            let end = part == count - 1 ? Timestamp(minute: minute.minute.addingClamped(1)) : moment(part + 1)
            return (TimeWindow(since: moment(part), until: end), part == 0 ? minute.records : 0)
        }
    }
}

extension TimeWindow {
    /// What lies in both.
    func cut(to other: TimeWindow) -> TimeWindow {
        TimeWindow(
            since: [since, other.since].compactMap { $0 }.max(), until: [until, other.until].compactMap { $0 }.min())
    }
}
