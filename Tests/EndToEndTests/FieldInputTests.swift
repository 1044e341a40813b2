import Foundation
import TestKit
import Testing

/// Inputs that real sensors and tools leave, each read or named for what it is.
@Suite("Real inputs that went wrong (real records)", .enabled(if: RealRecords.areThere))
struct FieldInputTests {
    private let field = RealRecords.folder.appending(path: "field")

    private func flare(_ arguments: String..., input: FileHandle? = nil) throws -> BuiltCommand.Result {
        let folder = TemporaryFolder()
        return try BuiltCommand.run(
            arguments, in: field, environment: ["XDG_CONFIG_HOME": folder.url.path, "COLUMNS": "200"], input: input)
    }

    /// Runs a command of the shell in which `flare` stands for the built command.
    private func shell(_ command: String) throws -> BuiltCommand.Result {
        let path = try BuiltCommand.path.path
        return try Shell.run("flare() { '\(path)' \"$@\"; }; \(command)", in: field)
    }

    @Test("a pipe is read from its first byte, by whatever name, and what was said of its findings too")
    func pipes() throws {
        let file = try flare("hunt", "03-pipe/eve.json", "--json", "-", "--top", "1")
        #expect(file.errors.contains(": 320 used"))
        for command in [
            "flare hunt <(cat 03-pipe/eve.json)", "cat 03-pipe/eve.json | flare hunt /dev/stdin",
            "cat 03-pipe/eve.json | flare hunt -", "gzip -c 03-pipe/eve.json | flare hunt -",
            "gzip -c 03-pipe/eve.json | flare hunt /dev/stdin", "flare hunt - < 03-pipe/eve.json",
            "d=$(mktemp -d); mkfifo $d/p; cat 03-pipe/eve.json > $d/p & flare hunt $d/p",
            "flare hunt <(head -n 100 03-pipe/eve.json) <(tail -n +101 03-pipe/eve.json)",
        ] {
            let result = try shell("\(command) --json - --top 1")
            #expect(result.exitCode == 0, "\(command): \(result.errors)")
            #expect(result.errors.contains(": 320 used"), "\(command): \(result.errors)")
            #expect(!result.errors.contains("Note:"), "\(command): \(result.errors)")
            #expect(result.output == file.output, "\(command)")
        }
        let channels = try flare("channels", "03-pipe/eve.json", "--csv", "-").output
        #expect(try shell("flare channels <(cat 03-pipe/eve.json) --csv -").output == channels)
        #expect(try shell("cat 03-pipe/eve.json | flare channels - --csv -").output == channels)
    }

    @Test("a folder is read as deep as it goes, and what of it is not read is named")
    func folders() throws {
        let xz = try flare("hunt", "04-folder/xz")
        #expect(xz.exitCode == 0)
        #expect(xz.errors.contains(": 320 used"), "\(xz.errors)")
        let dated = try flare("hunt", "04-folder/dated")
        #expect(dated.exitCode == 0)
        #expect(dated.output.contains("45.77.0.7"))
        let current = try shell("flare hunt 04-folder/current/*")
        #expect(current.exitCode == 3)
        #expect(current.output.contains("45.77.0.7"))
        #expect(current.errors.contains("1 empty file: 04-folder/current/stderr.log"))
        #expect(current.errors.contains("04-folder/current/stdout.log"))
    }

    @Test(
        "logs of connections that are reduced, not over, or in one stream with others are used once",
        arguments: [
            (["hunt", "05-conn_red"], ": 320 used", "45.77.0.7"),
            (["hunt", "06-open_conn", "--detector", "long-connection"], ": 201 used", "45.77.0.7"),
            (["hunt", "12-mixed-stream/zeek-stream.json"], ": 320 used", "c2.example.net:443"),
            (["hunt", "15-trailing-tab"], ": 320 used", "45.77.0.7"),
            (["hunt", "09-messages/nested-id.json.log"], ": 20 used", "45.77.0.7"),
            (["hunt", "09-messages/noheader.conn.log"], ": 20 used", "45.77.0.7"),
            (["hunt", "10-formats/scope.conn.log"], ": 52 used", "45.77.0.7"),
            (["hunt", "10-formats/scope.json.log"], ": 60 used", "45.77.0.7"),
        ])
    func read(arguments: [String], count: String, finding: String) throws {
        let result = try BuiltCommand.run(arguments, in: field)
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.errors.contains(count), "\(result.errors)")
        #expect(result.output.contains(finding))
    }

    @Test("a log with its separator spelled out is read; too few records for any verdict end with 4")
    func separator() throws {
        let result = try flare("hunt", "18-separator/http.log")
        #expect(result.exitCode == 4)
        #expect(result.errors.contains(": 4 used"), "\(result.errors)")
        #expect(result.errors.contains("too few records: beacon asks for"), "\(result.errors)")
    }

    @Test("a stream of many logs counts the same as a file and as standard input, wherever conn begins in it")
    func mixedStream() throws {
        #expect(try shell("flare hunt - < 12-mixed-stream/zeek-stream.json").errors.contains(": 320 used"))
        // 3 MB of lookups before the first connection.
        let late =
            "d=$(mktemp -d); (for i in $(seq 60); do grep '\"_path\":\"dns\"' 12-mixed-stream/zeek-stream.json; done; "
            + "grep '\"_path\":\"conn\"' 12-mixed-stream/zeek-stream.json) > $d/late.json; "
        for command in [
            "flare hunt $d/late.json", "cat $d/late.json | flare hunt -", "gzip $d/late.json; flare hunt $d",
        ] {
            #expect(try shell(late + command).errors.contains(": 320 used"), "\(command)")
        }
    }

    @Test("of a connection that is not over, the last that was said is used: once, with its whole duration")
    func openConnection() throws {
        let result = try flare("hunt", "06-open_conn", "--detector", "long-connection", "--json", "-")
        let lines = result.output.split(separator: "\n").filter { $0.hasPrefix("{") }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("\"dest_ip\":\"45.77.0.7\"") == true)
        #expect(lines.first?.contains("\"occurrences\":1,") == true)
        #expect(result.output.contains("18 h"))
        for command in [
            "cat 06-open_conn/conn.log 06-open_conn/open_conn.log | flare hunt -",
            "flare hunt <(cat 06-open_conn/conn.log) <(cat 06-open_conn/open_conn.log)",
        ] {
            let piped = try shell("\(command) --detector long-connection --json -")
            #expect(piped.errors.contains(": 201 used"), "\(piped.errors)")
            #expect(piped.output == result.output)
        }
    }

    @Test("a duration below 0 takes itself away, and is counted")
    func negativeDuration() throws {
        let result = try flare("hunt", "13-negative-duration/conn.log", "--detector", "long-connection")
        #expect(result.exitCode == 0)
        #expect(result.errors.contains("320 used, 8 skipped, 0 rejected"))
        #expect(result.errors.contains("note: 7 duration below 0, used without it"))
    }

    @Test("certificates in JSON are found in a folder as by --source")
    func certificates() throws {
        let (found, named) = (
            try flare("hunt", "16-json-x509", "--json", "-"),
            try flare("hunt", "--source", "zeek", "16-json-x509", "--json", "-")
        )
        #expect(found.exitCode == 0)
        #expect(found.output.contains("update-node"))
        #expect(found.output == named.output)
    }

    @Test(
        "exports of other tools are read as the sensor's own files, beside these too",
        arguments: [
            ("09-messages/eve.json.xz", 60), ("10-formats/array.json", 40), ("10-formats/arraylines.json", 59),
            ("10-formats/aws-nfw.json", 60), ("10-formats/elasticdump.json", 60), ("10-formats/so.json", 60),
            ("10-formats/wazuh-archives.json", 60), ("10-formats/filebeat-ecs.json", 60),
            ("10-formats/eve.tar.gz", 320), ("10-formats/syslog3164.log", 60), ("10-formats/syslog5424.log", 60),
            ("10-formats/wazuh-archives.log", 60),
        ])
    func exports(path: String, count: Int) throws {
        for command in ["flare hunt \(path)", "flare hunt - < \(path)", "flare hunt <(cat \(path))"] {
            let result = try shell(command)
            #expect(result.exitCode == 0, "\(command): \(result.errors)")
            #expect(result.errors.contains(": \(count) used"), "\(command): \(result.errors)")
            #expect(result.output.contains("10.0.0.5  45.77.0.7:443   60 s"), "\(command): \(result.output)")
        }
        let channels = try flare("channels", path, "--csv", "-")
        #expect(channels.exitCode == 0)
        #expect(channels.output.contains("45.77.0.7"))
        #expect(try flare("hunt", "18-separator/http.log", path).exitCode == 0)
    }

    @Test("a record that the file's end cuts off is rejected, whatever the charset, the layout and the packing")
    func cutOff() throws {
        let utf16 = try flare("hunt", "10-formats/utf16le.json")
        #expect(utf16.exitCode == 3)
        #expect(utf16.errors.contains("17 used, 0 skipped, 1 rejected"), "\(utf16.errors)")
        #expect(utf16.errors.contains("1 last line cut off"))
        for command in [
            "flare hunt 08-channels-silent/pretty.eve.json", "flare hunt - < 08-channels-silent/pretty.eve.json",
            "flare channels 08-channels-silent/pretty.eve.json --csv -",
        ] {
            let pretty = try shell(command)
            #expect(
                pretty.exitCode == (command.contains("channels ") && !command.contains("hunt") ? 3 : 4),
                "\(pretty.errors)")
            #expect(pretty.errors.contains("2 used, 0 skipped, 1 rejected"), "\(command): \(pretty.errors)")
        }
    }

    @Test(
        "a record with a wrong date opens neither dial, frame nor window, and is named",
        arguments: [
            ("hunt 01-crash/start-1970.eve.json", "1 record is dated 1970-01-01, 56 years before all others", 1),
            ("hunt 01-crash/start-2012.eve.json", "1 record is dated 2012-06-01, 13 years before all others", 1),
            ("hunt 02-stray-date/stray.eve.json.gz", "1 record is dated 2023-03-04, 1 year before all others", 0),
            ("run 11-newer-record/p.yaml", "1 record is dated 2025-02-07, 11 months after all others", 1),
            ("hunt --source zeek 14-cut-timestamp/conn.log", "1 record is dated 1970-04-21, 53 years before", 1),
        ])
    func strayDate(command: String, sentence: String, findings: Int) throws {
        let result = try BuiltCommand.run(command.split(separator: " ").map(String.init), in: field)
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.errors.contains(sentence), "\(result.errors)")
        #expect(result.errors.contains("Findings: \(findings)"), "\(result.errors)")
    }

    @Test("a file that is empty, not there, asked for by a pattern, or given to the wrong command has its own sentence")
    func sentences() throws {
        for (arguments, code, sentence) in [
            (["hunt", "09-messages/empty.eve.json"], 4, "09-messages/empty.eve.json is empty"),
            (["hunt", "gone.json"], 2, "there is no file gone.json"),
            (["hunt", "gone*.json"], 2, "no file matches gone*.json"),
            (["hunt", "/dev/null"], 4, "/dev/null is empty"), (["hunt", "-"], 4, "standard input is empty"),
            (["run", "03-pipe/eve.json"], 2, "is EVE of Suricata, no pipeline file"),
            (["validate", "15-trailing-tab/conn.log"], 2, "is a log of Zeek, no pipeline file"),
            (["run", "09-messages/empty.eve.json"], 2, "is empty, no pipeline file"),
        ] {
            let result = try BuiltCommand.run(arguments, in: field)
            #expect(result.exitCode == code, "\(arguments): \(result.errors)")
            #expect(result.errors.contains(sentence), "\(arguments): \(result.errors)")
            #expect(!result.errors.contains("Usage:"))
        }
        let pattern = try flare("hunt", "03-pipe/*.json")
        #expect(pattern.exitCode == 0)
        #expect(pattern.errors.contains(": 320 used"))
    }
}
