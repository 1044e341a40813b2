import Foundation
import TestKit
import Testing

/// However a sensor's records came here, they are the same records.
@Suite("Records as they travel")
struct CarriedRecordsTests {
    private let folder = TemporaryFolder()

    private func channels(_ content: Data) throws -> BuiltCommand.Result {
        try folder.replace(content, as: "log")
        return try shell("flare channels log --csv -")
    }

    private func shell(_ command: String) throws -> BuiltCommand.Result {
        try Shell.run("flare() { '\(try BuiltCommand.path.path)' \"$@\"; }; \(command)", in: folder.url)
    }

    /// Holds what came of some records against what the plain ones give: the same calls, at the same times, of the same sizes.
    private func expectAll(_ result: BuiltCommand.Result, _ name: String) {
        #expect(result.exitCode == 0, "\(name): \(result.errors)")
        #expect(result.errors.contains(": 120 used"), "\(name): \(result.errors)")
        let rows = result.output.split(separator: "\n").dropFirst().map { String($0.drop { $0 != "," }.dropFirst()) }
        #expect(rows.sorted() == CarriedRecords.channels, "\(name): \(result.output.prefix(300))")
    }

    @Test("of records that something carried, flare hunt finds what it finds of others")
    func found() throws {
        for content in [
            CarriedRecords.eve.plain, CarriedRecords.eve.inLines[4].content, CarriedRecords.zeek.spread[3].content,
            CarriedRecords.documents[0].records.plain,
        ] {
            try folder.replace(content, as: "log")
            let result = try shell("flare hunt log")
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(result.output.contains("10.0.0.5  45.77.0.7:443   60 s"), "\(result.output)")
        }
    }

    @Test("what programs on the way put around a record is taken off", arguments: [CarriedRecords.eve, .zeek])
    func lines(_ records: CarriedRecords) throws {
        expectAll(try channels(records.plain), "plain")
        for (name, content) in records.inLines { expectAll(try channels(content), name) }
    }

    @Test(
        "records in arrays, over several lines and in search responses are told apart",
        arguments: [CarriedRecords.eve, .zeek])
    func spread(_ records: CarriedRecords) throws {
        for (name, content) in records.spread { expectAll(try channels(content), name) }
    }

    @Test("documents in which a shipper took records apart are read by its schema, in dumps and responses too")
    func documents() throws {
        for (name, records) in CarriedRecords.documents {
            expectAll(try channels(records.plain), name)
            for (way, content) in records.spread { expectAll(try channels(content), "\(name), \(way)") }
        }
        expectAll(try channels(CarriedRecords.flat.plain), "flat")
        expectAll(try channels(CarriedRecords.fields.plain), "fields of a search")
        expectAll(try channels(CarriedRecords.marked.plain), "GELF's own members")
    }

    @Test("a log in columns is read with another header than Zeek's own, or with none")
    func columns() throws {
        expectAll(try channels(Data(CarriedRecords.columns.utf8)), "conn.log")
        expectAll(try channels(Data(CarriedRecords.columnsBySyslog.utf8)), "rows behind syslog's headers")
        for (name, content) in CarriedRecords.otherColumns {
            let result = try channels(Data(content.utf8))
            guard name != "the end of a header" else {
                #expect(result.errors.contains("120 used, 1 skipped, 1 rejected"), "\(name): \(result.errors)")
                continue
            }
            expectAll(result, name)
        }
    }

    @Test("of netflow records alone, two directions are one flow; beside flows they are passed over")
    func netflow() throws {
        let records = CarriedRecords.netflow
        let result = try channels(records.plain)
        expectAll(result, "netflow")
        #expect(result.errors.contains("120 skipped, 0 rejected"), "\(result.errors)")
        expectAll(try shell("cat log | flare channels - --csv -"), "netflow from a pipe")
        expectAll(try channels(records.inLines[25].content), "netflow of \(records.inLines[25].name)")
        expectAll(try channels(CarriedRecords.eve.plain + records.plain), "netflow beside flows")
        // The server's direction alone is told by the ports.
        let halves = records.lines.enumerated().filter { $0.offset % 2 == 1 }.map { $0.element + "\n" }.joined()
        let late = try channels(Data(halves.replacing("\"dest_port\":4", with: "\"dest_port\":5").utf8))
        #expect(late.errors.contains(": 120 used"), "\(late.errors)")
        #expect(late.output.contains(",10.0.0.5,45.77.0.7,443,tcp,"), "\(late.output)")
    }

    @Test("UTF-16 is read with and without its mark, in columns too")
    func charsets() throws {
        for content in [CarriedRecords.eve.plain, CarriedRecords.zeek.plain, Data(CarriedRecords.columns.utf8)] {
            for (name, content) in CarriedRecords.charsets(content) { expectAll(try channels(content), name) }
        }
        for (name, content) in CarriedRecords.eve.inLines.suffix(3) + CarriedRecords.eve.spread.prefix(4) {
            expectAll(try channels(CarriedRecords.charsets(content)[0].content), name)
        }
    }

    @Test("a file is unpacked whatever it is packed with, an archive too", arguments: CarriedRecords.packings)
    func packings(_ command: String) throws {
        for content in [
            CarriedRecords.eve.plain, Data(CarriedRecords.columns.utf8), CarriedRecords.eve.inLines[4].content,
        ] {
            try? FileManager.default.removeItem(atPath: folder.path)
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
            try folder.replace(content, as: "log")
            expectAll(try shell("\(command); flare channels packed --csv -"), command)
            expectAll(try shell("cat packed | flare channels - --csv -"), "\(command), from a pipe")
        }
    }

    @Test("what stands twice in an archive is told, since it counts twice")
    func copies() throws {
        try folder.replace(CarriedRecords.eve.plain, as: "log")
        let result = try shell("cp log other; gzip -k log; tar -cf packed other log.gz; flare channels packed --csv -")
        #expect(result.exitCode == 3)
        #expect(result.errors.contains("the same as other, and counted twice"), "\(result.errors)")
    }

    @Test("standard input and pipes are read the same, however their records travel")
    func streams() throws {
        let records = CarriedRecords.eve
        for (name, content) in records.inLines.prefix(8) + records.spread {
            try folder.replace(content, as: "log")
            expectAll(try shell("cat log | flare channels - --csv -"), name)
        }
        expectAll(try shell("flare channels <(cat log) --csv -"), "a pipe")
    }
}
