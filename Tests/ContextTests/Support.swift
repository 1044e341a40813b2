import FlareKit
import FlareKitTesting
import Foundation
import Suricata
import Synchronization
import Testing
import Zeek

@testable import Context

/// A folder for the files of one test, gone when the test is.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("context-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }
}

enum Sources {
    static func eve(_ paths: [String]) throws -> EVESource {
        var options = EVESourceOptions()
        options.paths = paths.map { OptionPath($0) }
        return try EVESource(options, PluginContext())
    }

    static func zeek(_ paths: [String]) throws -> ZeekSource {
        var options = ZeekSourceOptions()
        options.paths = paths.map { OptionPath($0) }
        return try ZeekSource(options, PluginContext())
    }
}

/// Keeps what `context` gathered, for tests to look at.
final class Gatherer: Enricher {
    let kinds = ContextEnricher(ContextOptions()).kinds
    let stories = Mutex<[Story]>([])

    func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        let gathered = try await ContextEnricher.gather(findings, run)
        let told = findings.map { Story($0, gathered) }
        stories.withLock { $0 = told }
    }
}

/// Runs a source with every channel of some records as a finding.
func run(
    _ source: any Source, _ enrichers: [any Enricher], minimumCount: Int = 1, detector: (any Detector)? = nil,
    threads: Int = 2, besides others: [any Source] = []
) async throws -> RunOutcome {
    let stages = enrichers.enumerated().map { Pipeline.Stage($0 == 0 ? "context" : "enricher \($0 + 1)", $1) }
    let pipeline = Pipeline(
        name: "test", sources: ([source] + others).enumerated().map { .init("source \($0 + 1)", $1) },
        enrichers: stages,
        detectors: [.init("detector", detector ?? CountingDetector(minimumCount: minimumCount))],
        sinks: [.init("sink", MemorySink())], acceptsEmpty: true, threads: threads)
    return try await RunEngine(version: "test", now: Timestamp(seconds: 1_900_000_000)).run(pipeline)
}

/// What a source hands out when it is asked again.
func records(
    _ source: any ContextSource, _ queries: [ContextQuery], parallelism: Int = 1
) async throws -> [MemoryRecord] {
    let kinds = ContextRow.columns.filter { [.dns, .tls, .http].contains($0.key) }
    let scan = Scan(kinds: kinds, parallelism: parallelism, now: Timestamp(nanoseconds: 0))
    return try await source.records(about: queries, scan).flatMap { try $0.records(kinds) }
}
