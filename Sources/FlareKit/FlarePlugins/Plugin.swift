/// Something that takes part in a run: a source, an enricher, a detector or a sink.
///
/// Making a plugin is pure: it reads no file, opens no connection and starts nothing. Work begins when the
/// run calls it, so that a pipeline can be validated without touching the world.
public protocol Plugin: Sendable {}

/// A plugin that keeps something going between calls, as a program does, and has to be ended with the run.
public protocol ClosablePlugin: Plugin {
    /// What went wrong with it, though the run goes on; `nil` if nothing did.
    var failure: String? { get }
    /// Ends what it waits for, since the run was cancelled. Calls under way throw `CancellationError`.
    func cancel()
    /// Ends it. Called once, after everything else.
    func close() async
}
