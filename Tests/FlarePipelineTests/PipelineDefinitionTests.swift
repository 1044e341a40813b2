import FlareKit
import Testing

@testable import FlarePipeline

@Suite("Pipeline files")
struct PipelineDefinitionTests {
    @Test("a pipeline file yields its plugins, configured")
    func configured() throws {
        let pipeline = try Sample.pipeline()
        #expect(pipeline.name == "home")
        #expect(pipeline.window == .last(86_400_000_000_000))
        let source = try #require(pipeline.sources.first?.instance as? Sample.Reader)
        #expect(source.paths.map(\.location) == [.file("/etc/flare/eve.json")])
        let detector = try #require(pipeline.detectors.first)
        #expect((detector.instance as? Sample.Interval)?.options.minFlows == 5)
        #expect(detector.options["min_flows"] == .integer(5))
        #expect(detector.options["lowest"] == .duration(.seconds(30)))
        #expect(detector.mark.line == 8)
        #expect(detector.grouping == nil)
        #expect(pipeline.sinks.first?.instance.destination == "/etc/flare/out/beacons.csv")
    }

    @Test("what a pipeline leaves out has the defaults that are documented")
    func defaults() throws {
        let pipeline = try Sample.pipeline(
            "{version: 1, sources: [{plugin: eve, paths: [-]}], detectors: [{plugin: beacon}], sinks: [{plugin: csv}]}")
        #expect(pipeline.name == "home")
        #expect(pipeline.window == .last(86_400_000_000_000))
        #expect(pipeline.maxAge == nil)
        #expect(pipeline.maxRejected.fraction == 0.01)
        #expect(!pipeline.acceptsEmpty)
        #expect(pipeline.threads == nil)
        #expect(pipeline.every.seconds == 300)
    }

    @Test(
        "a window is a span, all, or two ends",
        arguments: [
            ("7d", WindowRequest.last(604_800_000_000_000)), ("all", .all),
            ("{since: 2024-05-01}", .between(TimeWindow(since: Timestamp("2024-05-01")))),
            (
                "{since: 2024-05-01, until: '2024-05-02T06:00:00Z'}",
                .between(TimeWindow(since: Timestamp("2024-05-01"), until: Timestamp("2024-05-02T06:00:00Z")))
            ),
        ])
    func windows(text: String, window: WindowRequest) throws {
        #expect(try Sample.pipeline(overrides: ["window=\(text)"]).window == window)
    }

    @Test("a window that ends before it begins is refused at its end")
    func backwardWindow() {
        let text = Sample.text.replacing("window: 24h", with: "window: {since: 2024-05-02, until: 2024-05-01}")
        #expect(
            Sample.complaints(text) == """
                home.yaml:3:36: error: window.until: 2024-05-01T00:00:00Z is not later than since, 2024-05-02T00:00:00Z
                    3 | window: {since: 2024-05-02, until: 2024-05-01}
                      |                                    ^^^^^^^^^^
                """)
    }

    @Test("max_rejected is a share or a percentage", arguments: [("0.05", 0.05), ("5 %", 0.05), ("0", 0), ("100%", 1)])
    func maxRejected(text: String, share: Double) throws {
        #expect(try Sample.pipeline(overrides: ["max_rejected=\(text)"]).maxRejected.fraction == share)
    }

    @Test("a pipeline may group a detector's channels its own way, and keeps the rest of what the detector asks for")
    func grouping() throws {
        let detector = try #require(try Sample.pipeline(overrides: ["detectors.0.group_by=host"]).detectors.first)
        #expect(detector.groupBy == .host)
        #expect(detector.grouping == Grouping(by: .host, ignoring: [.proto]))
        let other = try #require(try Sample.pipeline(overrides: ["detectors.0.ignore=[port]"]).detectors.first)
        #expect(other.grouping == Grouping(by: .address, ignoring: [.port]))
    }

    @Test("what a plugin says of its own options is shown at the option")
    func ownComplaint() {
        #expect(
            Sample.complaints(Sample.text.replacing("min_flows: 5", with: "highest: 10s")) == """
                home.yaml:9:14: error: highest: 10s is less than lowest
                    9 |     highest: 10s
                      |              ^^^
                """)
    }

    @Test("all that is wrong is shown at once, in the order of the file")
    func allComplaints() {
        let text = """
            versoin: 1
            window: 24
            sources:
              - plugin: evee
              - plugin: beacon
              - paths: [a]
              - eve
              - plugin: eve
            detectors: []
            sink:
              - plugin: csv
            enrichers: {plugin: whois}
            """
        #expect(
            Sample.complaints(text) == """
                home.yaml:1:1: error: unknown option "versoin" of a pipeline
                    1 | versoin: 1
                      | ^^^^^^^
                      = expected one of version, name, sensor, window, max_age, max_rejected, on_empty, threads, memory_limit, every, severity, sources, \
                enrichers, detectors, sinks
                      = did you mean "version"?
                home.yaml:2:9: error: window: 24 does not fit
                    2 | window: 24
                      |         ^^
                      = expected a duration such as 90s, 5m, 24h or 7d; or all; or a mapping with since, until
                      = say in which unit: 24s, 24m or 24h
                home.yaml:4:13: error: there is no source "evee"
                    4 |   - plugin: evee
                      |             ^^^^
                      = expected eve
                      = did you mean "eve"?
                home.yaml:5:13: error: "beacon" is no source
                    5 |   - plugin: beacon
                      |             ^^^^^^
                      = it is a plugin of another kind: put it under detectors
                home.yaml:6:5: error: sources[2]: it does not say which plugin
                    6 |   - paths: [a]
                      |     ^
                      = expected plugin: NAME
                      = known: eve
                home.yaml:7:5: error: sources[3]: it does not say which plugin
                    7 |   - eve
                      |     ^^^
                      = expected plugin: NAME
                      = write plugin: eve
                home.yaml:8:13: error: source "eve" needs "paths"
                    8 |   - plugin: eve
                      |             ^^^
                      = expected paths: a list, each a path
                      = The files.
                home.yaml:9:12: error: detectors: the list is empty
                    9 | detectors: []
                      |            ^
                      = known: beacon, lookups
                home.yaml:10:1: error: unknown option "sink" of a pipeline
                   10 | sink:
                      | ^^^^
                      = expected one of version, name, sensor, window, max_age, max_rejected, on_empty, threads, memory_limit, every, severity, sources, \
                enrichers, detectors, sinks
                      = did you mean "sinks"?
                home.yaml:12:12: error: enrichers: this is no list
                   12 | enrichers: {plugin: whois}
                      |            ^
                      = expected a list, each with "plugin: NAME"
                      = known: related, whois
                """)
    }

    @Test("an empty file is no pipeline")
    func empty() {
        #expect(
            Sample.complaints("") == """
                home.yaml:1:1: error: the file is empty
                    1 |\u{20}
                      | ^
                      = expected version, sources, detectors, sinks
                """)
    }

    @Test("a file that is not there is named")
    func missing() {
        #expect(throws: ConfigurationError.self) {
            try PipelineDefinition.load(path: "/nowhere/x.yaml", registry: Sample.registry, environment: [:])
        }
    }

    @Test("a plugin that stands in the file twice has two names in reports")
    func twice() throws {
        let pipeline = try Sample.pipeline(overrides: ["detectors.1={plugin: beacon, min_flows: 9}"]).pipeline
        #expect(pipeline.detectors.map(\.name) == ["beacon", "beacon 2"])
        #expect(pipeline.threads >= 1)
    }
}
