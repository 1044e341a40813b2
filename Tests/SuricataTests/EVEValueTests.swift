import FlareKit
import Testing

@testable import Suricata

@Suite("Values of EVE flows")
struct EVEValueTests {
    @Test(
        "the time of a flow is its start, in every form",
        arguments: [
            "2025-03-04T05:06:07.500000+0000", "2025-03-04T00:06:07.500000-0500", "2025-03-04T05:06:07.5Z",
            "2025-03-04T05:06:07.500000000Z", "2025-03-04T08:06:07.5+03:00",
        ])
    func start(time: String) async throws {
        let line = FlowLine { $0.flow = #"{"start":"\#(time)"}"# }.text
        #expect(try await read(lines: [line]).rows.map(\.start) == [Timestamp("2025-03-04T05:06:07.5Z")])
    }

    @Test(
        "a flow without a start has the time it was logged at, and that is noted",
        arguments: [nil, "{}", #"{"start":null}"#, "null", "7"] as [String?])
    func fallsBack(flow: String?) async throws {
        let yield = try await read(lines: [FlowLine { $0.flow = flow }.text, FlowLine().text])
        #expect(yield.rows.map(\.start) == [Timestamp("2025-03-04T05:10:00Z"), Timestamp("2025-03-04T05:06:07.5Z")])
        #expect(yield.ingest.noted.mapValues(\.count) == ["no flow.start, timestamp used": 1])
        #expect(yield.rows.first?.numbers[.bytesToServer] == RecordTable.unknown)
    }

    @Test("with time: logged every flow has the time it was logged at")
    func logged() async throws {
        let yield = try await read(lines: [FlowLine().text, FlowLine { $0.flow = nil }.text], options: "time: logged")
        #expect(yield.rows.map(\.start) == Array(repeating: Timestamp("2025-03-04T05:10:00Z"), count: 2))
        #expect(yield.ingest.noted.isEmpty)
    }

    @Test("a flow without a readable time is rejected")
    func noTime() async throws {
        let lines = [
            FlowLine { $0.flow = #"{"start":"yesterday"}"# }.text, FlowLine { $0.flow = #"{"start":1741064767}"# }.text,
            FlowLine { ($0.flow, $0.timestamp) = (nil, "\"soon\"") }.text,
        ]
        #expect(try await read(lines: lines).ingest.reasons == ["no readable time": 3])
        let logged = [FlowLine { $0.timestamp = "\"\"" }.text, FlowLine { $0.timestamp = "null" }.text]
        #expect(try await read(lines: logged, options: "time: logged").ingest.reasons == ["no readable time": 2])
    }

    @Test(
        "addresses are read in IPv4 and IPv6, full and short",
        arguments: [
            "192.168.1.5", "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1", "::1", "::ffff:192.0.2.1",
        ])
    func addresses(text: String) async throws {
        let line = FlowLine {
            $0.source = "\"\(text)\""
            $0.destination = "\"\(text)\""
        }.text
        let row = try #require(try await read(lines: [line]).rows.first)
        #expect(row.source == IPAddress(text))
        #expect(row.destination == IPAddress(text))
    }

    @Test("a flow without readable addresses is rejected, the source first")
    func badAddresses() async throws {
        for bad in ["\"\"", "\"1.2.3\"", "\"fe80::1%eth0\"", "7", "null", "\"host\"", "\"1.2.3.4\\u0000\""] {
            let ingest = try await read(lines: [
                FlowLine { $0.source = bad }.text, FlowLine { $0.destination = bad }.text,
            ]).ingest
            #expect(
                ingest.reasons == ["no readable source address": 1, "no readable destination address": 1], "\(bad)")
        }
    }

    @Test(
        "a port is 0 where there is none, and a whole number up to 65535",
        arguments: [(nil, 0), ("null", 0), ("0", 0), ("65535", 65535), (#""8443""#, 8443)] as [(String?, UInt16)])
    func ports(text: String?, port: UInt16) async throws {
        #expect(try await read(lines: [FlowLine { $0.port = text }.text]).rows.map(\.port) == [port])
    }

    @Test("an ICMP flow has no port")
    func icmp() async throws {
        let line = FlowLine { ($0.port, $0.proto) = (nil, "\"IPv6-ICMP\"") }.text
            .replacing(#","src_port":40000"#, with: "")
        let row = try #require(try await read(lines: [line]).rows.first)
        #expect(row.port == 0)
        #expect(row.proto == 58)
    }

    @Test(
        "an unreadable port rejects the flow",
        arguments: ["65536", "-1", "443.0", "4e2", #""""#, #"" 443""#, #""https""#, "true", "[443]"])
    func badPort(text: String) async throws {
        #expect(try await read(lines: [FlowLine { $0.port = text }.text]).ingest.reasons == ["no readable port": 1])
    }

    @Test(
        "counts are whole numbers from 0 on",
        arguments: [
            ("0", 0), ("123456789012", 123_456_789_012), (#""77""#, 77), ("null", RecordTable.unknown),
            ("9223372036854775807", .max),
        ] as [(String, Int64)])
    func counts(text: String, count: Int64) async throws {
        let yield = try await read(lines: [FlowLine.withCount("bytes_toserver", text)])
        #expect(yield.rows.map { $0.numbers[.bytesToServer] } == [count])
    }

    @Test(
        "a negative, broken or absurd count rejects the flow where counts are read",
        arguments: ["-1", "1.5", "1e3", #""-1""#, #""1k""#, "9223372036854775808", "true", "{}"])
    func badCounts(text: String) async throws {
        for way in ["bytes_toserver", "bytes_toclient"] {
            let lines = [FlowLine.withCount(way, text)]
            #expect(try await read(lines: lines).ingest.reasons == ["no readable byte count": 1], "\(way)")
            #expect(try await read(lines: lines, columns: []).ingest.used["flow"]?.count == 1, "\(way)")
        }
    }

    @Test("a column that nobody asked for is not there, and one way alone can be asked for")
    func columnsAskedFor() async throws {
        let one = try await read(lines: [FlowLine().text], columns: [.bytesToClient])
        #expect(one.rows.map(\.numbers) == [[.bytesToClient: 200]])
        let other = try await read(lines: [FlowLine().text], columns: [.number("nobody has it")])
        #expect(other.rows.map(\.numbers) == [[.number("nobody has it"): RecordTable.unknown]])
    }

    @Test("the duration is from start to end, or the age, or unknown")
    func duration() async throws {
        let flows = [
            #"{"start":"2025-03-04T05:06:07Z","end":"2025-03-04T05:06:08.25Z","age":9}"#,
            #"{"start":"2025-03-04T05:06:07Z","age":9}"#,
            #"{"start":"2025-03-04T05:06:07Z","end":"2025-03-04T05:06:06Z","age":9}"#,
            #"{"start":"2025-03-04T05:06:07Z"}"#,
        ]
        let yield = try await read(lines: flows.map { flow in FlowLine { $0.flow = flow }.text })
        #expect(
            yield.rows.map { $0.numbers[.duration] }
                == [1_250_000_000, 9_000_000_000, 9_000_000_000, RecordTable.unknown])
    }
}
