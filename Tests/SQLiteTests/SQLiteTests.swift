import FlareKit
import FlareKitTesting
import Foundation
import GRDB
import HistoryDatabase
import HistorySamples
import SQLite
import TestKit
import Testing

@Suite("The history of runs and findings")
struct SQLiteTests {
    @Test("a channel keeps the date of its first record over runs")
    func firstSeen() async throws {
        let folder = TemporaryFolder()
        try await run(into: folder.history, hour: 10, [finding(seen: 9, 10)])
        try await run(into: folder.history, hour: 12, [finding(seen: 11, 12)])
        try await run(into: folder.history, hour: 11, [finding(seen: 8, 9)])
        let channels = try await HistoryFile(reading: folder.history).channels(ChannelQuery(), limit: 10)
        #expect(channels.count == 1)
        #expect(channels[0].firstSeen == moment(8))
        #expect(channels[0].lastSeen == moment(12))
        #expect(channels[0].firstReported == moment(10))
        #expect(channels[0].lastReported == moment(12))
        #expect(channels[0].runs == 3)
    }

    @Test("a run counts as new what no earlier run reported")
    func new() async throws {
        let folder = TemporaryFolder()
        try await run(into: folder.history, hour: 10, [finding(80), finding(443)])
        try await run(into: folder.history, hour: 11, [finding(80), finding(8080)])
        try await run(into: folder.history, hour: 12, [finding(80)])
        let runs = try await HistoryFile(reading: folder.history).runs(limit: 10)
        #expect(runs.map(\.new) == [0, 1, 2])
        #expect(runs.map(\.findings) == [1, 2, 2])
    }

    @Test("each evaluation of a live run rewrites the run, and a finding is not old to its own run")
    func liveRun() async throws {
        let folder = TemporaryFolder()
        let sink = try SQLiteSink(SQLiteOptions.read("{path: \"\(folder.history)\"}"))
        try await sink.begin(header(hour: 10), Column.standard, resume: nil)
        try await sink.write([finding()])
        let mark = try await sink.commit(report(hour: 10, findings: 1))
        try await sink.write([finding(score: 0.95), finding(443)])
        _ = try await sink.commit(report(hour: 10, findings: 2))
        let later = try SQLiteSink(SQLiteOptions.read("{path: \"\(folder.history)\"}"))
        try await later.begin(header(hour: 11), Column.standard, resume: mark)
        try await later.write([finding(8080)])
        _ = try await later.commit(report(hour: 11, findings: 3))
        let file = try HistoryFile(reading: folder.history)
        let runs = try await file.runs(limit: 10)
        #expect(runs.count == 1)
        #expect(runs[0].new == 3)
        #expect(try await file.past(ChannelQuery(port: 80), limit: 10).map(\.score) == [0.95])
        #expect(try await file.channels(ChannelQuery(port: 80), limit: 10)[0].runs == 1)
    }

    @Test("runs older than keep are taken out, and what was first reported when stays known")
    func keeps() async throws {
        let folder = TemporaryFolder()
        try await run(into: folder.history, hour: 1, [finding()])
        try await run(into: folder.history, hour: 30, [finding(443)], "keep: 1d")
        let file = try HistoryFile(reading: folder.history)
        #expect(try await file.runs(limit: 10).map(\.started) == [moment(30)])
        #expect(try await file.past(ChannelQuery(port: 80), limit: 10) == [])
        #expect(try await file.channels(ChannelQuery(port: 80), limit: 10)[0].firstReported == moment(1))
    }

    @Test("the law of sinks is kept, also by a run that is killed before its first mark is kept")
    func law() async throws {
        let folder = TemporaryFolder()
        let breaches = try await SinkLaw.breaches(
            of: { try SQLiteSink(SQLiteOptions.read("{path: \"\(folder.history)\"}")) },
            output: {
                guard folder.names.contains("history.sqlite") else { return nil }
                return try DatabaseQueue(path: folder.history).read { database in
                    try [
                        "* FROM run", "* FROM channel", "* FROM finding",
                        "finding, first_reported, first_run, last_run, runs FROM reported",
                    ].flatMap { try Row.fetchAll(database, sql: "SELECT \($0)").map(\.description) }
                        .joined(separator: "\n")
                }
            })
        #expect(breaches == [])
    }

    @Test("a run that is broken off leaves nothing, not even a file")
    func aborts() async throws {
        let folder = TemporaryFolder()
        let sink = try SQLiteSink(SQLiteOptions.read("{path: \"\(folder.history)\"}"))
        try await sink.begin(header(hour: 1), Column.standard, resume: nil)
        try await sink.write([finding()])
        await sink.abort()
        #expect(folder.names == [])
    }

    @Test("a file that is no database, or comes from a newer Flare, is left alone and named")
    func otherFiles() async throws {
        let folder = TemporaryFolder()
        try Data(String(repeating: "no database\n", count: 200).utf8).write(to: URL(filePath: folder.history))
        let error = await #expect(throws: PluginError.self) { try await run(into: folder.history, hour: 1, []) }
        #expect(error?.place == folder.history)
        #expect(error?.what.hasPrefix("is no database") == true)

        let newer = folder.path + "/newer.sqlite"
        try await run(into: newer, hour: 1, [])
        try await HistoryFile(writing: newer).queue.write { database in
            try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('9 what is to come')")
        }
        let refusal = await #expect(throws: PluginError.self) { try await run(into: newer, hour: 2, []) }
        #expect(refusal?.description.hasPrefix("\(newer): was written by a newer Flare") == true)
    }

    @Test("hostile names are values, and come back whole")
    func hostileNames() async throws {
        let folder = TemporaryFolder()
        let name = "x'); DROP TABLE finding; --\u{202E}\n"
        try await run(into: folder.history, hour: 1, [finding(name: name)])
        let channels = try await HistoryFile(reading: folder.history).channels(ChannelQuery(peer: name), limit: 10)
        #expect(channels.map(\.name) == ["192.168.0.53 → \(name):80 tcp"])
    }

    @Test("two writers and a reader at once lose nothing")
    func severalWriters() async throws {
        let folder = TemporaryFolder()
        let path = folder.history
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for round in 0..<8 {
                        try await run(into: path, hour: writer * 8 + round, [finding(80), finding(1000 + writer)])
                    }
                }
            }
            try await group.waitForAll()
        }
        let file = try HistoryFile(reading: path)
        #expect(try await file.runs(limit: 100).count == 32)
        #expect(try await file.channels(ChannelQuery(port: 80), limit: 1)[0].runs == 32)
        #expect(try await file.past(ChannelQuery(), limit: 1000).filter(\.isNew).count == 5)
    }
}
