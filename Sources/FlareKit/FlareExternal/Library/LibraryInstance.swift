import CFlarePlugin
import Dispatch
import FlareModel
import FlareOptions
import FlarePipeline
import FlarePlugins
import Glibc
import Logging
import Synchronization

/// A plugin in a dynamic library: loaded when the run first needs it, and made with its options.
///
/// Its functions are called on threads of the engine's own, never on Swift's cooperative pool: a plugin in Swift waits
/// there for its own tasks, which might need that very pool.
final class LibraryInstance: Sendable {
    let descriptor: PluginDescriptor
    let record: ExternalRecord
    let options: OptionValues
    let health: ExternalHealth
    private let logger: Logger
    private let load: @Sendable (String) throws -> LibraryImage
    private let start = Mutex<Task<Made, any Error>?>(nil)
    private let calls = Mutex<(isCancelled: Bool, meters: [ObjectIdentifier: ReadMeter])>((false, [:]))

    /// The plugin that the library made.
    struct Made: Sendable {
        nonisolated(unsafe) let table: UnsafePointer<flare_plugin>
        nonisolated(unsafe) let plugin: UnsafeMutableRawPointer
    }

    /// - Parameter load: loads a library by its path.
    init(
        _ descriptor: PluginDescriptor, _ options: OptionValues,
        load: @escaping @Sendable (String) throws -> LibraryImage = { try LibraryImage.load($0) }
    ) {
        self.load = load
        self.descriptor = descriptor
        self.record = descriptor.outside ?? ExternalRecord()
        self.options = options
        logger = ExternalPlugins.logger(for: descriptor.name)
        // Code that was loaded cannot be ended; it is only not called again.
        health = ExternalHealth(descriptor) { _ in }
    }

    /// Calls a function of the plugin.
    ///
    /// - Parameters:
    ///   - name: how errors call the function.
    ///   - body: calls it, on a thread of the engine's own; what it returns is not 0 where it failed.
    /// - Returns: what the plugin said meanwhile.
    func perform(
        _ name: String, _ call: LibraryCall? = nil,
        _ body: @escaping @Sendable (Made, OpaquePointer) -> CInt
    ) async throws -> LibraryCall.Said {
        let made = try await ready()
        let call = call ?? LibraryCall(logger)
        let code = try await onThread(name) {
            withExtendedLifetime(call) { body(made, OpaquePointer(Unmanaged.passUnretained(call).toOpaque())) }
        }
        let said = call.answer
        if let fault = said.fault { throw ExternalFault.gaveUp(fault) }
        guard code == 0 else { throw ExternalFault.gaveUp("\(name) returned \(code) and did not say why") }
        return said
    }

    /// A call of `settle`, during which the plugin may ask for channels.
    func call(_ channels: ChannelTable, _ census: Census) -> LibraryCall {
        LibraryCall(logger, channels: channels, census: census)
    }

    func cancel() {
        let meters = calls.withLock { calls in
            calls.isCancelled = true
            return calls.meters.values.map { $0 }
        }
        for meter in meters { meter.cancel() }
    }

    func close() async {
        guard let task = start.withLock({ $0 }), let made = try? await task.value else { return }
        // A plugin that does not end is left behind, as one that does not answer is.
        try? await onThread("destroy") { made.table.pointee.destroy(made.plugin) }
    }

    private func ready() async throws -> Made {
        let task = start.withLock { task in
            if let task { return task }
            let new = Task { try await self.make() }
            task = new
            return new
        }
        do {
            return try await task.value
        } catch {
            throw health.failed(error)
        }
    }

    private func make() async throws -> Made {
        guard case .library(let path) = descriptor.origin else {
            throw ExternalFault.notStarted("it is no library")
        }
        try record.checkFiles()
        let options = try JSONText(options).bytes
        let (descriptor, logger, load) = (descriptor, logger, load)
        return try await onThread("make") {
            let image = try load(path)
            try ExternalPlugins.check(image.description, against: descriptor)
            let call = LibraryCall(logger)
            let plugin = options.withUnsafeBytes { bytes in
                withExtendedLifetime(call) {
                    image.table.pointee.make(
                        LibraryHost.table,
                        flare_text(bytes: bytes.bindMemory(to: CChar.self).baseAddress, length: bytes.count),
                        OpaquePointer(Unmanaged.passUnretained(call).toOpaque()))
                }
            }
            guard let plugin else { throw ExternalFault.gaveUp(call.answer.fault ?? "make returned nothing") }
            return Made(table: image.table, plugin: plugin)
        }
    }

    /// Runs on a thread of the engine's own, no longer than an answer may take.
    private func onThread<Result: Sendable>(
        _ name: String, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        let meter = ReadMeter()
        let isCancelled = calls.withLock { calls in
            calls.meters[ObjectIdentifier(meter)] = meter
            return calls.isCancelled && name != "destroy"
        }
        defer { calls.withLock { _ = $0.meters.removeValue(forKey: ObjectIdentifier(meter)) } }
        if isCancelled { throw CancellationError() }
        let deadline = DispatchWorkItem { meter.cancel() }
        let patience = record.limits.answer
        DispatchQueue.global().asyncAfter(
            deadline: .now() + .nanoseconds(Int(patience.nanoseconds)), execute: deadline)
        defer { deadline.cancel() }
        do {
            return try await EngineThread.run(until: meter, body)
        } catch is CancellationError where !calls.withLock({ $0.isCancelled }) {
            throw ExternalFault.silent(patience, asked: name)
        }
    }
}
