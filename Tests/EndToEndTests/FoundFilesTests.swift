import Foundation
import TestKit
import Testing

/// How files are found, recognised and named.
@Suite("Files that flare hunt finds")
struct FoundFilesTests {
    private let folder: TemporaryFolder

    init() throws { folder = TemporaryFolder() }

    private func flare(_ arguments: String...) throws -> BuiltCommand.Result {
        try BuiltCommand.run(arguments, in: folder.url, environment: ["XDG_CONFIG_HOME": folder.url.path])
    }

    private func shell(_ command: String, input: String = "") throws -> BuiltCommand.Result {
        try Shell.run("flare() { '\(try BuiltCommand.path.path)' \"$@\"; }; \(command)", in: folder.url, input: input)
    }

    /// Flows of one machine, as EVE.
    private static func flows(_ numbers: Range<Int>) -> String {
        numbers.map { number in
            let time = "2024-03-04T10:\(String(format: "%02d:%02d", number / 60 % 60, number % 60)).000000+0000"
            return #"{"timestamp":"\#(time)","flow_id":\#(number + 1),"event_type":"flow","src_ip":"10.0.0.5","#
                + #""dest_ip":"45.77.0.7","dest_port":443,"proto":"TCP","flow":{"bytes_toserver":1,"#
                + #""start":"\#(time)"}}"# + "\n"
        }.joined()
    }

    @Test("folders in folders are read, each once, whatever links lead to them")
    func deep() throws {
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "logs/2024/03/04"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "logs/empty"), withIntermediateDirectories: true)
        try folder.file("logs/eve.json", Self.flows(0..<10))
        try folder.file("logs/2024/03/04/eve.json", Self.flows(10..<30))
        for (link, target) in [("logs/2024/up", ".."), ("logs/loop", "loop"), ("logs/again", "2024")] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.url.appending(path: link).path, withDestinationPath: target)
        }
        let result = try flare("hunt", "logs")
        #expect(result.exitCode == 3)
        #expect(result.errors.contains(": 30 used"), "\(result.errors)")
        #expect(result.errors.contains("not read: 1 link that leads in a circle: logs/loop"))
    }

    @Test("what a folder holds beside a sensor's files is named by its cause, in the summary and in the report")
    func named() throws {
        try folder.file("eve.json", Self.flows(0..<10))
        try folder.file("note.txt", "hello\n")
        let made = try shell(
            """
            mkdir d; gzip -c eve.json > d/eve.json.1.gz; head -c 100 d/eve.json.1.gz > d/cut.gz; : | gzip > d/empty.gz
            : > d/empty.json; printf '7z\\274\\257\\047\\034' > d/eve.json.7z; printf 'ElfFile\\0\\n' > d/Security.evtx
            ln -s gone d/link; mkfifo d/fifo; head -c 100 /dev/zero > d/zeros; mv note.txt d; mv eve.json d
            for i in 1 2 3 4 5 6 7 8; do : > d/e$i; done; gzip -c d/eve.json.1.gz > d/twice.gz
            flare hunt d --report r.json
            """)
        #expect(made.exitCode == 3, "\(made.errors)")
        for name in [
            "1 pipe, socket or device: d/fifo", "1 file that vanished: d/link", "1 file compressed with 7z",
            "d/note.txt", "d/zeros", "a log of Windows events (evtx)",
            "10 empty file: d/e1, d/e2, d/e3, d/e4, d/e5, and 5 more",
        ] {
            #expect(made.errors.contains(name), "\(name): \(made.errors)")
        }
        #expect(made.errors.contains(": 10 used"), "\(made.errors)")
        let report = try folder.read("r.json")
        for name in ["d/fifo", "d/note.txt", "\"exit_code\" : 3"] { #expect(report.contains(name)) }
    }

    @Test("a compressed copy that is cut short beside its original is told")
    func cutCopy() throws {
        try folder.file("eve.json", Self.flows(0..<3000))
        let result = try shell("gzip -c eve.json > eve.json.gz; truncate -s -2000 eve.json.gz; flare hunt eve.json*")
        #expect(result.exitCode == 3, "\(result.errors)")
        #expect(result.errors.contains("1 compressed file cut short"), "\(result.errors)")
        #expect(result.errors.contains(": 3,000 used"))
        let alone = try shell("flare hunt eve.json.gz")
        #expect(alone.exitCode == 3)
    }

    @Test("more files than the process may open are read all the same")
    func manyFiles() throws {
        let result = try shell(
            """
            mkdir many; i=0; while IFS= read -r line; do printf '%s\\n' "$line" > many/eve-$i.json; i=$((i+1)); done
            ulimit -n 48
            flare hunt many --save p.yaml; flare hunt 'many/*.json'
            """, input: Self.flows(0..<300))
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.errors.components(separatedBy: ": 300 used").count == 3, "\(result.errors)")
    }

    @Test("Zeek's file beside Suricata's are both read, and one alone where a source is named")
    func bothSensors() throws {
        try folder.file("eve.json", Self.flows(0..<10))
        try folder.file(
            "conn.log",
            "#separator \\x09\n#path\tconn\n#fields\tts\tid.orig_h\tid.resp_h\tid.resp_p\tproto\n"
                + "1709546400.5\t10.0.0.6\t45.77.0.8\t443\ttcp\n")
        #expect(try flare("hunt", ".").errors.contains(": 11 used"))
        let eve = try flare("hunt", ".", "--source", "eve")
        #expect(eve.errors.contains(": 10 used"))
        #expect(eve.errors.contains("a log of Zeek"))
        #expect(eve.exitCode == 3)
    }
}

/// The shell, for what only it can do: pipes, process substitution, limits.
enum Shell {
    static func run(_ command: String, in folder: URL, input: String = "") throws -> BuiltCommand.Result {
        let work = TemporaryFolder()
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        process.environment = ["PATH": "/usr/bin:/bin", "XDG_CONFIG_HOME": work.url.path, "COLUMNS": "200"]
        let (output, errors) = (try work.file("stdout"), try work.file("stderr"))
        process.standardInput = try FileHandle(forReadingFrom: try work.file("stdin", input))
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        return BuiltCommand.Result(
            exitCode: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }
}
