import FlareModel
import FlarePlugins
import Logging

/// A run as data: which plugins, in which roles, over which window.
public struct Pipeline: Sendable {
    /// A plugin with the name by which reports call it.
    public struct Stage<Role: Sendable>: Sendable {
        public let name: String
        public let plugin: Role

        public init(_ name: String, _ plugin: Role) {
            self.name = name
            self.plugin = plugin
        }
    }

    /// A detector with what the pipeline says of its channels.
    public struct DetectorStage: Sendable {
        public let name: String
        public let plugin: any Detector
        /// Takes the place of the grouping that the detector asks for.
        public let grouping: Grouping?

        public init(_ name: String, _ plugin: any Detector, grouping: Grouping? = nil) {
            self.name = name
            self.plugin = plugin
            self.grouping = grouping
        }

        /// What the detector needs, with the pipeline's grouping.
        public var demand: Demand {
            var demand = plugin.demand
            if let grouping { demand.grouping = grouping }
            return demand
        }
    }

    public var name: String
    public var window: WindowRequest
    public var sources: [Stage<any Source>]
    public var enrichers: [Stage<any Enricher>]
    public var detectors: [DetectorStage]
    public var sinks: [Stage<any Sink>]
    /// Nanoseconds; a newest record that is older fails the run. `nil`: any age will do.
    public var maxAge: Int64?
    /// The share of records of interest that may be rejected before the run counts as not whole, 0...1.
    public var maxRejected: Double
    /// Whether a window without records of interest is all right.
    public var acceptsEmpty: Bool
    /// Threads that read and judge.
    public var threads: Int
    /// Bytes of memory that a run may take: what records need beyond a quarter of it waits in a temporary file.
    public var memoryLimit: Int64
    /// Nanoseconds of the records' own time between evaluations of a live run.
    public var every: Int64
    /// From when on a finding is urgent.
    public var severity: SeverityRule
    /// Whose records these are; `nil` for the machine's that Flare runs on.
    public var sensor: String?
    /// What was found out of the input before it is read, such as files that are left out because nobody can read them.
    public var notes = IngestCounts()

    public init(
        name: String, window: WindowRequest = .all, sources: [Stage<any Source>], enrichers: [Stage<any Enricher>] = [],
        detectors: [DetectorStage], sinks: [Stage<any Sink>], maxAge: Int64? = nil, maxRejected: Double = 0.01,
        acceptsEmpty: Bool = false, threads: Int = 2, memoryLimit: Int64 = .max, every: Int64 = 300_000_000_000,
        severity: SeverityRule = SeverityRule(), sensor: String? = nil
    ) {
        self.name = name
        self.window = window
        self.sources = sources
        self.enrichers = enrichers
        self.detectors = detectors
        self.sinks = sinks
        self.maxAge = maxAge
        self.maxRejected = maxRejected
        self.acceptsEmpty = acceptsEmpty
        self.threads = threads
        self.memoryLimit = memoryLimit
        self.every = every
        self.severity = severity
        self.sensor = sensor
    }
}

extension Pipeline {
    /// The fields that its plugins write, detectors first, in the order of the file, and the engine's own.
    public var evidence: [Field] {
        [.techniques] + detectors.flatMap(\.plugin.evidence) + enrichers.flatMap(\.plugin.writes)
    }
}
