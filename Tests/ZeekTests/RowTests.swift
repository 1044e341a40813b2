import FlareKit
import TestKit
import Testing

@testable import Zeek

@Suite("Rows of Zeek logs")
struct RowTests {
    @Test("an unset count is unknown and no number, and so is a duration")
    func unset() async throws {
        let row = try #require(
            try await read(text: Log.connHeader + Log.conn(duration: "-", up: "-", down: "0")).rows.first)
        #expect(row.numbers[.bytesToServer] == RecordTable.unknown)
        #expect(row.numbers[.bytesToClient] == 0)
        #expect(row.numbers[.duration] == RecordTable.unknown)
    }

    @Test(
        "what cannot be read is rejected under its name, with its place",
        arguments: [
            (Log.conn(ts: "yesterday"), "no readable time"), (Log.conn(ts: "-"), "no readable time"),
            (Log.conn(ts: "-5.0"), "no readable time"), (Log.conn(ts: "1713484795.94x239"), "no readable time"),
            (Log.conn(source: "10.0.0"), "no readable source address"),
            (Log.conn(source: "-"), "no readable source address"),
            (Log.conn(destination: "host"), "no readable destination address"),
            (Log.conn(port: "65536"), "no readable port"), (Log.conn(port: "http"), "no readable port"),
            (Log.conn(up: "-1"), "no readable count"), (Log.conn(down: "1e3"), "no readable count"),
            (Log.conn(up: "1234567890123456789"), "no readable count"),
            (Log.conn(duration: "short"), "no readable duration"),
            (Log.conn().replacing("\t(empty)", with: ""), "not as many columns as its header"),
            (Log.conn().replacing("\n", with: "\tmore\n"), "not as many columns as its header"),
        ])
    func rejected(row: String, reason: String) async throws {
        let yield = try await read(text: Log.connHeader + row + Log.conn())
        #expect(yield.rows.count == 1)
        #expect(yield.ingest.reasons == [reason: 1])
        #expect(yield.ingest.rejected[reason]?.examples.first?.position == Int64(Log.connHeader.utf8.count))
        #expect(yield.ingest.isBalanced)
    }

    @Test(
        "times are read to the nanosecond in every form",
        arguments: [
            ("1713484795.943239", 1_713_484_795_943_239_000), ("1713484795", 1_713_484_795_000_000_000),
            ("1713484795.9", 1_713_484_795_900_000_000), ("1713484795.943239123", 1_713_484_795_943_239_123),
            ("1713484795.9432391239", 1_713_484_795_943_239_123), ("0.000001", 1_000),
            ("1713484795943", 1_713_484_795_943_000_000), ("2024-04-18T23:59:55.943239Z", 1_713_484_795_943_239_000),
            ("999999999.943239", 999_999_999_943_239_000),
        ])
    func times(text: String, nanoseconds: Int64) async throws {
        let row = try #require(try await read(text: Log.connHeader + Log.conn(ts: text)).rows.first)
        #expect(row.start.nanoseconds == nanoseconds)
    }

    @Test(
        "a protocol has its number by Zeek's name, ICMP the one of its addresses",
        arguments: [("tcp", 6), ("udp", 17), ("icmp", 1), ("sctp", 132), ("unknown_transport", 255), ("-", 255)])
    func protocols(name: String, number: UInt8) async throws {
        let row = try #require(try await read(text: Log.connHeader + Log.conn(proto: name)).rows.first)
        #expect(row.proto == number)
    }

    @Test("IPv6 is read in short form, and its ICMP is ICMPv6 with the code that Zeek writes as a port")
    func version6() async throws {
        let text = Log.conn(source: "fe80::fced:c7ff:fe31:e821", destination: "ff02::2", port: "134", proto: "icmp")
        let row = try #require(try await read(text: Log.connHeader + text).rows.first)
        #expect(row.source == IPAddress("fe80::fced:c7ff:fe31:e821"))
        #expect(row.destination == IPAddress("ff02::2"))
        #expect(row.proto == 58)
        #expect(row.port == 134)
    }

    @Test("the same uid is the same number in every log, another one another")
    func identity() async throws {
        let folder = TemporaryFolder()
        let conn = try folder.write(Log.connHeader + Log.conn() + Log.conn(uid: "CYl7H53iN6mY9NyXJ9"), as: "conn.log")
        let ssl = try folder.write(Log.sslHeader + Log.ssl(), as: "ssl.log")
        let json = try folder.write(
            #"{"_path":"http","ts":1.5,"uid":"CYl7H53iN6mY9NyXJ8","id.orig_h":"10.0.0.7","id.resp_h":"10.0.0.8"}"#,
            as: "http.json")
        let yield = try await read(
            [conn, ssl, json], kinds: [.flow: [.id], .tls: [.id, .host], .http: [.id, .host]])
        let ids = yield.rows(.flow).compactMap { $0.numbers[.id] }
        #expect(Set(ids).count == 2)
        #expect(yield.rows(.tls).first?.numbers[.id] == ids[0])
        #expect(yield.rows(.http).first?.numbers[.id] == ids[0])
    }

    @Test("escapes are undone, and a host's name is lower case, without port and last dot")
    func hosts() async throws {
        let names = ["WWW.Example.COM", "example.com:8080", "example.com.", "a\\x2db\\x09c", "[2001:db8::1]:80", "-"]
        let text = Log.httpHeader + names.map { Log.http(host: $0) }.joined()
        let hosts = try await read(text: text).rows.map { $0.texts[.host] }
        #expect(hosts == ["www.example.com", "example.com", "example.com", "a-b\tc", "[2001:db8::1]:80", ""])
    }

    @Test("a last line without its end is used if it is whole, and rejected as cut off if not")
    func lastLine() async throws {
        let whole = try await read(text: Log.connHeader + Log.conn().dropLast())
        #expect(whole.rows.count == 1)
        let cut = try await read(text: Log.connHeader + Log.conn() + Log.conn().prefix(60))
        #expect(cut.rows.count == 1)
        #expect(cut.ingest.reasons == ["last line cut off": 1])
    }

    @Test("a line over max_line is rejected without being held, and the next one is read")
    func longLine() async throws {
        let long = Log.conn(uid: String(repeating: "C", count: 5000))
        let yield = try await read(text: Log.connHeader + long + Log.conn(), options: "max_line: 1 kB")
        #expect(yield.rows.count == 1)
        #expect(yield.ingest.reasons == ["line too long": 1])
        #expect(yield.ingest.isBalanced)
    }
}
