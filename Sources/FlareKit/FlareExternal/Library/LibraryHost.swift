import CFlarePlugin
import FlareModel
import FlarePlugins
import Logging
import Synchronization

/// One call of a library's function: what it was given, and what it said.
///
/// The functions of the host's table get it back as a pointer; they may be called from any thread of the plugin's.
final class LibraryCall: Sendable {
    struct Said: Sendable {
        var judgements: [(place: Int, score: Double, words: [UInt8])] = []
        var findings: [[UInt8]] = []
        var changes: [[UInt8]] = []
        var fault: String?
    }

    private let said = Mutex(Said())
    private let lent = Mutex<ChannelArena?>(nil)
    private let logger: Logger
    private let channels: ChannelTable?
    private let census: Census

    /// - Parameter channels: of a call of `settle`.
    init(_ logger: Logger, channels: ChannelTable? = nil, census: Census = Census()) {
        self.logger = logger
        self.channels = channels
        self.census = census
    }

    var answer: Said { said.withLock { $0 } }

    fileprivate func update(_ change: (inout Said) -> Void) { said.withLock { change(&$0) } }

    fileprivate func log(_ line: String) { logger.notice("\(line)") }

    fileprivate var channelCount: Int { channels?.count ?? 0 }

    /// Lends a channel until the next is lent or the call ends.
    fileprivate func lend(_ id: UInt64, records: Bool, to channel: UnsafeMutablePointer<flare_channel>) -> CInt {
        guard let channels, id < UInt64(channels.count) else { return 1 }
        let id = ChannelID(Int(clamping: id))
        let view =
            records
            ? channels.view(id)
            : ChannelView(
                id: id, key: channels.key(of: id), times: [], bytesToServer: SizeSeries(raw: []),
                bytesToClient: SizeSeries(raw: []))
        let arena = ChannelArena([view], census)
        channel.pointee = arena.channels[0]
        if !records {
            channel.pointee.count = channels.recordCount(of: id)
            channel.pointee.times = nil
            channel.pointee.to_server = nil
            channel.pointee.to_client = nil
        }
        lent.withLock { $0 = arena }
        return 0
    }
}

/// The table of functions that libraries are given.
enum LibraryHost {
    /// Lives as long as the process, and never changes.
    nonisolated(unsafe) static let table: UnsafePointer<flare_host> = {
        let table = UnsafeMutablePointer<flare_host>.allocate(capacity: 1)
        table.initialize(
            to: flare_host(
                abi: FLARE_PLUGIN_ABI, size: UInt32(MemoryLayout<flare_host>.size),
                judgement: { call, place, score, words in
                    guard let bytes = LibraryHost.bytes(words) else { return }
                    LibraryHost.call(call)?.update { $0.judgements.append((place, score, bytes)) }
                },
                finding: { call, words in
                    guard let bytes = LibraryHost.bytes(words) else { return }
                    LibraryHost.call(call)?.update { $0.findings.append(bytes) }
                },
                channel_count: { call in UInt64(LibraryHost.call(call)?.channelCount ?? 0) },
                channel: { call, id, channel in
                    channel.flatMap { LibraryHost.call(call)?.lend(id, records: true, to: $0) } ?? 1
                },
                channel_key: { call, id, channel in
                    channel.flatMap { LibraryHost.call(call)?.lend(id, records: false, to: $0) } ?? 1
                },
                change: { call, words in
                    guard let bytes = LibraryHost.bytes(words) else { return }
                    LibraryHost.call(call)?.update { $0.changes.append(bytes) }
                },
                log: { call, line in
                    guard let bytes = LibraryHost.bytes(line) else { return }
                    LibraryHost.call(call)?.log(String(decoding: bytes, as: UTF8.self))
                },
                fail: { call, why in
                    guard let bytes = LibraryHost.bytes(why) else { return }
                    LibraryHost.call(call)?.update { $0.fault = String(decoding: bytes, as: UTF8.self) }
                }))
        return UnsafePointer(table)
    }()

    /// A copy of a text.
    private static func bytes(_ text: flare_text) -> [UInt8]? {
        guard text.length > 0 else { return [] }
        guard let start = text.bytes else { return nil }
        return Array(UnsafeRawBufferPointer(start: start, count: text.length))
    }

    private static func call(_ pointer: OpaquePointer?) -> LibraryCall? {
        // `LibraryInstance.perform` keeps it alive until the plugin's function returns.
        pointer.map { Unmanaged<LibraryCall>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }
}
