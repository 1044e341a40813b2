import FlareKit
import Foundation
import GRDB
import TestKit
import Testing

@testable import HistoryDatabase

@Suite("What a history remembers of channels")
struct MemoryTests {
    static let day: Int64 = 86_400
    static let dawn: Int64 = 1_767_225_600

    static func key(_ number: Int) -> ChannelKey {
        ChannelKey(
            source: IPAddress(v4: 0x0A00_0000 | UInt32(number)), peer: .name("host-\(number).example.com"), port: 443,
            proto: 6)
    }

    /// A run that saw these channels call at these seconds after `dawn`.
    static func run(
        _ file: HistoryFile, _ seen: [Int: [Int64]], days: ClosedRange<Int64>, most: Int = 100, callers: Int = 1
    ) async throws -> (kept: Int, left: Int) {
        let numbers = seen.keys.sorted()
        let channels = SeenChannels(
            count: numbers.count, place: { key in numbers.firstIndex { Self.key($0) == key } },
            callers: { _ in callers },
            channel: { place in
                RememberedChannel(
                    Self.key(numbers[place]),
                    times: (seen[numbers[place]] ?? []).map { (Self.dawn + $0) * 1_000_000_000 }, mostTimes: 30)
            })
        return try await file.remember(
            channels, recorded: [dawn + days.lowerBound * day...dawn + days.upperBound * day], most: most)
    }

    static func all(_ file: HistoryFile) async throws -> [RememberedChannel] {
        let rows = try await file.queue.read { try Row.fetchAll($0, sql: "SELECT * FROM remembered ORDER BY source") }
        return rows.map { RememberedChannel($0) }
    }

    @Test("a run that comes again, and one whose window overlaps, counts no call twice")
    func again() async throws {
        let folder = TemporaryFolder()
        let file = try HistoryFile(writing: folder.path("h.sqlite"))
        let calls: [Int64] = [100, 30_000, 86_000, 90_000, 172_000]
        func night(_ first: Int64, _ last: Int64) async throws {
            _ = try await Self.run(
                file, [1: calls.filter { first * Self.day <= $0 && $0 < last * Self.day }], days: first...last)
        }
        try await night(0, 1)
        try await night(0, 1)
        try await night(0, 2)
        try await night(1, 2)
        let known = try await Self.all(file)
        #expect(known.map(\.times) == [calls.map { Self.dawn + $0 }])
        #expect(known[0].calls == 5)
        #expect(known[0].dayCount == 2)
        #expect((known[0].firstCall, known[0].lastCall) == (Self.dawn + 100, Self.dawn + 172_000))
        let asked = try await file.remembered(ChannelQuery(port: 443), limit: 5)
        #expect(asked.map(\.calls) == [5])
        #expect(asked[0].callsByHour.map(\.hour) == [0, 1, 8, 23])
        #expect(try await file.remembered(ChannelQuery(peer: "other.example"), limit: 5).isEmpty)
        let spans = try await file.recall { _ in }
        #expect(spans == [Self.dawn...Self.dawn + 2 * Self.day])
    }

    @Test("bursts are one call, busy channels keep no times, and a rest of a month forgets")
    func bounds() async throws {
        let folder = TemporaryFolder()
        let file = try HistoryFile(writing: folder.path("h.sqlite"))
        let busy = (0..<200).map { Int64($0) * 400 }
        _ = try await Self.run(file, [1: [100, 101, 140, 5000], 2: busy], days: 0...1)
        let known = try await Self.all(file)
        #expect(known.map(\.times) == [[Self.dawn + 100, Self.dawn + 5000], []])
        #expect(known.map(\.calls) == [4, 200])
        _ = try await Self.run(file, [3: [40 * Self.day]], days: 40...41)
        #expect(try await Self.all(file).map(\.key) == [Self.key(3)])
    }

    @Test("where there is no room, channels of most days stay, then those whose destinations few call")
    func room() async throws {
        let folder = TemporaryFolder()
        let file = try HistoryFile(writing: folder.path("h.sqlite"))
        for night in Int64(0)..<4 {
            var seen = [1: [night * Self.day + 500], 10 + Int(night): [night * Self.day + 900]]
            if night == 3 { seen[50] = [night * Self.day + 1] }
            let told = try await Self.run(file, seen, days: night...night + 1, most: 3)
            #expect(told.kept == min(3, 2 + Int(night)))
        }
        #expect(try await Self.all(file).map(\.key) == [1, 13, 50].map(Self.key))
    }

    @Test("20,000 channels of 64 calls each are at most 6.4 MB, also after a month of nights")
    func size() async throws {
        let folder = TemporaryFolder()
        let file = try HistoryFile(writing: folder.path("h.sqlite"))
        for night in Int64(0)..<4 {
            let channels = SeenChannels(
                count: 20_000,
                place: { key in
                    Int(key.source.description.split(separator: ".")[1...].reduce(0) { $0 * 256 + Int($1)! })
                },
                callers: { _ in 1 },
                channel: { number in
                    RememberedChannel(
                        Self.key(number),
                        times: (0..<20).map { call in
                            (Self.dawn + night * Self.day + Int64(call) * 4300 + Int64(number % 4000)) * 1_000_000_000
                        }, mostTimes: 30)
                })
            _ = try await file.remember(
                channels, recorded: [Self.dawn + night * Self.day...Self.dawn + (night + 1) * Self.day], most: 100_000)
        }
        let bytes = try Data(contentsOf: URL(filePath: folder.path("h.sqlite"))).count
        #expect(bytes <= 6_400_000, "\(bytes)")
        #expect(try await Self.all(file).allSatisfy { $0.times.count == 64 })
    }

    @Test("bytes that nobody wrote so are read without harm")
    func hostile() {
        #expect(RememberedChannel.decoded(Data(repeating: 0xFF, count: 100)) == [])
        #expect(RememberedChannel.decoded(Data([5, 0x80])) == [50])
        #expect(RememberedChannel.decoded(Data(repeating: 0x7F, count: 10_000)).count <= 640)
    }

    @Test("space that deleted rows leave goes back")
    func space() async throws {
        let folder = TemporaryFolder()
        let file = try HistoryFile(writing: folder.path("h.sqlite"))
        func bytes() throws -> Int { try Data(contentsOf: URL(filePath: folder.path("h.sqlite"))).count }
        let channels = SeenChannels(
            count: 20_000, place: { _ in nil }, callers: { _ in 1 },
            channel: {
                RememberedChannel(
                    Self.key($0), times: [(Self.dawn + Int64($0)) * 1_000_000_000], mostTimes: 30)
            })
        _ = try await file.remember(channels, recorded: [Self.dawn...Self.dawn + Self.day], most: 20_000)
        let full = try bytes()
        _ = try await Self.run(file, [1: [40 * Self.day]], days: 40...41)
        #expect(try bytes() < full / 4)
    }
}

@Suite("A history of earlier versions, or damaged")
struct OldHistoryTests {
    /// As the version before memory wrote it.
    static func second(_ path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try HistorySchema.migrator.migrate(queue, upTo: "2 verdicts")
        try queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO run VALUES (1, 'nightly', '1', 1000, 0, 1000, 5, 0, 3, 1, 1, 0.5);
                    INSERT INTO channel VALUES (1, '10.0.0.1 → a.example:443 tcp', '10.0.0.1', 'a.example', 443, 'tcp', 10, 20);
                    INSERT INTO reported VALUES ('abc', 1, 'beacon', 1000, 1000, 1, 1, 1);
                    INSERT INTO finding VALUES (1, 'abc', 1, 'beacon', 1, 0.9, 0.5, 'low', 9, 90, 60, 1, 2, 1, 'a.example', 's', 10, 20, '{}');
                    INSERT INTO verdict VALUES (1, 'abc', 1, 'benign', 'backup', 'anna', 1000, NULL);
                    """)
        }
    }

    @Test("a file of the version before is brought up to date, and keeps what it holds")
    func migrates() async throws {
        let folder = TemporaryFolder()
        let path = folder.path("h.sqlite")
        try Self.second(path)
        let old = await #expect(throws: PluginError.self) { _ = try HistoryFile(reading: path) }
        #expect(old?.what.hasPrefix("holds no history of this version") == true)
        let file = try HistoryFile(writing: path)
        #expect(try await file.runs(limit: 9).map(\.pipeline) == ["nightly"])
        #expect(try await file.past(ChannelQuery(peer: "a.example"), limit: 9).map(\.summary) == ["s"])
        #expect(try await file.verdicts().values.map(\.owner) == ["anna"])
        #expect(try await file.firstReported(hosts: ["a.example"]).count == 1)
        _ = try await MemoryTests.run(file, [1: [5]], days: 0...1)
        #expect(try await MemoryTests.all(file).count == 1)
        let plan = try await file.queue.read {
            try Row.fetchAll($0, sql: "EXPLAIN QUERY PLAN SELECT * FROM finding WHERE host IN ('a', 'b')").description
        }
        #expect(plan.contains("finding_by_host"))
    }

    @Test(
        "a damaged file is set aside, whole as it is, and a new one begun",
        arguments: ["cut", "first page", "pages between"])
    func damaged(how: String) async throws {
        let folder = TemporaryFolder()
        let path = folder.path("h.sqlite")
        let file = try HistoryFile(writing: path)
        let seen = Dictionary(uniqueKeysWithValues: (0..<2000).map { ($0, [Int64($0)]) })
        _ = try await MemoryTests.run(file, seen, days: 0...1, most: 5000)
        try file.queue.close()
        var bytes = try Data(contentsOf: URL(filePath: path))
        switch how {
        case "cut": bytes.removeLast(bytes.count / 2)
        case "first page": bytes.replaceSubrange(16..<4096, with: Data(repeating: 0xA5, count: 4080))
        default: bytes.replaceSubrange(40_000..<80_000, with: Data(repeating: 0xA5, count: 40_000))
        }
        try bytes.write(to: URL(filePath: path))
        let new = try HistoryFile(writing: path)
        #expect(try await MemoryTests.all(new) == [])
        #expect(try Data(contentsOf: URL(filePath: path + ".damaged")) == bytes)
        try new.queue.close()
        try bytes.write(to: URL(filePath: path))
        _ = try HistoryFile(writing: path)
        #expect(folder.names.sorted() == ["h.sqlite", "h.sqlite.damaged", "h.sqlite.damaged-2"])
    }
}
