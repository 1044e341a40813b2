import FlareKit
import Foundation
import GRDB
import TestKit
import Testing

@Suite("A live run that is killed")
struct KilledRunTests {
    static let pipeline = """
        version: 1
        name: live
        window: 1h
        every: 5m
        sources:
          - plugin: eve
            paths: ["eve.json*"]
        detectors:
          - plugin: beacon-classic
        sinks:
          - plugin: json
            path: news.jsonl
            mode: append
          - plugin: csv
            path: all.csv
          - plugin: sqlite
            path: history.sqlite
        """
    private static let hours = 5
    private static let moments = 20
    /// The last evaluation: flows begin up to the end of the last hour.
    private static let end = hours * 3600 - 300

    private static func outputs(_ folder: TemporaryFolder) throws -> [String] {
        [try folder.read("news.jsonl"), try folder.read("all.csv")]
    }

    /// What the sqlite sink holds, but for when runs started and how long they took: a line a row.
    private static func history(_ folder: TemporaryFolder) throws -> [String] {
        let queries = [
            "SELECT id, pipeline, window_until, findings, new FROM run ORDER BY id",
            "SELECT name, first_seen, last_seen FROM channel ORDER BY name",
            "SELECT finding, detector, first_run, last_run, runs FROM reported ORDER BY finding",
            """
            SELECT run, finding.id, name, detector, is_new, score, priority, severity, occurrences, percent, interval,
                bytes_toserver, bytes_toclient, dest_degree, host, summary, finding.first_seen, finding.last_seen, evidence
            FROM finding JOIN channel ON channel.id = finding.channel ORDER BY run, finding.id
            """,
        ]
        let file = try DatabaseQueue(path: folder.url.appending(path: "history.sqlite").path)
        return try file.read { database in
            try queries.flatMap { query in try Row.fetchAll(database, sql: query).map(\.description) }
        }
    }

    @Test("at 20 seeded moments leaves in the sinks what one uninterrupted run does", arguments: [1, 2] as [UInt64])
    func killed(seed: UInt64) async throws {
        var dice = SeededDice(seed: seed)
        let folder = TemporaryFolder()
        try folder.file("pipeline.yaml", Self.pipeline)
        var log = try GrowingLog(in: folder)
        var steps = GrowingLog.steps(of: GrowingLog.lines(seed: seed, hours: Self.hours), seed: seed)[...]
        for moment in 0..<Self.moments {
            let run = try FollowingRun(folder)
            let before = FollowingRun.evaluated(in: folder)
            let share = steps.count / (Self.moments - moment)
            for _ in 0..<share {
                if let step = steps.popFirst() { try log.take(step) }
            }
            // Half of the times it has evaluated something new, if these steps brought so much; the other half it is
            // anywhere.
            if Bool.random(using: &dice), share > 0 {
                await FollowingRun.wait(atMost: 5) {
                    FollowingRun.evaluated(in: folder) != before || !run.process.isRunning
                }
            }
            try await Task.sleep(for: .microseconds(Int.random(in: 0..<60_000, using: &dice)))
            #expect(try await run.end(with: SIGKILL) == 128 + SIGKILL, "\(run.said)")
        }
        while let step = steps.popFirst() { try log.take(step) }
        let last = try FollowingRun(folder)
        try await last.wait(untilEvaluated: Self.end)
        #expect(try await last.interrupt() == 130, "\(last.said)")

        let whole = TemporaryFolder()
        try whole.file("pipeline.yaml", Self.pipeline)
        for name in folder.names where name.hasPrefix("eve.json") {
            try FileManager.default.copyItem(
                at: folder.url.appending(path: name), to: whole.url.appending(path: name))
        }
        let uninterrupted = try FollowingRun(whole)
        try await uninterrupted.wait(untilEvaluated: Self.end)
        #expect(try await uninterrupted.interrupt() == 130, "\(uninterrupted.said)")
        let (killed, expected) = (try Self.outputs(folder), try Self.outputs(whole))
        #expect(expected[0].split(separator: "\n").count >= 3)
        // It appeared; that its period moves is no news.
        #expect(expected[0].split(separator: "\n").count { $0.contains(#""192.168.0.54""#) } == 1)
        #expect(killed == expected)
        #expect(try Self.history(folder) == Self.history(whole))
        #expect(try Self.history(whole).count > 5)
    }
}
