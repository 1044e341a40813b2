import ArgumentParser
import Evaluation
import FlareKit
import Foundation
import Synchronization

struct ChannelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "channels",
        abstract: "Exports grouped channels, as detectors see them, for a notebook.",
        discussion: """
            csv: a row a record; jsonl: an object a channel; npz: numpy's arrays times, bytes_toserver, bytes_toclient, \
            and starts, which says where each channel begins.

            Example: flare channels eve.json --npz channels.npz --min-flows 10
            Example: flare channels home.yaml --jsonl -
            """)

    @OptionGroup var input: RecordInput

    @Option(help: ArgumentHelp("Writes a row a record; - is standard output.", valueName: "file"))
    var csv: String?

    @Option(help: ArgumentHelp("Writes an object a channel.", valueName: "file"))
    var jsonl: String?

    @Option(help: ArgumentHelp("Writes arrays for numpy.", valueName: "file"))
    var npz: String?

    @Option(help: "Only channels with so many records or more.")
    var minFlows = 1

    @Option(help: "What a channel leads to: address, host or domain.")
    var groupBy = Grouping.PeerForm.address

    @Option(parsing: .upToNextOption, help: "Parts of the key that do not tell channels apart: port, proto.")
    var ignore: [Grouping.Part] = []

    func validate() throws {
        guard [csv, jsonl, npz].compactMap({ $0 }).count == 1 else {
            throw ValidationError("give one of --csv FILE, --jsonl FILE, --npz FILE")
        }
        if npz == "-" { throw ValidationError("--npz takes a file") }
        if minFlows < 1 { throw ValidationError("--min-flows is 1 or more") }
    }

    func run() async throws {
        LogFormat.text.bootstrap(isQuiet: false)
        let (format, path) = csv.map { (ChannelFormat.csv, $0) } ?? jsonl.map { (.jsonl, $0) } ?? (.npz, npz ?? "")
        try await Failure.guarded {
            let code = try await ResultFile.write(path) { file in
                let text = Mutex(ChannelText(format))
                let count = Mutex((channels: 0, records: 0))
                try file.write(text.withLock { $0.head })
                let output = Unchecked(file)
                let export = ChannelExport(
                    grouping: Grouping(by: groupBy, ignoring: Set(ignore)), minimumCount: minFlows
                ) { channel, census in
                    count.withLock { $0 = ($0.channels + 1, $0.records + channel.count) }
                    try output.value.write(text.withLock { $0.bytes(of: channel, census) })
                }
                let read = try await RunSession.plain.read(try input.pipeline(export))
                try file.write(try text.withLock { try $0.tail() })
                let (channels, records) = count.withLock { $0 }
                StandardError.write(
                    "exported \(channels.grouped) channels of \(records.grouped) records to \(path)\n")
                return read.exitCode
            }
            if code != 0 { throw ExitCode(code) }
        }
    }
}

/// What only one task at a time touches, as the caller knows.
struct Unchecked<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}

extension Grouping.PeerForm: ExpressibleByArgument {}
extension Grouping.Part: ExpressibleByArgument {}
