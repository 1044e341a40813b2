import FlareKit
import FlareKitTesting
import Foundation
import Suricata
import Testing
import Zeek

@testable import DNS

/// Records of real sensors, kept beside the project.
enum RealRecords {
    static let folder = {
        var url = URL(filePath: #filePath)
        while url.path != "/", !FileManager.default.fileExists(atPath: url.appending(path: "Package.swift").path) {
            url.deleteLastPathComponent()
        }
        return url.deletingLastPathComponent().appending(path: "shared/data").path
    }()
    static let areThere = FileManager.default.fileExists(atPath: "\(folder)/zeek-72h-protocols")
}

@Suite(
    "real records: what resolvers were asked", .enabled(if: RealRecords.areThere, "\(RealRecords.folder) is not there"))
struct RealRecordsTests {
    private func run(_ source: any Source, _ detector: any Detector) async throws -> RunOutcome {
        let pipeline = Pipeline(
            name: "real", sources: [.init("real", source)], enrichers: [], detectors: [.init(detector.name, detector)],
            sinks: [.init("memory", MemorySink())], threads: 2)
        return try await RunEngine(version: "test", now: Timestamp(seconds: 1_900_000_000)).run(pipeline)
    }

    private var zeek: ZeekSource {
        get throws {
            try ZeekSource(
                try ZeekSourceOptions.read("paths: [\"\(RealRecords.folder)/zeek-72h-protocols/dns.*\"]"),
                PluginContext())
        }
    }

    private var eve: EVESource {
        get throws {
            try EVESource(
                try EVESourceOptions.read("paths: [\"\(RealRecords.folder)/eve-58h/eve.json.gz\"]"), PluginContext())
        }
    }

    @Test("three days of a server that looks up whoever calls are none at high")
    func server() async throws {
        let outcome = try await run(try zeek, try detector())
        #expect(outcome.run.ingest.used["dns"]?.count == 5432)
        #expect(outcome.run.detectors.first?.judged ?? 0 > 100)
        #expect(outcome.findings.isEmpty, "\(outcome.findings.map(\.summary))")
    }

    @Test("two days of a home sensor are none at high")
    func home() async throws {
        let outcome = try await run(try eve, try detector())
        #expect(outcome.run.ingest.used["dns"]?.count == 2528)
        #expect(outcome.findings.isEmpty, "\(outcome.findings.map(\.summary))")
    }
}
