import CompressedFiles
import FlareKit
import LineFiles
import PCAPScanner

/// Connections in captures of packets (pcap, pcapng), plain or compressed, and on standard input.
///
/// A flow is a connection; the beginnings of payloads yield what sensors log beside flows: handshakes, requests, lookups.
/// Captures that follow one another are one: a connection goes on from file to file. So there is one cursor.
public struct PCAPSource: Source, BuiltInPlugin {
    public static let name = "pcap"
    public static let summary =
        "Reads captures of packets, pcap and pcapng, plain or packed, or standard input."

    let options: PCAPSourceOptions
    /// What was said, for when it is asked again.
    let kept: KeptRecords
    let outcome = CaptureOutcome()

    public init(_ options: PCAPSourceOptions, _ context: PluginContext = PluginContext()) throws {
        try InputPaths.check(options.paths)
        self.options = options
        kept = KeptRecords(bound: Int(clamping: options.contextMemory.bytes))
    }

    var inputs: InputPaths {
        InputPaths(captures: options.paths) { head in
            let time = head.withUnsafeBufferPointer { PCAPFirstTime($0.baseAddress, $0.count) }
            return time == .max ? nil : Timestamp(nanoseconds: time)
        }
    }

    public var offers: Set<RecordKind> { [.flow, .tls, .http, .dns, .lookup] }

    public var isRereadable: Bool { !inputs.haveStreams }

    public func extent() async -> Int64? { inputs.extent }

    public func open(_ scan: Scan) async throws -> [any Cursor] {
        let paths = inputs
        if scan.isLive, paths.withoutStreams.count > 0 {
            throw PluginError(
                "a capture is not followed as its file grows",
                remedy: "pipe the packets in: tcpdump -i INTERFACE -U -w - | flare … --follow -; or read finished "
                    + "captures without --follow")
        }
        let opened = try paths.open()
        let keeps = !scan.askedAgain.isEmpty
        kept.begin(isKeeping: keeps)
        var words = Set(scan.kinds.keys)
        words.remove(.flow)
        return [
            PacketCursor(
                opened, options.settings(isLive: scan.isLive, wantsRecords: keeps || !words.isEmpty), words,
                kept: keeps ? kept : nil, outcome, isLive: scan.isLive)
        ]
    }

    public func remarks() async -> [String] { outcome.remarks }
}

extension PCAPSource: CheckablePlugin {
    /// Whether the files are there and can be opened; nothing is read.
    public func check(_ question: CheckQuestion) async -> [CheckRemark] { isRereadable ? inputs.remarks() : [] }
}
