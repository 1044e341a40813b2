import FlareKit

extension SwiftTemplate {
    /// The example test of a new plugin.
    func test(importing module: String) -> String {
        """
        import FlareKit
        import FlareKitTesting
        \(needsFoundation ? "import Foundation\n" : "")import Testing

        @testable import \(module)

        \(body)
        """
    }
}

extension SwiftTemplate {
    private var needsFoundation: Bool { kind == .source || kind == .sink }

    private var body: String {
        switch kind {
        case .detector:
            """
            @Test("a channel that is silent for seven hours and comes back is found")
            func silence() async throws {
                let detector = \(type)(\(type).Options(), PluginContext())
                let records: [MemoryRecord] =
                    .channel(from: "10.0.0.1", to: "203.0.113.9", times: [0, 60, 25_260])
                    + .channel(from: "10.0.0.2", to: "203.0.113.9", times: [0, 3600, 7200])
                let findings = try await MemoryRun.findings(of: detector, in: records)
                #expect(findings.mismatch([ExpectedFinding(from: "10.0.0.1", evidence: ["gap": .number(25_200)])]) == nil)
            }

            """
        case .enricher:
            """
            @Test("findings about the source get the label, others do not")
            func label() async throws {
                let enricher = \(type)(try .read("{source: 10.0.0.1, label: mine}"), PluginContext())
                let records: [MemoryRecord] =
                    .channel(from: "10.0.0.1", to: "203.0.113.9", times: [0])
                    + .channel(from: "10.0.0.2", to: "203.0.113.9", times: [0])
                let findings = try await MemoryRun.findings(of: CountingDetector(), in: records, enrichers: [enricher])
                #expect(findings.map { $0.evidence["\(module)_label"] } == [.text("mine"), nil])
            }

            """
        case .source:
            """
            @Test("lines become flows, and what is none is counted")
            func lines() async throws {
                let file = FileManager.default.temporaryDirectory.appending(path: "\\(UUID().uuidString).csv")
                defer { try? FileManager.default.removeItem(at: file) }
                try Data("0,10.0.0.1,203.0.113.9,443\\nnonsense\\n60,10.0.0.1,203.0.113.9,443\\n".utf8).write(to: file)
                let source = \(type)(try .read("{path: \\(file.path)}"), PluginContext())
                let (records, ingest) = try await MemoryRun.records(of: source)
                #expect(records.map(\\.start.seconds) == [0, 60])
                #expect(ingest.rejectedCount == 1)
                #expect(ingest.isBalanced)
            }

            """
        case .sink:
            """
            @Test("each finding is a line, and before the commit there is no file")
            func lines() async throws {
                let file = FileManager.default.temporaryDirectory.appending(path: "\\(UUID().uuidString).txt")
                defer { try? FileManager.default.removeItem(at: file) }
                let sink = \(type)(try .read("{path: \\(file.path)}"), PluginContext())
                let records: [MemoryRecord] = .channel(from: "10.0.0.1", to: "203.0.113.9", times: [0, 60])
                let outcome = try await MemoryRun.outcome(of: CountingDetector(), in: records)
                try await sink.begin(outcome.run.header, outcome.columns, resume: nil)
                try await sink.write(outcome.findings)
                #expect(!FileManager.default.fileExists(atPath: file.path))
                _ = try await sink.commit(outcome.run)
                #expect(try String(contentsOf: file, encoding: .utf8) == "low counting: 2 records\\n")
            }

            """
        }
    }
}
