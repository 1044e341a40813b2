import CFlarePlugin
import FlareModel
import FlarePlugins
import Synchronization

/// Asks the host for channels, as long as a call of `settle` goes on.
final class ChannelLender: Sendable {
    private let host: ExportHost
    private nonisolated(unsafe) let call: OpaquePointer
    /// What the host lends lives until it lends the next.
    private let turn = Mutex(())
    private let sources = Mutex<[(Peer, Int)]>([])

    init(_ host: ExportHost, _ call: OpaquePointer) {
        self.host = host
        self.call = call
    }

    /// All channels of the run.
    func table(grouping: Grouping) throws -> ChannelTable {
        let count = Int(clamping: host.table.pointee.channel_count(call))
        var keys: [ChannelKey] = []
        var counts: [Int] = []
        var channel = flare_channel()
        for id in 0..<count {
            guard host.table.pointee.channel_key(call, UInt64(id), &channel) == 0 else {
                throw PluginError("the host does not lend channel \(id)")
            }
            let key = try ChannelKey(channel)
            keys.append(key)
            counts.append(channel.count)
            sources.withLock { $0.append((key.peer, Int(clamping: channel.sources))) }
        }
        return ChannelTable(grouping: grouping, keys: keys, counts: counts) { [self, keys] id in
            view(id)
                ?? ChannelView(
                    id: id, key: keys[id.index], times: [], bytesToServer: SizeSeries(raw: []),
                    bytesToClient: SizeSeries(raw: []))
        }
    }

    /// Puts the sources of all peers into a census.
    func count(into census: inout Census) {
        for (peer, count) in sources.withLock({ $0 }) { census.sourcesByPeer[peer] = count }
    }

    private func view(_ id: ChannelID) -> ChannelView? {
        turn.withLock { _ in
            var channel = flare_channel()
            guard host.table.pointee.channel(call, UInt64(id.index), &channel) == 0 else { return nil }
            return try? ChannelView(channel)
        }
    }
}

extension ChannelKey {
    /// The key of a channel that the host lends.
    init(_ channel: flare_channel) throws {
        guard let source = channel.source.flatMap({ IPAddress(String(cString: $0)) }), let peer = channel.destination
        else { throw PluginError("the host lends a channel without addresses") }
        let text = String(cString: peer)
        self.init(
            source: source, peer: IPAddress(text).map(Peer.address) ?? .name(text),
            port: UInt16(exactly: channel.port), proto: UInt8(exactly: channel.proto))
    }
}

extension ChannelView {
    /// A copy of a channel that the host lends.
    init(_ channel: flare_channel) throws {
        func numbers(_ start: UnsafePointer<Int64>?) -> [Int64] {
            start.map { Array(UnsafeBufferPointer(start: $0, count: channel.count)) } ?? []
        }
        var columns: [ColumnName: [Int64]] = [:]
        for column in UnsafeBufferPointer(start: channel.columns, count: channel.column_count) {
            if let name = column.name { columns[.number(String(cString: name))] = numbers(column.numbers) }
        }
        self.init(
            id: ChannelID(Int(clamping: channel.id)), key: try ChannelKey(channel), times: numbers(channel.times),
            bytesToServer: SizeSeries(raw: numbers(channel.to_server)),
            bytesToClient: SizeSeries(raw: numbers(channel.to_client)), numbers: columns)
    }
}

extension Census {
    /// A copy of the host's census, without the sources by peer.
    init(_ plain: flare_census) {
        self.init(
            window: TimeWindow(
                since: plain.since == .min ? nil : Timestamp(nanoseconds: plain.since),
                until: plain.until == .max ? nil : Timestamp(nanoseconds: plain.until)))
        records = Int(clamping: plain.records)
        hosts = Int(clamping: plain.hosts)
        channels = Int(clamping: plain.channels)
        judged = Int(clamping: plain.judged)
        firstMinute = plain.first_minute
        recordsByMinute = Array(UnsafeBufferPointer(start: plain.records_by_minute, count: plain.minute_count))
    }
}
