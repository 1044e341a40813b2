import FlareKit
import FlareKitTesting
import Foundation
import RecordSchemas
import TestKit
import Testing

@testable import Table

private let now = Timestamp(seconds: Call.midnight + 86_400 * 20)

private func found(_ text: String, _ reference: Timestamp = now) throws -> TableRecognition.Found {
    try TableRecognition.schema(of: Array(text.utf8), isWhole: true, reference: reference)
}

/// The flows of a table that no tool is known of.
private func flows(_ text: String, _ reference: Timestamp = now) async throws -> [MemoryRecord] {
    let schema = try found(text, reference).schema
    let folder = TemporaryFolder()
    let path = try write(text, "export", in: folder)
    return try await MemoryRun.records(
        of: source([path]) { $0.table = schema }, kind: .flow,
        columns: [.bytesToServer, .bytesToClient, .duration]
    ).records
}

@Suite("What can be read in several ways")
struct FormTests {
    @Test(
        "is a time in any of these forms",
        arguments: [
            "1772582401", "1772582401.0", "1772582401,000", "1772582401000", "1772582401000000", "1772582401000000000",
            "46085.0000115741", "46085,0000115741", "/Date(1772582401000)/", "134170560010000000", "639081792010000000",
            "2026-03-04T00:00:01Z",
            "20260304T000001Z", "20260304 000001", "20260304000001", "2026-03-04 00:00:01 UTC",
            "2026-03-04 01:00:01 CET",
            "2026-03-03 19:00:01 EST", "2026-03-04 01:00:01 UTC+1", "2026-03-04 05:30:01 GMT+05:30",
            "2026-03-04 01:00:01.000 +0100 CET", "2026-03-04 00:00:01.000 +0000 UTC",
            "Wed Mar 04 2026 01:00:01 GMT+0100 (Central European Standard Time)", "Wed Mar  4 00:00:01 UTC 2026",
            "mar/04/2026 00:00:01", "04/Mar/2026:01:00:01 +0100", "4. März 2026 00:00:01", "3/4/2026 12:00:01 AM",
            "3/4/2026 12:00:01 a. m.",
            "20260304 00:00:01", "4Mar2026 00:00:01", "Wed, 04 Mar 2026 00:00:01 +0000",
        ])
    func times(_ text: String) {
        #expect(TableTime.read(text, now) == Timestamp(seconds: Call.midnight + 1).nanoseconds)
    }

    @Test(
        "no time is what a number says that is none", arguments: ["46085.5", "20260304", "1,772,582,401", "443", "-1"])
    func noTimes(_ text: String) {
        // Days alone are times of tables that have the time of the day in a column of its own.
        #expect(TableTime.read(text, now) == nil)
    }

    @Test(
        "are days and months, by what dates there are",
        arguments: [
            (
                "time,src,dst\n04/03/2026 00:00:01,10.0.0.7,45.77.0.7\n05/03/2026 00:00:01,10.0.0.7,45.77.0.7\n06/03/2026 00:00:01,10.0.0.7,45.77.0.7\n",
                false
            ),
            (
                "time,src,dst\n03/04/2026 00:00:01,10.0.0.7,45.77.0.7\n03/05/2026 00:00:01,10.0.0.7,45.77.0.7\n03/06/2026 00:00:01,10.0.0.7,45.77.0.7\n",
                false
            ),
            ("time,src,dst\n04/03/2026 00:00:01,10.0.0.7,45.77.0.7\n20/03/2026 00:00:01,10.0.0.7,45.77.0.7\n", false),
            ("Fecha;Hora;Origen;Destino\n04/03/2026;00:00:01;10.0.0.7;45.77.0.7\n", true),
            ("time,src,dst\n03/04/2026 12:00:01 AM,10.0.0.7,45.77.0.7\n", true),
            ("time,src,dst\n04-03-2026 00:00:01,10.0.0.7,45.77.0.7\n", true),
        ])
    func dayOrder(_ text: String, _ isSaid: Bool) async throws {
        // Long after, so that both would do.
        let later = Timestamp(seconds: Call.midnight + 86_400 * 400)
        #expect(try await flows(text, later).first?.start == Timestamp(seconds: Call.midnight + 1))
        #expect(try found(text, later).statement.contains("dates are taken for") == isSaid)
    }

    @Test(
        "are of a zone that a column, a name or the time says, else that is said",
        arguments: [
            ("Date,Time,Time Zone,src,dst\n2026-03-04,01:00:01,+0100,10.0.0.7,45.77.0.7\n", ""),
            ("Date,Time,TZ,src,dst\n2026-03-03,19:00:01,EST,10.0.0.7,45.77.0.7\n", ""),
            (
                "time,timezone,src,dst\n2026-03-04 01:00:01,Europe/Berlin,10.0.0.7,45.77.0.7\n",
                "; times are of Europe/Berlin"
            ),
            ("Time (UTC+1),src,dst\n2026-03-04 01:00:01,10.0.0.7,45.77.0.7\n", "; times are of +01:00"),
            ("time,src,dst\n2026-03-04 01:00:01 CET,10.0.0.7,45.77.0.7\n", ""),
            (
                "time,src,dst\n2026-03-04 00:00:01 IST,10.0.0.7,45.77.0.7\n",
                "; times are taken for UTC (IST means several zones)"
            ),
            ("time,src,dst\n2026-03-04 00:00:01,10.0.0.7,45.77.0.7\n", "; times are taken for UTC"),
            ("time,src zone,src,dst\n2026-03-04T00:00:01Z,LAN,10.0.0.7,45.77.0.7\n", ""),
        ])
    func zones(_ text: String, _ remark: String) async throws {
        #expect(try await flows(text).first?.start == Timestamp(seconds: Call.midnight + 1))
        let statement = try found(text).statement
        #expect(remark.isEmpty ? !statement.contains("times are") : statement.contains(remark + "; no"), "\(statement)")
    }

    @Test(
        "are numbers with points and commas",
        arguments: [
            ("time;src;dst;bytes sent;duration\n2026-03-04T00:00:01Z;10.0.0.7;45.77.0.7;1.234;2,5\n", 1234, 2.5),
            ("time,src,dst,bytes sent,duration\n2026-03-04T00:00:01Z,10.0.0.7,45.77.0.7,\"1,234\",2.5\n", 1234, 2.5),
            ("time;src;dst;bytes sent;duration\n2026-03-04T00:00:01Z;10.0.0.7;45.77.0.7;1234;0,250\n", 1234, 0.25),
            ("time,src,dst,bytes sent,duration (ms)\n2026-03-04T00:00:01Z,10.0.0.7,45.77.0.7,1234,2500\n", 1234, 2.5),
            (
                "start,end,src,dst,bytes sent,duration\n1772582401,1772582421,10.0.0.7,45.77.0.7,1234,20000000\n", 1234,
                20
            ),
        ])
    func numbers(_ text: String, _ bytes: Int64, _ seconds: Double) async throws {
        let flow = try #require(try await flows(text).first)
        #expect(flow.numbers[.bytesToServer] == bytes)
        #expect(flow.numbers[.duration] == Int64(seconds * 1e9))
    }

    @Test("what is in thousands or in minutes, or lasts longer than all that was seen, is no size and no duration")
    func units() throws {
        let text =
            "time,src,dst,bytes sent (KB),duration (min)\n2026-03-04T00:00:01Z,10.0.0.7,45.77.0.7,12,3\n2026-03-04T00:01:01Z,10.0.0.7,45.77.0.7,12,3\n"
        #expect(try found(text).schema.records["flow"]?.fields.keys.sorted() == ["destination", "source"])
        let long =
            "time,src,dst,flow duration\n2026-03-04T00:00:01Z,10.0.0.7,45.77.0.7,2000000\n2026-03-04T00:01:01Z,10.0.0.7,45.77.0.7,2000000\n"
        #expect(try found(long).schema.records["flow"]?.fields["duration"] == nil)
    }

    @Test("an end alone is no beginning, and a day without a time of the day no time")
    func ends() async throws {
        let text = "End Time,src,dst,duration\n2026-03-04T00:00:03Z,10.0.0.7,45.77.0.7,2\n"
        #expect(try await flows(text).first?.start == Timestamp(seconds: Call.midnight + 1))
        let refusal = try #require(throws: TableRecognition.Unreadable.self) {
            try found("Date,src,dst\n2026-03-04,10.0.0.7,45.77.0.7\n")
        }
        #expect(refusal.what.contains("without a time of the day"))
    }

    @Test("addresses and ports that a gateway put in place of others are not the client's")
    func translated() async throws {
        let text =
            "time,NAT Source IP,NAT Source Port,Source IP,Source Port,Destination IP,Destination Port,Translated Destination\n2026-03-04T00:00:01Z,198.51.100.4,9,10.0.0.7,5000,45.77.0.7,443,10.9.9.9\n"
        let flow = try #require(try await flows(text).first)
        #expect(flow.source == IPAddress("10.0.0.7") && flow.destination == IPAddress("45.77.0.7") && flow.port == 443)
    }

    @Test("what one's own machines accepted is left out where a column says so")
    func directions() async throws {
        let row = "2026-03-04T00:00:01Z"
        let text =
            "time,Direction,Local Address,Local Port,Remote Address,Remote Port\n\(row),Outbound,10.0.0.7,5000,45.77.0.7,443\n\(row),Inbound,10.0.0.7,22,45.77.0.9,50000\n"
        let records = try await flows(text)
        #expect(records.map(\.destination) == [IPAddress("45.77.0.7")].compactMap { $0 })
        #expect(try found(text).statement.contains("rows with \"Direction\" inbound are left out"))
    }

    @Test(
        "records stand in lists that documents hold, however many documents there are",
        arguments: [
            #"{"took":3,"data":{"items":[{"ts":1772582401000,"c":{"src":"10.0.0.7"},"dst":"45.77.0.7"},{"ts":1772582402000,"c":{"src":"10.0.0.7"},"dst":"45.77.0.7"}]}}"#,
            #"{"batch":[{"ts":1772582401000,"c":{"src":"10.0.0.7"},"dst":"45.77.0.7"}]}"# + "\n"
                + #"{"batch":[{"ts":1772582402000,"c":{"src":"10.0.0.7"},"dst":"45.77.0.7"}]}"# + "\n",
            #"{"ts":1772582401000,"c":{"src":"10.0.0.7"},"dst":"45.77.0.7","tags":[{"k":"a"},{"k":"b"}]}"# + "\n"
                + #"{"ts":1772582402000,"c":{"src":"10.0.0.7"},"dst":"45.77.0.7","tags":[{"k":"a"},{"k":"b"}]}"# + "\n",
        ])
    func lists(_ text: String) async throws {
        let records = try await flows(text)
        #expect(records.map(\.start) == [1, 2].map { Timestamp(seconds: Call.midnight + $0) })
    }

    @Test(
        "records of collectors and endpoints are guessed as they mean it",
        arguments: [
            "IPV4_SRC_ADDR|IPV4_DST_ADDR|IN_BYTES|FIRST_SWITCHED|LAST_SWITCHED|L4_SRC_PORT|L4_DST_PORT|PROTOCOL|OUT_BYTES\n10.0.0.7|45.77.0.7|12|1772582401|1772582403|5000|443|6|34\n",
            "flowStartMilliseconds,flowEndMilliseconds,sourceIPv4Address,destinationIPv4Address,sourceTransportPort,destinationTransportPort,protocolIdentifier,octetDeltaCount,reverseOctetDeltaCount\n1772582401000,1772582403000,10.0.0.7,45.77.0.7,5000,443,6,12,34\n",
            #"{"jsonPayload":{"bytes_sent":"12","bytes_received":"34","connection":{"src_ip":"10.0.0.7","src_port":5000,"dest_ip":"45.77.0.7","dest_port":443,"protocol":6},"start_time":"2026-03-04T00:00:01Z","end_time":"2026-03-04T00:00:03Z"},"timestamp":"2026-03-04T00:00:31Z"}"#
                + "\n",
            #"{"event_simpleName":"NetworkConnectIP4","LocalAddressIP4":"10.0.0.7","RemoteAddressIP4":"45.77.0.7","LocalPort":"5000","RemotePort":"443","Protocol":"6","ConnectionDirection":"0","ContextTimeStamp":"1772582401.000","aip":"198.51.100.4","ContextBaseFileName":"upd.exe","bytes sent":12,"bytes received":34}"#
                + "\n",
            "datetime=Wed Mar 04 00:00:01 2026\tuser=bob\tcdport=443\tcsport=5000\tcsip=10.0.0.7\tserverip=45.77.0.7\tproto=TCP\tinbytes=34\toutbytes=12\tdurationms=2000\n",
            "time=1772582401|hostname=gw|action=Accept|src=10.0.0.7|dst=45.77.0.7|s_port=5000|service=443|proto=6|bytes_sent=12|bytes_received=34\n",
            "Number;Date;Time;Source Port;Source;Destination;Destination Port;Bytes sent;Bytes received\n1;4Mar2026;00:00:01;5000;10.0.0.7;45.77.0.7;443;12;34\n",
        ])
    func collectors(_ text: String) async throws {
        let flow = try #require(try await flows(text).first)
        #expect(flow.start == Timestamp(seconds: Call.midnight + 1))
        #expect(flow.source == IPAddress("10.0.0.7") && flow.destination == IPAddress("45.77.0.7") && flow.port == 443)
        #expect(flow.numbers[.bytesToServer] == 12 && flow.numbers[.bytesToClient] == 34)
        #expect(try found(text).schema.records["flow"]?.fields["host"] == nil)
    }

    @Test(
        "addresses and ports are told with their names behind or before, and as decimals",
        arguments: [
            "time,src,dst,port\n2026-03-04T00:00:01Z,10.0.0.7 (pc7.example),45.77.0.7 (a.example),443 (https)\n",
            "time,src,dst,dst port\n2026-03-04T00:00:01Z,pc7 (10.0.0.7),a.example (45.77.0.7),443.0\n",
            "time,src,dst,dst port\n2026-03-04T00:00:01Z,10.0.0.7,45.77.0.7,443/tcp\n",
        ])
    func names(_ text: String) async throws {
        let flow = try #require(try await flows(text).first)
        #expect(flow.source == IPAddress("10.0.0.7") && flow.destination == IPAddress("45.77.0.7") && flow.port == 443)
    }

    @Test("tables stand in archives, one behind the other", arguments: ["tar -czf packed", "zip -q packed.zip"])
    func archives(_ command: String) async throws {
        let folder = TemporaryFolder()
        let header = "time,src,dst,dst port\n"
        for (name, row) in [("a.csv", "2026-03-04T00:00:01Z"), ("b.csv", "2026-03-04T00:00:02Z")] {
            _ = try write(header + "\(row),10.0.0.7,45.77.0.7,443\n", name, in: folder)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.currentDirectoryURL = folder.url
        process.arguments = ["-c", "\(command) a.csv b.csv; mv packed.zip packed 2>/dev/null; true"]
        try process.run()
        process.waitUntilExit()
        let run = try await MemoryRun.records(of: source([folder.path("packed")]), kind: .flow, columns: [])
        #expect(run.records.map(\.start) == [1, 2].map { Timestamp(seconds: Call.midnight + $0) })
    }

    @Test("a header without rows is told as such", arguments: ["", ",,\n,,\n"])
    func noRows(_ rows: String) throws {
        let refusal = try #require(throws: TableRecognition.Unreadable.self) { try found("time,src,dst\n" + rows) }
        #expect(refusal.what.hasSuffix("without a row that has a value"))
    }

    @Test("columns without names are ports and sizes by their numbers")
    func unnamed() async throws {
        let rows = (0..<40).map {
            "\(1_772_582_401 + $0 * 60),10.0.0.7,45.77.0.7,443,\(1200 + $0 * 7),\(5600 + $0 * 11)"
        }
        let flow = try #require(try await flows(rows.joined(separator: "\n") + "\n").first)
        #expect(flow.port == 443)
    }

    @Test("lines that stand in documents are guessed at too")
    func messages() async throws {
        let folder = TemporaryFolder()
        let lines = (1...3).map {
            #"{"timestamp":"2026-03-04T00:00:0\#($0)Z","line":"src=10.0.0.7 dst=45.77.0.7 dport=443 proto=tcp"}"#
        }
        let path = try write(lines.joined(separator: "\n") + "\n", "export", in: folder)
        let records = try await MemoryRun.records(of: source([path]), kind: .flow, columns: []).records
        #expect(records.map(\.port) == [443, 443, 443])
    }
}
