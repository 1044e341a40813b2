import CFlarePlugin
import FlareModel
import Glibc

/// Channels as plain arrays, for as long as a library looks at them.
///
/// The memory is its own, written once before anybody sees it, and freed with it.
final class ChannelArena: @unchecked Sendable {
    private(set) var channels: [flare_channel] = []
    private let numbers: UnsafeMutablePointer<Int64>
    private var used = 0
    private var texts: [UnsafeMutablePointer<CChar>?] = []
    private let columns: UnsafeMutablePointer<flare_column>
    private var usedColumns = 0

    /// Columns that have a place of their own in `flare_channel`.
    private static let own: Set<ColumnName> = [.bytesToServer, .bytesToClient]

    init(_ views: some Collection<ChannelView>, _ census: Census) {
        let further = views.reduce(0) { $0 + $1.numbers.keys.count { !Self.own.contains($0) } }
        let count = views.reduce(0) { sum, view in
            sum + view.count * (3 + view.numbers.keys.count { !Self.own.contains($0) })
        }
        numbers = .allocate(capacity: max(1, count))
        columns = .allocate(capacity: max(1, further))
        channels = views.map { channel($0, census) }
    }

    deinit {
        for text in texts { free(text) }
        numbers.deallocate()
        columns.deallocate()
    }

    private func channel(_ view: ChannelView, _ census: Census) -> flare_channel {
        let firstColumn = UnsafePointer(columns + usedColumns)
        var columnCount = 0
        for (column, values) in view.numbers.sorted(by: { $0.key.name < $1.key.name }) where !Self.own.contains(column)
        {
            (columns + usedColumns).initialize(to: flare_column(name: text(column.name), numbers: array(values)))
            usedColumns += 1
            columnCount += 1
        }
        return flare_channel(
            id: UInt64(view.id.index), source: text(view.key.source.description),
            destination: text(view.key.peer.description), port: view.key.port.map(Int32.init) ?? -1,
            proto: view.key.proto.map(Int32.init) ?? -1, sources: UInt64(census.sources(of: view.key.peer)),
            count: view.count, times: array(view.times), to_server: array(view.bytesToServer.raw),
            to_client: array(view.bytesToClient.raw), columns: firstColumn, column_count: columnCount)
    }

    private func array(_ values: [Int64]) -> UnsafePointer<Int64> {
        let start = numbers + used
        values.withUnsafeBufferPointer {
            if let base = $0.baseAddress { start.initialize(from: base, count: $0.count) }
        }
        used += values.count
        return UnsafePointer(start)
    }

    private func text(_ text: String) -> UnsafePointer<CChar>? {
        let copy = strdup(text)
        texts.append(copy)
        return copy.map { UnsafePointer($0) }
    }
}
