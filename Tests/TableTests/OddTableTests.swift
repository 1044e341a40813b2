import FlareKit
import FlareKitTesting
import Foundation
import RecordSchemas
import TestKit
import Testing

@testable import Table

private let now = Timestamp(seconds: Call.midnight + 86_400 * 20)

/// What a table's text yields as flows.
private func flows(
    _ text: String, columns: Set<ColumnName> = [.bytesToServer, .bytesToClient, .duration, .host],
    _ change: (inout TableSourceOptions) -> Void = { _ in }
) async throws -> (records: [MemoryRecord], ingest: IngestCounts) {
    let folder = TemporaryFolder()
    let path = try write(text, "export", in: folder)
    let kinds: [RecordKind: Set<ColumnName>] = [.flow: columns]
    let cursors = try await source([path], change).open(Scan(kinds: kinds, now: now))
    var records: [MemoryRecord] = []
    var ingest = IngestCounts()
    for cursor in cursors {
        records += try cursor.records(kinds)
        ingest.merge(cursor.ingest)
    }
    return (records, ingest)
}

private func guess(_ text: String) throws -> TableSchema {
    try TableRecognition.schema(of: Array(text.utf8), isWhole: true, reference: now).schema
}

@Suite("Tables of unknown tools")
struct GuessTests {
    @Test(
        "are guessed by names and values",
        arguments: [
            "ts,src_ip,dst_ip,dst_port\n1772582400.5,10.0.0.7,45.77.0.7,443\n",
            "Timestamp;Client;Server;Port\n04.03.2026 00:00:00;10.0.0.7;45.77.0.7;443\n",
            "start\tsource address\tdestination address\tdestination port\n2026-03-04 00:00:00\t10.0.0.7\t45.77.0.7\t443\n",
            "\"a\",\"b\",\"c\",\"when\"\n\"10.0.0.7\",\"45.77.0.7\",\"x\",\"Mar 4, 2026 00:00:00\"\n",
            "when=2026-03-04T00:00:00Z src=10.0.0.7 dst=45.77.0.7 dport=443 msg=\"a b\"\n",
            "Mar  4 00:00:00 fw kernel: IN=eth0 OUT=eth1 SRC=10.0.0.7 DST=45.77.0.7 LEN=60 PROTO=TCP SPT=5000 DPT=443\n",
            "{\"t\":1772582400000,\"peer\":{\"client\":{\"ip\":\"10.0.0.7\"},\"server\":{\"ip\":\"45.77.0.7\"}}}\n",
            "[{\"time\":\"2026-03-04T00:00:00Z\",\n  \"src\":\"10.0.0.7\",\n  \"dst\":\"45.77.0.7\"}]\n",
            "#Fields: date time c-ip s-ip cs-host\n2026-03-04 00:00:00 10.0.0.7 45.77.0.7 a.example\n",
            "2026-03-04 00:00:00,10.0.0.7,45.77.0.7,443,tcp\n2026-03-04 00:01:00,10.0.0.7,45.77.0.7,443,tcp\n",
            "Quand;Source;Cible\n4 mars 2026 00:00;10.0.0.7;45.77.0.7\n",
            "Datum;Quelle;Ziel\n4. März 2026 00:00:00;10.0.0.7;45.77.0.7\n",
            "TimeGenerated [UTC],FlowStartTime_t [UTC],SrcIP_s,DestIP_s\n\"3/4/2026, 12:10:00.000 AM\",\"3/4/2026, 12:00:00.000 AM\",10.0.0.7,45.77.0.7\n",
            "time=\"2026-03-04 00:00:00 UTC\" fw=1.1.1.1 src=10.0.0.7:5000:X0 dst=45.77.0.7:443:X1:host proto=tcp/https\n",
            "{\"rows\": [{\"t\":1772582400,\"src\":\"10.0.0.7\",\"dst\":\"45.77.0.7\"},\n{\"t\":1772582460,\"src\":\"10.0.0.7\",\"dst\":\"45.77.0.7\"}]}\n",
        ])
    func forms(_ text: String) async throws {
        let schema = try guess(text)
        let (records, ingest) = try await flows(text) { $0.table = schema }
        let first = try #require(records.first, "\(schema.written) \(ingest)")
        #expect(
            first.start == Timestamp(seconds: Call.midnight) || first.start == Timestamp(seconds: Call.midnight + 0.5))
        #expect(first.source == IPAddress("10.0.0.7"))
        #expect(first.destination == IPAddress("45.77.0.7"))
        #expect(ingest.isBalanced)
        #expect(ingest.rejectedCount == 0)
    }

    @Test(
        "have ports that are named after an address, or stand behind one",
        arguments: [
            "Begin;Machine;Machine Port;Peer;Peer Port\n4.3.2026 00:00;10.0.0.7;50000;45.77.0.7;443\n",
            "time,src_ip,port,dst_ip,port2\n2026-03-04 00:00:00,10.0.0.7,50000,45.77.0.7,443\n",
            "when,from,to,port\n2026-03-04 00:00:00,10.0.0.7,45.77.0.7,443\n",
            "2026-03-04 00:00:00,10.0.0.7,50000,45.77.0.7,443\n2026-03-04 00:01:00,10.0.0.7,50001,45.77.0.7,443\n",
            "2026-03-04 00:00:00,10.0.0.7,45.77.0.7,50000,443\n2026-03-04 00:01:00,10.0.0.7,45.77.0.7,50001,443\n",
        ])
    func ports(_ text: String) async throws {
        let schema = try guess(text)
        let (records, _) = try await flows(text) { $0.table = schema }
        #expect(records.first?.port == 443, "\(schema.written)")
    }

    @Test("say what was guessed, and survive being written down")
    func statement() async throws {
        let text = "Date;Src IP;Dst IP;Bytes Sent;Price $\n4.3.2026 00:00;10.0.0.7;45.77.0.7;12;1\n"
        let found = try TableRecognition.schema(of: Array(text.utf8), isWhole: true, reference: now)
        #expect(
            found.statement.hasPrefix("rows between \";\": time \"Date\", source \"Src IP\", destination \"Dst IP\""))
        #expect(found.statement.hasSuffix("no port, names"))
        let written = found.schema.written
        let again = try TableSchema.read(written)
        #expect(again == found.schema, "\(written)")
    }

    @Test("a list inside records is no list of records, and a program's name is no host's")
    func inside() throws {
        let lookup =
            #"{"answers":[{"Rdata":"45.77.0.7","Type":"A"}],"query_name":"a.example.","query_timestamp":"2026-03-04T00:00:01Z","query_type":"A","srcaddr":"10.0.0.7"}"#
            + "\n"
        #expect(try guess(lookup + lookup).records["flow"]?.fields["source"]?.names == ["srcaddr"])
        #expect(try guess(lookup + lookup).records["flow"]?.fields["host"]?.names == ["query_name"])
        let socket =
            #"{"Timestamp":"2026-03-04T00:00:01Z","Name":"a.exe","Laddr.IP":"10.0.0.7","Raddr.IP":"45.77.0.7","Raddr.Port":443}"#
            + "\n"
        #expect(try guess(socket + socket).records["flow"]?.fields["host"] == nil)
    }

    @Test("are refused with the columns they have and what is missing")
    func refusal() throws {
        let text = "name,colour,ip\na,red,10.0.0.7\nb,blue,10.0.0.8\n"
        let refusal = try #require(throws: TableRecognition.Unreadable.self) { try guess(text) }
        #expect(
            refusal.what
                == "a table (rows between \",\") without a time and a destination; its columns are name, colour, ip")
    }

    @Test(
        "texts and programs' output are none",
        arguments: ["hello\nworld\n", "total 12\ndrwxr-xr-x 2 root root 4096 Mar 4 00:00 .\n", "a,b\n"])
    func noTable(_ text: String) {
        #expect(throws: TableRecognition.Unreadable.self) { try guess(text) }
    }
}

@Suite("Odd and hostile tables")
struct OddTableTests {
    private static let header = "time,src,sport,dst,dport,bytes_out,note\n"

    @Test("text in quotes may hold separators, quotes and line ends")
    func quotes() async throws {
        let text =
            Self.header + "2026-03-04T00:00:00Z,10.0.0.7,1,45.77.0.7,443,5,\"a, \"\"b\"\"\nc\nd\"\n"
            + "2026-03-04T00:01:00Z,10.0.0.7,1,45.77.0.7,443,6,e\n"
        let (records, ingest) = try await flows(text)
        #expect(records.map { $0.numbers[.bytesToServer] } == [5, 6])
        #expect(ingest.read == 3)
        #expect(ingest.rejectedCount == 0)
    }

    @Test("a quote in quotes may have a backslash before it, and a path may end with one")
    func escapes() async throws {
        let row = "2026-03-04T00:00:00Z,10.0.0.7,1,45.77.0.7,443"
        let text =
            Self.header
            + [
                #"5,"a \"b, c\" d""#, #"6,"{\"a\":\"b\",\"c\":[1,2]}""#, #"7,"C:\Temp\""#, "8,e",
            ].map { "\(row),\($0)\n" }.joined()
        let (records, ingest) = try await flows(text)
        #expect(records.map { $0.numbers[.bytesToServer] } == [5, 6, 7, 8])
        #expect(ingest.rejectedCount == 0, "\(ingest)")
    }

    @Test("a quote without an end costs its row, and is told with its place")
    func openQuote() async throws {
        let text =
            Self.header + "2026-03-04T00:00:00Z,10.0.0.7,1,45.77.0.7,443,5,\"open\n"
            + "2026-03-04T00:01:00Z,10.0.0.7,1,45.77.0.7,443,6,e\n"
        let (records, ingest) = try await flows(text)
        #expect(records.map { $0.numbers[.bytesToServer] } == [6])
        let tally = try #require(ingest.rejected["a text in quotes that does not end"])
        #expect(tally.examples.map(\.position) == [Int64(Self.header.utf8.count)])
        #expect(tally.examples.map(\.detail) == ["line 2"])
    }

    @Test("rows with other columns than the header are rejected, those with empty columns behind are read")
    func columns() async throws {
        let row = "2026-03-04T00:00:00Z,10.0.0.7,1,45.77.0.7,443,5,x"
        let (records, ingest) = try await flows(
            Self.header + [row, row + ",,", row + ",y", "a,b", row].joined(separator: "\r\n"))
        #expect(records.count == 3)
        #expect(ingest.rejected["other columns than the header"]?.count == 2)
        #expect(ingest.isBalanced)
    }

    @Test("NULs, binary rows and enormous cells are counted, and the next rows are read")
    func hostile() async throws {
        let row = "2026-03-04T00:00:00Z,10.0.0.7,1,45.77.0.7,443,5,x"
        let enormous = "2026-03-04T00:00:00Z,10.0.0.7,1,45.77.0.7,443,5," + String(repeating: "y", count: 3 << 20)
        let text = Self.header + [row, "\0\0\0\0", enormous, row].joined(separator: "\n") + "\n"
        let (records, ingest) = try await flows(text) { $0.maxLine = ByteSize.megabytes(1) }
        #expect(records.count == 2)
        #expect(ingest.rejectedCount == 2)
        #expect(ingest.rejected["longer than max_line"]?.count == 1)
        #expect(ingest.isBalanced)
    }

    @Test("what was not logged is not known, and a written 0 is 0")
    func missing() async throws {
        let text = "time,src,dst,bytes_out,bytes_in,duration\n2026-03-04T00:00:00Z,10.0.0.7,45.77.0.7,0,-,\n"
        let (records, _) = try await flows(text)
        let record = try #require(records.first)
        #expect(record.numbers[.bytesToServer] == 0)
        #expect([nil, RecordTable.unknown].contains(record.numbers[.bytesToClient]))
        #expect([nil, RecordTable.unknown].contains(record.numbers[.duration]))
    }

    @Test("a time without a zone is in the zone that the options name, summer and winter")
    func zones() async throws {
        let text =
            "time,src,dst\n2026-01-04 12:00:00,10.0.0.7,45.77.0.7\n2026-03-01 12:00:00,10.0.0.7,45.77.0.7\n2025-07-04 12:00:00,10.0.0.7,45.77.0.7\n"
        let (records, _) = try await flows(text) { $0.timeZone = "Europe/Berlin" }
        #expect(
            records.map(\.start)
                == ["2026-01-04T11:00:00Z", "2026-03-01T11:00:00Z", "2025-07-04T10:00:00Z"].compactMap { Timestamp($0) }
        )
    }

    @Test("a header that comes again, a comment and an empty line are no rows")
    func headers() async throws {
        let row = "2026-03-04T00:00:00Z,10.0.0.7,1,45.77.0.7,443,5,x\n"
        let (records, ingest) = try await flows(
            "\u{FEFF}sep=,\n" + Self.header + row + Self.header + "# end\n\n" + row)
        #expect(records.count == 2)
        #expect(ingest.skipped.mapValues(\.count) == ["header": 2, "comment": 2, "blank line": 1])
    }

    @Test("a file yields the same read whole or as a pipe, by one or several cursors")
    func sameEverywhere() async throws {
        let folder = TemporaryFolder()
        let calls = Call.day(60)
        let paths = try (0..<3).map { place in
            try write(Tool.asa.text(Array(calls[place * 40..<place * 40 + 40])), "asa-\(place).log", in: folder)
        }
        var counts: [Int] = []
        for threads in [1, 4] {
            let cursors = try await source(paths).open(Scan(kinds: [.flow: []], parallelism: threads, now: now))
            counts.append(try cursors.reduce(0) { try $0 + $1.records([.flow: []]).count })
        }
        #expect(counts == [calls.count, calls.count])
    }

    @Test("a beginning without its end is a connection, and an end without its beginning too")
    func halves() async throws {
        let calls = Call.day(4)
        let lines = Tool.asa.text(calls).split(separator: "\n").map(String.init)
        let built = lines.filter { $0.contains("Built") }, torn = lines.filter { $0.contains("Teardown") }
        let (open, openIngest) = try await flows(built.joined(separator: "\n"))
        #expect(open.count == calls.count)
        #expect(open.allSatisfy { [nil, RecordTable.unknown].contains($0.numbers[.duration]) })
        #expect(openIngest.isBalanced && openIngest.read == calls.count)
        let (ended, _) = try await flows(torn.joined(separator: "\n"))
        #expect(ended.map(\.source).sorted() == calls.compactMap { IPAddress($0.source) }.sorted())
    }

    @Test("a file is not followed, which is said with what to do instead")
    func following() async throws {
        let folder = TemporaryFolder()
        let path = try write(Self.header, "export.csv", in: folder)
        let refusal = try await #require(throws: PluginError.self) {
            try await source([path]).open(Scan(kinds: [.flow: []], isLive: true, now: now))
        }
        #expect("\(refusal)".contains("tail -F"))
    }

    @Test("the names that options list without reading a schema are those of the schemas")
    func names() throws {
        #expect(BuiltInTables.names == (try BuiltInTables.all()).map(\.name).sorted())
    }
}
