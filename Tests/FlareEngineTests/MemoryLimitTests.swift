import FlareKit
import FlareKitTesting
import Testing

@Suite("A limit of memory")
struct MemoryLimitTests {
    /// Says all that a view holds, so that a record in the wrong place shows.
    private struct ReadingDetector: Detector {
        let name = "reading"
        let demand = Demand(
            grouping: Grouping(by: .both), minimumCount: 1, columns: [.bytesToServer, .bytesToClient, .duration])

        func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
            var hasher: UInt64 = 14_695_981_039_346_656_037
            func take(_ value: Int64) { hasher = (hasher ^ UInt64(bitPattern: value)) &* 1_099_511_628_211 }
            channel.times.forEach(take)
            channel.bytesToServer.known.forEach(take)
            channel.bytesToClient.known.forEach(take)
            (channel.numbers[.duration] ?? []).forEach(take)
            let addresses = channel.addresses.map(\.description).joined(separator: " ")
            return Finding(
                detector: name, channel: channel, census: census, score: 0.5,
                summary: "\(channel.count) \(hasher) \(addresses) \(channel.host ?? "")")
        }
    }

    /// Calls of 40 hosts to addresses and names, more than two chunks of each reader.
    private static let records: [MemoryRecord] = {
        var records: [MemoryRecord] = []
        for number in 0..<300_000 {
            let (host, server) = (number % 40, number * 7 % 11)
            var record = MemoryRecord(
                at: 1_700_000_000 + Double(number) * 0.25, from: "10.0.0.\(host)", to: "203.0.113.\(server)",
                up: Int64(number % 977), down: number % 5000 == 0 ? 5_000_000_000 : 200, id: Int64(number))
            record.numbers[.duration] = Int64(number % 13) * 1_000_000
            records.append(record)
            if number % 3 == 0 {
                records.append(
                    MemoryRecord(
                        .tls, at: 1_700_000_000 + Double(number) * 0.25, from: "10.0.0.\(host)",
                        to: "203.0.113.\(server)",
                        id: Int64(number), texts: [.host: "name\(server % 4).example"]))
            }
        }
        return records
    }()

    private static func run(_ limit: Int64, threads: Int = 2) async throws -> RunOutcome {
        let pipeline = Pipeline(
            name: "test", sources: [.init("memory", MemorySource(records, batchSize: 4096))],
            detectors: [.init("reading", ReadingDetector())], sinks: [.init("sink", MemorySink())], threads: threads,
            memoryLimit: limit)
        return try await RunEngine(version: "test", now: Timestamp(seconds: 1_800_000_000)).run(pipeline)
    }

    @Test("changes no finding where records wait in a file, and is told of", arguments: [0, 12_000_000] as [Int64])
    func spilled(limit: Int64) async throws {
        let whole = try await Self.run(.max)
        let limited = try await Self.run(limit)
        #expect(whole.findings.count > 400)
        #expect(whole.findings.map(\.summary) == limited.findings.map(\.summary))
        #expect(whole.findings.map(\.channel?.description) == limited.findings.map(\.channel?.description))
        #expect(whole.run.ingest.usedCount == limited.run.ingest.usedCount)
        #expect(!whole.run.warnings.contains { $0.contains("memory_limit") })
        #expect(
            limited.run.warnings.contains {
                $0.contains("records took more than a quarter of memory_limit") && $0.contains("MB of them waited")
            })
    }
}
