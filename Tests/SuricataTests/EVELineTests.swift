import FlareKit
import Foundation
import TestKit
import Testing

@testable import Suricata

@Suite("Lines of EVE")
struct EVELineTests {
    private let start = Timestamp("2025-03-04T05:06:07.5Z")

    @Test("a flow's columns are read")
    func columns() async throws {
        let yield = try await read(lines: [FlowLine().text])
        let row = try #require(yield.rows.first)
        #expect(row.start == start)
        #expect(row.source == IPAddress("192.168.1.5"))
        #expect(row.destination == IPAddress("203.0.113.9"))
        #expect(row.port == 443)
        #expect(row.proto == 6)
        #expect(
            row.numbers == [
                .bytesToServer: 300, .bytesToClient: 200, .packetsToServer: 3, .packetsToClient: 2,
                .duration: 2_000_000_000, .id: 1_234_567_890_123_456,
            ])
        #expect(yield.ingest.used["flow"]?.count == 1)
        #expect(yield.ingest.read == 1)
    }

    @Test(
        "the same record is read however it is written",
        arguments: [
            // Any order of members.
            #"{"flow":{"end":"2025-03-04T05:06:09.5Z","start":"2025-03-04T05:06:07.5Z","bytes_toclient":200,"bytes_toserver":300,"pkts_toclient":2,"pkts_toserver":3},"proto":"TCP","dest_port":443,"dest_ip":"203.0.113.9","src_ip":"192.168.1.5","event_type":"flow","flow_id":1234567890123456}"#,
            // White space wherever it may stand.
            "\t{ \"event_type\" : \"flow\" , \"src_ip\" :\"192.168.1.5\", \"dest_ip\":\t\"203.0.113.9\", \"dest_port\": 443 ,\"proto\": \"TCP\", \"flow_id\": 1234567890123456, \"flow\" : { \"pkts_toserver\" : 3, \"pkts_toclient\" : 2, \"bytes_toserver\": 300 , \"bytes_toclient\": 200, \"start\": \"2025-03-04T05:06:07.5Z\", \"end\": \"2025-03-04T05:06:09.5Z\" } } \r",
            // Escapes in names and values.
            #"{"event\u005ftype":"\u0066low","src_ip":"192\u002e168.1.5","dest_ip":"203.0.113.9","dest_port":443,"proto":"TC\u0050","flow_id":1234567890123456,"fl\u006fw":{"pkts_toserver":3,"pkts_toclient":2,"bytes_toserver":300,"bytes_toclient":200,"start":"2025-03-04T05:06:07.5Z","\u0065nd":"2025-03-04T05:06:09.5Z"}}"#,
            // Numbers as strings.
            #"{"event_type":"flow","src_ip":"192.168.1.5","dest_ip":"203.0.113.9","dest_port":"443","proto":"6","flow_id":"1234567890123456","flow":{"pkts_toserver":"3","pkts_toclient":"2","bytes_toserver":"300","bytes_toclient":"200","start":"2025-03-04T05:06:07.5Z","end":"2025-03-04T05:06:09.5Z"}}"#,
            // The first of members of one name counts.
            #"{"event_type":"flow","event_type":"dns","src_ip":"192.168.1.5","src_ip":"10.0.0.1","dest_ip":"203.0.113.9","dest_port":443,"dest_port":80,"proto":"TCP","flow_id":1234567890123456,"flow":{"pkts_toserver":3,"pkts_toclient":2,"bytes_toserver":300,"bytes_toclient":200,"bytes_toclient":-1,"start":"2025-03-04T05:06:07.5Z","end":"2025-03-04T05:06:09.5Z"},"flow":null}"#,
        ])
    func sameRecord(line: String) async throws {
        let plain = try #require(try await read(lines: [FlowLine().text]).rows.first)
        let yield = try await read(lines: [line])
        var row = try #require(yield.rows.first, "\(yield.ingest.reasons)")
        row.origin = plain.origin
        #expect(row == plain)
    }

    @Test(
        "only the line's own event_type counts",
        arguments: [
            (#"{"event_type":"alert","flow":{"event_type":"flow"}}"#, "event type alert"),
            (#"{"x":{"event_type":"flow"},"event_type":"dns"}"#, "event type dns"),
            (#"{"x":"\"event_type\":\"flow\"","event_type":"http"}"#, "event type http"),
            (#"{"x":["event_type","flow"],"event_type":"tls"}"#, "event type tls"),
            (#"{"xevent_type":"flow","event_type":"ssh"}"#, "event type ssh"),
            (#"{"event_type":"netflow"}"#, "event type netflow"),
            (#"{"event_type":"Flow"}"#, "event type Flow"),
            (#"{"event_type":"d\u006es"}"#, "event type dns"),
            (#"{"event_type":"two words"}"#, "event type (unusual name)"),
        ])
    func typeOfTheLine(line: String, reason: String) async throws {
        let ingest = try await read(lines: [line]).ingest
        #expect(ingest.skips == [reason: 1])
        #expect(ingest.isBalanced)
    }

    @Test("a line of another type is not looked at behind its type")
    func otherTypesAreNotValidated() async throws {
        let ingest = try await read(lines: [
            #"{"timestamp":"2025-03-04T05:06:07.000000+0000","event_type":"dns","dns":{"broken"#,
            #"{"timestamp":"2025-03-04T05:06:08.000000+0000","flow_id":1,"event_type":"dns"} and more"#,
            "{ \"event_type\": \"dns\", \u{1} }",
        ]).ingest
        #expect(ingest.skips == ["event type dns": 3])
        #expect(ingest.skipped["event type dns"]?.first == Timestamp("2025-03-04T05:06:07Z"))
        #expect(ingest.skipped["event type dns"]?.last == Timestamp("2025-03-04T05:06:08Z"))
    }

    @Test(
        "what is not JSON is rejected as that",
        arguments: [
            "nonsense", "{", "}", "[]", "42", "\"event_type\":\"flow\"", #"{"event_type":"flow"} {}"#,
            #"{"event_type":"flow",}"#, #"{"event_type" "flow"}"#, #"{'event_type':'flow'}"#,
            #"{"a":tru,"event_type":"dns"}"#,
            #"{"a":01,"event_type":"dns"}"#, #"{"a":"\x","event_type":"dns"}"#, #"{"a":"\u12g4","event_type":"dns"}"#,
            "{\"a\":\"\u{1}\",\"event_type\":\"dns\"}", "\u{0}\u{0}\u{0}",
            String(FlowLine().text.dropLast()), FlowLine().text + "}", FlowLine().text + "x",
            FlowLine().text.replacing(#""age":2"#, with: #""age":"#),
            FlowLine().text.replacing(#""age":2"#, with: #""age":02"#),
            FlowLine().text.replacing(#""alerted":false"#, with: #""alerted":falsch"#),
            FlowLine().text.replacing(#""community_id":"#, with: #""community_id""#),
        ])
    func notJSON(line: String) async throws {
        let ingest = try await read(lines: [line, FlowLine().text]).ingest
        #expect(ingest.reasons == ["not JSON": 1])
        #expect(ingest.used["flow"]?.count == 1)
    }

    @Test(
        "a line without a readable type is rejected as that",
        arguments: ["{}", #"{"a":1}"#, #"{"event_type":1}"#, #"{"event_type":null}"#, #"{"event_type":""}"#])
    func noType(line: String) async throws {
        #expect(try await read(lines: [line]).ingest.reasons == ["no event type": 1])
    }

    @Test("bytes that are not UTF-8 are rejected in a flow")
    func binary() async throws {
        let folder = TemporaryFolder()
        var bytes = Data(FlowLine().text.utf8)
        bytes.replaceSubrange(bytes.count - 10..<bytes.count - 8, with: [0xFF, 0xFE])
        let garbage = Data((0..<400).map { UInt8(truncatingIfNeeded: $0 &* 37) }.filter { $0 != 10 })
        let path = try folder.write(bytes + Data([10]) + garbage + Data([10]), as: "eve.json")
        #expect(try await read([path]).ingest.reasons == ["not JSON": 2])
    }

    @Test("blank lines are skipped as blank")
    func blank() async throws {
        let ingest = try await read(lines: ["", "  \t", "\r", FlowLine().text]).ingest
        #expect(ingest.skips == ["blank line": 3])
        #expect(ingest.read == 4)
    }
}
