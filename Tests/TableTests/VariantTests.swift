import FlareKit
import FlareKitTesting
import Foundation
import TestKit
import Testing

@testable import Table

/// Records of known tools as others hand them on.
enum Variant: String, CaseIterable {
    case squidCombined = "squid, web servers' format"
    case squidSyslog = "squid, syslog"
    case bindSyslog = "bind-queries, syslog and a view"
    case unbound = "unbound"
    case fortinetCells = "fortinet-traffic, cells in quotes"
    case sentinel = "defender-network, Log Analytics' export"
    case defenderAnswer = "defender-network-json, answer of the API"
    case vpcShipped = "aws-vpc-flow, with a shipper's time"
    case vpcDocuments = "aws-vpc-flow, in documents"
    case vpcColumn = "aws-vpc-flow, in a column"
    case vpcQuoted = "aws-vpc-flow, between commas"
    case graylog = "filterlog, in documents"
    case zscalerJSON = "zscaler-nss-json, as Elastic asks for it"
    case paloAltoColumn = "palo-alto-traffic, in a column"

    var schema: String { rawValue.split(separator: ",").first.map(String.init) ?? "" }

    func text(_ calls: [Call]) -> String {
        switch self {
        case .defenderAnswer:
            return #"{"Schema": [], "Results": ["# + calls.map(line).joined(separator: ",\n") + "]}\n"
        case .vpcDocuments:
            return #"{"events": ["# + calls.map(line).joined(separator: ",\n  ") + "]}\n"
        default: return "\u{FEFF}" + ([header].compactMap { $0 } + calls.map(line)).joined(separator: "\r\n") + "\r\n"
        }
    }

    private var header: String? {
        switch self {
        case .sentinel:
            "\"TimeGenerated [UTC]\",DeviceName,ActionType,RemoteIP,RemotePort,LocalIP,LocalPort,Protocol,InitiatingProcessFileName"
        case .vpcColumn: "@timestamp,@message"
        case .paloAltoColumn: "\"_time\",host,\"_raw\""
        case .vpcQuoted: "version,srcaddr,dstaddr,srcport,dstport,protocol,start,end,bytes,action,log_status"
        default: nil
        }
    }

    private func line(_ call: Call) -> String {
        let iso = call.time("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")
        let vpc =
            "2 1 eni-0a1b \(call.source) \(call.destination) \(call.sourcePort) \(call.port) 6 10 \(call.bytesOut) \(Int(call.start)) \(Int(call.start + call.duration)) ACCEPT OK"
        let squid =
            "\(String(format: "%.3f", call.start + call.duration)) \(Int(call.duration * 1000)) \(call.source) TCP_TUNNEL/200 9 CONNECT \(call.host):443 bob HIER_DIRECT/\(call.destination) -"
        switch self {
        case .squidCombined:
            return
                "\(call.source) - bob [\(call.time("dd/MMM/yyyy:HH:mm:ss Z"))] \"CONNECT \(call.host):443 HTTP/1.1\" 200 9 \"-\" \"Mozilla/5.0 (X11)\" TCP_TUNNEL:HIER_DIRECT"
        case .squidSyslog: return "<134>\(call.syslog()) pf (squid-1)[3]: \(squid)"
        case .bindSyslog:
            return
                "\(call.syslog()) ns1 named[8]: client @0x7f \(call.source)#\(call.sourcePort) (\(call.host)): view internal: query: \(call.host) IN A + (10.20.0.53)"
        case .unbound: return "\(call.syslog()) pf unbound[7:0] info: \(call.source) \(call.host). A IN"
        case .fortinetCells:
            return [
                "eventtime=\(Int(call.start + call.duration))", "type=traffic", "action=close", "srcip=\(call.source)",
                "dstip=\(call.destination)", "dstport=\(call.port)", "proto=6", "duration=\(Int(call.duration))",
            ].map { "\"\($0)\"" }.joined(separator: ",")
        case .sentinel:
            return
                "\"\(call.time("M/d/yyyy, h:mm:ss.SSS a"))\",pc7,ConnectionSuccess,\(call.destination),\(call.port),\(call.source),5,Tcp,upd.exe"
        case .defenderAnswer:
            return
                #"{"Timestamp":"\#(iso)","ActionType":"ConnectionSuccess","RemoteIP":"\#(call.destination)","RemotePort":443,"LocalIP":"\#(call.source)","InitiatingProcessFileName":"upd.exe"}"#
        case .vpcShipped: return "\(iso) \(vpc)"
        case .vpcDocuments: return #"{"timestamp":\#(Int(call.start * 1000)),"message":"\#(vpc)"}"#
        case .vpcColumn: return "\(call.time("yyyy-MM-dd HH:mm:ss.SSS")),\"\(vpc)\""
        case .vpcQuoted:
            return
                "2,\(call.source),\(call.destination),\(call.sourcePort),\(call.port),6,\(Int(call.start)),\(Int(call.start + call.duration)),9,ACCEPT,OK"
        case .graylog:
            return
                #"{"timestamp":"\#(iso)","source":"pf","message":"filterlog[1]: 89,,,1,igb1,match,pass,in,4,0x0,,64,0,0,DF,6,tcp,60,\#(call.source),\#(call.destination),\#(call.sourcePort),\#(call.port),0,S,1,,65535,,mss"}"#
        case .zscalerJSON:
            return
                #"{ "sourcetype" : "zscalernss-web", "event" :{"time":"\#(call.time("EEE MMM dd HH:mm:ss yyyy"))","login":"bob@corp","proto":"HTTPS","eurl":"\#(call.host)/a","reqsize":"600","respsize":"65","cip":"\#(call.source)","sip":"\#(call.destination)","reqmethod":"GET","respcode":"200"}}"#
        case .paloAltoColumn:
            return
                "\(iso),fw,\"1,\(call.time("yyyy/MM/dd HH:mm:ss")),0018,TRAFFIC,end,1,\(call.time("yyyy/MM/dd HH:mm:ss")),\(call.source),\(call.destination),,,\"\"a, rule\"\",corp\\bob,,ssl,vsys1,t,u,e1,e2,s,,1,1,\(call.sourcePort),\(call.port),1,443,0x0,tcp,allow,2,1,1,2,\(call.time("yyyy/MM/dd HH:mm:ss")),\(Int(call.duration)),any\""
        }
    }
}

@Suite("Records of known tools as others hand them on")
struct VariantTests {
    @Test("are recognised, and tell the beacon", arguments: Variant.allCases)
    func beacon(_ variant: Variant) async throws {
        let folder = TemporaryFolder()
        let calls = Call.day()
        let path = try write(variant.text(calls), "export", in: folder)
        let outcome = try await found(source([path]))
        let ingest = try #require(outcome.run.ingestBySource.first?.value)
        #expect(ingest.isBalanced)
        #expect(ingest.used["flow"]?.count == calls.count, "\(ingest)")
        let finding = try #require(outcome.findings.first { $0.source == IPAddress("10.20.1.7") }, "\(ingest)")
        #expect(abs((finding.interval ?? 0) - 60) < 1)
        // The same with the schema's name, as hunt --save keeps it.
        let named = try await found(source([path]) { $0.schema = variant.schema })
        if variant != .vpcQuoted {
            #expect(named.findings.count == outcome.findings.count, "\(named.run.ingestBySource)")
        }
    }
}
