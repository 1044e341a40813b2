import FlareKit
import Testing

@testable import FlarePipeline

@Suite("What does not fit together")
struct PipelineCheckTests {
    @Test("a kind of record that a detector reads and no source offers is a complaint")
    func unoffered() {
        #expect(
            Sample.complaints(overrides: ["detectors.1.plugin=lookups"]) == """
                --set detectors.1.plugin: error: detector "lookups" reads records of the kind "dns", which no source offers
                    1 | lookups
                      | ^^^^^^^
                      = the sources offer flow
                """)
    }

    @Test("a field that an enricher reads and nobody writes is a complaint")
    func unwritten() {
        #expect(
            Sample.complaints(Sample.text + "\nenrichers:\n  - plugin: related") == """
                home.yaml:14:13: error: enricher "related" reads the field "owner", which nobody writes
                   14 |   - plugin: related
                      |             ^^^^^^^
                      = add an enricher that writes it
                """)
    }

    @Test("the order of enrichers does not matter")
    func order() throws {
        let pipeline = try Sample.pipeline(Sample.text + "\nenrichers: [{plugin: related}, {plugin: whois}]")
        #expect(pipeline.enrichers.count == 2)
    }

    @Test("two sinks to one file are a complaint")
    func sharedOutput() {
        let text = Sample.complaints(overrides: ["sinks.1={plugin: csv, path: /etc/flare/out/beacons.csv}"])
        #expect(text.contains("writes to /etc/flare/out/beacons.csv, as the sink in line 11 does"))
    }

    @Test("grouping by host without records that name hosts is a warning")
    func hostsWithoutNames() throws {
        let pipeline = try Sample.pipeline(overrides: ["detectors.0.group_by=host"])
        #expect(pipeline.warnings.map(\.level) == [.warning])
    }
}
