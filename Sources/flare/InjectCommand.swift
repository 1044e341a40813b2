import ArgumentParser
import CompressedFiles
import Evaluation
import FlareKit
import Foundation
import Synchronization
import SyntheticTraffic

struct InjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inject",
        abstract: "Writes a copy of real traffic with labelled beacons in it.",
        discussion: """
            The same seed writes the same copy. Without --period the beacons are drawn from the families of the \
            detection benchmark, in turn. The labels are what flare eval --truth takes; what is known of the real traffic, in \
            a file of its name with .labels.csv or by --known, is among them.

            Example: flare inject --into eve.json --output mixed.json --count 20
            Example: flare inject --period 60 --jitter 0.3 --missed 0.1 --into conn.log --output mixed.log
            """)

    @Option(help: ArgumentHelp("The real traffic: EVE or Zeek's conn.log, plain or compressed.", valueName: "file"))
    var into: String

    @Option(
        help: ArgumentHelp("The copy; by default beside the original, with -injected in its name.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("The labels; by default the copy's name with .labels.csv.", valueName: "file"))
    var labels: String?

    @Option(
        help: ArgumentHelp(
            "What is known of the real traffic: a CSV as --labels writes; by default the file of its name with .labels.csv, "
                + "where there is one.", valueName: "file"))
    var known: String?

    @Option(help: "How many beacons; by default 10, with --period 1.")
    var count: Int?

    @Option(help: "The seed of the dice.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Seconds from one call to the next.", valueName: "s"))
    var period: Double?

    @Option(help: "How far a call comes early or late, as a share of the period, 0 to 0.99.")
    var jitter = 0.0

    @Option(help: "Share of calls that do not happen, 0 to 0.99.")
    var missed = 0.0

    @Option(help: "Flows a call.")
    var burst = 1

    @Option(
        parsing: .upToNextOption,
        help: "Families to draw from: sleep, two-sleeps, slots, mixed, campaign, short-lived; by default all.")
    var family: [InjectedFamily] = InjectedFamily.allCases

    @Option(name: .customLong("source"), help: "The machine that is infected; by default drawn from the traffic's own.")
    var machine: String?

    func validate() throws {
        if let period, !(period > 0 && period < 1e7) { throw ValidationError("--period takes seconds above 0") }
        if !(0...0.99).contains(jitter) { throw ValidationError("--jitter takes a share from 0 to 0.99") }
        if !(0...0.99).contains(missed) { throw ValidationError("--missed takes a share from 0 to 0.99") }
        if !(1...1000).contains(burst) { throw ValidationError("--burst takes 1 to 1000") }
        if let count, !(1...100_000).contains(count) { throw ValidationError("--count takes 1 to 100000") }
        if let machine, IPAddress(machine) == nil { throw ValidationError("--source takes an address") }
        if period == nil, jitter != 0 || missed != 0 || burst != 1 {
            throw ValidationError("--jitter, --missed and --burst need --period")
        }
    }

    func run() async throws {
        LogFormat.text.bootstrap(isQuiet: false)
        let output = output ?? Self.copyName(of: into)
        let labels = labels ?? "\(output).labels.csv"
        // What is there and is no log is called by its name.
        let files = FileIdentity.ofFile(into) == nil ? nil : try SensorFiles([into], sensor: nil)
        try await Failure.guarded {
            if files?.paths["pcap"] != nil {
                throw PluginError(
                    "a capture of packets takes no flows", at: into,
                    remedy: "let a sensor read it first: zeek -r \(into), and inject into conn.log")
            }
            let copy = MergedCopy(into)
            let form = try copy.form()
            let (surroundings, code) = try await surroundings(form == .eve ? "eve" : "zeek")
            var injection = try Injection(request, into: surroundings)
            let injected = injection.labels.count - 1
            let known = known ?? Self.knownLabels(of: into)
            if let known { injection.add(try Truth(csv: try Self.text(known), name: known)) }
            let (flows, lines) = (injection.flows, injection.labels)
            try await ResultFile.write(output) { file in try copy.write(form, flows) { try file.write($0) } }
            try await ResultFile.write(labels) { file in
                try file.write(Array((lines.joined(separator: "\n") + "\n").utf8))
            }
            StandardError.write(
                "wrote \(injected.grouped) beacons of \(flows.count.grouped) flows into \(output), labels in \(labels)"
                    + (known.map { ", with the \((lines.count - 1 - injected).grouped) of \($0)" } ?? "") + "\n")
            if code != 0 { throw ExitCode(code) }
        }
    }

    private var request: Injection.Request {
        var request = Injection.Request()
        request.count = count ?? (period == nil ? 10 : 1)
        request.seed = seed
        request.families = family.map(\.channelFamily)
        if let period {
            request.plan = BeaconPlan(
                period: period, jitter: jitter == 0 ? .none : .uniform(jitter), missed: missed, burst: burst)
            request.families = [.sleep]
        }
        request.sources = machine.flatMap { IPAddress($0) }.map { [$0] } ?? []
        return request
    }

    /// What the real traffic looks like, by reading it as a run does.
    private func surroundings(_ source: String) async throws -> (Injection.Surroundings, exitCode: Int32) {
        struct Seen {
            var window = TimeWindow.all
            var sources: Set<IPAddress> = []
            var destinations: Set<IPAddress> = []
        }
        let seen = Mutex(Seen())
        let export = ChannelExport(grouping: Grouping(ignoring: [.port, .proto]), minimumCount: 1) { channel, census in
            seen.withLock { seen in
                seen.window = census.window
                seen.sources.insert(channel.key.source)
                if let address = channel.key.peer.address { seen.destinations.insert(address) }
            }
        }
        var input = RecordInput()
        input.inputs = [into]
        input.source = source
        input.overrides = PipelineOverrides()
        input.overrides.assignments = []
        input.overrides.pluginsFile = nil
        let read = try await RunSession.plain.read(try input.pipeline(export))
        let surroundings = try seen.withLock {
            try Injection.Surroundings(window: $0.window, sources: $0.sources, destinations: $0.destinations)
        }
        return (surroundings, read.exitCode)
    }

    /// `eve.json.labels.csv` of `eve.json.gz`, where there is one.
    private static func knownLabels(of path: String) -> String? {
        let plain = [".gz", ".zst"].first(where: path.hasSuffix).map { String(path.dropLast($0.count)) } ?? path
        return [path, plain].map { $0 + ".labels.csv" }.first { FileManager.default.isReadableFile(atPath: $0) }
    }

    private static func text(_ path: String) throws -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw PluginError("it cannot be read: \(error.localizedDescription)", at: path)
        }
    }

    /// `eve.json.gz` becomes `eve-injected.json`.
    private static func copyName(of path: String) -> String {
        var name = path
        for ending in [".gz", ".zst"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
        let file = name.split(separator: "/").last ?? ""
        guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return name + "-injected" }
        let ending = file[dot...]
        return name.dropLast(ending.count) + "-injected" + ending
    }
}

/// The families of beacons, as the command line calls them.
enum InjectedFamily: String, CaseIterable, ExpressibleByArgument {
    case sleep
    case twoSleeps = "two-sleeps"
    case slots, mixed, campaign
    case shortLived = "short-lived"

    var channelFamily: ChannelFamily {
        switch self {
        case .sleep: .sleep
        case .twoSleeps: .twoSleeps
        case .slots: .slots
        case .mixed: .mixed
        case .campaign: .campaign
        case .shortLived: .shortLived
        }
    }
}
