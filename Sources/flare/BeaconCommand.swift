import ArgumentParser
import FlareKit
import Foundation

/// Original Flare's own command line, its flags under its names and with its meanings and defaults.
///
/// Source: austin-taylor/flare, `bin/flare_beacon` and `flare/analytics/command_control.py`.
struct BeaconCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "beacon",
        abstract: "Original Flare's beacon command, its flags with their meanings.",
        discussion: """
            Finds beacons by original Flare's method in a cluster, as one of its ini files says, or in files of a \
            sensor. What the command line says counts more than what the file says. As in the original, a window \
            without records is told and ends with 0; here it is also told why.

            One column differs: the original's dest_degree counts the beacons that it found toward a destination; here \
            it counts the source addresses seen talking to the destination.

            Example: flare beacon -c selks4.ini --focus_outbound --whois --group -html beacons.html
            Example: flare beacon --file eve.json --focus_outbound --whois --group -html beacons.html -mo 100
            """)

    @Option(help: "Files and folders of a sensor, in place of a cluster.", completion: .file())
    var file: [String] = []

    @OptionGroup var cluster: OriginalClusterOptions

    @Option(
        name: [.customLong("mo", withSingleDash: true), .customLong("min_occur")],
        help: "Minimum times of occurrence for a beacon; 10 where no configuration says.")
    var minFlows: Int?

    @Option(
        name: [.customLong("mp", withSingleDash: true), .customLong("min_percent")],
        help: "Minimum percentage for a beacon to be included; 5 where no configuration says.")
    var minPercent: Int?

    @Option(
        name: [.customLong("mi", withSingleDash: true), .customLong("min_interval"), .customShort("i")],
        help: "Shorter intervals are left out, in seconds.")
    var minInterval: Int?

    @Option(
        name: [.customLong("win", withSingleDash: true), .customShort("w"), .customLong("window")],
        help: "Size of the window in seconds in which intervals count as the same.")
    var window: Int?

    @Option(
        name: [.customLong("pd", withSingleDash: true), .customShort("p"), .customLong("period")],
        help: "Hours before the newest record in which beacons are looked for.")
    var period: Int?

    @Option(
        name: [.customLong("th", withSingleDash: true), .customLong("threads")], help: "Number of cores to use.")
    var threads: Int?

    @Flag(
        name: [.customLong("gr", withSingleDash: true), .customShort("g"), .customLong("group")],
        help: "Groups the output by destination.")
    var group = false

    @Flag(
        name: [.customLong("who", withSingleDash: true), .customLong("whois")],
        help: "Names the owners of addresses, by the MaxMind DB files of this machine.")
    var whois = false

    @Option(
        name: .customLong("whois_from"),
        help: "Whom to ask for owners: a file, or cymru, rdap, whois. May be repeated.")
    var whoisFrom: [String] = []

    @Flag(
        name: [.customLong("fo", withSingleDash: true), .customLong("focus_outbound")],
        help: "Only channels from private addresses to public ones.")
    var focusOutbound = false

    @Option(name: [.customLong("csv", withSingleDash: true), .customLong("csv_out")], help: "Name of a CSV file.")
    var csv: String?

    @Option(name: [.customLong("html", withSingleDash: true), .customLong("html_out")], help: "Name of an HTML file.")
    var html: String?

    @Option(
        name: [.customLong("json", withSingleDash: true), .customLong("json_out")],
        help: "Name of a file of JSON lines, to whose end findings are added.")
    var json: String?

    @Flag(name: .shortAndLong, help: "Prints status to the screen, as is the default.")
    var verbose = false

    @OptionGroup var overrides: PipelineOverrides

    func run() async throws {
        LogFormat.text.bootstrap(isQuiet: false)
        let pipeline = try draft().pipeline(overrides)
        var session = RunSession(
            now: Timestamp(seconds: Date().timeIntervalSince1970), isQuiet: false, logFormat: .text, report: nil)
        session.diagnosesEmpty = true
        try await session.run(pipeline, exitsWithFindings: false)
    }

    private func draft() throws -> PipelineDraft {
        var draft = PipelineDraft()
        var method = IniConversion.Method()
        method.minInterval = 2
        if file.isEmpty {
            let ini = try cluster.conversion()
            for remark in ini.remarks { StandardError.write("flare: note: \(remark)\n") }
            if cluster.config != nil { method = ini.method }
            draft.sources = [ini.source]
        } else {
            try draft.read(SensorFiles(file, sensor: nil))
        }
        draft.window = "\(period ?? method.period)h"
        let threads = threads ?? method.threads
        draft.settings = [
            "on_empty: ok", "threads: \(max(1, min(threads, ProcessInfo.processInfo.activeProcessorCount)))",
        ]
        // The original's inside: private addresses, whatever else is known.
        let inside = AddressScope.private.ranges.map { PipelineDraft.quoted($0.description) }.joined(separator: ", ")
        if focusOutbound {
            draft.enrichers.append(
                PipelineDraft.plugin("focus", ("direction", "outbound"), ("networks", "[\(inside)]")))
        }
        var owners = OwnerOptions()
        owners.whois = whois
        owners.whoisFrom = whoisFrom
        draft.enrichers += try owners.enrichers()
        draft.detectors = [
            PipelineDraft.plugin(
                "beacon-classic", ("min_flows", "\(minFlows ?? method.minFlows)"),
                ("min_percent", "\(minPercent ?? method.minPercent)"),
                ("min_interval", "\(minInterval ?? method.minInterval)"), ("window", "\(window ?? method.window)"))
        ]
        draft.sinks = sinks()
        return draft
    }

    private func sinks() -> [String] {
        let grouping = group ? "destination" : "none"
        var sinks: [String] = []
        func path(_ text: String) -> String { PipelineDraft.quoted(PipelineDraft.absolute(text)) }
        if let csv { sinks.append(PipelineDraft.plugin("csv", ("path", path(csv)))) }
        if let html {
            sinks.append(
                PipelineDraft.plugin("html", ("path", path(html)), ("group", group ? "destination" : "incident")))
        }
        if let json { sinks.append(PipelineDraft.plugin("json", ("path", path(json)), ("mode", "append"))) }
        // As in the original, the screen is for runs without a file.
        if sinks.isEmpty { sinks.append(PipelineDraft.plugin("table", ("top", "0"), ("group", grouping))) }
        return sinks
    }
}
