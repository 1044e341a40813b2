import FlareModel
import FlarePipeline
import Synchronization

/// Whether an external plugin still works, and what its failure means for the run.
final class ExternalHealth: Sendable {
    private let phrase: String
    /// Whether the run goes on without the plugin if it fails.
    let mayFail: Bool
    private let end: @Sendable (ExternalFault) -> Void
    private let firstFailure = Mutex<String?>(nil)

    /// - Parameter end: ends the plugin, since it can no longer be trusted.
    init(_ descriptor: PluginDescriptor, end: @escaping @Sendable (ExternalFault) -> Void) {
        phrase = "\(descriptor.phrase) (\(descriptor.origin))"
        mayFail = descriptor.outside?.onFailure == .goOn
        self.end = end
    }

    /// What went wrong, the first time something did; `nil` if nothing.
    var failure: String? { firstFailure.withLock { $0 } }

    /// Takes note of a fault, and ends the plugin.
    ///
    /// - Returns: the error for whoever needed it.
    func failed(_ error: any Error) -> any Error {
        guard let fault = error as? ExternalFault else { return error }
        if fault == .runEnded { return CancellationError() }
        end(fault)
        let failure = PluginError(fault.description, at: phrase)
        firstFailure.withLock { if $0 == nil { $0 = failure.description } }
        return failure
    }

    /// Does something with the plugin; where that fails and the run may go on without it, the other value stands.
    func guarded<Result>(otherwise value: Result, _ body: () async throws -> Result) async throws -> Result {
        if mayFail, failure != nil { return value }
        do {
            return try await body()
        } catch let fault as ExternalFault {
            let error = failed(fault)
            if mayFail, !(error is CancellationError) { return value }
            throw error
        } catch is PluginError where mayFail && failure != nil {
            return value
        }
    }
}
