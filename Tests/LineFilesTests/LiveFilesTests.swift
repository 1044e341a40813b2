import FlareKit
import Foundation
import TestKit
import Testing

@testable import LineFiles

@Suite("Files that are followed")
struct LiveFilesTests {
    private let folder = TemporaryFolder()

    @Test("what is appended comes once")
    func growing() throws {
        try folder.replace(lines(0..<3), as: "eve.json")
        let follower = Follower(folder.path("eve.json"))
        #expect(follower.read() == lines(0..<3))
        #expect(follower.read().isEmpty)
        try folder.append(lines(3..<5), to: "eve.json")
        #expect(follower.read() == lines(3..<5))
    }

    @Test("a line without its end waits for it")
    func partialLine() throws {
        try folder.replace(lines(0..<2) + line(2).prefix(20), as: "eve.json")
        let follower = Follower(folder.path("eve.json"))
        #expect(follower.read() == lines(0..<2))
        #expect(follower.readUntilSettled().isEmpty)
        try folder.append(String(line(2).dropFirst(20)) + line(3), to: "eve.json")
        #expect(follower.read() == lines(2..<4))
    }

    @Test("a file that is not there yet is read when it comes")
    func notThereYet() throws {
        let follower = Follower(folder.path("eve.json"))
        #expect(follower.read().isEmpty)
        try folder.replace("", as: "eve.json")
        #expect(follower.read().isEmpty)
        try folder.append(lines(0..<3), to: "eve.json")
        #expect(follower.read() == lines(0..<3))
    }

    @Test("a renamed file is read to its end, then the new one", arguments: ["eve.json*", "eve.json"])
    func rotation(pattern: String) throws {
        try folder.replace(lines(0..<3), as: "eve.json")
        let follower = Follower(folder.path(pattern))
        #expect(follower.read() == lines(0..<3))
        try folder.append(lines(3..<5), to: "eve.json")
        try folder.rename("eve.json", to: "eve.json.1")
        try folder.append(lines(5..<6), to: "eve.json.1")
        try folder.replace(lines(6..<8), as: "eve.json")
        #expect(follower.read() == lines(3..<8))
        // Sensors may write to the old one until they are told.
        try folder.append(lines(8..<9), to: "eve.json.1")
        #expect(follower.read() == line(8))
    }

    @Test("renamed and compressed during a read it goes on where it was")
    func compressedMeanwhile() throws {
        try folder.replace(lines(0..<400), as: "eve.json")
        let follower = Follower(folder.path("eve.json*"))
        #expect(follower.read() == lines(0..<400))
        try folder.append(lines(400..<500), to: "eve.json")
        try folder.replace(gzip(lines(0..<500)), as: "eve.json.1.gz")
        try folder.remove("eve.json")
        try folder.replace(lines(500..<503), as: "eve.json")
        #expect(follower.read() == lines(400..<503))
        #expect(follower.readUntilSettled().isEmpty)
    }

    @Test("records behind a header of syslog are followed as they are written, through rotation and from run to run")
    func carried() throws {
        func carried(_ numbers: Range<Int>) -> String {
            numbers.map { "Mar  4 10:00:00 fw suricata[1]: " + line($0) }.joined()
        }
        /// Without the spaces that keep the places of what comes behind.
        func plain(_ text: String) -> String {
            text.split(separator: "\n").map { String($0.reversed().drop { $0 == " " }.reversed()) + "\n" }.joined()
        }
        try folder.replace(carried(0..<3) + "Mar  4 10:00:00 fw sur", as: "eve.json")
        let follower = Follower(folder.path("eve.json*"))
        #expect(plain(follower.read()) == lines(0..<3))
        try folder.append("icata[1]: " + line(3) + carried(4..<300), to: "eve.json")
        #expect(plain(follower.read()) == lines(3..<300))
        let checkpoint = follower.checkpoint
        try folder.append(carried(300..<310), to: "eve.json")
        try folder.replace(gzip(carried(0..<310)), as: "eve.json.1.gz")
        try folder.remove("eve.json")
        try folder.replace(carried(310..<312), as: "eve.json")
        #expect(plain(follower.read()) == lines(300..<312))
        #expect(follower.readUntilSettled().isEmpty)
        let later = Follower(folder.path("eve.json*"), resume: checkpoint)
        #expect(plain(later.read()) == lines(300..<312))
    }

    @Test("a file that was cut off begins anew; what lies in a copy of it is not lost and does not come twice")
    func copyAndTruncate() throws {
        try folder.replace(lines(0..<300), as: "eve.json")
        let follower = Follower(folder.path("eve.json*"))
        #expect(follower.read() == lines(0..<300))
        try folder.append(lines(300..<310), to: "eve.json")
        try folder.copy("eve.json", to: "eve.json.1")
        folder.cut("eve.json")
        try folder.append(lines(310..<312), to: "eve.json")
        #expect(follower.read() == lines(300..<312))
        #expect(follower.readUntilSettled().isEmpty)
    }

    @Test("a copy beside the original is not read while the original stands")
    func copyStands() throws {
        try folder.replace(lines(0..<10), as: "eve.json")
        try folder.copy("eve.json", to: "eve.json.1")
        let follower = Follower(folder.path("eve.json*"))
        #expect(follower.read() == lines(0..<10))
        try folder.replace(gzip(lines(0..<10)), as: "eve.json.2.gz")
        #expect(follower.read().isEmpty)
        try folder.append(line(10), to: "eve.json")
        #expect(follower.read() == line(10))
    }

    @Test("cut off in the midst of a line, the rest of the line begins the file and is a line of its own")
    func truncatedInMidLine() throws {
        try folder.replace(lines(0..<5) + line(5).prefix(30), as: "eve.json")
        let follower = Follower(folder.path("eve.json"))
        #expect(follower.read() == lines(0..<5))
        folder.cut("eve.json")
        try folder.append(String(line(5).dropFirst(30)) + lines(6..<9), to: "eve.json")
        #expect(follower.read() == String(line(5).dropFirst(30)) + lines(6..<9))
    }

    @Test("a writer that keeps its place leaves a hole of zeros, which is no part of the content before")
    func hole() throws {
        try folder.replace(lines(0..<100), as: "eve.json")
        let follower = Follower(folder.path("eve.json"))
        let size = follower.read().utf8.count
        folder.cut("eve.json")
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("eve.json")))
        try handle.seek(toOffset: UInt64(size))
        try handle.write(contentsOf: Data(lines(100..<103).utf8))
        try handle.close()
        #expect(follower.read() == String(repeating: "\0", count: size) + lines(100..<103))
    }

    @Test("written anew in place it is a new file, even where it is longer than before")
    func recreated() throws {
        try folder.replace(lines(0..<3), as: "eve.json")
        let follower = Follower(folder.path("eve.json"))
        follower.read()
        try folder.remove("eve.json")
        #expect(follower.read().isEmpty)
        try folder.replace(lines(10..<20), as: "eve.json")
        #expect(follower.read() == lines(10..<20))
        folder.cut("eve.json")
        try folder.append(lines(20..<60), to: "eve.json")
        #expect(follower.read() == lines(20..<60))
    }

    @Test("files are read in the order in which they were begun, whatever their names and forms")
    func timeOrder() throws {
        try folder.replace(gzip(lines(0..<10)), as: "z.json.gz")
        try folder.replace(lines(20..<30), as: "a.json")
        try folder.replace(gzip(lines(10..<20)), as: "m.json")
        #expect(Follower(folder.path("*")).read() == lines(0..<30))
    }

    @Test("after a restart it goes on where it stopped, in files that were renamed, compressed and begun meanwhile")
    func resume() throws {
        try folder.replace(lines(0..<200), as: "eve.json.1")
        try folder.replace(lines(200..<300) + line(300).prefix(9), as: "eve.json")
        let first = Follower(folder.path("eve.json*"))
        #expect(first.read() == lines(0..<300))
        try folder.append(String(line(300).dropFirst(9)) + lines(301..<320), to: "eve.json")
        try folder.replace(gzip(lines(0..<200)), as: "eve.json.3.gz")
        try folder.remove("eve.json.1")
        try folder.replace(gzip(lines(200..<320)), as: "eve.json.2.gz")
        try folder.replace(lines(320..<330), as: "eve.json.1")
        try folder.replace(lines(330..<333), as: "eve.json")
        let second = Follower(folder.path("eve.json*"), resume: first.checkpoint)
        #expect(second.read() == lines(300..<333))
        #expect(Follower(folder.path("eve.json*"), resume: second.checkpoint).read().isEmpty)
    }

    @Test("a line that is too long is passed over without being held, also while it grows")
    func longLine() throws {
        try folder.replace(lines(0..<2) + String(repeating: "x", count: 5000), as: "eve.json")
        let follower = Follower(folder.path("eve.json"), longestLine: 1000)
        #expect(follower.read() == lines(0..<2) + "<too long>")
        try folder.append(String(repeating: "x", count: 700_000), to: "eve.json")
        #expect(follower.read().isEmpty)
        try folder.append("\n" + line(2), to: "eve.json")
        #expect(follower.read() == line(2))
    }

    @Test("a compressed file that is cut short is named, and yields what it has")
    func cutShort() throws {
        let whole = gzip(lines(0..<3000))
        try folder.replace(whole.prefix(whole.count / 2), as: "eve.json.1.gz")
        try folder.replace(lines(3000..<3001), as: "eve.json")
        let follower = Follower(folder.path("eve.json*"))
        let came = follower.read()
        #expect(came.hasPrefix(lines(0..<100)) && came.hasSuffix(line(3000)))
        #expect(follower.files.notes.unread["compressed file cut short"]?.count == 1)
        follower.read()
        #expect(follower.files.notes.unread["compressed file cut short"]?.count == 1)
    }

    @Test("of a first run, files that were done before the window are left alone, and stay so after a restart")
    func oldFiles() throws {
        let old = try folder.replace(lines(0..<10), as: "eve.json.9")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -10 * 86_400)], ofItemAtPath: old)
        try folder.replace(lines(10..<20), as: "eve.json")
        let first = Follower(folder.path("eve.json*"), window: 86_400_000_000_000)
        #expect(first.read() == lines(10..<20))
        let second = Follower(folder.path("eve.json*"), resume: first.checkpoint, window: 86_400_000_000_000)
        #expect(second.read().isEmpty)
    }
}
