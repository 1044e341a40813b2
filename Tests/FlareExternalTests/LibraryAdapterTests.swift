import FlareKit
import CFlarePlugin
import FlareKitTesting
import Foundation
import Logging
import Testing

@testable import FlareExternal
@testable import FlarePipeline

/// The adapter for authors in Swift, in one process with the host: the plain arrays and texts between are the same.
@Suite("A plugin in Swift behind the interface for libraries")
struct LibraryAdapterTests {
    struct Options: PluginOptions {
        var fewest = 5
        var pause = OptionDuration.minutes(2)
        var path: OptionPath = "-"
        var names: [String] = ["a"]

        static var options: [Option<Self>] {
            [
                Option("fewest", \.fewest, "The fewest."), Option("pause", \.pause, "How long."),
                Option("path", \.path, "Where."), Option("names", \.names, "Which."),
            ]
        }
    }

    /// Reports sources with many peers, and each channel's count as its judgement.
    struct Sample: Detector, BuiltInPlugin {
        static let name = "sample"
        static let summary = "A test."
        static let evidence = [Field("count", .integer, "Records.")]
        struct Content: Judgement {
            var score: Double
            var count: Int
        }

        let options: Options
        init(_ options: Options, _ context: PluginContext) { self.options = options }
        var demand: Demand { Demand(minimumCount: options.fewest, columns: [.duration]) }

        func judge(_ channel: ChannelView, _ census: Census) throws -> Content? {
            guard channel.numbers[.duration]?.count == channel.count else { return nil }
            return Content(score: 0.25, count: channel.count)
        }

        func settle(_ judged: [Judged<Content>], _ channels: ChannelTable, _ census: Census) async throws -> [Finding] {
            await Task.yield()
            return judged.map { entry in
                var finding = Finding(
                    detector: Self.name, channel: channels.view(entry.channel), census: census,
                    score: entry.judgement.score, summary: "\(entry.judgement.count) of \(channels.count)")
                finding.evidence["count"] = .integer(Int64(entry.judgement.count))
                finding.interval = Double(census.sources(of: channels.key(of: entry.channel).peer))
                return finding
            } + [Finding(detector: Self.name, subject: .group(channels.keys), score: 0.5, summary: "all")]
        }
    }

    struct Owner: Enricher, BuiltInPlugin {
        static let name = "owner"
        static let summary = "A test."
        static let evidence = [Field("owner", .text, "Who.")]
        init(_ options: NoOptions, _ context: PluginContext) {}
        var reads: Set<String> { ["src_ip"] }

        func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
            findings.removeAll { $0.source == IPAddress("10.0.0.2") }
            for index in findings.indices where findings[index].source == IPAddress("10.0.0.0") {
                findings[index].evidence["owner"] = .text("ada")
                findings[index].modifiers.append(.init("known", -0.1, "a friend"))
            }
        }
    }

    static let records = (0..<30).map { number in
        var record = MemoryRecord(at: Double(number) * 10, from: "10.0.0.\(number % 3)", to: "203.0.113.9")
        record.numbers[.duration] = Int64(number)
        return record
    }

    func run(enrichers: [any Enricher] = []) async throws -> RunOutcome {
        let image = try LibraryImage(
            LibraryPlugin.detector(Sample.self, UnsafeRawPointer(LibraryHost.table))?
                .assumingMemoryBound(to: flare_plugin.self))
        let said = image.description
        #expect(said.traits.minFlows == .option("fewest"))
        #expect(said.traits.columns == ["duration"])
        var descriptor = PluginDescriptor(
            kind: .detector, name: said.name, summary: said.summary, origin: .library("memory"), options: said.options,
            evidence: said.evidence, make: nil)
        descriptor.outside = ExternalRecord()
        descriptor.outside?.traits = said.traits
        let options = OptionValues(["fewest": .integer(3)], defaultsOf: said.options)
        let detector = LibraryDetector(library: LibraryInstance(descriptor, options) { _ in image })
        #expect(detector.demand.minimumCount == 3)
        return try await RunEngine(version: "test", now: Timestamp(seconds: 1000)).run(
            Pipeline(
                name: "test", sources: [.init("memory", MemorySource(Self.records))],
                enrichers: enrichers.map { .init("enricher", $0) }, detectors: [.init("sample", detector)],
                sinks: [.init("sink", MemorySink())]))
    }

    @Test("a detector sees all channels and settles them, with its options, columns and census")
    func detector() async throws {
        let findings = try await run().findings
        #expect(findings.map(\.summary) == ["all", "10 of 3", "10 of 3", "10 of 3"])
        #expect(findings[0].subject == .group(findings[1...].compactMap(\.channel)))
        #expect(findings[1].evidence["count"] == .integer(10))
        #expect(findings[1].interval == 3)
        #expect(findings[1].destinationDegree == 3)
        #expect(findings[1].times.count == 10)
    }

    @Test("an enricher adds, moves and drops")
    func enricher() async throws {
        let findings = try await run().findings
        let exported = ExportedEnricher(Owner(NoOptions(), PluginContext()), ExportHost(table: LibraryHost.table))
        let call = LibraryCall(Logger(label: "test"))
        try withExtendedLifetime(call) {
            try JSONText(findings: findings, inFull: true).bytes.withUnsafeBytes {
                try exported.enrich($0, OpaquePointer(Unmanaged.passUnretained(call).toOpaque()))
            }
        }
        let changes = try ExternalChanges(call.answer.changes.map { try LibraryDetector.json($0) })
        let enriched = try changes.applied(to: findings, Owner.evidence)
        #expect(enriched.map(\.source) == ["10.0.0.0", "10.0.0.0", "10.0.0.1"].map { IPAddress($0) })
        #expect(enriched[1].evidence["owner"] == .text("ada"))
        #expect(enriched[1].modifiers.map(\.amount) == [-0.1])
        #expect(enriched[2].modifiers.isEmpty)
    }

    @Test("options survive the way as text")
    func options() throws {
        var options = Options()
        options.pause = .milliseconds(1500)
        options.path = OptionPath("x", in: "/a")
        options.names = ["ä\"\n", ""]
        guard case .object(let values) = options.datum else { return }
        let text = try JSONText(OptionValues(values, defaultsOf: Options.descriptions)).bytes
        let datum = try #require(OptionDatum.object(try JSONReader.read(text), Options.descriptions))
        let back = try Options(datum: datum)
        #expect(back.pause == options.pause)
        #expect(back.path.file == "/a/x")
        #expect(back.names == options.names)
    }
}
