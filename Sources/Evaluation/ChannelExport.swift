import FlareKit
import OutputText
import Synchronization

/// A detector that finds nothing and hands every channel on: so an export sees exactly the channels that detectors see.
public struct ChannelExport: Detector {
    /// Nothing is said of a channel.
    public struct Content: Judgement {
        public var score: Double { 0 }
    }

    public let name = "export"
    public let demand: Demand
    private let take: @Sendable (ChannelView, Census) throws -> Void

    /// - Parameter take: is called with each channel, one after the other, in the order of their keys.
    public init(
        grouping: Grouping, minimumCount: Int, take: @escaping @Sendable (ChannelView, Census) throws -> Void
    ) {
        demand = Demand(grouping: grouping, minimumCount: minimumCount)
        self.take = take
    }

    public func settle(
        _ judged: [Judged<Content>], _ channels: ChannelTable, _ census: Census
    ) async throws -> [Finding] {
        for index in 0..<channels.count where channels.recordCount(of: ChannelID(index)) >= demand.minimumCount {
            try take(channels.view(ChannelID(index)), census)
        }
        return []
    }
}

/// A sink that keeps nothing, for runs whose result is something else.
public struct NoOutput: Sink {
    public init() {}

    public var mode: SinkMode { .whole }
    public func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {}
    public func write(_ findings: [Finding]) async throws {}
    public func commit(_ run: Run) async throws -> SinkMark? { nil }
    public func abort() async {}
}

/// The form of an export.
public enum ChannelFormat: String, Sendable, CaseIterable {
    /// A row a record: channel, its key, time, sizes.
    case csv
    /// An object a channel, as plugins in other languages get it.
    case jsonl
    /// Arrays of numpy: those of all channels one after the other, and where each begins.
    case npz
}

/// Turns channels into the bytes of a file.
public struct ChannelText: Sendable {
    private let format: ChannelFormat
    private var channels = 0
    private var archive = ChannelArrays()

    public init(_ format: ChannelFormat) { self.format = format }

    /// What stands before the first channel.
    public var head: [UInt8] {
        format == .csv
            ? Array("channel,src_ip,dest_ip,dest_port,proto,time,bytes_toserver,bytes_toclient\n".utf8) : []
    }

    /// The bytes of one channel, perhaps none.
    public mutating func bytes(of channel: ChannelView, _ census: Census) -> [UInt8] {
        defer { channels += 1 }
        switch format {
        case .csv: return rows(channel)
        case .jsonl: return channel.jsonLine(census)
        case .npz:
            archive.add(channel)
            return []
        }
    }

    /// What stands after the last channel.
    public func tail() throws -> [UInt8] { format == .npz ? try archive.archive() : [] }

    private func rows(_ channel: ChannelView) -> [UInt8] {
        let key = channel.key
        // The channel's cells are the same in all its rows.
        let head = CSVText.line([
            String(channels), key.source.description, CSVText.cell(.text(key.peer.description)),
            key.port.map(String.init) ?? "", key.proto.map(TransportProtocol.name(of:)) ?? "",
        ])
        var text = ""
        for index in channel.times.indices {
            text += head + "," + Self.seconds(channel.times[index])
            text += ",\(channel.bytesToServer[index].map(String.init) ?? "")"
            text += ",\(channel.bytesToClient[index].map(String.init) ?? "")\n"
        }
        return Array(text.utf8)
    }

    /// Seconds since 1970 with nine decimals.
    private static func seconds(_ nanoseconds: Int64) -> String {
        let (seconds, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        let decimals = String(rest)
        return (nanoseconds < 0 ? "-" : "") + "\(seconds)."
            + String(repeating: "0", count: max(0, 9 - decimals.count)) + decimals
    }
}
