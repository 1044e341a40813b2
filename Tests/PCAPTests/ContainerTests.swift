import FlareKit
import FlareKitTesting
import Foundation
import PCAPScanner
import TestKit
import Testing

@testable import PCAP

@Suite("Captures of every form are read alike")
struct ContainerTests {
    private static let packets = 42

    @Test(
        "the same traffic in every frame, tunnel, byte order and container yields the same connections and names",
        arguments: [
            "link-vlan", "link-qinq", "link-mpls", "link-pppoe", "link-llc", "link-gre", "link-gre-key",
            "link-gre-ethernet", "link-erspan", "link-ip-in-ip", "link-vxlan", "link-geneve", "link-encapsulated",
            "link-ppi",
            "link-pktap", "link-null", "link-loop", "link-raw",
            "link-cooked", "link-cooked2", "link-ppp", "link-hdlc", "link-radiotap", "order-big", "nanoseconds",
            "next-little", "next-big", "next-mixed",
        ])
    func frames(name: String) async throws {
        let expected = try await read([Frames.path("link-ethernet.pcap")])
        #expect(expected.flows.count == 5)
        #expect(expected.words.count == 4)
        let found = try await read([Frames.path(name + (name.hasPrefix("next") ? ".pcapng" : ".pcap"))])
        #expect(found.flows == expected.flows)
        #expect(found.words == expected.words)
        #expect(found.ingest.rejected.isEmpty)
        #expect(found.ingest.noted["packets in connections"]?.count == Self.packets)
    }

    @Test("plain, gzip and zstd yield the same", arguments: ["gzip", "zstd"])
    func compressed(program: String) async throws {
        let path = try Frames.path("tls.pcap")
        let folder = TemporaryFolder()
        let packed = folder.path("sample")
        _ = try Program.run("sh", ["-c", "\(program) -c '\(path)' > '\(packed)'"])
        #expect(try await read([packed]).words == read([path]).words)
    }

    @Test("a link type that is not known is rejected with its number and what to do")
    func unknownLink() async throws {
        let found = try await read([Frames.path("link-unknown.pcap")])
        #expect(found.flows.isEmpty)
        #expect(found.ingest.rejected["packets of an unknown link type"]?.count == Self.packets)
        #expect(found.ingest.rejected["packets of an unknown link type"]?.examples.first?.position == 24)
        #expect(found.remarks.first?.contains("(147) were left out: capture on an interface of Ethernet") == true)
    }

    @Test("of snapped packets the whole sizes count, and names as far as they were captured")
    func snapped() async throws {
        let (whole, found) = try await (
            read([Frames.path("link-ethernet.pcap")]), read([Frames.path("snapped.pcap")])
        )
        #expect(found.flows.map(\.bytes) == whole.flows.map(\.bytes))
        #expect(found.flows.map(\.state) == whole.flows.map(\.state))
        #expect(found.words(.http).map { $0[.host] } == ["www.example.com", "six.example.com"])
        #expect(found.ingest.noted["packets captured only in part, counted in full"]?.count == 9)
    }

    @Test("packets whose headers were not captured are rejected, and the snap length is named")
    func snappedShort() async throws {
        let found = try await read([Frames.path("snapped-short.pcap")])
        #expect(found.ingest.rejected["packets cut off before the end of their headers"]?.count == 38)
        #expect(found.remarks.contains { $0.contains("tcpdump -s 128") })
    }

    @Test("a capture that ends anywhere is read as far as it goes, and the cut record is named")
    func cut() async throws {
        let content = try Data(contentsOf: URL(fileURLWithPath: Frames.path("link-ethernet.pcap")))
        let folder = TemporaryFolder()
        var last = 0
        for length in stride(from: 24, to: content.count, by: 97) {
            let found = try await read([folder.write(content.prefix(length), as: "cut.pcap")])
            let inside = found.ingest.noted["packets in connections"]?.count ?? 0
            #expect(inside >= last)
            last = inside
            #expect(found.flows.reduce(0) { $0 + Int($1.packets[0] + $1.packets[1]) } == inside)
        }
        let one = try await read([folder.write(content.dropLast(1), as: "cut.pcap")])
        #expect(one.ingest.rejected["packets cut off at the end of the file"]?.count == 1)
        #expect(last > 35)
    }

    @Test("behind a damaged record reading goes on", arguments: ["link-ethernet.pcap", "next-little.pcapng"])
    func damaged(name: String) async throws {
        var content = try Data(contentsOf: URL(fileURLWithPath: Frames.path(name)))
        let middle = content.count / 2
        content.replaceSubrange(middle..<middle + 40, with: Data(repeating: 0xFF, count: 40))
        let folder = TemporaryFolder()
        let found = try await read([folder.write(content, as: "damaged")])
        #expect((found.ingest.noted["packets in connections"]?.count ?? 0) >= Self.packets - 4)
    }

    @Test("what a capture holds is read the same in blocks and batches of any size", arguments: [1, 3, 1000])
    func batches(capacity: Int) async throws {
        let path = try Frames.path("http.pcap")
        let (some, all) = try await (read([path], capacity: capacity), read([path]))
        #expect(some.flows == all.flows)
        #expect(some.words == all.words)
        #expect(some.ingest == all.ingest)
    }

    @Test("the source keeps the law of sources")
    func law() async throws {
        var options = PCAPSourceOptions()
        options.paths = try ["http.pcap", "dns.pcap"].map { OptionPath(try Frames.path($0)) }
        let source = try PCAPSource(options)
        let breaches = try await SourceLaw.breaches(of: source, Scan(kinds: everything, now: moment))
        #expect(breaches == [])
    }
}
