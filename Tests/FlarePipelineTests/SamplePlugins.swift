import FlareKit

/// Plugins that do nothing, to be named in pipeline files.
enum Sample {
    /// The four of them and a second enricher.
    static var registry: PluginRegistry {
        var registry = PluginRegistry()
        registry.register(Reader.self, as: .source)
        registry.register(Owner.self, as: .enricher)
        registry.register(Related.self, as: .enricher)
        registry.register(Interval.self, as: .detector)
        registry.register(Lookups.self, as: .detector)
        registry.register(Output.self, as: .sink)
        return registry
    }

    struct Reader: Source, BuiltInPlugin {
        static let name = "eve"
        static let summary = "Reads files."
        let paths: [OptionPath]
        let password: Secret?
        var offers: Set<RecordKind> { [.flow] }

        struct Options: PluginOptions {
            var paths: [OptionPath] = []
            var maxLine = ByteSize.megabytes(16)
            var password: Secret?

            static var options: [Option<Self>] {
                [
                    Option("paths", \.paths, "The files.", required: true),
                    Option("max_line", \.maxLine, "The longest line."),
                    Option("password", \.password, "The password."),
                ]
            }
        }

        init(_ options: Options, _ context: PluginContext) {
            paths = options.paths
            password = options.password
        }

        func open(_ scan: Scan) async throws -> [any Cursor] { [] }
    }

    struct Interval: Detector, BuiltInPlugin {
        static let name = "beacon"
        static let summary = "Finds intervals."
        static let evidence = [Field("jitter", .number, "The jitter.")]
        let options: Options
        var demand: Demand { Demand(grouping: Grouping(ignoring: [.proto])) }

        struct Options: PluginOptions {
            var minFlows = 10
            var lowest = OptionDuration.seconds(30)
            var highest = OptionDuration.hours(24)

            static var options: [Option<Self>] {
                [
                    Option("min_flows", \.minFlows, "Only channels with more flows.", unit: "flows", range: 1...),
                    Option("lowest", \.lowest, "The shortest interval."),
                    Option("highest", \.highest, "The longest interval."),
                ]
            }
        }

        init(_ options: Options, _ context: PluginContext) throws {
            if options.highest < options.lowest {
                throw OptionComplaint("\(options.highest) is less than lowest", option: "highest")
            }
            self.options = options
        }

        func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? { nil }
    }

    struct Lookups: Detector, BuiltInPlugin {
        static let name = "lookups"
        static let summary = "Finds intervals of lookups."
        var demand: Demand { Demand(grouping: Grouping(by: .domain)) }

        init(_ options: NoOptions, _ context: PluginContext) {}
        func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? { nil }
    }

    struct Owner: Enricher, BuiltInPlugin {
        static let name = "whois"
        static let summary = "Adds owners."
        static let evidence = [Field("owner", .text, "The owner.")]

        init(_ options: NoOptions, _ context: PluginContext) {}
    }

    struct Related: Enricher, BuiltInPlugin {
        static let name = "related"
        static let summary = "Adds what is related by owner."
        var reads: Set<String> { ["owner"] }

        init(_ options: NoOptions, _ context: PluginContext) {}
    }

    struct Output: Sink, BuiltInPlugin {
        static let name = "csv"
        static let summary = "Writes a file."
        let path: OptionPath
        var mode: SinkMode { .whole }
        var destination: String? { path.file }

        struct Options: PluginOptions {
            var path: OptionPath = "-"
            static var options: [Option<Self>] { [Option("path", \.path, "The file.")] }
        }

        init(_ options: Options, _ context: PluginContext) { path = options.path }

        func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {}
        func write(_ findings: [Finding]) async throws {}
        func commit(_ run: Run) async throws -> SinkMark? { nil }
        func abort() async {}
    }

    /// A pipeline file with one plugin of each kind that is needed.
    static let text = """
        version: 1
        name: home
        window: 24h
        sources:
          - plugin: eve
            paths: [eve.json]
        detectors:
          - plugin: beacon
            min_flows: 5
        sinks:
          - plugin: csv
            path: out/beacons.csv
        """

    static func pipeline(
        _ text: String = text, overrides: [String] = [], environment: [String: String] = [:],
        pluginsFiles: [PluginsFile.Location] = []
    ) throws(ConfigurationError) -> PipelineDefinition {
        try PipelineDefinition.read(
            text, file: "home.yaml", folder: "/etc/flare", overrides: overrides, registry: registry,
            environment: environment, pluginsFiles: pluginsFiles)
    }

    /// What is printed about a pipeline that cannot be used, or `fine`.
    static func complaints(
        _ text: String = text, overrides: [String] = [], environment: [String: String] = [:],
        pluginsFiles: [PluginsFile.Location] = []
    ) -> String {
        do throws(ConfigurationError) {
            _ = try pipeline(text, overrides: overrides, environment: environment, pluginsFiles: pluginsFiles)
            return "fine"
        } catch {
            return error.description
        }
    }
}
