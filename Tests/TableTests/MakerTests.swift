import FlareKit
import FlareKitTesting
import Foundation
import RecordSchemas
import TestKit
import Testing

@testable import Table

/// The records of a kind that a text yields.
private func read(
    _ text: String, _ kind: RecordKind = .flow,
    _ columns: Set<ColumnName> = [.bytesToServer, .bytesToClient, .duration, .host]
) async throws -> (records: [MemoryRecord], ingest: IngestCounts) {
    let folder = TemporaryFolder()
    let path = try write(text, "log", in: folder)
    return try await MemoryRun.records(of: source([path]), kind: kind, columns: columns)
}

/// source>destination:port/protocol start out in duration
private func told(_ records: [MemoryRecord]) -> [String] {
    records.map { record in
        func number(_ column: ColumnName) -> String {
            guard let number = record.numbers[column], number != RecordTable.unknown else { return "-" }
            return "\(column == .duration ? number / 1_000_000_000 : number)"
        }
        return
            "\(record.source)>\(record.destination):\(record.port)/\(record.proto) \(record.start) \(number(.bytesToServer)) \(number(.bytesToClient)) \(number(.duration))"
    }
}

/// Lines as the makers' documentation and published samples have them, with addresses for documentation.
@Suite("Records of firewalls as their makers write them")
struct MakerTests {
    @Test("FTD: a connection's beginning and end are one, also of versions that do not say when it began, and of ICMP")
    func ftd() async throws {
        let (records, ingest) = try await read(
            """
            2019-08-16T09:33:14Z firepower  %FTD-1-430002: AccessControlRuleAction: Allow, SrcIP: 10.0.1.20, DstIP: 203.0.113.9, SrcPort: 46000, DstPort: 80, Protocol: tcp, IngressInterface: inside, ACPolicy: default, Prefilter Policy: Default Prefilter Policy, User: No Authentication Required, InitiatorPackets: 2, ResponderPackets: 1, InitiatorBytes: 140, ResponderBytes: 74, NAPPolicy: Balanced Security and Connectivity
            2019-08-16T09:33:16Z firepower  %FTD-1-430003: AccessControlRuleAction: Allow, SrcIP: 10.0.1.20, DstIP: 203.0.113.9, SrcPort: 46000, DstPort: 80, Protocol: tcp, IngressInterface: inside, ACPolicy: default, Prefilter Policy: Default Prefilter Policy, User: No Authentication Required, UserAgent: curl/7.58.0, Client: cURL, ClientVersion: 7.58.0, ApplicationProtocol: HTTP, ConnectionDuration: 2, InitiatorPackets: 6, ResponderPackets: 4, InitiatorBytes: 503, ResponderBytes: 690, NAPPolicy: Balanced Security and Connectivity, HTTPResponse: 200, ReferencedHost: www.example.org, URL: http://www.example.org/download/x.zip
            2019-08-16T09:35:15Z firepower  %FTD-1-430002: AccessControlRuleAction: Block, SrcIP: 10.0.100.30, DstIP: 10.0.1.20, ICMPType: Echo Request, ICMPCode: No Code, Protocol: icmp, User: No Authentication Required, InitiatorPackets: 0, ResponderPackets: 0, InitiatorBytes: 0, ResponderBytes: 0
            2023-03-27T08:41:37Z   %FTD-1-430003: EventPriority: Low, DeviceUUID: 48a00000-8e53-11ec-9a0c-d396ffaa0000, InstanceID: 2, FirstPacketSecond: 2023-03-27T08:41:07Z, ConnectionID: 48101, AccessControlRuleAction: Monitor, SrcIP: 10.0.1.20, DstIP: 10.0.100.30, SrcPort: 57176, DstPort: 631, Protocol: tcp, Endpoint Profile: Workstation:Microsoft-Workstation:Windows10-Workstation, ACPolicy: ProductionPolicy, User: Default-AD\\user1, ConnectionDuration: 30, InitiatorPackets: 5, ResponderPackets: 0, InitiatorBytes: 0, ResponderBytes: 0
            2023-03-27T08:41:38Z   %FTD-6-305011: Built dynamic TCP translation from inside:10.0.1.20/1772 to outside:198.51.100.4/8256
            """)
        #expect(
            told(records).sorted() == [
                "10.0.1.20>10.0.100.30:631/6 2023-03-27T08:41:07Z 0 0 30",
                "10.0.1.20>203.0.113.9:80/6 2019-08-16T09:33:14Z 503 690 2",
                "10.0.100.30>10.0.1.20:0/1 2019-08-16T09:35:15Z 0 0 -",
            ])
        #expect(records.compactMap { $0.texts[.host] } == ["www.example.org"])
        #expect(ingest.isBalanced)
        #expect(
            ingest.skipped.mapValues(\.count) == [
                "the beginning of a connection whose end is told too": 1, "no DstIP": 1,
            ], "\(ingest)")
    }

    @Test("Check Point: accepted and dropped ones; what tells of no connection is left aside")
    func checkPoint() async throws {
        let (records, ingest) = try await read(
            #"""
            <134>1 2020-03-29T13:19:20Z gw-da58d3 CheckPoint 1930 - [flags:"133440"; ifdir:"inbound"; loguid:"{0x5e80a059,0x0,0x6401a8c0,0x3c7878a}"; origin:"192.168.1.100"; product:"System Monitor"; sys_message::"The eth0 interface is not protected by the anti-spoofing feature; your network may be at risk"]
            <134>1 2020-03-29T13:19:22Z gw-da58d3 CheckPoint 1930 - [action:"Accept"; flags:"444676"; ifdir:"outbound"; origin:"192.168.1.100"; __policy_id_tag:"product=VPN-1 & FireWall-1[db_tag={DF90};mgmt=gw;date=1585487925;policy_name=Standard\]"; dst:"203.0.113.10"; match_id:"1"; product:"VPN-1 & FireWall-1"; proto:"6"; s_port:"61794"; service:"443"; service_id:"https"; src:"192.168.1.100"; xlatedport:"0"; xlatedst:"0.0.0.0"]
            <134>1 2020-03-30T06:13:42Z gw-da58d3 CheckPoint 8363 - [action:"Drop"; dst:"203.0.113.118"; product:"VPN-1 & FireWall-1"; proto:"17"; s_port:"65488"; service:"53"; src:"192.168.1.100"; tcp_packet_out_of_state:"First packet isn't SYN"]
            """#)
        #expect(
            told(records) == [
                "192.168.1.100>203.0.113.10:443/6 2020-03-29T13:19:22Z - - -",
                "192.168.1.100>203.0.113.118:53/17 2020-03-30T06:13:42Z - - -",
            ])
        #expect(ingest.skipped.mapValues(\.count) == ["no dst": 1], "\(ingest)")
    }

    @Test("MikroTik: TCP that opens a connection, UDP, ICMP and version 6")
    func mikroTik() async throws {
        let (records, ingest) = try await read(
            """
            Mar  4 00:00:01 router firewall,info forward: in:bridge out:ether1, connection-state:new src-mac 10:a3:b8:9b:51:70, proto TCP (SYN), 10.0.0.7:50264->203.0.113.88:443, len 40
            Mar  4 00:00:02 router firewall,info input: in:ether1 out:(unknown 0), connection-state:established src-mac 10:a3:b8:9b:51:70, proto TCP (ACK,FIN), 203.0.113.88:443->10.0.0.7:50264, len 40
            Mar  4 00:00:03 router firewall,info forward: in:bridge out:ether1, connection-state:new,snat src-mac 10:a3:b8:9b:51:70, proto UDP, 10.0.0.7:59387->203.0.113.53:53, NAT (10.0.0.7:59387->198.51.100.4:59387)->203.0.113.53:53, len 66
            Mar  4 00:00:04 router firewall,info forward: in:bridge out:ether1, connection-state:new proto ICMP (type 8, code 0), 10.0.0.7->203.0.113.1, len 84
            Mar  4 00:00:05 router firewall,info forward: in:bridge out:ether1, connection-state:new proto TCP (SYN), [2001:db8::7]:5000->[2001:db8:1::9]:443, len 40
            Mar  4 00:00:06 router dhcp,info dhcp1 assigned 10.0.0.9 to 10:A3:B8:9B:51:70
            """)
        #expect(
            told(records) == [
                "10.0.0.7>203.0.113.88:443/6 2026-03-04T00:00:01Z - - -",
                "10.0.0.7>203.0.113.53:53/17 2026-03-04T00:00:03Z - - -",
                "10.0.0.7>203.0.113.1:0/1 2026-03-04T00:00:04Z - - -",
                "2001:db8::7>2001:db8:1::9:443/6 2026-03-04T00:00:05Z - - -",
            ])
        #expect(ingest.skipped.mapValues(\.count) == ["flags ACK,FIN": 1, "another message": 1])
    }

    @Test("Juniper: structured and plain, closed ones alone too, and denied ones")
    func juniper() async throws {
        let (records, ingest) = try await read(
            """
            <14>1 2019-11-14T11:12:46.573+01:00 SRX-GW1 RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.129 source-address="10.0.0.26" source-port="37233" destination-address="203.0.113.13" destination-port="161" connection-tag="0" service-name="None" protocol-id="17" icmp-type="0" policy-name="cleanup" session-id-32="7087"]
            <14>1 2019-04-12T14:29:06.576Z cixi RT_FLOW - RT_FLOW_SESSION_CLOSE [junos@2636.1.1.1.2.129 reason="TCP FIN" source-address="10.3.255.203" source-port="47776" destination-address="203.0.113.15" destination-port="80" service-name="junos-http" nat-source-address="198.51.100.49" nat-source-port="19162" protocol-id="6" session-id-32="5" packets-from-client="6" bytes-from-client="337" packets-from-server="4" bytes-from-server="535" elapsed-time="1" username="N/A" application-characteristics="Can Leak Information;Prone to Misuse;"]
            <14>1 2013-01-19T15:18:17.040 SRX100HM RT_FLOW - APPTRACK_SESSION_VOL_UPDATE [junos@2636.1.1.1.2.129 source-address="192.168.224.30" source-port="3129" destination-address="203.0.113.14" destination-port="21" elapsed-time="0"]
            """)
        #expect(
            told(records).sorted() == [
                "10.0.0.26>203.0.113.13:161/17 2019-11-14T10:12:46.573Z - - -",
                "10.3.255.203>203.0.113.15:80/6 2019-04-12T14:29:05.576Z 337 535 1",
            ])
        #expect(ingest.skipped.mapValues(\.count) == ["another message": 1], "\(ingest)")
        let (plain, _) = try await read(
            """
            <14>Jun 17 16:49:31 fw RT_FLOW: RT_FLOW_SESSION_CREATE: session created 10.1.37.45/41013->203.0.113.115/3306 0x0 None 10.1.37.45/41013->203.0.113.115/3306 0x0 N/A N/A N/A N/A 6 1 V40 V30 1047299 N/A(N/A) reth2.0 UNKNOWN
            May  8 02:52:02 RT_FLOW: RT_FLOW_SESSION_CLOSE: session closed TCP RST: 10.254.251.48/35639->203.0.113.188/5228 None 198.51.100.123/40488->203.0.113.188/5228 r1 None 6 TCP_1H trust untrust 80888035 46(4109) 42(4812) 13512
            <14>Jun 16 17:01:02 fw RT_FLOW: RT_FLOW_SESSION_CLOSE: session closed TCP FIN: 10.1.2.200/59287->203.0.113.1/3306 0x0 None 10.1.2.200/59287->203.0.113.1/3306 0x0 N/A N/A N/A N/A 6 1 V40 Untrust 1714411 10(550) 9(709) 1 UNKNOWN UNKNOWN N/A(N/A) reth2.0
            """)
        #expect(
            told(plain).sorted() == [
                "10.1.2.200>203.0.113.1:3306/6 2025-06-16T17:01:01Z 550 709 1",
                "10.1.37.45>203.0.113.115:3306/6 2025-06-17T16:49:31Z - - -",
                "10.254.251.48>203.0.113.188:5228/6 2025-05-07T23:06:50Z 4109 4812 13512",
            ])
    }

    @Test("SonicWall: opened and closed are one, in milliseconds, and a site's name stands beside")
    func sonicWall() async throws {
        let text = """
            10.0.0.1 id=firewall sn=123456789 time="2022-02-22 18:24:30 UTC" fw=10.0.0.2 pri=6 c=262144 gcat=6 m=98 msg="Connection Opened" src=10.0.0.3:52379:X0 natSrc=10.0.0.2:48245 dst=203.0.113.61:443:X1 natDst=203.0.113.61:443 usr="Unknown (SSO failed)" proto=tcp/https sent=52 app=49177 appName='General HTTPS' n=123456789 fw_action="NA" dpi=0
            10.0.0.1 id=firewall sn=123456789 time="2022-02-22 18:24:50 UTC" fw=10.0.0.2 pri=6 c=1024 gcat=6 m=537 msg="Connection Closed" src=10.0.0.3:52379:X0 natSrc=10.0.0.2:48245 dst=203.0.113.61:443:X1 proto=tcp/https sent=3523 rcvd=14226 spkt=10 rpkt=12 cdur=20016 n=54094499
            <134>  id=firewall sn=xxxxxxxxxxxxxxx time="2022-05-06 16:10:06" fw=192.168.255.6 pri=6 c=1024 gcat=6 m=537 msg="Connection Closed" src=192.168.24.228:56783:X4-V1032 srcZone=TEST dst=10.9.9.12:53:X6 usr="TheUser" proto=udp/dns sent=63 rcvd=115 spkt=1 rpkt=1 cdur=30016 sess="sslvpnc"
            10.0.0.1 id=firewall sn=123456789 time="2022-02-22 18:29:37 UTC" fw=10.0.0.2 pri=6 c=1024 gcat=2 m=97 msg="Web site hit" src=10.0.0.3:64828:X0 dst=203.0.113.61:443:X1 proto=tcp/https sent=3523 rcvd=14226 dstname=chat.example.com arg=/ code=29
            """
        let (records, ingest) = try await read(text)
        #expect(
            told(records) == [
                "10.0.0.3>203.0.113.61:443/6 2022-02-22T18:24:30Z 3523 14226 20",
                "192.168.24.228>10.9.9.12:53/17 2022-05-06T16:09:35.984Z 63 115 30",
            ])
        #expect(ingest.skippedCount == 2, "\(ingest)")
        #expect(try await read(text, .http).records.map { $0.texts[.host] } == ["chat.example.com"])
    }

    @Test("Sophos: beginnings and ends of both versions of the log")
    func sophos() async throws {
        let (records, _) = try await read(
            """
            device="SFW" date=2017-01-31 time=14:16:19 timezone="CET" device_name="CR750iNG-XP" device_id=C44313350024-P29PUA log_id=010101600001 log_type="Firewall" log_component="Firewall Rule" log_subtype="Allowed" status="Allow" priority=Information duration=30 user_name="gaurav" application="Youtube" src_ip=10.198.47.71 src_country_code=R1 dst_ip=203.0.113.143 dst_country_code=USA protocol="UDP" src_port=59859 dst_port=53 sent_pkts=1 recv_pkts=1 sent_bytes=77 recv_bytes=105 tran_src_ip=198.51.100.144 tran_src_port=0 tran_dst_ip= tran_dst_port=0 connevent="Stop" connid="185246656"
            Nov 16 00:25:00 sophos device_name="SFW" timestamp="2021-11-15T18:25:00-0600" log_type="Firewall" log_component="Firewall Rule" log_subtype="Allowed" src_ip="192.168.2.111" dst_ip="203.0.113.156" protocol="TCP" src_port=50875 dst_port=443 con_event="Start" con_id="3153941760"
            Nov 16 00:25:31 sophos device_name="SFW" timestamp="2021-11-15T18:25:31-0600" log_type="Firewall" log_component="Firewall Rule" log_subtype="Allowed" duration=31 src_ip="192.168.2.111" dst_ip="203.0.113.156" protocol="TCP" src_port=50875 dst_port=443 packets_sent=4  packets_received=2 bytes_sent=216 bytes_received=112 con_event="Stop" con_id="3153941760"
            """)
        #expect(
            told(records) == [
                "10.198.47.71>203.0.113.143:53/17 2017-01-31T13:15:49Z 77 105 30",
                "192.168.2.111>203.0.113.156:443/6 2021-11-16T00:25:00Z 216 112 31",
            ])
    }

    @Test("WatchGuard: the time in brackets counts, and requests of its proxies are no further connections")
    func watchGuard() async throws {
        let (records, _) = try await read(
            """
            <142>May 10 17:19:06 WatchGuard-Firebox FVE6035FD3AE3 (2024-01-10T09:49:05) firewall[10]: msg_id="3000-0148" Allow 1-Trusted 0-External 52 tcp 20 127 10.0.1.2 203.0.113.192 62443 80 offset 8 S 832026162 win 8192 (HTTP-00)
            <142>May 20 17:19:05 WatchGuard-Firebox FVE6035FD3AE3 (2024-01-10T09:50:17) firewall: msg_id="3000-0151" Allow 1-Trusted 0-External tcp 10.0.1.2 203.0.113.192 62443 80 app_id="63" app_cat_id="18" app_ctl_disp="2" duration="72" sent_bytes="652" rcvd_bytes="423" (HTTP-00)
            <142>May 20 17:19:05 WatchGuard-Firebox FVE6035FD3AE3 (2024-01-10T11:49:17) firewall: msg_id="1AFF-0024" Allow Trusted External tcp 10.0.1.2 203.0.113.1 37932 80 msg="HTTP request" proxy_act="HTTP-Client" op="GET" dstname="203.0.113.1" arg="/" sent_bytes="176" rcvd_bytes="517" elapsed_time="0.002265 sec(s)" (HTTP-proxy-00)
            """)
        #expect(told(records) == ["10.0.1.2>203.0.113.192:80/6 2024-01-10T09:49:05Z 652 423 72"])
    }

    @Test("Palo Alto in CEF: what came in is what the client sent, and the record was written at the end")
    func paloAltoCEF() async throws {
        let (records, _) = try await read(
            """
            <14>Mar  4 00:01:01 fw CEF:0|Palo Alto Networks|PAN-OS|10.1.0|end|TRAFFIC|1|rt=Mar 04 2026 00:01:01 GMT deviceExternalId=1 src=10.0.0.7 dst=203.0.113.9 sourceTranslatedAddress=198.51.100.4 cs1Label=Rule cs1=allow web suser=corp\\bob app=ssl spt=5000 dpt=443 proto=tcp act=allow flexNumber1Label=Total bytes flexNumber1=6912 in=1234 out=5678 cn2Label=Packets cn2=20 PanOSPacketsReceived=11 PanOSPacketsSent=9 start=Mar 04 2026 00:01:01 GMT cn3Label=Elapsed time in seconds cn3=60 reason=tcp-fin
            """)
        #expect(told(records) == ["10.0.0.7>203.0.113.9:443/6 2026-03-04T00:00:01Z 1234 5678 60"])
    }

    @Test("Squid in a form of one's own is refused, and not read into wrong columns")
    func ownSquid() throws {
        let text =
            #"1773416922.568    158 10.105.21.199 58948 TCP_TUNNEL/200 28854 2051 39 120 - CONNECT www.example.com:443 1.1 bob HIER_DIRECT/198.51.100.20 443 - - - "-" "curl/8.14.1" "www.example.com:443" "-" 37 -"#
            + "\n"
        #expect(throws: TableRecognition.Unreadable.self) {
            try TableRecognition.schema(
                of: Array(text.utf8), isWhole: true, reference: Timestamp(seconds: Call.midnight + 86_400 * 20))
        }
    }

    @Test("AWS in an order of one's own without a header is refused, and that of a transit gateway too")
    func ownVPC() throws {
        for text in [
            "5 vpc-0a1b 123 eni-0a1b2c 10.0.0.7 45.77.0.7 50000 443 6 900 4 1772582400 1772582430 ACCEPT OK\n",
            "3 - 748335378900 tgw-0a12 tgw-attach-0123 - - vpc-0 vpc-1 - - eni-0ee5 eni-0dd4 - - - 10.0.0.7 45.77.0.7 36721 8080 17 13 6842 1755592553 1755592580 OK - - - - - - - ingress - -\n",
        ] {
            #expect(throws: TableRecognition.Unreadable.self) {
                try TableRecognition.schema(
                    of: Array(text.utf8), isWhole: true, reference: Timestamp(seconds: Call.midnight))
            }
        }
    }

    @Test("Sysmon: what was accepted is left out, and a host that is none is none")
    func sysmon() async throws {
        func event(_ initiated: String, _ destination: String) -> String {
            #"{"Event":{"System":{"EventID":3,"Computer":"pc7"},"EventData":{"UtcTime":"2026-03-04 00:00:01.000","Image":"a.exe","Initiated":\#(initiated),"SourceIp":"10.0.0.7","SourcePort":5000,"DestinationHostname":"-","DestinationIp":"\#(destination)","DestinationPort":443}}}"#
        }
        let (records, ingest) = try await read(
            [event("true", "45.77.0.7"), event("false", "45.77.0.8"), event("\"false\"", "45.77.0.9")].joined(
                separator: "\n"))
        #expect(records.map(\.destination) == [IPAddress("45.77.0.7")].compactMap { $0 })
        #expect(records.first?.texts[.host]?.isEmpty ?? true)
        #expect(ingest.skippedCount == 2)
    }
}
