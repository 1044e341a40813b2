import ArgumentParser
import FlareKit
import Foundation

/// From files or a cluster to findings without a pipeline file.
struct HuntCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hunt",
        abstract: "Finds beacons in files of a sensor or in a cluster, without a pipeline file.",
        discussion: """
            What the files hold is told from their content: Suricata's EVE, Zeek's logs, captures of packets, exports and logs \
            of firewalls, proxies, resolvers and endpoints (docs/inputs.md), or a table whose columns are guessed; plain or \
            compressed; folders \
            are read as deep as they go. What is not read is named, and ends the command with 3. The whole of them is looked at; say --since 24h for less. A cluster of Elasticsearch or \
            OpenSearch is asked which of its indices hold flows, and the last 24 hours are looked at.

            Example: flare hunt eve.json
            Example: flare hunt sample.pcap --focus all
            Example: flare hunt export.csv --save hunt.yaml
            Example: flare hunt https://127.0.0.1:9200 --index 'logstash-flow-*'
            Example: flare hunt /opt/zeek/logs/2026-01-31 --group --html beacons.html --open
            Example: flare hunt eve.json --whois-from GeoLite2-ASN.mmdb --csv beacons.csv --save home.yaml
            """)

    enum Direction: String, CaseIterable, ExpressibleByArgument { case outbound, inbound, `internal`, all }

    @Argument(
        help: "Files and folders of a sensor, or the URL of a cluster; - is standard input.",
        completion: .file())
    var inputs: [String]

    @Option(help: "The source plugin that reads the files; by default told from their content.")
    var source: String?

    @OptionGroup var cluster: ClusterInput

    @Option(help: "Which channels: from inside to outside, the other way, inside alone, or all.")
    var focus = Direction.outbound

    @Option(
        help: ArgumentHelp(
            "One's own networks, as 10.0.0.0/8,192.0.2.0/24; by default told from the records or inferred.",
            valueName: "cidr,…"))
    var networks: [String] = []

    @Option(
        help: "Which detector judges them; may be repeated. By default beacon, and of files dns-c2 for their lookups.")
    var detector: [String] = []

    @Option(help: "Reports channels by score, 0 to 1, in place of the expected number of false alarms.")
    var minScore: Double?

    @Flag(help: "Keeps well-known services: public resolvers, time servers, updates, connectivity checks.")
    var noAllowlist = false

    @Option(help: "A further allowlist; may be repeated.", completion: .file())
    var allowlist: [String] = []

    @OptionGroup var owners: OwnerOptions

    @Flag(help: "Opens incidents, a row for each of their findings, and lists what calls by nature too.")
    var all = false

    @Flag(help: "Gathers findings under their destinations, a row each, in place of incidents.")
    var group = false

    @Option(help: "How many incidents the table shows; 0 shows all.")
    var top = 20

    @OptionGroup var outputs: OutputOptions

    @Flag(help: "Opens the page in a browser.")
    var open = false

    @Option(help: "Keeps the pipeline as a file, for flare run.", completion: .file(extensions: ["yaml"]))
    var save: String?

    @OptionGroup var overrides: PipelineOverrides
    @OptionGroup var options: RunOptions

    func validate() throws {
        if inputs.isEmpty { throw ValidationError("name a file, such as /var/log/suricata/eve.json") }
        if inputs.count > 1, inputs.contains(where: ClusterInput.isCluster) {
            throw ValidationError("a cluster is hunted in by itself, not with other inputs")
        }
        if let minScore, !(0...1).contains(minScore) { throw ValidationError("--min-score takes 0 to 1") }
        for text in ownNetworks where CIDR(text) == nil {
            throw ValidationError("--networks takes networks such as 10.0.0.0/8,192.0.2.7, not '\(text)'")
        }
        if top < 0 { throw ValidationError("--top takes 0 or more") }
    }

    private var ownNetworks: [String] {
        networks.flatMap { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
    }

    func run() async throws {
        options.logFormat.bootstrap(isQuiet: options.quiet)
        let page = outputs.html ?? (open ? NSTemporaryDirectory() + "flare-\(UUID().uuidString).html" : nil)
        let draft = try await draft(page: page)
        var pipeline = try draft.pipeline(overrides)
        if let save {
            // As the kept file calls it, so that both do the same.
            pipeline.name = URL(filePath: save).deletingPathExtension().lastPathComponent
            try await Failure.guarded {
                try await ResultFile.write(save) { try $0.write(Redaction.redacted(draft.text).utf8) }
            }
        }
        defer { if open, options.explain.isEmpty, let page { Browser.show(page) } }
        try await options.run(pipeline)
    }

    /// A cluster hands out lookups one by one, and other sources may have none.
    private var detectors: [String] {
        guard detector.isEmpty else { return detector }
        let hasLookups = !ClusterInput.isCluster(inputs[0]) && ["eve", "zeek", "pcap", nil].contains(source)
        return hasLookups ? ["beacon", "dns-c2"] : ["beacon"]
    }

    private func draft(page: String?) async throws -> PipelineDraft {
        var draft = PipelineDraft()
        var hasContext = true
        if let url = inputs.first, ClusterInput.isCluster(url) {
            draft.window = "24h"
            let found = try await cluster.source(url)
            draft.sources = [found.source]
            hasContext = found.hasContext
        } else {
            try draft.read(SensorFiles(inputs, sensor: source))
        }
        let own = "[\(ownNetworks.map(PipelineDraft.quoted).joined(separator: ", "))]"
        draft.enrichers = [
            ownNetworks.isEmpty
                ? PipelineDraft.plugin("focus", ("direction", focus.rawValue))
                : PipelineDraft.plugin("focus", ("direction", focus.rawValue), ("networks", own))
        ]
        let lists = (noAllowlist ? [] : ["builtin:well-known"]) + allowlist.map(PipelineDraft.absolute)
        if !lists.isEmpty {
            let quoted = lists.map(PipelineDraft.quoted).joined(separator: ", ")
            draft.enrichers.append(PipelineDraft.plugin("allowlist", ("lists", "[\(quoted)]")))
        }
        draft.enrichers += try owners.enrichers()
        if hasContext { draft.enrichers.append(PipelineDraft.plugin("context")) }
        draft.enrichers += [PipelineDraft.plugin("periodic"), PipelineDraft.plugin("frameworks")]
        draft.detectors = detectors.map { name in
            minScore.map { PipelineDraft.plugin(name, ("min_score", "\($0)")) } ?? PipelineDraft.plugin(name)
        }
        let grouping = group ? "destination" : "none"
        draft.sinks =
            [PipelineDraft.plugin("table", ("top", "\(top)"), ("all", "\(all)"), ("group", grouping))]
            + outputs.sinks(page: page, grouping: group ? "destination" : "incident")
        return draft
    }
}

/// Where findings go beside the table.
struct OutputOptions: ParsableArguments {
    @Option(help: "Writes all findings to this CSV file.", completion: .file(extensions: ["csv"]))
    var csv: String?

    @Option(help: "Writes a page to look at to this file.", completion: .file(extensions: ["html"]))
    var html: String?

    @Option(help: "Writes all findings to this file as JSON lines.", completion: .file(extensions: ["json", "jsonl"]))
    var json: String?

    @Option(help: "Writes the findings to this file as Markdown, for a ticket.", completion: .file(extensions: ["md"]))
    var markdown: String?

    func sinks(page: String?, grouping: String) -> [String] {
        func sink(_ name: String, _ path: String?) -> [String] {
            path.map { [PipelineDraft.plugin(name, ("path", PipelineDraft.quoted(PipelineDraft.absolute($0))))] } ?? []
        }
        let pages = page.map {
            [
                PipelineDraft.plugin(
                    "html", ("path", PipelineDraft.quoted(PipelineDraft.absolute($0))), ("group", grouping))
            ]
        }
        return sink("csv", csv) + (pages ?? []) + sink("json", json) + sink("markdown", markdown)
    }
}

/// Who tells the owners of addresses.
struct OwnerOptions: ParsableArguments {
    @Flag(help: "Names the owners of addresses, by the MaxMind DB files of this machine.")
    var whois = false

    @Option(
        help: ArgumentHelp(
            "Whom to ask for owners, and be asked in this order: a MaxMind DB (.mmdb) or ip2asn file (.tsv, .gz), or "
                + "cymru, rdap, whois, who are asked over the network. May be repeated.", valueName: "file|provider"))
    var whoisFrom: [String] = []

    /// Where distributions and MaxMind's own updater put the files.
    private static let folders = ["/usr/share/GeoIP", "/var/lib/GeoIP", "/usr/local/share/GeoIP"]

    func enrichers() throws -> [String] {
        guard whois || !whoisFrom.isEmpty else { return [] }
        var names = whoisFrom
        if names.isEmpty {
            names = Self.folders.flatMap { folder in
                ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
                    .filter { $0.hasSuffix(".mmdb") }.map { "\(folder)/\($0)" }
            }
            if names.isEmpty {
                StandardError.write(
                    "flare: note: there is no .mmdb file in \(Self.folders.joined(separator: ", ")), so only private "
                        + "and special addresses are named; --whois-from FILE names one, --whois-from cymru asks Team "
                        + "Cymru over the network\n")
            }
        }
        let files = names.filter { $0.contains(".") || $0.contains("/") }
        for file in files where !FileManager.default.isReadableFile(atPath: file) {
            throw ValidationError("--whois-from: \(file) cannot be read")
        }
        let providers = names.map { name -> String in
            guard files.contains(name) else { return "{type: \(name)}" }
            let type = name.hasSuffix(".mmdb") ? "mmdb" : "tsv"
            return "{type: \(type), paths: \(PipelineDraft.paths([name]))}"
        }
        return [PipelineDraft.plugin("whois", ("providers", "[\(providers.joined(separator: ", "))]"))]
    }
}

/// The user's browser.
enum Browser {
    static func show(_ path: String) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        #if os(macOS)
            process.arguments = ["open", path]
        #else
            process.arguments = ["xdg-open", path]
        #endif
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try? process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            StandardError.write("flare: note: no browser could be opened; the page is \(path)\n")
        }
    }
}
