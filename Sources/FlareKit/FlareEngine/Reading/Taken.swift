import FlareModel

/// What a run has read: the channels ready to be judged, and the ingest counts. One run makes it once, a live run for each
/// evaluation.
struct Taken: Sendable {
    var groups: [Grouping: Evaluator.Grouped]
    var window: TimeWindow
    var newest: Timestamp?
    var ingest: IngestCounts
    var ingestBySource: [String: IngestCounts]
    /// What the sensor lost, hour by hour.
    var sensor: [SensorHour] = []
    var remarks: [String] = []

    /// The window with its open ends where the records have them.
    var seenWindow: TimeWindow {
        let seen = groups.values.map(\.census).filter { $0.records > 0 }.map(\.window)
        return TimeWindow(
            since: window.since ?? seen.compactMap(\.since).min(),
            until: window.until ?? seen.compactMap(\.until).max())
    }
}

extension Evaluator {
    /// Groups what was read, as each detector asks.
    func take(_ result: ReadResult, in window: TimeWindow, newest: Timestamp?) async -> Taken {
        var taken = Taken(
            groups: [:], window: window, newest: newest, ingest: result.total(window),
            ingestBySource: result.ingestBySource)
        taken.sensor = taken.ingest.sensor.hours(in: window)
        let blind = SensorHour.blindness(taken.sensor)
        for grouping in groupings {
            taken.groups[grouping] = await group(result.stores, by: grouping, in: window)
            taken.groups[grouping]?.census.blind = blind
        }
        return taken
    }
}
