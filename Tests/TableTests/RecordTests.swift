import CompressedFiles
import FlareKit
import FlareKitTesting
import Foundation
import LineFiles
import RecordSchemas
import TestKit
import Testing

@testable import Table

/// The records of a kind that a text yields.
private func read(
    _ text: String, _ kind: RecordKind = .flow,
    _ columns: Set<ColumnName> = [.bytesToServer, .bytesToClient, .duration, .host, .query, .answers, .sourcePort],
    schema: String? = nil
) async throws -> (records: [MemoryRecord], ingest: IngestCounts) {
    let folder = TemporaryFolder()
    let path = try write(text, "log", in: folder)
    return try await MemoryRun.records(of: source([path]) { $0.schema = schema }, kind: kind, columns: columns)
}

private func addresses(_ records: [MemoryRecord]) -> [String] {
    records.map { "\($0.source)>\($0.destination):\($0.port)/\($0.proto)" }
}

@Suite("Records that are not like most")
struct RecordTests {
    @Test("of pfSense: IPv6, blocked ones, and packets that open no connection")
    func filterlog() async throws {
        let head = "Mar  4 00:00:01 pf filterlog[1]: 5,,,1000000103,igb0,match"
        let (records, ingest) = try await read(
            """
            \(head),block,out,6,0x00,0x9a1c2,64,tcp,6,40,2001:db8:1::7,2600:9000::1,50000,443,0,S,1,,65535,,mss
            \(head),pass,in,6,0x00,0x9a1c2,64,udp,17,60,2001:db8:1::7,2600:9000::53,50001,53,40
            \(head),block,in,4,0x0,,64,0,0,DF,6,tcp,52,10.0.0.7,45.77.0.7,50002,443,0,FA,1,2,65535,,
            \(head),pass,in,4,0x0,,64,0,0,DF,1,icmp,84,10.0.0.7,45.77.0.7,request,1,2
            """, schema: "filterlog")
        #expect(
            addresses(records) == [
                "2001:db8:1::7>2600:9000::1:443/6", "2001:db8:1::7>2600:9000::53:53/17", "10.0.0.7>45.77.0.7:0/1",
            ])
        #expect(ingest.skipped["flags FA"]?.count == 1)
    }

    @Test("of ASA: UDP, inbound ones, and who the client is where only the end was logged")
    func asa() async throws {
        let time = "Mar 04 2026 00:00:0"
        let (records, ingest) = try await read(
            """
            \(time)1: %ASA-6-302015: Built outbound UDP connection 7 for outside:9.9.9.9/53 (9.9.9.9/53) to inside:10.0.0.7/50000 (198.51.100.4/50000)
            \(time)2: %ASA-6-302013: Built inbound TCP connection 8 for outside:45.77.0.7/51000 (45.77.0.7/51000) to dmz:10.1.0.9/443 (198.51.100.5/443)
            \(time)3: %ASA-6-302016: Teardown UDP connection 7 for outside:9.9.9.9/53 to inside:10.0.0.7/50000 duration 0:00:02 bytes 210
            \(time)4: %ASA-6-302014: Teardown TCP connection 8 for outside:45.77.0.7/51000 to dmz:10.1.0.9/443 duration 0:00:02 bytes 99 TCP FINs
            \(time)5: %ASA-6-302014: Teardown TCP connection 9 for outside:45.77.0.7/52000 to dmz:10.1.0.9/443 duration 1:00:00 bytes 5 TCP Reset-I
            \(time)6: %ASA-5-111008: User 'enable_15' executed the 'show' command.
            """)
        #expect(
            addresses(records) == [
                "10.0.0.7>9.9.9.9:53/17", "45.77.0.7>10.1.0.9:443/6", "45.77.0.7>10.1.0.9:443/6",
            ])
        #expect(records.map { $0.numbers[.duration] } == [2_000_000_000, 2_000_000_000, 3_600_000_000_000])
        #expect(
            records.map { ($0.start.nanoseconds - Timestamp(seconds: Call.midnight).nanoseconds) / 1_000_000_000 } == [
                1, 2, -3595,
            ])
        #expect(ingest.skipped["another message"]?.count == 1)
        #expect(ingest.isBalanced && ingest.read == 6)
    }

    @Test(
        "of ASA: ICMP has its ends, denials are connections that were denied, and other messages are left out by name")
    func otherASA() async throws {
        let head = "<166>Mar 04 2026 00:00:01 fw1 : %ASA-"
        let (records, ingest) = try await read(
            """
            \(head)6-302020: Built outbound ICMP connection for faddr 45.77.0.7/0 gaddr 198.51.100.4/9 laddr 10.0.0.7/9 type 8 code 0
            \(head)6-302020: Built inbound ICMP connection for faddr 203.0.113.5/4(LOCAL\\x) gaddr 198.51.100.4/0 laddr 10.0.0.9/0
            \(head)6-302021: Teardown ICMP connection for faddr 45.77.0.7/0 gaddr 198.51.100.4/9 laddr 10.0.0.7/9 type 8 code 0
            \(head)4-106023: Deny tcp src outside:203.0.113.9/51222 dst inside:10.0.0.8/22 by access-group "out in" [0x0, 0x0]
            \(head)4-106023: Deny icmp src outside:203.0.113.9 dst inside:10.0.0.8 (type 8, code 0) by access-group "out in" [0x0, 0x0]
            \(head)4-106100: access-list in denied tcp inside/10.0.0.7(51000) -> outside/203.0.113.7(25) hit-cnt 1 first hit [0x1, 0x0]
            \(head)6-106100: access-list in permitted tcp inside/10.0.0.7(51000) -> outside/203.0.113.7(443) hit-cnt 1 first hit [0x1, 0x0]
            \(head)6-106015: Deny TCP (no connection) from 10.0.0.7/51000 to 203.0.113.7/443 flags RST on interface inside
            \(head)6-305011: Built dynamic TCP translation from inside:10.0.0.7/51000 to outside:198.51.100.4/51000
            \(head)5-111008: User 'enable_15' executed the 'show' command.
            """)
        #expect(
            Set(addresses(records)) == [
                "10.0.0.7>45.77.0.7:0/1", "203.0.113.5>10.0.0.9:0/1", "203.0.113.9>10.0.0.8:22/6",
                "203.0.113.9>10.0.0.8:0/1",
                "10.0.0.7>203.0.113.7:25/6",
            ])
        #expect(ingest.skipped["event permitted by an access list"]?.count == 1, "\(ingest)")
        #expect(ingest.skipped["event denied, of no connection"]?.count == 1)
        #expect(ingest.skipped["event address translation"]?.count == 1)
        #expect(ingest.skipped["another message"]?.count == 1)
        #expect(ingest.isBalanced && ingest.read == 10)
    }

    @Test(
        "of BIND and dnsmasq: a query is read however it is written, its name without its end",
        arguments: [
            "04-Mar-2026 00:00:00.123 client 10.0.0.7#5: query: a.example IN A +",
            "04-Mar-2026 00:00:00.123 queries: client @0x7f 10.0.0.7#5 (a.example): query: a.example IN A +E(0)K (10.0.0.53)",
            "04-Mar-2026 00:00:00.123 info: client @0x7f 10.0.0.7#5 (a.example): view in: query: a.example IN A -E(0)DC (10.0.0.53)",
            "04-Mar-2026 00:00:00.123 client @0x7f 10.0.0.7#5 (a.example): query: a.example IN A +E(0) (10.0.0.53) [ECS 192.0.2.0/24/0]",
            "04-Mar-2026 00:00:00.123 client @0x7f 10.0.0.7#5/key k.example (a.example): query: a.example IN A +SE(0) (10.0.0.53)",
            "2026-03-04T00:00:00.123Z queries: info: client @0x7f 10.0.0.7#5 (a.example): query: a.example IN A + (10.0.0.53)",
            "Mar  4 00:00:00 ns named[8]: queries: info: client @0x7f 10.0.0.7#5 (a.example): query: a.example IN A + (10.0.0.53)",
            "Mar  4 00:00:00 dnsmasq[7]: query[A] a.example from 10.0.0.7",
            "Mar  4 00:00:00 dnsmasq[7]: 12 10.0.0.7/5 query[A] a.example from 10.0.0.7",
            "Mar  4 00:00:00 dnsmasq[7]: auth[A] a.example from 10.0.0.7",
            "Wed Mar  4 00:00:00 2026 daemon.info dnsmasq[1]: 12 10.0.0.7/5 query[A] a.example from 10.0.0.7",
        ])
    func queries(_ line: String) async throws {
        let (records, ingest) = try await read(line + "\n", .dns)
        #expect(records.map(\.source) == [IPAddress("10.0.0.7")], "\(ingest)")
        #expect(records.map { $0.texts[.query] } == ["a.example"])
        #expect(
            records.map { $0.start.nanoseconds / 1_000_000_000 } == [
                Timestamp(seconds: Call.midnight).nanoseconds / 1_000_000_000
            ])
    }

    @Test(
        "that tell no connection are called by the tool's name, with what to do",
        arguments: [
            (
                "<166>Mar 04 2026 00:00:01 fw1 : %ASA-6-305011: Built dynamic TCP translation from inside:10.0.0.7/5 to outside:198.51.100.4/5\n",
                "Cisco ASA", "logging trap informational"
            ),
            ("dnsmasq: query[A] a.example from 10.0.0.7\n", "dnsmasq", "log-facility"),
            (
                "10.0.0.7 - - [04/Mar/2026:00:00:01 +0000] \"GET /a HTTP/1.1\" 200 12 \"-\" \"curl/8\"\n", "web server",
                "give a log of the proxy"
            ),
            (
                "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System><EventData><Data Name='UtcTime'>2026-03-04 00:00:01.000</Data><Data Name='Image'>a.exe</Data><Data Name='SourceIp'>10.0.0.7</Data><Data Name='DestinationIp'>45.77.0.7</Data></EventData></Event>\n",
                "EventID 1", "NetworkConnect"
            ),
            (
                "Mar  4 00:00:01 lb haproxy[1]: 10.0.0.7:5000 [04/Mar/2026:00:00:01.100] in bck/srv 0/0/5007 212 -- 1/1/1/1/0 0/0\n",
                "HAProxy", "give a log of the proxy"
            ),
        ])
    func unusable(_ text: String, _ name: String, _ remedy: String) throws {
        let folder = TemporaryFolder()
        let path = try write(text, "log", in: folder)
        let refusal = try #require(throws: InputFileError.self) {
            try TableRecognition.schema(of: InputFile(path: path, form: .texts))
        }
        #expect(refusal.description.contains(name) && refusal.description.contains(remedy), "\(refusal)")
    }

    @Test("of Sysmon: a lookup is the machine's whose address a connection told")
    func lookups() async throws {
        func event(_ id: Int, _ data: String) -> String {
            #"{"Event":{"System":{"EventID":\#(id),"Computer":"pc7"},"EventData":{"UtcTime":"2026-03-04 00:00:01.000",\#(data)}}}"#
        }
        let text = [
            event(22, #""QueryName":"early.example","QueryResults":"","Image":"a.exe""#),
            event(
                3,
                #""Image":"a.exe","SourceIp":"10.0.0.7","SourcePort":5000,"DestinationIp":"45.77.0.7","DestinationPort":443"#
            ),
            event(
                22,
                #""QueryName":"Implant.Example","QueryResults":"type:  5 edge.example;::ffff:45.77.0.7;","Image":"a.exe""#
            ),
            event(1, #""Image":"b.exe""#),
        ].joined(separator: "\n")
        let (records, ingest) = try await read(text, .dns)
        #expect(records.map(\.source) == [IPAddress("10.0.0.7")])
        #expect(records.first?.texts[.query] == "implant.example")
        #expect(ingest.rejected["no source address"]?.count == 1)
        #expect(ingest.isBalanced && ingest.read == 4)
    }

    @Test("of Squid: a request that no server was asked for is known by its name")
    func squid() async throws {
        let (records, _) = try await read(
            """
            1772582400.500    500 10.0.0.7 TCP_DENIED/403 3900 CONNECT implant.example:8443 - HIER_NONE/- text/html
            1772582401.000    250 10.0.0.7 TCP_MISS/200 700 GET http://a.example/x?y=z bob HIER_DIRECT/45.77.0.7 text/html
            1772582402.000      0 10.0.0.7 TCP_MEM_HIT/200 700 GET http://[2001:db8::1]:81/ - HIER_NONE/- text/html
            """)
        #expect(
            addresses(records) == ["10.0.0.7>0.0.0.0:8443/6", "10.0.0.7>45.77.0.7:80/6", "10.0.0.7>2001:db8::1:81/6"])
        #expect(records.prefix(2).map { $0.texts[.host] } == ["implant.example", "a.example"])
        #expect(records.first?.start == Timestamp(seconds: Call.midnight))
        #expect([nil, RecordTable.unknown].contains(records.first?.numbers[.bytesToServer]))
    }

    @Test("of AWS: with a header in another order, without data, and in the server's direction")
    func vpc() async throws {
        let (records, ingest) = try await read(
            """
            version srcaddr dstaddr srcport dstport protocol start end bytes packets action log-status
            5 10.0.0.7 45.77.0.7 50000 443 6 1772582400 1772582430 900 4 ACCEPT OK
            5 45.77.0.7 10.0.0.7 443 50000 6 1772582400 1772582430 5000 6 ACCEPT OK
            5 - - - - - 1772582400 1772582430 - - - NODATA
            """)
        #expect(addresses(records) == ["10.0.0.7>45.77.0.7:443/6"])
        #expect(records.first?.numbers[.bytesToServer] == 900)
        #expect(ingest.skipped["log-status NODATA"]?.count == 1)
        #expect(ingest.skipped["the server's direction, a record of its own"]?.count == 1)
    }

    @Test("of Fortinet: those of sessions that begin or go on are told again at the end")
    func fortinet() async throws {
        let rest =
            "type=\"traffic\" srcip=10.0.0.7 srcport=5 dstip=45.77.0.7 dstport=443 proto=6 duration=10 sentbyte=1 rcvdbyte=2"
        let (records, ingest) = try await read(
            """
            date=2026-03-04 time=00:00:10 tz="+0100" logid="0000000013" action="start" \(rest)
            date=2026-03-04 time=00:00:10 tz="+0100" logid="0000000020" action="accept" \(rest)
            date=2026-03-04 time=00:00:10 tz="+0100" logid="0000000013" action="close" \(rest)
            """)
        #expect(records.map(\.start) == [Timestamp("2026-03-03T23:00:00Z")].compactMap { $0 })
        #expect(ingest.skippedCount == 2)
    }

    @Test("documents may be spread over lines, and stand in the answer of a search")
    func documents() async throws {
        let source =
            #""@timestamp":"2026-03-04T00:00:00Z","source":{"ip":"10.0.0.7"},"destination":{"ip":"45.77.0.7","port":443}"#
        let text =
            #"{"took":1,"hits":{"total":{"value":2},"hits":[{"_id":"1","_source":{\#(source)}},"#
            + "\n{\n\"_id\":\"2\",\n\"_source\":{\n"
            + source.replacingOccurrences(of: ",", with: ",\n") + "\n}\n}]}}\n"
        let (records, ingest) = try await read(text, schema: "ecs")
        #expect(addresses(records) == ["10.0.0.7>45.77.0.7:443/255", "10.0.0.7>45.77.0.7:443/255"])
        #expect(ingest.rejectedCount == 0, "\(ingest)")
    }
}
