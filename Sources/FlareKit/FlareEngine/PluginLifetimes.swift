import FlarePlugins

/// The plugins of a pipeline that have to be ended with the run.
struct PluginLifetimes: Sendable {
    private let plugins: [any ClosablePlugin]

    init(_ pipeline: Pipeline) {
        let all: [any Plugin] =
            pipeline.sources.map(\.plugin) + pipeline.enrichers.map(\.plugin) + pipeline.detectors.map(\.plugin)
            + pipeline.sinks.map(\.plugin)
        plugins = all.compactMap { $0 as? any ClosablePlugin }
    }

    /// What went wrong with plugins that the run went on without.
    var failures: [String] { plugins.compactMap(\.failure) }

    /// Does something with the plugins, tells them when the run is cancelled, and ends them in the end.
    func around<Result>(_ meter: ReadMeter, _ body: () async throws -> Result) async throws -> Result {
        guard !plugins.isEmpty else { return try await body() }
        meter.whenCancelled { [plugins] in for plugin in plugins { plugin.cancel() } }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        for plugin in plugins { await plugin.close() }
        return try result.get()
    }
}
