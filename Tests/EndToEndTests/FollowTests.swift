import FlareKit
import Foundation
import TestKit
import Testing

@Suite("flare run --follow")
struct FollowTests {
    private let folder: TemporaryFolder
    private var eve: URL { folder.url.appending(path: "eve.json") }

    init() throws {
        folder = TemporaryFolder()
        try folder.file("pipeline.yaml", KilledRunTests.pipeline)
    }

    private static func calls(_ minutes: Range<Int>, from source: String = "192.168.0.53") -> String {
        minutes.map { SampleFlows.flow(at: $0 * 60, from: source, id: $0) + "\n" }.joined()
    }

    private func append(_ text: String) throws {
        let handle = try FileHandle(forWritingTo: eve)
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
    }

    @Test(
        "ends with the signal's code and leaves whole outputs, a whole state and nothing else",
        arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        try folder.file("eve.json", Self.calls(0..<42))
        let run = try FollowingRun(folder)
        try await run.wait(untilEvaluated: 40 * 60)
        #expect(try await run.end(with: signal) == 128 + signal, "\(run.said)")
        #expect(try folder.read("all.csv").split(whereSeparator: \.isNewline).count == 2)
        let hidden = folder.names.filter { $0.hasPrefix(".") || $0.hasSuffix(".partial") }
        #expect(hidden.isEmpty)
        #expect(FollowingRun.evaluated(in: folder) == Timestamp(seconds: 1_704_067_200 + 2400))
    }

    @Test("a finding is sent when it appears and not again while it stays as it is")
    func sentOnce() async throws {
        try folder.file("eve.json", Self.calls(0..<20))
        let run = try FollowingRun(folder)
        try await run.wait(untilEvaluated: 15 * 60)
        try append(Self.calls(20..<56))
        try await run.wait(untilEvaluated: 55 * 60)
        #expect(try await run.interrupt() == 130)
        #expect(try folder.read("news.jsonl").split(separator: "\n").count == 1)
        #expect(try folder.read("all.csv").contains("2024-01-01T00:54:00Z"))
    }

    @Test("a flow that stands in two files, or in a file that was cut off at its front, is used once")
    func overlapping() async throws {
        try folder.file("eve.json.1", Self.calls(0..<32))
        try folder.file("eve.json", Self.calls(18..<46))
        let run = try FollowingRun(folder, arguments: ["--report", "run.json"])
        try await run.wait(untilEvaluated: 45 * 60)
        try folder.file("eve.part", Self.calls(30..<56))
        #expect(rename(folder.url.appending(path: "eve.part").path, eve.path) == 0)
        try await run.wait(untilEvaluated: 55 * 60)
        #expect(try await run.interrupt() == 130)
        #expect(try folder.read("run.json").contains("\"also in another file\""))
        #expect(try folder.read("all.csv").contains(",54,100,60,"))
    }

    @Test("a sensor that has been silent since Friday is told of, once, and the run goes on")
    func silent() async throws {
        try folder.file("eve.json", Self.calls(0..<42))
        let run = try FollowingRun(folder, arguments: ["--set", "max_age=2h"])
        try await FollowingRun.wait(for: "a word on the silence") { run.said.contains("is the sensor alive?") }
        try append(Self.calls(42..<52))
        try await run.wait(untilEvaluated: 50 * 60)
        #expect(try await run.interrupt() == 130)
        #expect(run.said.components(separatedBy: "older than max_age (7200 s)").count >= 2)
    }

    @Test("one record dated 2099 is rejected under that name, and the window stays")
    func future() async throws {
        let wrong = SampleFlows.flow(at: 2_366_841_600, from: "192.168.0.9", id: 9) + "\n"
        try folder.file("eve.json", Self.calls(0..<20) + wrong + Self.calls(20..<42))
        let run = try FollowingRun(folder, arguments: ["--report", "report.json", "--set", "max_rejected=0.5"])
        try await run.wait(untilEvaluated: 40 * 60)
        #expect(try await run.interrupt() == 130)
        #expect(try folder.read("report.json").contains("\"from the future\""))
        #expect(try folder.read("all.csv").contains("192.168.0.53"))
    }

    @Test(
        "a disk that is full at the checkpoint ends nothing; once there is room again, nothing is missing or there twice"
    )
    func fullDisk() async throws {
        let hosts = (1...40).map { Self.calls(0..<42, from: "192.168.7.\($0)") }.joined()
        let lines = hosts.split(separator: "\n").sorted().joined(separator: "\n") + "\n"
        try folder.file("eve.json", lines)
        // Neither the outputs nor the state may grow beyond 6 kB.
        let run = try FollowingRun(folder, shell: "ulimit -f 6")
        try await FollowingRun.wait(for: "a word on the disk; the run said: \(run.said)") {
            try #require(run.process.isRunning, "the run ended: \(run.said)")
            return run.said.components(separatedBy: "an output failed, and is tried again").count > 2
        }
        #expect(try await run.interrupt() == 130)
        let room = try FollowingRun(folder)
        try await room.wait(untilEvaluated: 40 * 60)
        #expect(try await room.interrupt() == 130)
        let ids = try folder.read("news.jsonl").split(separator: "\n").map { $0.prefix(30) }
        #expect(ids.count == 40)
        #expect(Set(ids).count == 40)
        #expect(try folder.read("all.csv").split(whereSeparator: \.isNewline).count == 41)
    }

    @Test("what history leaves out does not change because the run itself has reported it meanwhile")
    func ownReports() async throws {
        try folder.file(
            "pipeline.yaml",
            KilledRunTests.pipeline + "\nenrichers: [{plugin: history, path: history.sqlite, new_only: true}]\n")
        try folder.file("eve.json", Self.calls(0..<42))
        let run = try FollowingRun(folder)
        try await run.wait(untilEvaluated: 40 * 60)
        #expect(try folder.read("all.csv").contains("192.168.0.53"))
        try append(Self.calls(42..<57))
        try await run.wait(untilEvaluated: 55 * 60)
        #expect(try folder.read("all.csv").contains("192.168.0.53"))
        #expect(try await run.interrupt() == 130)
    }

    @Test("connections that are not over are passed over, which is said")
    func openConnections() async throws {
        let pipeline = KilledRunTests.pipeline.replacing("plugin: eve", with: "plugin: zeek")
        try folder.file("pipeline.yaml", pipeline.replacing("eve.json*", with: "*.log"))
        func row(_ log: String, _ minute: Int) -> String {
            #"{"_path":"\#(log)","ts":\#(1_704_067_200 + minute * 60),"uid":"C\#(minute)","id.orig_h":"192.168.0.53","#
                + #""id.orig_p":4000,"id.resp_h":"160.153.76.129","id.resp_p":80,"proto":"tcp","duration":1.5,"#
                + #""orig_bytes":400,"resp_bytes":900,"conn_state":"SF"}"# + "\n"
        }
        try folder.file("conn.log", (0..<42).map { row("conn", $0) }.joined())
        try folder.file("open_conn.log", row("open_conn", 5) + row("open_conn", 6))
        let run = try FollowingRun(folder)
        try await run.wait(untilEvaluated: 40 * 60)
        #expect(try await run.interrupt() == 130)
        #expect(run.said.contains("2 records of open_conn and conn_long passed over"), "\(run.said)")
        #expect(try folder.read("all.csv").contains("192.168.0.53"))
    }

    @Test("a second run with the same state, a state of another pipeline and one that is damaged are refused")
    func refused() async throws {
        try folder.file("eve.json", Self.calls(0..<12))
        let first = try FollowingRun(folder)
        try await first.wait(untilEvaluated: 600)
        let second = try FollowingRun(folder)
        #expect(try await second.exitCode() == 1)
        #expect(second.said.contains("another process follows with this state"))
        #expect(try await first.interrupt() == 130)
        try folder.file("state.json", "{\"version\":1")
        let third = try FollowingRun(folder)
        #expect(try await third.exitCode() == 1)
        #expect(third.said.contains("remove it to begin afresh"))
    }

    @Test("standard input is followed to its end, and judged once more there")
    func standardInput() throws {
        let input = try FileHandle(forReadingFrom: try folder.file("input.json", Self.calls(0..<34)))
        let result = try BuiltCommand.run(
            [
                "run", "pipeline.yaml", "--follow", "--state", "state.json", "--exit-findings", "--set",
                "sources.0.paths=[\"-\"]",
            ], in: folder.url, input: input)
        #expect(result.exitCode == 10, "\(result.errors)")
        #expect(try folder.read("all.csv").contains("2024-01-01T00:33:00Z"))
    }
}

@Suite("Input that nobody cleaned")
struct UncleanInputTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = TemporaryFolder()
        try folder.file("pipeline.yaml", SampleFlows.pipeline.replacing("eve.json]", with: "\"eve.json*\"]"))
        try folder.file("eve.json", SampleFlows.beacon.joined(separator: "\n") + "\n")
    }

    private func run() throws -> BuiltCommand.Result {
        try BuiltCommand.run(["run", "pipeline.yaml", "--report", "run.json"], in: folder.url)
    }

    @Test("what cannot be read beside the rest is named, the rest is used, and the run counts as not whole")
    func unreadable() throws {
        #expect(mkfifo(folder.url.appending(path: "eve.json.fifo").path, 0o600) == 0)
        try Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]).write(to: folder.url.appending(path: "eve.json.9.gz"))
        let result = try run()
        #expect(result.exitCode == 3)
        #expect(result.errors.contains("1 × pipe, socket or device: "))
        #expect(result.errors.contains("eve.json.fifo"))
        #expect(result.errors.contains("eve.json.9.gz"))
        #expect(result.errors.contains("108 used"))
        #expect(try folder.read("out.csv").contains("192.168.0.53"))
    }

    @Test("a rotated file that is there twice counts once, and its lines are named")
    func twice() throws {
        try FileManager.default.copyItem(
            at: folder.url.appending(path: "eve.json"), to: folder.url.appending(path: "eve.json.1"))
        let result = try run()
        #expect(result.exitCode == 0)
        #expect(result.errors.contains("Read 216 records"))
        #expect(result.errors.contains("108 also in another file"))
        #expect(try folder.read("out.csv").contains(",99,100,60,"))
    }
}
