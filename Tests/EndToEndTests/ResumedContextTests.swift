import Foundation
import TestKit
import Testing

@Suite("What sensors said, after a restart")
struct ResumedContextTests {
    /// A line, with the second after 2024-01-01 in which a sensor logs it.
    private typealias Logged = (second: Int, file: String, line: String)

    /// How long after their begin flows are logged; requests are logged at once.
    private static let delay = 1200
    private static let base = 1_704_067_200

    /// A call a minute, each with a request for a host of its own.
    private static func lines(_ sensor: String, _ minutes: Range<Int>) -> [Logged] {
        let logged = minutes.flatMap { minute -> [Logged] in
            let begin = minute * 60
            let host = "host-\(100 + minute).example"
            guard sensor == "zeek" else {
                return [
                    (begin + delay, "eve.json", SampleFlows.flow(at: begin, port: 443, id: minute)),
                    (
                        begin + 1, "eve.json",
                        SampleFlows.http(at: begin + 1, to: "160.153.76.129", id: minute, name: host)
                    ),
                ]
            }
            let peers = "192.168.0.53\t40000\t160.153.76.129\t80"
            return [
                (
                    begin + delay, "conn.log",
                    "\(base + begin).0\tC\(minute)\t\(peers)\ttcp\thttp\t\(delay).0\t400\t900\tSF"
                ),
                (begin + 1, "http.log", "\(base + begin + 1).0\tC\(minute)\t\(peers)\tGET\t\(host)\t/"),
            ]
        }
        return logged.sorted { $0.second < $1.second }
    }

    private static func header(_ file: String) -> String {
        let fields = [
            "conn.log": "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes "
                + "conn_state",
            "http.log": "ts uid id.orig_h id.orig_p id.resp_h id.resp_p method host uri",
        ]
        guard let fields = fields[file] else { return "" }
        return "#separator \\x09\n#unset_field\t-\n#path\t\(file.prefix(4))\n#fields\t"
            + fields.replacing(" ", with: "\t") + "\n"
    }

    private static func append(_ logged: some Sequence<Logged>, in folder: TemporaryFolder) throws {
        for (file, lines) in Dictionary(grouping: logged, by: \.file) {
            let text = lines.map { $0.line + "\n" }.joined()
            let url = folder.url.appending(path: file)
            if !FileManager.default.fileExists(atPath: url.path) { try folder.file(file, header(file)) }
            let handle = try FileHandle(forWritingTo: url)
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(text.utf8))
        }
    }

    private static func folder(_ sensor: String) throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        let paths = sensor == "eve" ? #"["eve.json*"]"# : #"["conn.log*", "http.log*"]"#
        try folder.file(
            "pipeline.yaml",
            KilledRunTests.pipeline
                .replacing("plugin: eve", with: "plugin: \(sensor)")
                .replacing(#"["eve.json*"]"#, with: paths)
                .replacing("detectors:", with: "enrichers: [{plugin: context}]\ndetectors:"))
        return folder
    }

    @Test(
        "the columns of a run that was killed are those of an uninterrupted one, also of what was logged before flows",
        arguments: ["eve", "zeek"])
    func killed(sensor: String) async throws {
        let lines = Self.lines(sensor, 0..<200)
        func logged(_ minutes: Range<Int>) -> [Logged] {
            lines.filter { (minutes.lowerBound * 60..<minutes.upperBound * 60).contains($0.second) }
        }
        let (folder, whole) = (try Self.folder(sensor), try Self.folder(sensor))
        try Self.append(logged(0..<40), in: folder)
        let run = try FollowingRun(folder)
        for minute in stride(from: 40, to: 120, by: 5) {
            try Self.append(logged(minute..<minute + 5), in: folder)
            // Of what is logged until then the newest flows began twenty minutes earlier.
            try await run.wait(untilEvaluated: (minute - 20) * 60)
        }
        try await run.end(with: SIGKILL)
        try Self.append(logged(120..<122), in: folder)
        let resumed = try FollowingRun(folder)
        try await resumed.wait(untilEvaluated: 100 * 60)
        #expect(try await resumed.interrupt() == 130, "\(resumed.said)")

        try Self.append(logged(0..<122), in: whole)
        let uninterrupted = try FollowingRun(whole)
        try await uninterrupted.wait(untilEvaluated: 100 * 60)
        #expect(try await uninterrupted.interrupt() == 130, "\(uninterrupted.said)")
        let expected = try whole.read("all.csv")
        #expect(expected.contains("host-140.example; host-141.example"), "\(expected)")
        #expect(try folder.read("all.csv") == expected)
    }
}
