import FlareKit
import CFlarePlugin
import FlareKitTesting
import Foundation
import Testing

@testable import FlareExternal
@testable import FlarePipeline

/// A dynamic library made of a few lines of C.
struct CLibrary {
    let path: String
    private let folder: URL

    static let compiler: String? = ["/usr/bin/clang", "/usr/bin/cc", "/usr/local/bin/clang"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }
    static let project = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

    /// - Parameters:
    ///   - judge: the body of `judge`.
    ///   - table: replaces parts of the table, in the order of its members.
    static func detector(
        judge: String = "return 0;", make: String = "return &plugin;", abi: String = "FLARE_PLUGIN_ABI"
    )
        throws -> CLibrary
    {
        try CLibrary(
            """
            #define FLARE_PLUGIN_LIBRARY
            #include <flare_plugin.h>
            #include <string.h>
            #include <unistd.h>
            static const flare_host *host;
            static char plugin;
            static flare_text text(const char *s) { return (flare_text){s, strlen(s)}; }
            static void *make(const flare_host *h, flare_text options, flare_call *call) { host = h; \(make) }
            static int judge(void *self, const flare_census *census, const flare_channel *channels, size_t count,
                             flare_call *call) { (void)text; \(judge) }
            static void destroy(void *self) {}
            static const flare_plugin table = {.abi = \(abi), .size = sizeof table, .make = make, .judge = judge,
                .destroy = destroy,
                .description = "{\\"kind\\": \\"detector\\", \\"name\\": \\"tiny\\", \\"summary\\": \\"A test.\\"}"};
            const flare_plugin *flare_plugin_open(const flare_host *host) { return &table; }
            """)
    }

    init(_ code: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "flare-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let source = folder.appending(path: "plugin.c")
        try Data(code.utf8).write(to: source)
        path = folder.appending(path: "plugin.so").path
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.compiler))
        let headers = Self.project.appending(path: "Sources/CFlarePlugin/include").path
        process.arguments = ["-shared", "-fPIC", "-I", headers, "-o", path, source.path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    func run(limits change: (inout ExternalLimits) -> Void = { _ in }) async throws -> RunOutcome {
        defer { try? FileManager.default.removeItem(at: folder) }
        var descriptor = PluginDescriptor(
            kind: .detector, name: "tiny", summary: "A test.", origin: .library(path), options: [], evidence: [],
            make: nil)
        var record = ExternalRecord()
        change(&record.limits)
        descriptor.outside = record
        let plugin = try ExternalPlugins.maker(descriptor, OptionValues([:], defaultsOf: []), PluginContext())
        let records = (0..<30).map { number in
            MemoryRecord(at: Double(number) * 10, from: "10.0.0.\(number % 3)", to: "203.0.113.9", up: Int64(number))
        }
        return try await RunEngine(version: "test", now: Timestamp(seconds: 1000)).run(
            Pipeline(
                name: "test", sources: [.init("memory", MemorySource(records))],
                detectors: [.init("tiny", try #require(plugin as? any Detector))],
                sinks: [.init("sink", MemorySink())]))
    }

    func failure(limits change: (inout ExternalLimits) -> Void = { _ in }) async -> String {
        do {
            _ = try await run(limits: change)
            return "the run did not fail"
        } catch {
            return "\(error)"
        }
    }
}

@Suite("Plugins in dynamic libraries", .enabled(if: CLibrary.compiler != nil, "there is no C compiler"))
struct LibraryTests {
    @Test("channels arrive as plain arrays, and judgements come back")
    func judges() async throws {
        let outcome = try await CLibrary.detector(
            judge: """
                for (size_t i = 0; i < count; i++) {
                    const flare_channel *c = &channels[i];
                    if (strcmp(c->source, "10.0.0.2") || strcmp(c->destination, "203.0.113.9")) continue;
                    if (c->count != 10 || c->times[1] - c->times[0] != 30000000000 || c->to_server[9] != 29) continue;
                    if (c->port != 443 || c->proto != 6 || c->sources != 3 || census->channels != 3) continue;
                    host->judgement(call, i, 0.75, text("{\\"summary\\": \\"as it should\\"}"));
                }
                return 0;
                """
        ).run()
        #expect(outcome.findings.map(\.summary) == ["as it should"])
        #expect(outcome.findings.first?.score == 0.75)
        #expect(outcome.findings.first?.bytesToServer == 155)
    }

    @Test(
        "what a library says wrongly is named",
        arguments: [
            ("host->fail(call, text(\"no licence\")); return 1;", "it gave up: no licence"),
            ("return 7;", "judge returned 7 and did not say why"),
            ("host->judgement(call, 99, 0.5, text(\"{}\")); return 0;", "a judgement is about place 99 of 3"),
            ("host->judgement(call, 0, 0.5, text(\"{\")); return 0;", "a line that is no JSON"),
            ("host->judgement(call, 0, 0.5, text(\"{}\")); return 0;", "a finding has no \"summary\""),
            (
                "host->judgement(call, 0, 1.5, text(\"{\\\"summary\\\": \\\"s\\\"}\")); return 0;",
                "the score 1.5 is no number from 0 to 1"
            ),
        ])
    func wrong(judge: String, said: String) async throws {
        #expect(try await CLibrary.detector(judge: judge).failure().contains(said))
    }

    @Test("another version of the interface is refused before anything else is used")
    func otherVersion() async throws {
        let said = try await CLibrary.detector(abi: "2").failure()
        #expect(said.contains("it was built for version 2 of the interface, and this command has version 1"))
    }

    @Test("a plugin that cannot be made says why")
    func notMade() async throws {
        let said = try await CLibrary.detector(make: "h->fail(call, text(\"no memory\")); return 0;").failure()
        #expect(said.contains("it gave up: no memory"))
    }

    @Test("one that hangs fails the run at its deadline")
    func hangs() async throws {
        let said = try await CLibrary.detector(judge: "sleep(60); return 0;").failure { $0.answer = .milliseconds(300) }
        #expect(said.contains("it gave no answer to \"judge\" for 300ms"))
    }

    @Test("a library without the function is refused")
    func missingSymbol() throws {
        let library = try CLibrary("int other(void) { return 1; }")
        #expect(throws: ExternalFault.self) { try LibraryImage.load(library.path) }
        #expect(Self.complaint(library.path).contains("it exports no function flare_plugin_open"))
    }

    static func complaint(_ path: String) -> String {
        do throws(ExternalFault) {
            _ = try LibraryImage.load(path)
            return "it was loaded"
        } catch {
            return error.description
        }
    }

    @Test(
        "what is no library of this machine is told by its first bytes",
        arguments: [
            ([], "the file is empty"), (Array("#!/bin/sh\n".utf8), "it is a script"),
            (Array("!<arch>\n".utf8) + Array(repeating: 0, count: 20), "it is a static library"),
            ([0xCF, 0xFA, 0xED, 0xFE] + Array(repeating: 0, count: 20), "it is a library of macOS"),
            (elf(class: 1, machine: 3), "it is a library of 32 bits"),
            (elf(machine: 21), "it was built for another machine"),
            (elf(machine: hostMachine, kind: 1), "it is an object file or a program"),
            (elf(machine: hostMachine), "it cannot be loaded"),
        ] as [([UInt8], String)])
    func otherFiles(bytes: [UInt8], said: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "flare-\(UUID().uuidString).so")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        #expect(Self.complaint(file.path).contains(said))
    }

    #if arch(arm64)
        static let hostMachine: UInt8 = 183
    #else
        static let hostMachine: UInt8 = 62
    #endif

    static func elf(class width: UInt8 = 2, machine: UInt8, kind: UInt8 = 3) -> [UInt8] {
        [0x7F, 0x45, 0x4C, 0x46, width, 1, 1] + Array(repeating: 0, count: 9) + [kind, 0, machine, 0, 1, 0, 0, 0]
    }

    @Test("the example in C finds the channel that sends more than it gets")
    func example() async throws {
        let code = try String(
            contentsOf: CLibrary.project.appending(path: "examples/c/steady_upload.c"), encoding: .utf8)
        #expect(code.split(separator: "\n").count < 60)
        let library = try CLibrary(code)
        let plugin = try await ExternalPlugins.introduce(library: library.path)
        #expect(plugin.description.name == "steady-upload")
        #expect(plugin.description.options.map(\.name) == ["ratio"])
        var descriptor = PluginDescriptor(
            kind: .detector, name: "steady-upload", summary: plugin.description.summary,
            origin: .library(library.path), options: plugin.description.options,
            evidence: plugin.description.evidence, make: nil)
        descriptor.outside = ExternalRecord()
        descriptor.outside?.traits = plugin.description.traits
        let options = OptionValues(["ratio": .number(5)], defaultsOf: descriptor.options)
        let made = try ExternalPlugins.maker(descriptor, options, PluginContext())
        let detector = try #require(made as? any Detector)
        let records =
            (0..<20).map { MemoryRecord(at: Double($0), from: "10.0.0.1", to: "203.0.113.9", up: 600, down: 100) }
            + (0..<20).map { MemoryRecord(at: Double($0), from: "10.0.0.2", to: "203.0.113.9", up: 400, down: 100) }
        let outcome = try await RunEngine(version: "test", now: Timestamp(seconds: 1000)).run(
            Pipeline(
                name: "test", sources: [.init("memory", MemorySource(records))],
                detectors: [.init("steady-upload", detector)], sinks: [.init("sink", MemorySink())]))
        #expect(outcome.findings.map(\.summary) == ["sends 6.0 times what it gets"])
        #expect(outcome.findings.first?.evidence["upload_ratio"] == .number(6))
    }
}
