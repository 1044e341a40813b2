import ArgumentParser
import FlareKit
import Foundation

struct SelfCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "self-check",
        abstract: "Checks that this installation works: every plugin over made-up records.",
        discussion: """
            Records in which one machine calls home are written to a temporary folder, read by each source, judged by each \
            detector, and written by each sink. No network is used. Ends with 1 where something is wrong.
            """)

    func run() async throws {
        LogFormat.text.bootstrap(isQuiet: true)
        let check = try SelfCheck()
        defer { check.remove() }
        var failures = 0
        for line in await check.lines() {
            try StandardOutput.print(TerminalText.safe(line.text))
            if line.isWrong { failures += 1 }
        }
        guard failures == 0 else {
            StandardError.write(
                "flare: error: \(failures) of the checks failed; install the package again, and see that nothing else replaces its libraries\n"
            )
            throw ExitCode(FlareExit.failed)
        }
    }
}

/// Runs made-up records through all plugins.
struct SelfCheck {
    struct Line {
        var name: String
        var isWrong = false
        var words: String

        var text: String {
            "\(isWrong ? "WRONG" : "ok   ")  \(name.padding(toLength: 16, withPad: " ", startingAt: 0))  \(words)"
        }
    }

    private let folder: URL
    private let records = SampleRecords()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "flare-self-check-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// A line for each plugin, those of a kind together.
    func lines() async -> [Line] {
        do {
            try write()
            var lines: [Line] = []
            for source in Self.sources { lines.append(try await read(source.name, source.file)) }
            lines += try await runAll()
            return lines + untried(beside: Set(lines.map(\.name)))
        } catch {
            return [Line(name: "self-check", isWrong: true, words: "\(error)")]
        }
    }

    private static let sources = [
        ("eve", "eve.json"), ("netflow", "flows.json"), ("pcap", "sample.pcap"), ("table", "export.csv"),
        ("zeek", "conn.log"),
    ].map {
        (name: $0.0, file: $0.1)
    }

    private func write() throws {
        try Data(records.eve.utf8).write(to: place("eve.json"))
        try Data(records.csv.utf8).write(to: place("export.csv"))
        try Data(records.lookups.utf8).write(to: place("lookups.json"))
        try Data(records.netFlow.utf8).write(to: place("flows.json"))
        try Data(records.zeek.utf8).write(to: place("conn.log"))
        try Data(records.capture).write(to: place("sample.pcap"))
        try Data("\(SampleRecords.home)\n".utf8).write(to: place("list.txt"))
        try Data("45.77.0.0\t45.77.255.255\t64500\tXX\tEXAMPLE\n".utf8).write(to: place("owners.tsv"))
    }

    private func place(_ name: String) -> URL { folder.appending(path: name) }
    private func quoted(_ name: String) -> String { PipelineDraft.quoted(place(name).path) }

    private func source(_ name: String, _ file: String) -> String {
        PipelineDraft.plugin(name, ("paths", "[\(quoted(file))]"))
    }

    /// Reads the records by one source, and finds the implant in them.
    private func read(_ name: String, _ file: String) async throws -> Line {
        var draft = PipelineDraft()
        draft.sources = [source(name, file)]
        draft.detectors = [PipelineDraft.plugin("beacon")]
        draft.sinks = [PipelineDraft.plugin("json", ("path", quoted("found-by-\(name).json")))]
        let outcome = try await run(pipeline(draft))
        let used = outcome.run.ingest.used.values.reduce(0) { $0 + $1.count }
        guard used == records.connections.count else {
            return Line(name: name, isWrong: true, words: "read \(used) of \(records.connections.count) records")
        }
        let found = outcome.findings.first { $0.detector == "beacon" }
        guard found?.source == SampleRecords.implant, found?.channel?.peer.address == SampleRecords.home else {
            return Line(name: name, isWrong: true, words: "the implant is not the first finding")
        }
        return Line(name: name, words: "\(used) records, the implant is found")
    }

    /// Runs all other plugins at once: what detectors find, enrichers add and sinks write.
    private func runAll() async throws -> [Line] {
        var draft = PipelineDraft()
        draft.sources = [source("eve", "eve.json"), source("eve", "lookups.json")]
        draft.enrichers = [
            PipelineDraft.plugin("focus"), PipelineDraft.plugin("allowlist", ("lists", "[builtin:well-known]")),
            PipelineDraft.plugin("context"), PipelineDraft.plugin("domain"), PipelineDraft.plugin("periodic"),
            PipelineDraft.plugin("frameworks"),
            PipelineDraft.plugin("threat-list", ("lists", "[\(quoted("list.txt"))]")),
            PipelineDraft.plugin("whois", ("providers", "[{type: tsv, paths: [\(quoted("owners.tsv"))]}]")),
            PipelineDraft.plugin("history", ("path", quoted("flare.sqlite"))),
            PipelineDraft.plugin("kibana", ("url", "https://kibana.example"), ("data_view", "flows")),
            PipelineDraft.plugin("evebox", ("url", "https://evebox.example")),
        ]
        draft.detectors =
            Self.detectors.map { PipelineDraft.plugin($0) } + [
                PipelineDraft.plugin("rita-dns", ("report", "10")),
                PipelineDraft.plugin("strobe", ("min_calls", "100")),
            ]
        draft.sinks =
            Self.files.map { PipelineDraft.plugin($0.sink, ("path", quoted($0.file))) } + [
                PipelineDraft.plugin("table", ("top", "1"))
            ]
        let pipeline = try pipeline(draft)
        let outcome = try await run(pipeline)
        let implant = outcome.findings.first { $0.detector == "beacon" && $0.source == SampleRecords.implant }
        let enrichers = pipeline.enrichers.map(\.name).map { name in
            if let failure = outcome.run.failures.first(where: { $0.hasPrefix("enricher \(name):") }) {
                return Line(name: name, isWrong: true, words: failure)
            }
            let field = Self.added[name]
            let isThere = field.map { implant?.evidence[$0] != nil } ?? (implant != nil)
            return Line(
                name: name, isWrong: !isThere, words: isThere ? "it ran" : "the implant has no \(field ?? "finding")")
        }
        let detectors = outcome.run.detectors.map { report in
            let isWrong = report.judged == 0
            return Line(
                name: report.name, isWrong: isWrong,
                words: isWrong
                    ? "no channel was judged" : "\(report.judged) channels judged, \(report.findings) findings")
        }
        return enrichers + detectors + outcome.run.outputs.map(output)
    }

    private static let detectors = ["beacon", "beacon-classic", "rita", "long-connection", "volume", "scan", "dns-c2"]
    /// Fields that enrichers add to the implant's finding.
    private static let added = [
        "threat-list": "threats", "whois": "dest_as_name", "kibana": "kibana_url", "evebox": "evebox_url",
    ]
    private static let files: [(sink: String, file: String)] = [
        ("csv", "out.csv"), ("html", "out.html"), ("json", "out.json"), ("markdown", "out.md"),
        ("sqlite", "flare.sqlite"), ("prometheus", "flare.prom"),
    ]

    private func output(_ report: OutputReport) -> Line {
        if let failure = report.failure { return Line(name: report.sink, isWrong: true, words: failure) }
        guard let file = Self.files.first(where: { $0.sink == report.sink })?.file else {
            return Line(name: report.sink, words: "\(report.findings) findings shown above")
        }
        let mark = report.sink == "prometheus" ? "flare_findings" : "\(SampleRecords.home)"
        let holdsImplant = (try? Data(contentsOf: place(file)))?.range(of: Data(mark.utf8)) != nil
        return Line(
            name: report.sink, isWrong: !holdsImplant,
            words: holdsImplant ? "\(report.findings) findings written" : "the implant is not in its file")
    }

    /// Plugins that need a server: their options are read, nothing is asked.
    private func untried(beside tried: Set<String>) -> [Line] {
        let names = Set(BuiltInPlugins.registry.descriptors.map(\.name)).subtracting(tried)
        let others = ["clickhouse", "elasticsearch", "exec", "mail", "syslog", "webhook"]
        return names.sorted().map { name in
            Line(
                name: name, isWrong: !others.contains(name),
                words: others.contains(name)
                    ? "not tried: it needs somebody else; flare check asks yours" : "it was not tried")
        }
    }

    private func pipeline(_ draft: PipelineDraft) throws -> Pipeline {
        try PipelineDefinition.read(
            draft.text, file: "the check", folder: folder.path, registry: BuiltInPlugins.registry
        ).pipeline
    }

    private func run(_ pipeline: Pipeline) async throws -> RunOutcome {
        try await RunEngine(version: FlareVersion.current, now: Timestamp(seconds: Date().timeIntervalSince1970))
            .run(pipeline)
    }
}
