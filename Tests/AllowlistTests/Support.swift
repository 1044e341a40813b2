import Allowlist
import FlareKit
import FlareKitTesting
import Foundation
import Testing

/// A folder for the lists of one test, gone when the test is.
final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("allowlist-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }
}

enum Sample {
    static let noon = 1_700_000_000.0

    static func allowlist(_ yaml: String, folder: String = "/") throws -> AllowlistEnricher {
        try AllowlistEnricher(
            AllowlistOptions.read(yaml, folder: folder),
            PluginContext(folder: folder))
    }

    /// The project's folder.
    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Some records of a channel.
    static func calls(
        from source: String = "10.0.0.1", to destination: String, port: UInt16 = 443, proto: UInt8 = 6, count: Int = 2,
        host: String? = nil
    ) -> [MemoryRecord] {
        (0..<count).map {
            MemoryRecord(
                at: noon + Double($0) * 60, from: source, to: destination, port: port, proto: proto,
                texts: host.map { [.host: $0] } ?? [:])
        }
    }

    /// Runs records through allowlists; every channel that is left becomes a finding.
    static func run(
        _ records: [MemoryRecord], _ enrichers: [any Enricher], grouping: Grouping = Grouping(),
        detector: (any Detector)? = nil, now: Double = noon + 86_400
    ) async throws -> RunOutcome {
        try await run(MemorySource(records), enrichers, grouping: grouping, detector: detector, now: now)
    }

    /// The same of any source.
    static func run(
        _ source: any Source, _ enrichers: [any Enricher], grouping: Grouping = Grouping(),
        detector: (any Detector)? = nil, now: Double = noon + 86_400
    ) async throws -> RunOutcome {
        let stages = enrichers.enumerated().map { place, enricher in
            Pipeline.Stage(place == 0 ? "allowlist" : "enricher \(place + 1)", enricher)
        }
        let pipeline = Pipeline(
            name: "test", sources: [.init("source", source)], enrichers: stages,
            detectors: [.init("detector", detector ?? CountingDetector(grouping: grouping))],
            sinks: [.init("sink", MemorySink())],
            acceptsEmpty: true)
        return try await RunEngine(version: "test", now: Timestamp(seconds: now)).run(pipeline)
    }
}

/// Tells names and owners of addresses, as other enrichers do.
struct KnownOwners: Enricher {
    var asNumbers: [String: Int64] = [:]
    var asNames: [String: String] = [:]
    var hosts: [String: String] = [:]

    var writes: [Field] {
        [Field("dest_asn", .integer, "AS number."), Field("dest_as_name", .text, "AS name.")]
            + (hosts.isEmpty ? [] : [Field("host", .text, "Best name known for the destination.")])
    }

    func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        for place in findings.indices {
            guard let peer = findings[place].channel?.peer.description else { continue }
            findings[place].evidence["dest_asn"] = asNumbers[peer].map(Value.integer)
            findings[place].evidence["dest_as_name"] = asNames[peer].map(Value.text)
            if let host = hosts[peer] { findings[place].host = host }
        }
    }
}
