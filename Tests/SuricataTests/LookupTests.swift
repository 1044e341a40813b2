import FlareKit
import Foundation
import TestKit
import Testing

@testable import Suricata

@Suite("Lookups and handshakes without a name, of EVE")
struct LookupTests {
    private let folder = TemporaryFolder()

    private static let head =
        #""timestamp":"2026-03-01T00:00:01.000000+0000","flow_id":7,"src_ip":"10.0.0.5","src_port":4321,"#
        + #""dest_ip":"10.0.0.1","dest_port":53,"proto":"UDP","#

    /// What is read of some lines: of each record the columns, and whatever was asked for.
    private func read(_ lines: [String], capacity: Int = 100) async throws -> (rows: [String], ingest: IngestCounts) {
        let path = try folder.write(lines.map { "{\($0)}\n" }.joined(), as: "eve.json")
        let source = try EVESource(.read("paths: [\"\(path)\"]"), PluginContext())
        let kinds: [RecordKind: Set<ColumnName>] = [
            .flow: [], .tls: [.id, .host, .subject, .fingerprint], .http: [.id, .host],
            .lookup: [.query, .answers, .answerTTLs, .sourcePort],
        ]
        let cursors = try await source.open(Scan(kinds: kinds, now: Timestamp(nanoseconds: 0)))
        var rows: [String] = []
        var batch = RecordBatch(kinds, capacity: capacity)
        for cursor in cursors {
            var goesOn = true
            while goesOn {
                batch.removeAll()
                goesOn = try cursor.next(into: &batch)
                for table in batch.tables where table.kind != .flow {
                    for row in 0..<table.count {
                        let texts = table.texts.sorted { $0.key.name < $1.key.name }.map { $0.value[row] }
                        let port = table.numbers[.sourcePort].map { "\($0[row])" } ?? ""
                        rows.append("\(table.kind) \(port) " + texts.joined(separator: "|"))
                    }
                }
            }
        }
        var ingest = IngestCounts()
        for cursor in cursors { ingest.merge(cursor.ingest) }
        return (rows, ingest)
    }

    @Test("answers are read in the forms of all versions of EVE, questions are not")
    func versions() async throws {
        let type = #""event_type":"dns","dns":{"#
        let lines = [
            Self.head + type + #""type":"query","rrname":"A.example.","rrtype":"A"}"#,
            Self.head + type + #""version":2,"type":"answer","rrname":"a.example","answers":[{"rrname":"a.example","#
                + #""ttl":300,"rdata":"b.example"},{"ttl":60,"rdata":"203.0.113.9"}],"grouped":{"A":["203.0.113.9"]}}"#,
            Self.head + type + #""version":2,"type":"answer","rrname":"c.example","grouped":{"A":["203.0.113.8"]}}"#,
            Self.head.replacing("4321", with: "53") + type
                + #""type":"answer","rrname":"d.example","ttl":5,"rdata":"203.0.113.7"}"#,
            Self.head + type + #""version":3,"type":"response","queries":[{"rrname":"e.example"}],"#
                + #""answers":[{"ttl":9,"rdata":"2001:db8::1"}]}"#,
        ]
        let (rows, ingest) = try await read(lines)
        #expect(
            rows == [
                "lookup 4321 300\n60|b.example\n203.0.113.9|a.example", "lookup 4321 |203.0.113.8|c.example",
                "lookup 53 5|203.0.113.7|d.example", "lookup 4321 9|2001:db8::1|e.example",
            ])
        #expect(ingest.used["lookup"]?.count == 5)
        #expect(ingest.isBalanced)
    }

    @Test("of handshakes that name no host what the server shows is read, of others the host")
    func handshakes() async throws {
        let type = #""event_type":"tls","tls":{"#
        let (rows, ingest) = try await read([
            Self.head + type + #""sni":"a.example","subject":"CN=a.example","fingerprint":"aa:bb"}"#,
            Self.head + type + #""subject":"CN=b.example","fingerprint":"aa:bb"}"#,
        ])
        #expect(rows == ["tls  |a.example|", "tls  aa:bb||CN=b.example"])
        #expect(ingest.used["tls"]?.count == 2)
    }

    @Test("a line that cannot be read is skipped as before")
    func unreadable() async throws {
        let (rows, ingest) = try await read([
            Self.head.replacing("10.0.0.5", with: "nowhere")
                + #""event_type":"dns","dns":{"type":"answer","rrname":"a.example","rdata":"203.0.113.9"}"#
        ])
        #expect(rows.isEmpty)
        #expect(ingest.skipped["event type dns"]?.count == 1)
        #expect(ingest.isBalanced)
    }

    @Test("nothing is lost where a batch has no room for all that one line says")
    func full() async throws {
        let questions = (0..<40).map { #"{"rrname":"\#($0).example"}"# }.joined(separator: ",")
        let line =
            Self.head + #""event_type":"dns","dns":{"type":"response","queries":[\#(questions)],"#
            + #""answers":[{"ttl":9,"rdata":"203.0.113.9"}]}"#
        let (rows, _) = try await read([line, line], capacity: 8)
        #expect(rows.count == 80)
        #expect(Set(rows).count == 40)
    }
}
