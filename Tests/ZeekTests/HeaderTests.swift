import FlareKit
import Testing

@testable import Zeek

@Suite("Headers of Zeek logs")
struct HeaderTests {
    @Test("a row of conn.log becomes a flow with all its columns, and the header's lines are skipped")
    func usual() async throws {
        let yield = try await read(text: Log.connHeader + Log.conn() + "#close\t2024-04-19-01-00-00\n")
        let row = try #require(yield.rows.first)
        #expect(row.start == Timestamp("2024-04-18T23:59:55.943239Z"))
        #expect(row.source == IPAddress("10.0.0.7"))
        #expect(row.destination == IPAddress("203.0.113.9"))
        #expect(row.port == 443)
        #expect(row.proto == 6)
        #expect(row.position == Int64(Log.connHeader.utf8.count))
        #expect(row.numbers[.bytesToServer] == 517)
        #expect(row.numbers[.bytesToClient] == 4096)
        #expect(row.numbers[.packetsToServer] == 7)
        #expect(row.numbers[.packetsToClient] == 8)
        #expect(row.numbers[.duration] == 500_000_000)
        #expect(yield.ingest.skips == ["header": 8])
        #expect(yield.ingest.used["flow"]?.count == 1)
        #expect(yield.ingest.used["flow"]?.first == row.start)
        #expect(yield.ingest.isBalanced)
    }

    @Test("columns may stand in any order, with others between them")
    func anyOrder() async throws {
        let text =
            Log.header("conn", "id.resp_p more id.resp_h orig_bytes id.orig_h ts node")
            + Log.columns("443 x 203.0.113.9 517 10.0.0.7 1713484795.5 worker-1") + "\n"
        let row = try #require(try await read(text: text).rows.first)
        #expect(row.source == IPAddress("10.0.0.7"))
        #expect(row.destination == IPAddress("203.0.113.9"))
        #expect(row.port == 443)
        #expect(row.numbers[.bytesToServer] == 517)
        #expect(row.numbers[.bytesToClient] == RecordTable.unknown)
        #expect(row.proto == 255)
    }

    @Test("an address in the very first column of a file's first row is read")
    func addressFirst() async throws {
        let fields = "id.orig_h id.resp_h id.resp_p ts"
        let rows = "10.0.0.7\t203.0.113.9\t443\t1713484795.5\n"
        let yield = try await read(text: "#path\tconn\n#fields\t" + Log.columns(fields) + "\n" + rows)
        #expect(yield.rows.first?.source == IPAddress("10.0.0.7"))
    }

    @Test("labels joined by spaces to the last column do not hide it, joined or separated in the rows")
    func joinedLabels() async throws {
        let header = Log.connHeader.replacing("tunnel_parents", with: "tunnel_parents   label   detailed-label")
        let joined = Log.conn().replacing("(empty)\n", with: "(empty)   Malicious   C&C\n")
        let separated = Log.conn().replacing("(empty)\n", with: "(empty)\tMalicious\tC&C\n")
        let yield = try await read(text: header + joined + Log.conn() + separated)
        #expect(yield.rows.count == 3)
        #expect(yield.rows.allSatisfy { $0.numbers[.packetsToClient] == 8 })
        #expect(yield.ingest.rejectedCount == 0)
    }

    @Test("a header again in mid-file changes the columns of the rows behind it, and only of those")
    func again() async throws {
        let other = Log.header("conn", "ts id.resp_h id.orig_h id.resp_p orig_bytes")
        let text =
            Log.connHeader + Log.conn(up: "1") + other + "1713484799.0\t203.0.113.9\t10.0.0.7\t443\t2\n"
            + Log.connHeader + Log.conn(up: "3")
        let yield = try await read(text: text)
        #expect(yield.rows.map { $0.numbers[.bytesToServer] } == [1, 2, 3])
        #expect(yield.rows.allSatisfy { $0.source == IPAddress("10.0.0.7") })
        #expect(yield.ingest.skips == ["header": 21])
    }

    @Test("another separator, and other marks of unset and empty values, are what the header says")
    func otherMarks() async throws {
        let text = """
            #separator \\x7c
            #set_separator|;
            #empty_field|EMPTY
            #unset_field|NONE
            #path|http
            #fields|ts|uid|id.orig_h|id.resp_h|id.resp_p|host|request_body_len
            1713484795.5|C1|10.0.0.7|203.0.113.9|80|EMPTY|NONE
            1713484796.5|C2|10.0.0.7|203.0.113.9|80|a-b|7

            """
        let yield = try await read(text: text)
        #expect(yield.rows.map { $0.texts[.host] } == ["", "a-b"])
        #expect(yield.rows.map { $0.numbers[.bytesToServer] } == [RecordTable.unknown, 7])
    }

    @Test("a log whose header lacks its name is told by its columns")
    func unnamed() async throws {
        let header = Log.connHeader.replacing("#path\tconn\n", with: "")
        #expect(try await read(text: header + Log.conn()).rows.count == 1)
        let http = Log.httpHeader.replacing("#path\thttp\n", with: "")
        #expect(try await read(text: http + Log.http()).rows.first?.texts[.host] == "www.example.com")
    }

    @Test(
        "a tab that is spelled out, and one between the name and the value, are separators as any",
        arguments: ["#separator \\t\n", "#separator \t\n", "#separator\t\\x09\n"])
    func spelledOutTab(line: String) async throws {
        let header = Log.connHeader.replacing("#separator \\x09\n", with: line)
        let yield = try await read(text: header + Log.conn() + Log.conn())
        #expect(yield.rows.count == 2)
        #expect(yield.rows.first?.numbers[.packetsToClient] == 8)
        #expect(yield.ingest.rejectedCount == 0)
    }

    @Test("separators behind the last column are no columns, in rows and in the header; a value there is one too many")
    func trailingSeparators() async throws {
        for header in [Log.connHeader, Log.connHeader.replacing("tunnel_parents\n", with: "tunnel_parents\t\n")] {
            let one = Log.conn().replacing("\n", with: "\t\n")
            let three = Log.conn().replacing("\n", with: "\t\t\t\r\n")
            let value = Log.conn().replacing("\n", with: "\t\tx\n")
            let yield = try await read(text: header + Log.conn() + one + three + value)
            #expect(yield.rows.count == 3)
            #expect(yield.rows.allSatisfy { $0.numbers[.packetsToClient] == 8 })
            #expect(yield.ingest.reasons == ["not as many columns as its header": 1])
        }
    }

    @Test("a duration below 0 takes itself away and nothing else, in columns and in JSON, and is counted")
    func negativeDuration() async throws {
        let json =
            #"{"ts":1713484795.9,"uid":"C9","id.orig_h":"10.0.0.7","id.resp_h":"203.0.113.9","id.resp_p":443,"#
            + #""proto":"tcp","duration":-0.000012,"conn_state":"SF"}"# + "\n"
        let rows = Log.conn(duration: "-0.000012") + Log.conn(duration: "-86400.5") + Log.conn() + json
        let yield = try await read(text: Log.connHeader + rows + Log.conn(duration: "-x"))
        let unknown = RecordTable.unknown
        #expect(yield.rows.map { $0.numbers[.duration] } == [unknown, unknown, 500_000_000, unknown])
        #expect(yield.ingest.noted["duration below 0, used without it"]?.count == 3)
        #expect(yield.ingest.reasons == ["no readable duration": 1])
    }

    @Test("names with another scope separator are the same names, in columns and in JSON")
    func otherScope() async throws {
        let json =
            #"{"ts":1713484795.9,"uid":"C9","id_orig_h":"10.0.0.7","id_orig_p":1,"id_resp_h":"203.0.113.9","#
            + #""id_resp_p":443,"proto":"tcp","conn_state":"SF"}"# + "\n"
        let header = Log.connHeader.replacing("id.", with: "id_")
        let yield = try await read(text: header + Log.conn() + json)
        #expect(yield.rows.map(\.source) == [IPAddress("10.0.0.7"), IPAddress("10.0.0.7")])
        #expect(yield.rows.map(\.port) == [443, 443])
    }

    @Test("a separator of several characters is rejected, and rows behind it have no header")
    func badSeparator() async throws {
        let header = Log.connHeader.replacing("\\x09", with: "\\x3c\\x3e").replacing("\t", with: "<>")
        let yield = try await read(text: header + Log.conn().replacing("\t", with: "<>"))
        #expect(yield.ingest.reasons["no readable header"] == 1)
        #expect(yield.ingest.reasons["no header before it"] == 1)
        #expect(yield.ingest.isBalanced)
    }

    @Test("rows before any header are read as conn's usual columns where they fit these, which is noted")
    func noHeader() async throws {
        let labelled = Log.conn().replacing("\tSF\t", with: "\tWHAT\t")
        let yield = try await read(text: Log.conn() + labelled + "three\tother\tcolumns\n")
        #expect(yield.rows.count == 1)
        #expect(yield.rows.first?.numbers[.packetsToClient] == 8)
        #expect(yield.ingest.noted["no header, read as conn's usual columns"]?.count == 1)
        #expect(yield.ingest.reasons == ["no header before it": 2])
    }

    @Test("carriage returns, blank lines and a byte-order mark change nothing")
    func lineEnds() async throws {
        let text = "\u{FEFF}" + (Log.connHeader + Log.conn() + "\n" + Log.conn()).replacing("\n", with: "\r\n")
        let yield = try await read(text: text)
        #expect(yield.rows.count == 2)
        #expect(yield.ingest.skips == ["header": 7, "blank line": 1])
        #expect(yield.ingest.rejectedCount == 0)
    }
}
