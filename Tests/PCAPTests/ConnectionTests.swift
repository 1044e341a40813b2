import FlareKit
import Foundation
import TestKit
import Testing

@testable import PCAP

@Suite("Connections")
struct ConnectionTests {
    @Test("the state of a connection is told in Zeek's words, and the client by who opened it")
    func states() async throws {
        let found = try await read([Frames.path("states.pcap")]).flows
        let states = found.map { "\($0.port) \($0.state)" }
        #expect(
            states == [
                "1 S0", "2 S1", "3 SF", "4 REJ", "5 S2", "6 S3", "7 RSTO", "8 RSTR", "9 RSTOS0", "10 RSTRH", "11 SH",
                "12 SHR", "13 OTH", "3 SF",
            ])
        #expect(found.allSatisfy { $0.sourcePort == 41000 })
    }

    @Test("the same ends once more are another connection")
    func reused() async throws {
        let found = try await read([Frames.path("states.pcap")]).flows.filter { $0.port == 3 }
        #expect(found.map(\.start) == [1_700_000_003_000_000_000, 1_700_000_030_000_000_000])
        #expect(found.map(\.packets) == [[5, 3], [5, 3]])
        #expect(found[0].id != found[1].id)
    }

    @Test("a datagram in fragments is one, with the bytes of all; a fragment without its first is rejected")
    func fragments() async throws {
        let found = try await read([Frames.path("fragments.pcap")])
        #expect(found.flows.map(\.packets) == [[1, 3]])
        #expect(found.flows.map(\.bytes) == [[61, 2657]])
        #expect(found.words(.dns).map { $0[.responseCode] } == ["NOERROR"])
        #expect(found.ingest.rejected["fragments without the first one"]?.count == 1)
    }

    @Test("where more connections are open than may be, those that were idle longest end early and are counted")
    func evicted() async throws {
        let found = try await read([Frames.path("states.pcap")]) { $0.maxConnections = 2 }
        #expect((found.ingest.noted["connections ended early, since there were too many"]?.count ?? 0) > 5)
        #expect(found.flows.reduce(0) { $0 + $1.packets[0] + $1.packets[1] } == 53)
        #expect(found.remarks.contains { $0.contains("ended early") })
    }

    @Test("a flow without an end is over after its idle time")
    func idle() async throws {
        let folder = TemporaryFolder()
        let script = """
            import sys; sys.path.insert(0, sys.argv[1]); import frames
            frames.pcap(sys.argv[2], [(frames.START + 64 * i, frames.udp("10.0.0.1", 123, "10.0.0.2", 123, b"t" * 48)) for i in range(5)])
            """
        let path = folder.path("ntp.pcap")
        _ = try Program.run(
            Project.root.appending(path: ".venv/bin/python3").path,
            ["-c", script, Project.root.appending(path: "Tests/PCAPTests").path, path])
        #expect(try await read([path]).flows.count == 5)
        #expect(try await read([path]) { $0.idle = .minutes(5) }.flows.count == 1)
    }

    @Test("captures that follow one another are one, in whatever order they are named")
    func rotated() async throws {
        let content = try Data(contentsOf: URL(fileURLWithPath: Frames.path("http.pcap")))
        let folder = TemporaryFolder()
        // The first records, as long as they are whole.
        var cut = 24
        while cut < content.count / 2 {
            let length = content[cut + 8..<cut + 12].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
            cut += 16 + length
        }
        let first = try folder.write(content.prefix(cut), as: "b.pcap")
        let second = try folder.write(content.prefix(24) + content.dropFirst(cut), as: "a.pcap")
        let (whole, parts) = try await (read([Frames.path("http.pcap")]), read([second, first]))
        #expect(parts.flows == whole.flows)
        #expect(parts.words == whole.words)
    }

    @Test("a copy of a capture is read once and named")
    func copies() async throws {
        let folder = TemporaryFolder()
        let path = try Frames.path("dns.pcap")
        let copy = folder.path("copy.gz")
        _ = try Program.run("sh", ["-c", "gzip -c '\(path)' > '\(copy)'"])
        let found = try await read([path, copy])
        #expect(try await found.flows == read([path]).flows)
        #expect(found.ingest.noted["captures that others contain, read once"]?.count == 1)
    }

    @Test("captures of the same hours are of different connections")
    func sideBySide() async throws {
        let found = try await read([Frames.path("dns.pcap"), Frames.path("tls.pcap"), Frames.path("http.pcap")])
        #expect(found.flows.count == 7 + 6 + 5)
    }
}
