import Allowlist
import FlareKit
import FlareKitTesting
import Foundation
import Suricata
import Synchronization
import Testing
import TestKit
import Zeek

/// Where the real records are; tests that need them skip elsewhere.
enum RealRecords {
    static let folder = URL(fileURLWithPath: Sample.project).deletingLastPathComponent()
        .appendingPathComponent("shared/data").path
    static let areThere = FileManager.default.fileExists(atPath: folder) && Reference.python != nil
}

/// The second implementation, in Python, and what it says.
struct Reference: Sendable {
    static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first(
        where: FileManager.default.isExecutableFile)

    /// Channels and records by entry, by list, by set.
    let taken: [String: [String: [String: [Int]]]]
    let folder: String

    /// Run once, for all tests.
    static let shared = Task { try Reference() }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("allowlist-reference-\(getpid())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let python = try #require(Self.python)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("reference.py")
            .path
        let command = try Command([python, script, RealRecords.folder, folder])
        try #require(command.status == 0, "the second implementation failed")
        let all = try #require(JSONSerialization.jsonObject(with: command.output) as? [String: Any])
        taken = all.compactMapValues { $0 as? [String: [String: [Int]]] }
    }

    /// The records that the second implementation looked at.
    func records(_ set: String) throws -> [MemoryRecord] {
        let text = try String(contentsOfFile: "\(folder)/\(set).tsv", encoding: .utf8)
        return text.split(separator: "\n").enumerated().map { number, line in
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return MemoryRecord(
                RecordKind(cells[0]), at: Sample.noon + Double(number) / 8, from: cells[1], to: cells[2],
                port: UInt16(cells[3]) ?? 0, proto: UInt8(cells[4]) ?? 255,
                texts: cells[5].isEmpty ? [:] : [cells[0] == "dns" ? .query : .host: cells[5]])
        }
    }

    func path(of list: String) -> String {
        list.hasPrefix("made-") ? "\(folder)/\(list)" : "\(RealRecords.folder)/misp-warninglists/\(list)"
    }
}

@Suite("real records: what warning lists take out", .serialized, .enabled(if: RealRecords.areThere))
struct RealRecordsTests {
    static let sets: [(String, Grouping)] = [
        ("zeek", Grouping()), ("eve", Grouping()), ("lookups", Grouping(by: .domain)), ("hosts", Grouping(by: .host)),
        ("made", Grouping(by: .host)),
    ]

    @Test("real records: channels and records by entry are those of the second implementation", arguments: sets)
    func counts(set: String, grouping: Grouping) async throws {
        let reference = try await Reference.shared.value
        let channels = Self.channels(try reference.records(set), grouping)
        let expected = try #require(reference.taken[set])
        for (list, entries) in expected.sorted(by: { $0.key < $1.key }) {
            let allowlist = try Self.allowlist([list], reference)
            let ready = try await allowlist.prepared(for: RunPreparation(started: Timestamp(seconds: Sample.noon)))
            let filter = try #require(ready.enricher as? any ChannelFilter)
            var dropped: [String: [Int]] = [:]
            for (key, count) in channels {
                guard case .drop(let rule, let name) = filter.verdict(key) else { continue }
                #expect(name == reference.path(of: list))
                let before = dropped[rule] ?? [0, 0]
                dropped[rule] = [before[0] + 1, before[1] + count]
            }
            #expect(dropped == entries, "\(set), \(list)")
        }
    }

    @Test("real records: a run with all lists takes out what is in any, and its counts add up", arguments: sets)
    func closingCounts(set: String, grouping: Grouping) async throws {
        let reference = try await Reference.shared.value
        let lists = try #require(reference.taken[set]).keys.sorted()
        let counter = RecordCounter(demand: Demand(grouping: grouping, minimumCount: 1))
        let outcome = try await Sample.run(
            try reference.records(set), [try Self.allowlist(lists, reference)], detector: counter)
        let expected = try #require(reference.taken["\(set) channels"]?["all"]?["all"])
        let dropped = outcome.run.dropped
        #expect([outcome.run.channels, dropped.reduce(0) { $0 + $1.channels }] == Array(expected.prefix(2)))
        #expect(outcome.run.detectors.first?.judged == expected[0] - expected[1])
        let records = counter.records.withLock { $0 }
        #expect(outcome.run.ingest.usedCount == records + dropped.reduce(0) { $0 + $1.records })
    }

    @Test(
        "real records: the same comes of the sensors' own files",
        arguments: [
            ("zeek", "zeek-72h/conn.*.log.gz", Grouping()), ("eve", "eve-58h/eve.json.gz", Grouping()),
            ("lookups", "zeek-72h-protocols/dns.*.log.gz", Grouping(by: .domain)),
        ])
    func sources(set: String, files: String, grouping: Grouping) async throws {
        let reference = try await Reference.shared.value
        let lists = try #require(reference.taken[set]).keys.sorted()
        let path = OptionPath("\(RealRecords.folder)/\(files)")
        let source: any Source
        if set == "eve" {
            var options = EVESourceOptions()
            options.paths = [path]
            source = try EVESource(options, PluginContext())
        } else {
            var options = ZeekSourceOptions()
            options.paths = [path]
            source = try ZeekSource(options, PluginContext())
        }
        let counter = RecordCounter(demand: Demand(grouping: grouping, minimumCount: 1))
        let outcome = try await Sample.run(
            source, [try Self.allowlist(lists, reference)], detector: counter, now: 1_800_000_000)
        let expected = try #require(reference.taken["\(set) channels"]?["all"]?["all"])
        let dropped = outcome.run.dropped.reduce(0) { $0 + $1.channels }
        #expect(outcome.run.channels == expected[0] + expected[2])
        #expect(dropped == expected[1])
        #expect(outcome.run.detectors.first?.judged == outcome.run.channels - dropped)
    }

    @Test("real records: every list that has an entry takes something out of the set that is made of the lists")
    func noZeroes() async throws {
        let made = try #require(try await Reference.shared.value.taken["made"])
        // Of these lists one alone is published empty.
        #expect(made.filter { $0.value.isEmpty }.keys.sorted() == ["crl-hostname.json"])
        #expect(made.count == 25)
    }

    private static func allowlist(_ lists: [String], _ reference: Reference) throws -> AllowlistEnricher {
        let references = lists.map { "{path: \"\(reference.path(of: $0))\", action: drop, allow_broad: true}" }
        return try Sample.allowlist("lists: [\(references.joined(separator: ", "))]")
    }

    /// The channels of records, with their counts.
    private static func channels(_ records: [MemoryRecord], _ grouping: Grouping) -> [ChannelKey: Int] {
        records.reduce(into: [:]) { channels, record in
            let name = record.texts[.host] ?? record.texts[.query]
            let key = ChannelKey(
                source: record.source, peer: name.map(Peer.name) ?? .address(record.destination),
                port: grouping.by == .domain ? nil : record.port, proto: grouping.by == .domain ? nil : record.proto)
            channels[key, default: 0] += 1
        }
    }
}

/// Finds nothing and counts the records that it was shown.
final class RecordCounter: Detector {
    let name = "counter"
    let demand: Demand
    let records = Mutex(0)

    init(demand: Demand) { self.demand = demand }

    func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
        records.withLock { $0 += channel.count }
        return nil
    }
}
