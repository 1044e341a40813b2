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
            Finds beacons by original Flare's method in files of a sensor. As there, a window without records is told \
            and ends with 0.

            Example: flare beacon --file eve.json --focus_outbound --whois --group -html beacons.html -mo 100
            """)

    @Option(help: "Files and folders of a sensor.", completion: .file())
    var file: [String] = []

    @Option(
        name: [.customLong("mo", withSingleDash: true), .customLong("min_occur")],
        help: "Minimum times of occurrence for a beacon.")
    var minOccur = 10

    @Option(
        name: [.customLong("mp", withSingleDash: true), .customLong("min_percent")],
        help: "Minimum percentage for a beacon to be included.")
    var minPercent = 5

    @Option(
        name: [.customLong("mi", withSingleDash: true), .customLong("min_interval"), .customShort("i")],
        help: "Shorter intervals are left out, in seconds.")
    var minInterval = 2

    @Option(
        name: [.customLong("win", withSingleDash: true), .customShort("w"), .customLong("window")],
        help: "Size of the window in seconds in which intervals count as the same.")
    var window = 2

    @Option(
        name: [.customLong("pd", withSingleDash: true), .customShort("p"), .customLong("period")],
        help: "Hours before the newest record in which beacons are looked for.")
    var period = 24

    @Option(
        name: [.customLong("th", withSingleDash: true), .customLong("threads")], help: "Number of cores to use.")
    var threads = 8

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

    func validate() throws {
        if file.isEmpty { throw ValidationError("name a sensor's file: --file eve.json") }
    }

    func run() async throws {
        LogFormat.text.bootstrap(isQuiet: false)
        let pipeline = try draft().definition(overrides).pipeline
        let session = RunSession(
            now: Timestamp(seconds: Date().timeIntervalSince1970), isQuiet: false, logFormat: .text, report: nil)
        try await session.run(pipeline, exitsWithFindings: false)
    }

    private func draft() throws -> PipelineDraft {
        var draft = PipelineDraft()
        draft.window = "\(period)h"
        draft.settings = [
            "on_empty: ok", "threads: \(max(1, min(threads, ProcessInfo.processInfo.activeProcessorCount)))",
        ]
        draft.sources = try SensorFiles.sources(file, sensor: nil)
        if focusOutbound { draft.enrichers.append(PipelineDraft.plugin("focus", ("direction", "outbound"))) }
        var owners = OwnerOptions()
        owners.whois = whois
        owners.whoisFrom = whoisFrom
        draft.enrichers += try owners.enrichers()
        draft.detectors = [
            PipelineDraft.plugin(
                "beacon-classic", ("min_occur", "\(minOccur)"), ("min_percent", "\(minPercent)"),
                ("min_interval", "\(minInterval)"), ("window", "\(window)"))
        ]
        draft.sinks = sinks()
        return draft
    }

    private func sinks() -> [String] {
        let grouping = group ? "destination" : "none"
        var sinks: [String] = []
        func path(_ text: String) -> String { PipelineDraft.quoted(text == "-" ? text : PipelineDraft.absolute(text)) }
        if let csv { sinks.append(PipelineDraft.plugin("csv", ("path", path(csv)))) }
        if let html { sinks.append(PipelineDraft.plugin("html", ("path", path(html)), ("group", grouping))) }
        if let json { sinks.append(PipelineDraft.plugin("json", ("path", path(json)), ("mode", "append"))) }
        // As in the original, the screen is for runs without a file.
        if sinks.isEmpty { sinks.append(PipelineDraft.plugin("table", ("top", "0"), ("group", grouping))) }
        return sinks
    }
}
