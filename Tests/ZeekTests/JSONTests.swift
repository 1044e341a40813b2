import FlareKit
import Testing

@testable import Zeek

@Suite("Zeek logs in JSON")
struct JSONTests {
    private static let dotted =
        #"{"ts":1713484795.943239,"uid":"C1","id.orig_h":"10.0.0.7","id.orig_p":4711,"id.resp_h":"203.0.113.9","#
        + #""id.resp_p":443,"proto":"tcp","duration":0.5,"orig_bytes":517,"resp_bytes":4096,"conn_state":"SF","#
        + #""orig_pkts":7,"resp_pkts":8}"#
    private static let nested =
        #"{"_path":"conn","ts":"2024-04-18T23:59:55.943239Z","uid":"C1","id":{"orig_h":"10.0.0.7","orig_p":4711,"#
        + #""resp_h":"203.0.113.9","resp_p":443},"proto":"tcp","duration":0.5,"orig_bytes":517,"resp_bytes":4096,"#
        + #""conn_state":"SF","orig_pkts":7,"resp_pkts":8}"#

    @Test("dotted names and nested objects, epoch numbers and ISO times say the same")
    func forms() async throws {
        let row = try #require(try await read(text: Self.dotted + "\n").rows.first)
        #expect(row.start == Timestamp("2024-04-18T23:59:55.943239Z"))
        #expect(row.source == IPAddress("10.0.0.7"))
        #expect(row.destination == IPAddress("203.0.113.9"))
        #expect(row.port == 443)
        #expect(row.proto == 6)
        #expect(row.numbers[.bytesToServer] == 517)
        #expect(row.numbers[.packetsToClient] == 8)
        #expect(row.numbers[.duration] == 500_000_000)
        let nested = try #require(try await read(text: Self.nested + "\n").rows.first)
        var same = nested
        (same.origin, same.position) = (row.origin, row.position)
        #expect(same == row)
    }

    @Test(
        "times are read to the nanosecond, also those that a double does not hold",
        arguments: [
            ("1713484795.943239123", 1_713_484_795_943_239_123), ("1713484795", 1_713_484_795_000_000_000),
            ("1713484795943", 1_713_484_795_943_000_000), ("1.713484795943239e9", 1_713_484_795_943_239_000),
            ("1713484795.999999999", 1_713_484_795_999_999_999),
        ])
    func times(text: String, nanoseconds: Int64) async throws {
        let line = Self.dotted.replacing("1713484795.943239", with: text)
        #expect(try await read(text: line + "\n").rows.first?.start.nanoseconds == nanoseconds)
    }

    @Test("a time is not looked for inside a text")
    func misleadingText() async throws {
        let line = Self.dotted.replacing("{", with: #"{"note":"\"ts\":1","inner":{"ts":5.0},"#)
        #expect(
            try await read(text: line + "\n").rows.first?.start == Timestamp("2024-04-18T23:59:55.943239Z"))
    }

    @Test(
        "what cannot be read is rejected under its name",
        arguments: [
            ("{\"ts\":1", "not JSON"), ("{} x", "not JSON"),
            (dotted.replacing("\"10.0.0.7\"", with: "7"), "no readable source address"),
            (dotted.replacing("\"203.0.113.9\"", with: "\"nobody\""), "no readable destination address"),
            (dotted.replacing(":443,", with: ":70000,"), "no readable port"),
            (dotted.replacing("517", with: "-1"), "no readable count"),
            (dotted.replacing("517", with: "1.5"), "no readable count"),
            (dotted.replacing("0.5", with: "true"), "no readable duration"),
            (dotted.replacing("1713484795.943239", with: "\"soon\""), "no readable time"),
            (dotted.replacing("\"ts\"", with: "\"t\""), "no time or no addresses"),
            (dotted.replacing("id.resp_h", with: "id.h"), "no time or no addresses"),
        ])
    func rejected(line: String, reason: String) async throws {
        let yield = try await read(text: line + "\n" + Self.dotted + "\n")
        #expect(yield.rows.count == 1)
        #expect(yield.ingest.reasons == [reason: 1])
        #expect(yield.ingest.rejected[reason]?.examples.first?.position == 0)
        #expect(yield.ingest.isBalanced)
    }

    @Test("null and a missing member are unknown")
    func unknown() async throws {
        let line = Self.dotted.replacing("517", with: "null").replacing("\"resp_bytes\":4096,", with: "")
        let row = try #require(try await read(text: line + "\n").rows.first)
        #expect(row.numbers[.bytesToServer] == RecordTable.unknown)
        #expect(row.numbers[.bytesToClient] == RecordTable.unknown)
    }

    @Test("lines of all logs in one stream go each to its kind, and the rest is skipped by its log")
    func mixed() async throws {
        let id = #""ts":1.5,"uid":"C1","id.orig_h":"10.0.0.7","id.resp_h":"203.0.113.9","id.resp_p":443"#
        let text = """
            \(Self.nested)
            {"_path":"ssl",\(id),"server_name":"WWW.example.com","established":true}
            {\(id),"trans_depth":1,"tags":[],"host":"example.org","status_code":200}
            {"_path":"dns",\(id),"query":"example.net","answers":["203.0.113.9","203.0.113.10"]}
            {"_path":"weird",\(id),"name":"bad"}
            {"ts":2.5,"something":1}

            """
        let yield = try await read(
            text: text,
            kinds: [
                .flow: [.bytesToServer], .tls: [.host], .http: [.host, .number("status")],
                .dns: [.query, .text("answers")],
            ])
        #expect(yield.rows(.flow).count == 1)
        #expect(yield.rows(.tls).first?.texts[.host] == "www.example.com")
        #expect(yield.rows(.http).first?.texts[.host] == "example.org")
        #expect(yield.rows(.http).first?.numbers[.number("status")] == 200)
        #expect(yield.rows(.dns).first?.texts[.query] == "example.net")
        #expect(yield.rows(.dns).first?.texts[.text("answers")] == "203.0.113.9,203.0.113.10")
        #expect(yield.ingest.skips == ["log weird": 1, "log (unnamed)": 1])
        #expect(yield.ingest.isBalanced)
    }

    @Test("JSON behind rows of columns is read as JSON")
    func behindRows() async throws {
        let yield = try await read(text: Log.connHeader + Log.conn() + Self.dotted + "\n" + Log.conn())
        #expect(yield.rows.count == 3)
    }
}
