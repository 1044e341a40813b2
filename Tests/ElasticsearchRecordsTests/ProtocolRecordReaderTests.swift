import FlareKit
import RecordSchemas
import FlareKitTesting
import Foundation
import Suricata
import TestClusters
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords

/// What a sensor said, read of documents.
@Suite("what sensors said, read of documents")
struct ProtocolRecordReaderTests {
    /// A record in words, but for where it stands.
    private static func row(_ record: MemoryRecord) -> String {
        let numbers = record.numbers.map { "\($0)=\($1)" }
        // Sensors list answers in an order of their own.
        let texts = record.texts.map { "\($0)=\($1.split(separator: "\n").sorted())" }
        let head =
            "\(record.kind) \(record.start) \(record.source) \(record.destination) \(record.port) \(record.proto)"
        return ([head] + (numbers + texts).sorted()).joined(separator: " ")
    }

    /// Of each kind what the schema of Suricata's own fields has.
    private static let columns: [RecordKind: Set<ColumnName>] = {
        let schema = (try? BuiltInSchemas.suricata()) ?? RecordSchema()
        let kinds = schema.kinds.filter { $0.key != .flow }
        return kinds.mapValues { fields in
            Set(ColumnName.known.filter { fields.fields[$0.name] != nil && $0.form != .entries })
        }
    }()
    private static let scan = Scan(kinds: columns, now: Timestamp(seconds: 1_800_000_000))

    /// What the reader of files makes of some lines of EVE.
    private static func file(_ lines: [String]) async throws -> [String] {
        let folder = try Scratch()
        defer { withExtendedLifetime(folder) {} }
        let path = try folder.file("eve.json", lines.joined(separator: "\n") + "\n")
        let source = try EVESource(.read("paths: [\"\(path)\"]"), PluginContext())
        let about = [ContextQuery(source: IPAddress("10.0.0.1"))]
        var rows: [String] = []
        for cursor in try await source.records(about: about, scan) {
            rows += try cursor.records(columns).map(row)
        }
        return rows.sorted()
    }

    /// What the reader of documents makes of the same.
    private static func documents(
        _ lines: [String], schema: String = "suricata", capacity: Int = 16, window: TimeWindow = .all
    ) throws -> (rows: [String], outcomes: [String]) {
        let map = try #require(try BuiltInSchemas.schema(schema))
        var batch = RecordBatch(columns, capacity: capacity)
        var outcomes: [String] = []
        for line in lines {
            let type = line.split(separator: #""event_type":""#).last?.prefix { $0 != "\"" } ?? ""
            for (kind, fields) in map.kinds where kind != .flow {
                guard fields.select["event_type"]?.contains(String(type)) == true, let place = batch.index(of: kind)
                else { continue }
                let query = RecordQuery(
                    kind: kind, index: "", map: fields, logged: "timestamp", types: FieldTypes(), usesLogged: false,
                    logDelay: 0)
                let reader = ProtocolRecordReader(query, columns: columns[kind] ?? [], window: window)
                let bytes = Array(line.utf8)
                let outcome = try bytes.withUnsafeBufferPointer { buffer in
                    var scanner = JSONScanner(buffer)
                    return try reader.read(&scanner, into: &batch.tables[place])
                }
                outcomes.append("\(outcome)")
            }
        }
        return (MemoryRecord.rows(of: batch).map(row).sorted(), outcomes)
    }

    private static func event(_ type: String, _ rest: String, port: Int = 443) -> String {
        #"{"timestamp":"2026-01-01T12:00:00.123456+0000","event_type":"\#(type)","flow_id":77,"src_ip":"10.0.0.1","#
            + #""src_port":50000,"dest_ip":"2a00:1450:4001:0827:0000:0000:0000:200a","dest_port":\#(port),"proto":"TCP",\#(rest)}"#
    }

    private static let long = String(repeating: "ä", count: 3000)

    @Test(
        "columns are those of the reader of files",
        arguments: [
            event("dns", #""dns":{"type":"query","rrname":"Implant.Example.","rrtype":"A"}"#, port: 53),
            event("dns", #""dns":{"type":"answer","rcode":"NOERROR","rrname":"a.b","rrtype":"A","rdata":"1.2.3.4"}"#),
            event(
                "dns",
                #""dns":{"version":2,"type":"answer","rrname":"a.b","rcode":"NOERROR","answers":[{"rrname":"a.b","rdata":"x.y"},{"rdata":"1.2.3.4"}]}"#
            ),
            event("dns", #""dns":{"version":2,"rrname":"a.b","grouped":{"A":["1.2.3.4","1.2.3.5"],"CNAME":["c.d"]}}"#),
            event(
                "dns",
                #""dns":{"version":3,"type":"response","queries":[{"rrname":"A.b","rrtype":"A"},{"rrname":"c.d","rrtype":"A"}],"answers":[{"rdata":"1.2.3.4"}]}"#
            ),
            event(
                "tls",
                #""tls":{"sni":"WWW.Example.org:443","subject":"CN=x","issuerdn":"CN=y","serial":"01:02","fingerprint":"aa:bb","version":"TLS 1.3","notbefore":"2020-01-01T00:00:00","notafter":"2030-01-01T00:00:00","ja3":{"hash":"00ff","string":"1"},"ja3s":{"hash":"11"},"ja4":"t13d","subjectaltname":["a.b","c.d"]}"#
            ),
            event("tls", #""tls":{"version":"TLS 1.2","subjectaltname":[]}"#),
            event(
                "http",
                #""http":{"hostname":"203.0.113.5:8080","url":"/a?b=1","http_user_agent":"curl\/8.0","http_content_type":"text/html","http_method":"GET","status":200,"length":10}"#
            ),
            event("http", #""http":{"hostname":"\#(long)","url":"\#(long)","http_user_agent":"a\u0000\u202eb"}"#),
            event(
                "fileinfo",
                #""http":{"http_content_type":"image/png"},"fileinfo":{"filename":"/x.png","md5":"m","sha256":"s","size":9}"#
            ),
            event("fileinfo", #""fileinfo":{"filename":"/y","magic":"PE32","sha1":"1","size":9}"#),
            event(
                "ssh",
                #""ssh":{"client":{"software_version":"libssh-0.1"},"server":{"software_version":"OpenSSH_9.2"}}"#),
            event(
                "alert",
                #""alert":{"signature":"ET X","signature_id":2010935,"category":"c","severity":2,"action":"allowed"}"#),
            event("anomaly", #""anomaly":{"type":"stream","event":"stream.reassembly"}"#),
        ])
    func likeFiles(_ line: String) async throws {
        let expected = try await Self.file([line])
        let found = try Self.documents([line])
        #expect(!expected.isEmpty)
        // Certificates stand in handshakes, in both.
        #expect(found.rows == expected)
    }

    @Test(
        "a certificate's date is read in every form",
        arguments: [
            #""2026-01-01T12:00:00""#, #""2026-01-01T12:00:00.000Z""#, "1767268800", "1767268800.0", "1767268800000",
        ])
    func dates(_ written: String) throws {
        let line = Self.event("tls", #""tls":{"subject":"CN=x","notbefore":\#(written)}"#)
        #expect(try Self.documents([line]).rows.first?.contains("valid_from=1767268800000000000") == true)
    }

    @Test("a document whose records do not fit is read again into an empty table")
    func full() throws {
        let one = Self.event("dns", #""dns":{"rrname":"a.b"}"#)
        let two = Self.event("dns", #""dns":{"version":3,"queries":[{"rrname":"c.d"},{"rrname":"e.f"}]}"#)
        let found = try Self.documents([one, two], capacity: 2)
        #expect(found.outcomes == ["used(fellBack: false)", "full"])
        #expect(found.rows.count == 1)
    }

    @Test("what lies outside of the window is left alone, and what has no readable head is refused by its part")
    func refused() throws {
        let line = Self.event("ssh", #""ssh":{}"#)
        let later = TimeWindow(since: Timestamp(seconds: 1_800_000_000))
        #expect(try Self.documents([line], window: later).outcomes == ["skipped(\"outside of the window\")"])
        let parts = [
            (#""timestamp":"2026-01-01T12:00:00.123456+0000""#, "time"), (#""src_ip":"10.0.0.1""#, "source address"),
        ]
        for (part, name) in parts {
            let broken = line.replacing(part, with: #""other":1"#)
            #expect(try Self.documents([broken]).outcomes == ["rejected(\"no readable \(name)\")"])
        }
    }

    @Test("every built-in map names columns that its kinds have", arguments: BuiltInSchemas.names)
    func maps(_ name: String) throws {
        let map = try #require(try BuiltInSchemas.schema(name))
        for (kind, fields) in map.kinds where kind != .flow {
            #expect(!fields.select.isEmpty, "\(kind) of \(name) is all documents")
            if kind != .certificate { #expect(!fields["source"].isEmpty && !fields["destination"].isEmpty) }
            #expect(fields.fields.count > 1)
        }
    }

    @Test("a map with a column that its kind does not have is refused with what it has")
    func unknownColumn() {
        let text = "title: x\nindex: y\nrecords: {flow: {fields: {source: a}}, http: {fields: {user_agnet: b}}}\n"
        let complaint = #expect(throws: OptionComplaint.self) { try RecordSchema.read(text, file: "x.yaml") }
        #expect(complaint?.message.contains("\"user_agnet\" of http is no column") == true)
        #expect(complaint?.expected?.contains("user_agent") == true)
    }
}
