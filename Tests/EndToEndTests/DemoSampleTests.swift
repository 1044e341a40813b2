import CZlib
import Foundation
import HomeNetwork
import Testing

@Suite("The demo's sample")
struct DemoSampleTests {
    static let bundled = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../configs/samples/home-24h.json.gz").standardizedFileURL

    private static let lines = SampleDay.lines()

    @Test("the bundled sample is what its generator writes, byte for byte")
    func bundledSampleIsGenerated() throws {
        var written = Data()
        for line in Self.lines {
            written.append(contentsOf: line.utf8)
            written.append(UInt8(ascii: "\n"))
        }
        let bundled = try Self.unzipped(Self.bundled)
        #expect(bundled.count == written.count)
        #expect(bundled == written, "write it anew as configs/samples/README.md says")
    }

    @Test("the sample's labels are what its generator knows, and the implant is the one that is malicious")
    func labels() throws {
        let file = Self.bundled.deletingLastPathComponent().appending(path: "home-24h.json.labels.csv")
        let rows = SampleDay.labels()
        #expect(try String(contentsOf: file, encoding: .utf8) == rows.map { $0 + "\n" }.joined())
        #expect(rows.filter { $0.hasSuffix(",1,1") } == ["192.168.0.53,160.153.76.129,80,tcp,implant,1,1"])
    }

    @Test("the bundled sample is under 3 MB")
    func bundledSampleIsSmall() throws {
        let size = try FileManager.default.attributesOfItem(atPath: Self.bundled.path)[.size] as? Int
        #expect(try #require(size) < 3_000_000)
    }

    @Test("every line says that it was generated, and none is dated later than June 2017")
    func linesAreLabelled() {
        for line in Self.lines {
            guard line.hasPrefix("{\"timestamp\":\"2017-06-"), line.hasSuffix(",\"host\":\"generated-sample\"}") else {
                Issue.record("not labelled: \(line)")
                return
            }
        }
    }

    @Test("another seed gives another day")
    func seedMatters() {
        #expect(SampleDay.lines(seed: 1) != Self.lines)
    }

    @Test(
        "a moment is written as Suricata writes it",
        arguments: [
            (0, "1970-01-01T00:00:00.000000+0000"), (951_782_399_999_999, "2000-02-28T23:59:59.999999+0000"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000+0000"),
            (1_496_966_400_000_001, "2017-06-09T00:00:00.000001+0000"),
        ])
    func momentsAreWritten(microseconds: Int, text: String) {
        #expect(Moment(microseconds: microseconds).text == text)
    }

    /// The whole content of a gzip file.
    static func unzipped(_ file: URL) throws -> Data {
        let handle = try #require(gzopen(file.path, "rb"))
        defer { gzclose(handle) }
        var content = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = gzread(handle, &buffer, UInt32(buffer.count))
            try #require(count >= 0)
            if count == 0 { return content }
            content.append(contentsOf: buffer[..<Int(count)])
        }
    }
}
