import FlareKit
import Foundation
import Testing

@testable import PCAP

@Suite("A capture is asked again")
struct AskedAgainTests {
    private static let client = IPAddress("192.168.7.20")!
    private static let server = IPAddress("203.0.113.9")!
    private var kinds: [RecordKind: Set<ColumnName>] { everything.filter { $0.key != .flow } }

    private func source(_ names: [String], memory: ByteSize = .megabytes(256)) throws -> PCAPSource {
        var options = PCAPSourceOptions()
        options.paths = try names.map { OptionPath(try Frames.path($0)) }
        options.contextMemory = memory
        return try PCAPSource(options)
    }

    /// What a source yields that was read and then asked.
    private func answer(_ source: PCAPSource, _ query: ContextQuery) async throws -> Yield {
        var scan = Scan(kinds: [.flow: []], now: moment)
        scan.askedAgain = Set(kinds.keys)
        var first = Yield()
        for cursor in try await source.open(scan) { try first.take(cursor, scan.kinds) }
        var yield = Yield()
        for cursor in try await source.records(about: [query], Scan(kinds: kinds, now: moment)) {
            try yield.take(cursor, kinds)
        }
        return yield
    }

    @Test("what was kept from the first reading and what files hold is the same", arguments: [256 << 20, 0])
    func kept(memory: Int) async throws {
        let asked = try source(["tls.pcap", "dns.pcap"], memory: ByteSize(bytes: Int64(memory)))
        let found = try await answer(asked, ContextQuery(source: Self.client, peer: .address(Self.server)))
        #expect(
            found.words(.tls).map { $0[.host] } == [
                "c2.example.net", "new.example.net", "pieces.example.net", "", "www.example.org",
            ])
        #expect(found.words(.dns).isEmpty)
    }

    @Test("lookups that were answered with an address are found, whoever made them", arguments: [256 << 20, 0])
    func answers(memory: Int) async throws {
        let asked = try source(["dns.pcap"], memory: ByteSize(bytes: Int64(memory)))
        let found = try await answer(asked, ContextQuery(source: nil, peer: .address(Self.server)))
        #expect(found.words(.dns).map { $0[.query] } == ["www.example.com", "both.example.com", "tcp.example.com"])
    }

    @Test("how many hosts share a value is counted, from memory or from files", arguments: [256 << 20, 0])
    func shared(memory: Int) async throws {
        let asked = try source(["tls.pcap"], memory: ByteSize(bytes: Int64(memory)))
        _ = try await answer(asked, ContextQuery(source: Self.client, peer: .address(Self.server)))
        let value = SharedValue(kind: .tls, column: .ja4, value: "t13d1516h2_8daaf6152771_e5627efa2ab1")
        let host = SharedValue(kind: .tls, column: .host, value: "c2.example.net")
        let counts = try await asked.sources(sharing: [value, host], in: .all)
        #expect(counts == [value: 1, host: 1])
    }
}
