import FlareKit
import FoundationEssentials
import Testing

@testable import FlarePipeline

@Suite("--set")
struct PipelineOverrideTests {
    @Test("a value is replaced by its path, added where there is none, and appended at the end of a list")
    func setting() throws {
        let pipeline = try Sample.pipeline(
            overrides: ["sources.0.paths.0=/a.json", "sources.0.paths.1=/b.json", "max_age=2h", "name='01'"])
        let source = try #require(pipeline.sources.first?.instance as? Sample.Reader)
        #expect(source.paths.map(\.text) == ["/a.json", "/b.json"])
        #expect(pipeline.maxAge == .hours(2))
        #expect(pipeline.name == "01")
    }

    @Test("what is not there yet is made")
    func making() throws {
        let pipeline = try Sample.pipeline(overrides: [
            "enrichers.0.plugin=whois", "window={}", "window.since=2024-05-01",
        ])
        #expect(pipeline.enrichers.map(\.descriptor.name) == ["whois"])
        #expect(pipeline.window == .between(TimeWindow(since: Timestamp("2024-05-01"))))
    }

    @Test("relative paths belong to the working directory")
    func relative() throws {
        let pipeline = try Sample.pipeline(overrides: ["sources.0.paths=[b.json]"])
        let source = try #require(pipeline.sources.first?.instance as? Sample.Reader)
        #expect(source.paths.first?.folder == FileBytes.workingDirectory)
    }

    @Test("complaints name the argument and show its value")
    func complaints() {
        let overrides = [
            "detectors.0.min_flows=ten", "sources.5.plugin=eve", "name.x=1", "nonsense", "sinks.0.path={",
            "detectors.x=1",
        ]
        #expect(
            Sample.complaints(overrides: overrides) == """
                --set nonsense: error: this sets nothing
                    1 | nonsense
                      | ^
                      = expected PATH=VALUE, such as sources.0.paths.0=other.json
                --set sinks.0.path: error: a value, "]" or "}" is missing here
                    1 | {
                      |  ^
                --set sources.5.plugin: error: sources is a list, and "5" is none of its elements
                    1 | eve
                      | ^
                      = expected an index from 0 to 1; the last element is 0
                --set name.x: error: name is a single value and has no "x"
                    1 | 1
                      | ^
                      = set name as a whole
                --set detectors.x: error: detectors is a list, and "x" is none of its elements
                    1 | 1
                      | ^
                      = expected an index from 0 to 1; the last element is 0
                --set detectors.0.min_flows: error: min_flows: "ten" is not a whole number
                    1 | ten
                      | ^^^
                      = expected a whole number of flows, at least 1
                """)
    }

    @Test("a secret cannot be given on the command line and is not shown")
    func secret() {
        let text = Sample.complaints(overrides: ["sources.0.password=hunter2"])
        #expect(text.contains("a secret is not written in configuration"))
        #expect(!text.contains("hunter2"))
    }

    @Test("a variable that is not set is a complaint that shows how to give a default")
    func unsetVariable() {
        #expect(
            Sample.complaints(overrides: ["name=${SITE}"]) == """
                --set name: error: the environment variable SITE is not set
                    1 | ${SITE}
                      | ^^^^^^^
                      = set it, or give a default: ${SITE:-default}
                """)
    }

    @Test("what a variable holds is not shown in complaints")
    func hiddenVariable() {
        let text = Sample.complaints(overrides: ["threads=${N}"], environment: ["N": "hunter2"])
        #expect(text.contains("\"${N}\" is not a whole number"))
        #expect(!text.contains("hunter2"))
    }

    @Test("the description of a pipeline's own option is the same after it was written as JSON and read back")
    func descriptions() throws {
        for option in PipelineSettings.descriptions {
            let read = try JSONDecoder().decode(OptionDescription.self, from: JSONEncoder().encode(option))
            #expect(read == option, "\(option.name)")
        }
    }
}
