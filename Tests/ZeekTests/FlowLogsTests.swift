import FlareKit
import Foundation
import TestKit
import Testing

@testable import Zeek

@Suite("Which logs count as flows")
struct FlowLogsTests {
    private let folder = TemporaryFolder()
    private let names: [RecordKind: Set<ColumnName>] = [
        .flow: flowColumns, .tls: [.id, .host], .http: [.id, .host],
    ]

    private func write(_ logs: String...) throws -> [String] {
        try logs.map { log in
            switch log {
            case "conn": try folder.write(Log.connHeader + Log.conn(), as: "conn.log")
            case "http": try folder.write(Log.httpHeader + Log.http(), as: "http.log")
            case "ssl": try folder.write(Log.sslHeader + Log.ssl(), as: "ssl.log")
            case "dns": try folder.write(Log.dnsHeader + Log.dns(), as: "dns.log")
            default:
                try folder.write(
                    Log.header("weird", "ts id.orig_h id.resp_h id.resp_p name")
                        + Log.columns("1.5 10.0.0.7 203.0.113.9 80 odd") + "\n" + Log.columns("2.5 - - - odd") + "\n",
                    as: "weird.log")
            }
        }
    }

    @Test("with conn.log among the files it alone is flows, and http and ssl give names")
    func withConn() async throws {
        let yield = try await read(try write("http", "ssl", "dns", "weird", "conn"), kinds: names)
        #expect(yield.rows(.flow).count == 1)
        #expect(yield.rows(.flow).first?.texts[.host] == "")
        #expect(yield.rows(.tls).first?.texts[.host] == "www.example.com")
        #expect(yield.rows(.http).first?.texts[.host] == "www.example.com")
        #expect(yield.ingest.skips == ["header": 35, "log dns": 1, "log weird": 2])
    }

    @Test("http.log alone is flows with hosts, bytes of the bodies, and TCP", arguments: [false, true])
    func http(joinsNames: Bool) async throws {
        let flow: Set<ColumnName> = [.id, .host, .bytesToServer, .bytesToClient, .duration]
        let yield = try await read(
            try write("http"), kinds: joinsNames ? names.merging([.http: flow]) { $1 } : [.flow: flow])
        let row = try #require(yield.rows.first)
        #expect(yield.rows.count == 1)
        // Where requests are asked for by themselves, they are no flows beside.
        #expect(row.kind == (joinsNames ? .http : .flow))
        #expect(row.texts[.host] == "www.example.com")
        #expect(row.numbers[.bytesToServer] == 12)
        #expect(row.numbers[.bytesToClient] == 3456)
        #expect(row.numbers[.duration] ?? RecordTable.unknown == RecordTable.unknown)
        #expect(row.proto == 6)
    }

    @Test("ssl.log and dns.log without conn.log are flows without bytes; a resolver has no name that it was asked for")
    func sslAndDNS() async throws {
        let rows = try await read(try write("ssl", "dns", "weird")).rows
        #expect(rows.map { $0.texts[.host] } == ["", "www.example.com"])
        #expect(rows.allSatisfy { $0.numbers[.bytesToServer] == RecordTable.unknown })
        #expect(rows.map(\.proto) == [17, 6])
    }

    @Test("a log with addresses is flows where no better one is there; its records without them are skipped")
    func other() async throws {
        let yield = try await read(try write("weird"))
        #expect(yield.rows.count == 1)
        #expect(yield.rows.first?.port == 80)
        #expect(yield.ingest.skips == ["header": 7, "log weird": 1])
        #expect(yield.ingest.rejectedCount == 0)
    }

    @Test("the option names the logs, whatever is there")
    func named() async throws {
        let yield = try await read(try write("conn", "http", "ssl"), options: "flows: [ssl]")
        #expect(yield.rows.map { $0.texts[.host] } == ["www.example.com"])
        #expect(yield.ingest.skips == ["header": 21, "log conn": 1, "log http": 1])
    }

    @Test("a record that is asked for as two kinds is counted once, and noted")
    func twice() async throws {
        let yield = try await read(try write("dns"), kinds: [.flow: [.host], .dns: [.query]])
        #expect(yield.rows(.flow).count == 1)
        #expect(yield.rows(.dns).first?.texts[.query] == "www.example.com")
        #expect(yield.ingest.used.mapValues(\.count) == ["flow": 1])
        #expect(yield.ingest.noted["also read as dns"]?.count == 1)
        #expect(yield.ingest.isBalanced)
    }

    @Test("a named log without columns for the connection is rejected, any other skipped")
    func withoutConnection() async throws {
        let text = Log.header("conn", "ts uid") + "1.5\tC1\n" + Log.header("files", "ts fuid") + "1.5\tF1\n"
        let yield = try await read(text: text)
        #expect(yield.ingest.reasons == ["no time or no addresses": 1])
        #expect(yield.ingest.skips == ["header": 14, "log files": 1])
    }

    @Test("a reduced log is what its original is where that is not there", arguments: [1, 3])
    func reduced(cursors: Int) async throws {
        let conn = try folder.write(Log.connHeader.replacing("conn", with: "conn_red") + Log.conn(), as: "conn_red.log")
        let ssl = try folder.write(Log.sslHeader.replacing("ssl", with: "ssl_red") + Log.ssl(), as: "ssl_red.log")
        let yield = try await read([conn, ssl], cursors: cursors, kinds: names)
        #expect(yield.rows(.flow).map { $0.numbers[.bytesToServer] } == [517])
        #expect(yield.rows(.tls).map { $0.texts[.host] } == ["www.example.com"])
        #expect(yield.rows(.tls).map(\.proto) == [6])
        let both = try await read([conn, ssl] + write("conn"), cursors: cursors, kinds: names)
        #expect(both.rows(.flow).count == 1)
        #expect(both.ingest.skips["log conn_red"] == 1)
        #expect(both.ingest.isBalanced)
    }

    @Test(
        "of each connection that is not over the last that was said is used, by however many cursors",
        arguments: [1, 4])
    func unfinished(cursors: Int) async throws {
        func said(_ uid: String, _ durations: [Int]) -> String {
            durations.map { Log.conn(uid: uid, duration: "\($0).0") }.joined()
        }
        let open = Log.header("open_conn", Log.connFields)
        let long = Log.header("conn_long", Log.connFields)
        let paths = [
            try folder.write(open + said("A", [60, 120]) + said("B", [60]), as: "open_conn.1.log"),
            try folder.write(open + said("A", [180, 240]), as: "open_conn.log"),
            try folder.write(gzip(Data((long + said("A", [600]) + said("C", [600])).utf8)), as: "conn_long.log.gz"),
            try folder.write(Log.connHeader + Log.conn(uid: "D"), as: "conn.log"),
        ]
        let yield = try await read(paths, cursors: cursors)
        let durations = yield.rows.compactMap { row in row.numbers[.duration] }
        #expect(durations.sorted() == [500_000_000, 60_000_000_000, 600_000_000_000, 600_000_000_000])
        #expect(yield.ingest.used["flow"]?.count == 4)
        #expect(yield.ingest.skips == ["header": 28, "log open_conn": 4])
        #expect(yield.ingest.isBalanced)
        let alone = try await read(Array(paths.prefix(2)), cursors: cursors)
        #expect(alone.rows.count == 2)
        let named = try await read(paths, options: "flows: [open_conn]", cursors: cursors)
        #expect(named.rows.count == 5)
    }
}
