import CompressedFiles
import FlareKit
import Foundation
import TestKit
import Testing

@testable import LineFiles

@Suite("Files that are read once")
struct InputPathsTests {
    private let folder = TemporaryFolder()

    private func open(_ patterns: String...) throws -> InputPaths.Opened {
        try InputPaths(patterns.map { OptionPath(folder.path($0)) }).open()
    }

    private func names(_ opened: InputPaths.Opened) -> [String] {
        opened.files.map { URL(fileURLWithPath: $0.path).lastPathComponent }
    }

    @Test("rotated files are read in the order in which they were begun, whatever their names and forms")
    func order() throws {
        try folder.replace(lines(20..<30), as: "eve.json")
        try folder.replace(gzip(lines(10..<20)), as: "eve.json.1.gz")
        try folder.replace(lines(0..<10), as: "eve-2024-01-01.json")
        #expect(names(try open("eve*")) == ["eve-2024-01-01.json", "eve.json.1.gz", "eve.json"])
    }

    @Test("a rotated file that is there twice is read once, and its lines are counted under a name")
    func copies() throws {
        try folder.replace(lines(0..<1000), as: "eve.json.1")
        try folder.replace(gzip(lines(0..<1000)), as: "eve.json.1.gz")
        try folder.replace(lines(1000..<1010), as: "eve.json")
        let opened = try open("eve*")
        #expect(names(opened) == ["eve.json.1", "eve.json"])
        #expect(opened.notes.skipped["also in another file"]?.count == 1000)
        #expect(opened.notes.isBalanced)
    }

    @Test("a copy that was made before its original grew is left out, in whatever order they come")
    func beginning() throws {
        try folder.replace(lines(0..<500) + line(500).prefix(20), as: "eve.json.1")
        try folder.replace(lines(0..<900), as: "eve.json")
        #expect(names(try open("eve*")) == ["eve.json"])
        #expect(try open("eve.json.1", "eve.json").notes.skipped["also in another file"]?.count == 501)
    }

    @Test("files that begin alike and go on otherwise are both read")
    func different() throws {
        try folder.replace(line(0) + lines(1..<5), as: "a.json")
        try folder.replace(line(0) + lines(7..<9), as: "b.json")
        let opened = try open("*.json")
        #expect(opened.files.count == 2)
        #expect(opened.notes == IngestCounts())
    }

    @Test("of what a pattern matches, a pipe without a writer is named and left out, and nobody waits for it")
    func pipeInPattern() throws {
        try folder.replace(lines(0..<5), as: "eve.json")
        #expect(mkfifo(folder.path("eve.fifo"), 0o600) == 0)
        let opened = try open("eve.*")
        #expect(names(opened) == ["eve.json"])
        #expect(opened.notes.unread["pipe, socket or device"]?.examples.map(\.origin) == [folder.path("eve.fifo")])
    }

    @Test("a pipe that is named and that nobody writes to is an error, not a wait without end")
    func namedPipe() throws {
        #expect(mkfifo(folder.path("eve.fifo"), 0o600) == 0)
        let error = #expect(throws: PluginError.self) { try open("eve.fifo") }
        #expect(error?.what.contains("no process writes to it") == true)
    }

    @Test("a file without permission is named; the others are read", .enabled(if: geteuid() != 0))
    func permission() throws {
        try folder.replace(lines(0..<5), as: "eve.json")
        try folder.replace(lines(5..<9), as: "eve.json.1")
        chmod(folder.path("eve.json.1"), 0)
        let opened = try open("eve*")
        #expect(names(opened) == ["eve.json"])
        #expect(opened.notes.unread["file without permission"]?.count == 1)
        let error = #expect(throws: PluginError.self) { try open("eve.json.1") }
        #expect(error?.what == "no permission to read it")
    }

    @Test("a link that leads nowhere is a file that vanished")
    func vanished() throws {
        try folder.replace(lines(0..<5), as: "eve.json")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("eve.json.1"), withDestinationPath: folder.path("gone"))
        let opened = try open("eve*")
        #expect(names(opened) == ["eve.json"])
        #expect(opened.notes.unread["file that vanished"]?.count == 1)
    }

    @Test("a file compressed in a way that is not read is named; the others are read")
    func unsupported() throws {
        try folder.replace(lines(0..<5), as: "eve.json")
        try folder.replace(Data([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 1, 2, 3]), as: "eve.json.1.7z")
        #expect(try open("eve*").notes.unread["file compressed with 7z"]?.count == 1)
        #expect(throws: PluginError.self) { try open("eve.json.1.7z") }
    }

    @Test("a directory that is named is an error, one that a pattern matches is none of the files")
    func directory() throws {
        try folder.replace(lines(0..<5), as: "eve.json")
        try FileManager.default.createDirectory(atPath: folder.path("eve.d"), withIntermediateDirectories: true)
        #expect(names(try open("eve.*")) == ["eve.json"])
        let error = #expect(throws: PluginError.self) { try open("eve.d") }
        #expect(error?.what.hasPrefix("it is a directory") == true)
    }

    @Test("of a gzip bomb one line is held at most")
    func bomb() throws {
        try folder.replace(lines(0..<3), as: "eve.json")
        // 256 MB of zeros without a line feed, stored in a quarter of a megabyte.
        try folder.replace(gzip(zeros: 256 << 20), as: "bomb.gz")
        let reader = LineReader(WorkQueue(try open("*").files), longestLine: 1 << 20)
        var longest = 0
        var tooLong = 0
        reading: while true {
            switch try reader.next() {
            case .end: break reading
            case .idle, .file: continue
            case .lines(let region):
                longest = max(longest, reader.buffer.capacity)
                tooLong += region.longLine == nil ? 0 : 1
            }
        }
        #expect(tooLong == 1)
        #expect(longest < 4 << 20)
    }
}
