import FlareKit
import FlareKitTesting
import Foundation
import Testing
import TestKit

@testable import Context

/// Where the real records are; tests that need them skip elsewhere.
enum RealRecords {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data").path
    static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first(
        where: FileManager.default.isExecutableFile)
    static let areThere = FileManager.default.fileExists(atPath: folder) && python != nil

    static func source(_ set: String) throws -> any ContextSource {
        set == "eve"
            ? try Sources.eve(["\(folder)/eve-58h/eve.json.gz"])
            : try Sources.zeek(["\(folder)/zeek-72h/*.log.gz", "\(folder)/zeek-72h-protocols/*.log.gz"])
    }
}

/// What the second implementation, in Python, says of a set of records.
struct Reference: Decodable {
    /// Tallies by column, by channel.
    let channels: [String: [String: [String: Int]]]
    let sharing: [String: Int]
    let kinds: [String: Int]

    static func of(_ set: String) throws -> Reference {
        let python = try #require(RealRecords.python)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("reference.py")
        let command = try Command([python, script.path, RealRecords.folder, set])
        try #require(command.status == 0, "the second implementation failed")
        return try JSONDecoder().decode(Reference.self, from: command.output)
    }
}

@Suite("real records: what sensors said", .serialized, .enabled(if: RealRecords.areThere))
struct RealRecordsTests {
    /// A channel's tallies in the reference's words.
    private static func tallies(_ story: Story) -> [String: [String: Int]] {
        let context = story.context
        let all: [String: Tally] = [
            "names": context.names, "hosts": context.hosts, "queries": context.queries, "agents": context.agents,
            "urls": context.urls, "methods": context.methods, "statuses": context.statuses, "ja3": context.ja3,
            "alerts": context.alerts, "notices": context.notices, "files": context.files, "software": context.software,
        ]
        var counts = all.mapValues(\.counts).filter { !$0.value.isEmpty }
        if let name = story.name {
            counts["best"] = [name.name: 1]
            counts["from"] = [name.origin.rawValue: 1]
        }
        return counts
    }

    @Test(
        "real records: the context of every channel with more than three flows is that of the second implementation",
        arguments: [
            ("eve", ["queries", "names", "hosts", "agents", "software", "alerts", "notices"]),
            ("zeek", ["queries", "names", "hosts", "agents", "files", "notices"]),
        ])
    func context(set: String, columns: [String]) async throws {
        let reference = try Reference.of(set)
        let source = try RealRecords.source(set)
        let gatherer = Gatherer()
        _ = try await run(source, [gatherer], minimumCount: 4)
        let stories = gatherer.stories.withLock { $0 }
        #expect(stories.count == reference.channels.count)
        var totals: [String: Int] = [:]
        for story in stories {
            let key = try #require(story.finding.channel)
            let text = "\(key.source) \(key.peer) \(key.port ?? 0) \(key.proto ?? 255)"
            let found = Self.tallies(story)
            let expected = try #require(reference.channels[text], "\(text)")
            if found != expected {
                for column in Set(found.keys).union(expected.keys) where found[column] != expected[column] {
                    Issue.record("\(text) \(column): \(found[column] ?? [:]) instead of \(expected[column] ?? [:])")
                }
            }
            for (column, counts) in found { totals[column, default: 0] += counts.values.reduce(0, +) }
        }
        for column in columns { #expect(totals[column] ?? 0 > 0, "nothing was said of \(column)") }

        var counted: [SharedValue: Int] = [:]
        for (text, count) in reference.sharing {
            let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            let value = SharedValue(kind: RecordKind(parts[0]), column: .text(parts[1]), value: parts[2])
            counted[value] = count
        }
        let sharing = try await source.sources(sharing: Array(counted.keys), in: .all)
        for (value, count) in counted {
            let found = sharing[value] ?? 0
            if count <= SharedValue.exactUpTo {
                #expect(found == count, "\(value)")
            } else {
                // Of 64 smallest hashes the standard error is an eighth.
                #expect(abs(Double(found - count)) < 0.5 * Double(count), "\(value)")
            }
        }
    }

    @Test("real records: neither the number of threads nor chance changes what was said", arguments: ["eve"])
    func threads(set: String) async throws {
        var evidence: [[[String: Value]]] = []
        for threads in [1, 3] {
            let outcome = try await run(
                try RealRecords.source(set), [ContextEnricher(ContextOptions())], minimumCount: 4, threads: threads)
            evidence.append(outcome.findings.map(\.evidence))
        }
        #expect(evidence[0] == evidence[1])
    }
}
