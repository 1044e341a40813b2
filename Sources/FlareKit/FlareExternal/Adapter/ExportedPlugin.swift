import CFlarePlugin
import Dispatch
import FlareModel
import FlarePlugins
import Synchronization

/// The host of a library, as a plugin in Swift sees it.
struct ExportHost: Sendable {
    /// The table lives as long as the process, and never changes.
    nonisolated(unsafe) let table: UnsafePointer<flare_host>

    func fail(_ call: OpaquePointer, _ why: String) { pass(Array(why.utf8)) { table.pointee.fail(call, $0) } }

    func pass(_ bytes: [UInt8], to function: (flare_text) -> Void) {
        bytes.withUnsafeBytes {
            function(flare_text(bytes: $0.bindMemory(to: CChar.self).baseAddress, length: $0.count))
        }
    }
}

/// A plugin that a library made: what the C functions find behind their pointer.
class ExportedPlugin: @unchecked Sendable {
    // Subclasses keep what changes in a mutex.
    let host: ExportHost

    init(_ host: ExportHost) { self.host = host }

    static func at(_ pointer: UnsafeMutableRawPointer) -> ExportedPlugin {
        Unmanaged<ExportedPlugin>.fromOpaque(pointer).takeUnretainedValue()
    }

    func judge(
        _ census: flare_census, _ channels: UnsafeBufferPointer<flare_channel>, _ call: OpaquePointer
    ) throws { throw PluginError("it is no detector") }

    func settle(
        _ census: flare_census, _ judged: UnsafeBufferPointer<flare_judged>, _ call: OpaquePointer
    ) throws { throw PluginError("it is no detector") }

    func enrich(_ findings: UnsafeRawBufferPointer, _ call: OpaquePointer) throws {
        throw PluginError("it is no enricher")
    }

    /// The answer of a C function: 0, or 1 after the error was said.
    final func answer(_ call: OpaquePointer, _ body: (ExportedPlugin) throws -> Void) -> CInt {
        do {
            try body(self)
            return 0
        } catch {
            host.fail(call, "\(error)")
            return 1
        }
    }

    /// Runs a task and blocks until it is done: the host calls from threads that may be blocked.
    final func wait<Result: Sendable>(for body: @escaping @Sendable () async throws -> Result) throws -> Result {
        let box = Box<Result>()
        Task.detached {
            do {
                box.set(.success(try await body()))
            } catch {
                box.set(.failure(error))
            }
        }
        return try box.wait()
    }

    private final class Box<Result: Sendable>: Sendable {
        private let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
        private let done = DispatchSemaphore(value: 0)

        func set(_ result: Swift.Result<Result, any Error>) {
            outcome.withLock { $0 = result }
            done.signal()
        }

        func wait() throws -> Result {
            done.wait()
            guard let result = outcome.withLock({ $0 }) else { throw CancellationError() }
            return try result.get()
        }
    }
}

/// A detector in Swift behind the C functions.
///
/// Its judgements stay here between `judge` and `settle`: what crosses is the score alone.
final class ExportedDetector<D: Detector>: ExportedPlugin, @unchecked Sendable {
    private let detector: D
    private let kept = Mutex<[Int: D.Content]>([:])

    init(_ detector: D, _ host: ExportHost) {
        self.detector = detector
        super.init(host)
    }

    override func judge(
        _ census: flare_census, _ channels: UnsafeBufferPointer<flare_channel>, _ call: OpaquePointer
    ) throws {
        let views = try channels.map { try ChannelView($0) }
        var counts = Census(census)
        for (view, channel) in zip(views, channels) { counts.sourcesByPeer[view.key.peer] = Int(channel.sources) }
        let (detector, whole) = (detector, counts)
        let judgements = try wait { try await detector.judge(ChannelBatch(views), whole) }
        guard judgements.count == views.count else {
            throw PluginError("\(judgements.count) judgements of \(views.count) channels")
        }
        kept.withLock { kept in
            for (view, judgement) in zip(views, judgements) { kept[view.id.index] = judgement }
        }
        for (place, judgement) in judgements.enumerated() {
            guard let judgement else { continue }
            host.table.pointee.judgement(call, place, judgement.score, flare_text(bytes: nil, length: 0))
        }
    }

    override func settle(
        _ census: flare_census, _ judged: UnsafeBufferPointer<flare_judged>, _ call: OpaquePointer
    ) throws {
        let kept = self.kept.withLock { kept in
            defer { kept = [:] }
            return kept
        }
        let entries = judged.compactMap { entry in
            kept[Int(entry.channel)].map { Judged(channel: ChannelID(Int(entry.channel)), judgement: $0) }
        }
        let lender = ChannelLender(host, call)
        let table = try lender.table(grouping: detector.demand.grouping)
        var counts = Census(census)
        lender.count(into: &counts)
        let (detector, whole) = (detector, counts)
        let findings = try wait { try await detector.settle(entries, table, whole) }
        for finding in findings {
            host.pass(try finding.words(table).bytes) { host.table.pointee.finding(call, $0) }
        }
    }
}
