import FlareKit
import FlareKitTesting
import Foundation
import Testing

@testable import FlareExternal
@testable import FlarePipeline

/// A detector that is a few lines of shell: it introduces itself, takes its options, and then does as it likes.
struct ShellPlugin {
    let descriptor: PluginDescriptor

    /// Answers both questions that every plugin is asked first, and hears the census.
    static let introduction = """
        read -r hello
        echo '{"id":1,"protocol":1,"kind":"detector","name":"shell","summary":"A test."}'
        read -r configure
        echo '{"id":2}'
        read -r census

        """

    /// - Parameters:
    ///   - body: what follows the introduction; the first question to judge has the id 3.
    ///   - limits: what the program may do.
    init(
        _ body: String, introduction: String = Self.introduction, onFailure: ExternalRecord.OnFailure = .endRun,
        settles: Bool = false, sandbox: ExternalRecord.Sandbox = .none,
        limits change: (inout ExternalLimits) -> Void = { _ in }
    ) {
        var descriptor = PluginDescriptor(
            kind: .detector, name: "shell", summary: "A test.",
            origin: .executable(["/bin/sh", "-c", introduction + body], folder: "/"), options: [], evidence: [],
            make: nil)
        var record = ExternalRecord()
        record.onFailure = onFailure
        record.sandbox = sandbox
        if settles { record.traits.settles = true }
        change(&record.limits)
        descriptor.outside = record
        self.descriptor = descriptor
    }

    /// Runs it over three channels.
    func run(cancelledBy meter: ReadMeter = ReadMeter()) async throws -> RunOutcome {
        let plugin = try ExternalPlugins.maker(descriptor, OptionValues([:], defaultsOf: []), PluginContext())
        let detector = try #require(plugin as? any Detector)
        let records = (0..<30).map { number in
            MemoryRecord(at: Double(number) * 10, from: "10.0.0.\(number % 3)", to: "203.0.113.9")
        }
        return try await RunEngine(version: "test", now: Timestamp(seconds: 1000), meter: meter).run(
            Pipeline(
                name: "test", sources: [.init("memory", MemorySource(records))],
                detectors: [.init("shell", detector)], sinks: [.init("sink", MemorySink())]))
    }

    /// The error of a run that fails.
    func failure() async -> String {
        do {
            _ = try await run()
            return "the run did not fail"
        } catch {
            return "\(error)"
        }
    }
}
