import FlareKit

/// The code of a new plugin in Swift, by its kind.
struct SwiftTemplate {
    private let names: PluginNames

    init(_ names: PluginNames) { self.names = names }

    var kind: PluginKind { names.kind }
    var type: String { names.type }
    var module: String { names.module }

    static func summary(of kind: PluginKind) -> String {
        switch kind {
        case .source: "Reads flows from text with a line each: seconds, source, destination, port."
        case .enricher: "Adds a label to findings about one source."
        case .detector: "Finds channels that were silent for hours and came back."
        case .sink: "Writes findings as lines of text, whole or not at all."
        }
    }

    var plugin: String {
        switch names.kind {
        case .source: source
        case .enricher: enricher
        case .detector: detector
        case .sink: sink
        }
    }

    /// The line that exports a plugin from a dynamic library.
    var export: String {
        """
        @_cdecl("flare_plugin_open")
        public func open(_ host: UnsafeRawPointer) -> UnsafeRawPointer? { \
        LibraryPlugin.\(names.kind.rawValue)(\(names.type).self, host) }

        """
    }

    private var head: String {
        """
            public static let name = "\(names.name)"
            public static let summary = "\(Self.summary(of: names.kind))"
        """
    }

    private var detector: String {
        """
        /// \(Self.summary(of: .detector))
        public struct \(names.type): Detector, BuiltInPlugin {
        \(head)
            public static let evidence = [Field("gap", .number, unit: "s", "The longest silence between two flows.")]

            public struct Options: PluginOptions {
                public var silence = OptionDuration.hours(6)

                public init() {}
                public static var options: [Option<Self>] {
                    [Option("silence", \\.silence, "Shorter silences are not reported.", range: .seconds(1)...)]
                }
            }

            private let options: Options

            public init(_ options: Options, _ context: PluginContext) { self.options = options }

            public var demand: Demand { Demand(minimumCount: 2) }

            public func judge(_ channel: ChannelView, _ census: Census) throws -> Finding? {
                let gaps = zip(channel.times, channel.times.dropFirst()).map { Double($1 - $0) / 1e9 }
                guard let gap = gaps.max(), gap >= options.silence.seconds else { return nil }
                let hours = (gap / 360).rounded() / 10
                var finding = Finding(
                    detector: Self.name, channel: channel, census: census, score: 0.5,
                    summary: "silent for \\(hours) hours, then back")
                finding.evidence["gap"] = .number(gap)
                return finding
            }
        }

        """
    }

    private var enricher: String {
        """
        /// \(Self.summary(of: .enricher))
        public struct \(names.type): Enricher, BuiltInPlugin {
        \(head)
            public static let evidence = [Field("\(names.module)_label", .text, "What the source is known as.")]

            public struct Options: PluginOptions {
                public var source = IPAddress(v4: 0)
                public var label = "known"

                public init() {}
                public static var options: [Option<Self>] {
                    [
                        Option("source", \\.source, "The address to label.", required: true),
                        Option("label", \\.label, "The label."),
                    ]
                }
            }

            private let options: Options

            public init(_ options: Options, _ context: PluginContext) { self.options = options }

            public var reads: Set<String> { ["src_ip"] }

            public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
                for index in findings.indices where findings[index].source == options.source {
                    findings[index].evidence["\(names.module)_label"] = .text(options.label)
                }
            }
        }

        """
    }

    private var source: String {
        """
        import FoundationEssentials

        /// \(Self.summary(of: .source))
        public struct \(names.type): Source, BuiltInPlugin {
        \(head)

            public struct Options: PluginOptions {
                public var path: OptionPath = "-"

                public init() {}
                public static var options: [Option<Self>] { [Option("path", \\.path, "The file.", required: true)] }
            }

            private let path: OptionPath

            public init(_ options: Options, _ context: PluginContext) { path = options.path }

            public var offers: Set<RecordKind> { [.flow] }

            public func open(_ scan: Scan) async throws -> [any Cursor] {
                guard let file = path.file else { throw PluginError("a file is needed", at: path.text) }
                do {
                    let text = String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
                    return [\(names.family)Cursor(text, from: file)]
                } catch {
                    throw PluginError("it cannot be read: \\(error)", at: file)
                }
            }
        }

        /// Yields the flows of a text. Only the engine's thread that drives it touches it: the law of `Cursor`.
        final class \(names.family)Cursor: Cursor, @unchecked Sendable {
            private var lines: ArraySlice<Substring>
            private let file: String
            private(set) var ingest = IngestCounts()

            init(_ text: String, from file: String) {
                lines = text.split(whereSeparator: \\.isNewline)[...]
                self.file = file
            }

            func next(into batch: inout RecordBatch) throws -> Bool {
                batch.origin = file
                batch.update(.flow) { table in
                    while let line = lines.first, !table.isFull {
                        lines.removeFirst()
                        append(line, to: &table)
                    }
                }
                return batch.count > 0 || !lines.isEmpty
            }

            private func append(_ line: Substring, to table: inout RecordTable) {
                let words = line.split(separator: ",").map(String.init)
                guard words.count == 4, let seconds = Double(words[0]), let source = IPAddress(words[1]),
                    let destination = IPAddress(words[2]), let port = UInt16(words[3])
                else { return ingest.reject("not seconds,source,destination,port", at: .init(file)) }
                table.append(start: Timestamp(seconds: seconds), source: source, destination: destination, port: port)
                ingest.use(.flow)
            }
        }

        """
    }

    private var sink: String {
        """
        import FoundationEssentials
        import Synchronization

        /// \(Self.summary(of: .sink))
        public final class \(names.type): Sink, BuiltInPlugin {
        \(head)

            public struct Options: PluginOptions {
                public var path: OptionPath = "-"

                public init() {}
                public static var options: [Option<Self>] { [Option("path", \\.path, "The file.", required: true)] }
            }

            private let path: OptionPath
            private let lines = Mutex<[String]>([])

            public init(_ options: Options, _ context: PluginContext) { path = options.path }

            public var mode: SinkMode { .whole }
            public var destination: String? { path.file }

            public func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {
                if path.file == nil { throw PluginError("a file is needed", at: path.text) }
            }

            public func write(_ findings: [Finding]) async throws {
                lines.withLock { lines in
                    lines = findings.map { "\\($0.severity.rawValue) \\($0.detector): \\($0.summary)" }
                }
            }

            public func commit(_ run: Run) async throws -> SinkMark? {
                guard let file = path.file else { return nil }
                let text = lines.withLock { $0.map { $0 + "\\n" }.joined() }
                try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
                return nil
            }

            public func abort() async {}
        }

        """
    }
}
