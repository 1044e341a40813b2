import CompressedFiles
import FlareKit
import Foundation
import TestKit
import Testing

@testable import Suricata

@Suite("The eve source")
struct EVESourceTests {
    private let folder = TemporaryFolder()
    private let lines = (0..<300).map { number in
        FlowLine { $0.source = "\"10.0.\(number % 7).\(number % 250)\"" }.text
    }
    private var text: String { lines.map { $0 + "\n" }.joined() }

    @Test("plain, gzip and zstd yield the same, whatever the name says")
    func formats() async throws {
        let plain = try await read([try folder.write(text, as: "a.gz")])
        #expect(plain.rows.count == 300)
        for (stored, name) in [(gzip(Data(text.utf8)), "b.json"), (zstdFrame(Data(text.utf8)), "c.json")] {
            let yield = try await read([try folder.write(stored, as: name)], cursors: 3)
            #expect(yield.rows.map(\.source) == plain.rows.map(\.source))
            #expect(yield.rows.map(\.position) == plain.rows.map(\.position))
            #expect(yield.ingest.bytes == Int64(stored.count))
        }
        #expect(plain.ingest.bytes == Int64(text.utf8.count))
    }

    @Test("a glob means its files by name, folders are none, and a file named twice is read once")
    func globs() async throws {
        for (place, name) in ["eve.json.2", "eve.json", "eve.json.1", "other.log"].enumerated() {
            try folder.write(text.replacing("10.0.", with: "10.\(place)."), as: name)
        }
        try FileManager.default.createDirectory(atPath: folder.path("eve.json.d"), withIntermediateDirectories: true)
        let yield = try await read([folder.path("eve.json*"), folder.path("eve.json")])
        #expect(Set(yield.rows.map(\.origin)) == Set(["eve.json", "eve.json.1", "eve.json.2"].map(folder.path)))
        #expect(yield.ingest.read == 900)
    }

    @Test("a file whose name looks like a glob is read by its name")
    func literalName() async throws {
        let path = try folder.write(text, as: "eve[1].json")
        #expect(try await read([path]).ingest.read == 300)
    }

    @Test("the pipeline's folder is not taken for a glob")
    func folderIsLiteral() async throws {
        let odd = folder.path("a*b[1]")
        try FileManager.default.createDirectory(atPath: odd, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: odd + "/eve.json"))
        let options = try EVESourceOptions.read("paths: [\"*.json\"]", folder: odd)
        let cursors = try await EVESource(options, PluginContext()).open(scan(1))
        #expect(drain(cursors).ingest.read == 300)
    }

    @Test("what is missing is named before anything is read")
    func missing() async throws {
        try folder.write(text, as: "eve.json")
        for (path, reason) in [
            ("absent.json", "there is no such file"), ("eve.xml*", "no file matches"), ("", "it is a directory"),
        ] {
            let error = await #expect(throws: PluginError.self) {
                try await read([folder.path("eve.json"), folder.path(path)])
            }
            #expect(error?.place == folder.path(path))
            #expect(error?.what.hasPrefix(reason) == true, "\(String(describing: error))")
        }
    }

    @Test("no paths, and standard input twice, are complaints about the option")
    func badOptions() throws {
        for yaml in ["paths: []", "paths: [\"-\", \"-\"]"] {
            let options = try EVESourceOptions.read(yaml)
            let complaint = #expect(throws: OptionComplaint.self) { try EVESource(options, PluginContext()) }
            #expect(complaint?.option == "paths")
        }
    }

    @Test("files can be read again and have an extent, standard input cannot and has none")
    func rereading() async throws {
        let path = try folder.write(text, as: "eve.json")
        let files = try EVESource(try .read("paths: [\"\(path)\", \"\(path)*\"]"), PluginContext())
        #expect(files.isRereadable)
        #expect(await files.extent() == Int64(text.utf8.count))
        let stream = try EVESource(try .read("paths: [\"-\"]"), PluginContext())
        #expect(!stream.isRereadable)
        #expect(await stream.extent() == nil)
    }

    @Test("there are no more cursors than work, and one at least")
    func cursorCount() async throws {
        let path = try folder.write(text, as: "eve.json")
        let empty = try folder.write("", as: "empty.json")
        #expect(try await EVESource(try .read("paths: [\"\(path)\"]"), PluginContext()).open(scan(8)).count == 1)
        let none = try await EVESource(try .read("paths: [\"\(empty)\"]"), PluginContext()).open(scan(8))
        #expect(none.count == 1)
        #expect(drain(none).ingest == IngestCounts())
    }

    @Test("a byte-order mark and carriage returns are passed over")
    func markAndReturns() async throws {
        let dos = Data([0xEF, 0xBB, 0xBF]) + Data(lines.map { $0 + "\r\n" }.joined().utf8)
        for stored in [dos, gzip(dos)] {
            let yield = try await read([try folder.write(stored, as: "dos.json")])
            #expect(yield.rows.count == 300)
            #expect(yield.ingest.rejectedCount == 0)
        }
    }

    @Test("a last line without a line feed is read if it is whole, else rejected as cut off")
    func lastLine() async throws {
        let whole = try await read([try folder.write(String(text.dropLast()), as: "whole.json")])
        #expect(whole.rows.count == 300)
        for stored in [Data(text.dropLast(20).utf8), gzip(Data(text.dropLast(20).utf8))] {
            let cut = try await read([try folder.write(stored, as: "cut.json")])
            #expect(cut.rows.count == 299)
            #expect(cut.ingest.reasons == ["last line cut off": 1])
            #expect(cut.ingest.rejected.values.first?.examples.first?.position == whole.rows.last?.position)
        }
    }

    @Test("of a truncated gzip file what is there is yielded, and the file is named")
    func truncated() async throws {
        let stored = gzip(Data(text.utf8))
        let yield = try await read([try folder.write(stored.prefix(stored.count * 2 / 3), as: "eve.json.gz")])
        #expect(yield.rows.count > 50)
        #expect(yield.error == nil)
        #expect(yield.ingest.unread["compressed file cut short"]?.count == 1)
        #expect(yield.ingest.isBalanced)
    }

    private func scan(_ cursors: Int) -> Scan {
        Scan(kinds: [.flow: []], parallelism: cursors, now: Timestamp(nanoseconds: 0))
    }
}
