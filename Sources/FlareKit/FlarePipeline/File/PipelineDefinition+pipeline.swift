import FlareEngine
import FlareOptions
import FoundationEssentials

extension PipelineDefinition {
    /// The pipeline as the engine runs it. A plugin that stands in the file twice is called `NAME 2` the second time.
    public var pipeline: Pipeline {
        var names: [String: Int] = [:]
        func name(_ descriptor: PluginDescriptor) -> String {
            let count = names[descriptor.phrase, default: 0] + 1
            names[descriptor.phrase] = count
            return count == 1 ? descriptor.name : "\(descriptor.name) \(count)"
        }
        return Pipeline(
            name: self.name, window: window,
            sources: sources.map { .init(name($0.descriptor), $0.instance) },
            enrichers: enrichers.map { .init(name($0.descriptor), $0.instance) },
            detectors: detectors.map { .init(name($0.descriptor), $0.instance, grouping: $0.grouping) },
            sinks: sinks.map { .init(name($0.descriptor), $0.instance) },
            maxAge: maxAge?.nanoseconds, maxRejected: maxRejected.fraction, acceptsEmpty: acceptsEmpty,
            threads: threads ?? ProcessInfo.processInfo.activeProcessorCount,
            memoryLimit: memoryLimit?.bytes ?? MachineMemory.bytes / 2, every: every.nanoseconds,
            severity: severity, sensor: sensor)
    }

    /// The definition with what was remarked on it.
    func with(warnings: [Diagnostic]) -> PipelineDefinition {
        PipelineDefinition(
            path: path, version: version, name: name, sensor: sensor, window: window, maxAge: maxAge,
            maxRejected: maxRejected, acceptsEmpty: acceptsEmpty, threads: threads, memoryLimit: memoryLimit,
            every: every, severity: severity,
            sources: sources,
            enrichers: enrichers,
            detectors: detectors, sinks: sinks, warnings: warnings)
    }
}
