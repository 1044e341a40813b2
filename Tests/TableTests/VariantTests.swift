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
    case paloAltoCEF = "palo-alto-cef"
    case paloAltoLEEF = "leef, of Palo Alto"
    case fortinetJSON = "fortinet-traffic-json"
    case fortinetRows = "fortinet-traffic-rows"
    case fortinetCEF = "fortinet-cef"
    case ftd = "cisco-ftd"
    case checkpoint = "checkpoint"
    case mikrotik = "mikrotik"
    case juniper = "juniper-srx"
    case juniperText = "juniper-srx-text"
    case sonicwall = "sonicwall"
    case sophos = "sophos-firewall"
    case watchguard = "watchguard"
    case evtxECmd = "sysmon-json, EvtxECmd"
    case evtxECmdRows = "sysmon-json-rows, EvtxECmd"
    case sysmonPairs = "sysmon-json, XML as objects"
    case sysmonWazuh = "sysmon-json, Wazuh"
    case sysmonFlat = "sysmon-json, NXLog"
    case sysmonVelociraptor = "sysmon-json, Velociraptor"
    case sysmonSplunk = "sysmon-xml, in a column"
    case getWinEvent = "sysmon-message, of Get-WinEvent"
    case getWinEventRows = "sysmon-message, of Get-WinEvent in a column"
    case defenderHub = "defender-network-json, Event Hub"
    case windowsDNS = "windows-dns"
    case umbrella = "umbrella-dns"
    case zscalerFirewall = "zscaler-firewall-json, as Elastic asks for it"
    case zscalerFirewallKeys = "zscaler-firewall, for Splunk"
    case zscalerFirewallLEEF = "zscaler-firewall, for QRadar"
    case zscalerFirewallRows = "zscaler-firewall-rows"
    case zscalerLookups = "zscaler-dns-json, dns"
    case apacheHosts = "web-access, vhost_combined"
    case haproxyHTTP2 = "haproxy, HTTP/2"

    var schema: String { rawValue.split(separator: ",").first.map(String.init) ?? "" }

    func text(_ calls: [Call]) -> String {
        switch self {
        case .defenderAnswer:
            return #"{"Schema": [], "Results": ["# + calls.map(line).joined(separator: ",\n") + "]}\n"
        case .vpcDocuments:
            return #"{"events": ["# + calls.map(line).joined(separator: ",\n  ") + "]}\n"
        case .getWinEvent:
            return "[" + calls.map(line).joined(separator: ",\n") + "]\n"
        default: return "\u{FEFF}" + ([header].compactMap { $0 } + calls.map(line)).joined(separator: "\r\n") + "\r\n"
        }
    }

    private var header: String? {
        switch self {
        case .sentinel:
            "\"TimeGenerated [UTC]\",DeviceName,ActionType,RemoteIP,RemotePort,LocalIP,LocalPort,Protocol,InitiatingProcessFileName"
        case .vpcColumn: "@timestamp,@message"
        case .paloAltoColumn: "\"_time\",host,\"_raw\""
        case .fortinetRows:
            "date,time,eventtime,tz,logid,type,subtype,srcip,srcport,dstip,dstport,proto,action,duration,sentbyte,rcvdbyte"
        case .evtxECmdRows:
            "RecordNumber,TimeCreated,EventId,Provider,Computer,UserName,PayloadData1,SourceFile,Keywords,Payload"
        case .sysmonSplunk: "\"_time\",\"_raw\",host"
        case .getWinEventRows:
            "#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n\"Message\",\"Id\",\"TimeCreated\""
        case .zscalerFirewallRows:
            "datetime,user,cdport,csport,csip,cdip,action,proto,inbytes,outbytes,duration,durationms"
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
        let over = call.duration
        let isoOver = call.time("yyyy-MM-dd'T'HH:mm:ss'Z'", after: over)
        let ends = "src=\(call.source) spt=\(call.sourcePort) dst=\(call.destination) dpt=\(call.port)"
        switch self {
        case .paloAltoCEF:
            let time = call.time("MMM dd yyyy HH:mm:ss", after: over) + " GMT"
            return
                "<14>\(call.syslog(after: over)) fw CEF:0|Palo Alto Networks|PAN-OS|10.1|end|TRAFFIC|1|rt=\(time) \(ends) sourceTranslatedAddress=198.51.100.4 cs1Label=Rule cs1=allow web suser=corp\\bob duser= app=ssl proto=tcp act=allow in=\(call.bytesOut) out=\(call.bytesIn) cn2Label=Packets cn2=20 start=\(time) cn3Label=Elapsed time in seconds cn3=\(Int(over)) reason=tcp-fin"
        case .paloAltoLEEF:
            return
                "<14>\(call.syslog(after: over)) fw LEEF:1.0|Palo Alto Networks|PAN-OS Syslog Integration|8.1.6|allow|cat=TRAFFIC|Subtype=end|devTime=\(call.time("MMM dd yyyy HH:mm:ss", after: over)) GMT|src=\(call.source)|dst=\(call.destination)|srcPostNAT=198.51.100.4|usrName=corp\\bob|srcPort=\(call.sourcePort)|dstPort=\(call.port)|proto=tcp|action=allow|dstBytes=\(call.bytesIn)|srcBytes=\(call.bytesOut)|StartTime=\(call.time("yyyy/MM/dd HH:mm:ss"))|ElapsedTime=\(Int(over))"
        case .fortinetJSON:
            return
                #"{"date":"\#(call.time("yyyy-MM-dd", after: over))","time":"\#(call.time("HH:mm:ss", after: over))","eventtime":\#(Int(call.start + over) * 1_000_000_000),"tz":"+0000","logid":"0000000013","type":"traffic","srcip":"\#(call.source)","srcport":\#(call.sourcePort),"dstip":"\#(call.destination)","dstport":\#(call.port),"proto":6,"action":"close","duration":\#(Int(over)),"sentbyte":\#(call.bytesOut),"rcvdbyte":\#(call.bytesIn)}"#
        case .fortinetRows:
            return
                "\(call.time("yyyy-MM-dd", after: over)),\(call.time("HH:mm:ss", after: over)),\(Int(call.start + over)),+0000,0000000013,traffic,forward,\(call.source),\(call.sourcePort),\(call.destination),\(call.port),6,close,\(Int(over)),\(call.bytesOut),\(call.bytesIn)"
        case .fortinetCEF:
            return
                "\(call.syslog(after: over)) FGT CEF:0|Fortinet|Fortigate|v7.0.1|00013|traffic:forward close|3|FTNTFGTeventtime=\(Int(call.start + over) * 1_000_000_000) FTNTFGTlogid=0000000013 cat=traffic:forward \(ends) proto=6 act=close FTNTFGTduration=\(Int(over)) out=\(call.bytesOut) in=\(call.bytesIn)"
        case .ftd:
            let common =
                "EventPriority: Low, DeviceUUID: 48a0, FirstPacketSecond: \(call.time("yyyy-MM-dd'T'HH:mm:ss'Z'")), ConnectionID: \(call.number), AccessControlRuleAction: Allow, SrcIP: \(call.source), DstIP: \(call.destination), SrcPort: \(call.sourcePort), DstPort: \(call.port), Protocol: tcp, Endpoint Profile: Workstation:Windows10, ACPolicy: P, Prefilter Policy: Default Prefilter Policy, User: AD\\bob"
            return
                "\(iso) fw  %FTD-1-430002: \(common), InitiatorPackets: 2, ResponderPackets: 1, InitiatorBytes: 140, ResponderBytes: 74, NAPPolicy: Balanced Security\n\(isoOver) fw  %FTD-1-430003: \(common), ConnectionDuration: \(Int(over)), InitiatorBytes: \(call.bytesOut), ResponderBytes: \(call.bytesIn), NAPPolicy: Balanced Security, URL: https://\(call.host)/x"
        case .checkpoint:
            return
                "<134>1 \(iso) gw CheckPoint 1930 - [action:\"Accept\"; flags:\"444676\"; loguid:\"{0x5e80a05a,0x0}\"; origin:\"192.168.1.100\"; __policy_id_tag:\"product=VPN-1 & FireWall-1[db_tag={DF90};policy_name=Standard\\]\"; dst:\"\(call.destination)\"; proto:\"6\"; s_port:\"\(call.sourcePort)\"; service:\"\(call.port)\"; service_id:\"https\"; src:\"\(call.source)\"]"
        case .mikrotik:
            return
                "\(call.time("MMM/dd/yyyy HH:mm:ss").lowercased()) firewall,info forward: in:bridge out:ether1, connection-state:new src-mac aa:bb:cc:dd:ee:ff, proto TCP (SYN), \(call.source):\(call.sourcePort)->\(call.destination):\(call.port), len 52"
        case .juniper:
            let common =
                "source-address=\"\(call.source)\" source-port=\"\(call.sourcePort)\" destination-address=\"\(call.destination)\" destination-port=\"\(call.port)\" service-name=\"junos-https\" nat-source-address=\"198.51.100.4\" protocol-id=\"6\" session-id-32=\"\(call.number)\""
            return
                "<14>1 \(iso) fw RT_FLOW - RT_FLOW_SESSION_CREATE [junos@2636.1.1.1.2.41 \(common)]\n<14>1 \(isoOver) fw RT_FLOW - RT_FLOW_SESSION_CLOSE [junos@2636.1.1.1.2.41 reason=\"TCP FIN\" \(common) packets-from-client=\"6\" bytes-from-client=\"\(call.bytesOut)\" packets-from-server=\"4\" bytes-from-server=\"\(call.bytesIn)\" elapsed-time=\"\(Int(over))\"]"
        case .juniperText:
            return
                "\(call.syslog(after: over)) fw RT_FLOW: RT_FLOW_SESSION_CLOSE: session closed TCP CLIENT RST: \(call.source)/\(call.sourcePort)->\(call.destination)/\(call.port) 0x0 junos-https 198.51.100.4/9->\(call.destination)/\(call.port) 0x0 source rule r1 N/A N/A 6 p1 trust untrust \(call.number) 10(\(call.bytesOut)) 9(\(call.bytesIn)) \(Int(over)) UNKNOWN UNKNOWN N/A(N/A) reth2.0"
        case .sonicwall:
            func event(_ number: Int, after seconds: Double, _ more: String) -> String {
                "<134>  id=firewall sn=1 time=\"\(call.time("yyyy-MM-dd HH:mm:ss", after: seconds)) UTC\" fw=1.1.1.1 pri=6 c=1024 m=\(number) msg=\"Connection\" src=\(call.source):\(call.sourcePort):X0 dst=\(call.destination):\(call.port):X1 proto=tcp/https \(more)"
            }
            return event(98, after: 0, "sent=52") + "\n"
                + event(97, after: 1, "dstname=\(call.host) arg=/") + "\n"
                + event(537, after: over, "sent=\(call.bytesOut) rcvd=\(call.bytesIn) cdur=\(Int(over * 1000))")
        case .sophos:
            func event(_ name: String, after seconds: Double) -> String {
                "device=\"SFW\" date=\(call.time("yyyy-MM-dd", after: seconds)) time=\(call.time("HH:mm:ss", after: seconds)) timezone=\"UTC\" device_id=1 log_type=\"Firewall\" log_component=\"Firewall Rule\" log_subtype=\"Allowed\" duration=\(Int(seconds)) user_name=\"bob\" src_ip=\(call.source) dst_ip=\(call.destination) protocol=\"TCP\" src_port=\(call.sourcePort) dst_port=\(call.port) sent_bytes=\(call.bytesOut) recv_bytes=\(call.bytesIn) tran_src_ip=198.51.100.4 connevent=\"\(name)\" connid=\"\(call.number)\""
            }
            return event("Start", after: 0) + "\n" + event("Stop", after: over)
        case .watchguard:
            func head(_ id: String, after seconds: Double) -> String {
                "<142>\(call.syslog(after: seconds + 3600)) Firebox FVE60 (\(call.time("yyyy-MM-dd'T'HH:mm:ss", after: seconds))) firewall: msg_id=\"\(id)\" Allow 1-Trusted 0-External"
            }
            let addresses = "\(call.source) \(call.destination) \(call.sourcePort) \(call.port)"
            return head("3000-0148", after: 0) + " 52 tcp 20 127 \(addresses) offset 8 S 832026162 win 8192 (HTTP-00)\n"
                + head("3000-0151", after: over)
                + " tcp \(addresses) app_id=\"63\" duration=\"\(Int(over))\" sent_bytes=\"\(call.bytesOut)\" rcvd_bytes=\"\(call.bytesIn)\" (HTTP-00)"
        case .evtxECmd:
            return
                #"{"PayloadData1":"ProcessID: 4292","UserName":"CORP\\bob","Computer":"PC7","Payload":\#(quoted(payload(call))),"Channel":"Microsoft-Windows-Sysmon/Operational","EventId":3,"TimeCreated":"\#(isoOver)"}"#
        case .evtxECmdRows:
            let doubled = payload(call).replacingOccurrences(of: "\"", with: "\"\"")
            return
                "1,\(isoOver),3,Microsoft-Windows-Sysmon,PC7,CORP\\bob,ProcessID: 4292,x.evtx,Classic,\"\(doubled)\""
        case .sysmonPairs:
            return #"{"Event":{"System":{"EventID":"3","Computer":"pc7"},\#(payload(call).dropFirst())}"#
        case .sysmonWazuh:
            let data = sysmon(call).map { #""\#($0.prefix(1).lowercased() + $0.dropFirst())":\#(quoted($1))"# }.joined(
                separator: ",")
            return
                #"{"timestamp":"\#(isoOver)","agent":{"name":"pc7"},"data":{"win":{"system":{"eventID":"3","computer":"pc7"},"eventdata":{\#(data)}}}}"#
        case .sysmonFlat:
            let data = sysmon(call).map { #""\#($0)":\#(quoted($1))"# }.joined(separator: ",")
            return #"{"EventTime":"\#(isoOver)","EventID":3,"Hostname":"pc7",\#(data)}"#
        case .sysmonVelociraptor:
            let data = sysmon(call).map { #""\#($0)":\#(quoted($1))"# }.joined(separator: ",")
            return #"{"System":{"EventID":{"Value":3},"Computer":"pc7"},"EventData":{\#(data)}}"#
        case .sysmonSplunk:
            let data = sysmon(call).map { "<Data Name='\($0)'>\($1)</Data>" }.joined()
            return
                "\"\(isoOver)\",\"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>3</EventID><Computer>pc7</Computer></System><EventData>\(data)</EventData></Event>\",pc7"
        case .getWinEvent:
            return #"{"Message":\#(quoted(message(call))),"Id":3,"TimeCreated":"\/Date(\#(Int(call.start * 1000)))\/"}"#
        case .getWinEventRows:
            return "\"\(message(call))\",\"3\",\"\(call.time("M/d/yyyy h:mm:ss a", after: over))\""
        case .defenderHub:
            return
                #"{"records":[{"time":"\#(isoOver)","category":"AdvancedHunting-DeviceNetworkEvents","properties":{"Timestamp":"\#(iso)","DeviceName":"pc7","ActionType":"ConnectionSuccess","RemoteIP":"\#(call.destination)","RemotePort":443,"LocalIP":"\#(call.source)","LocalPort":\#(call.sourcePort),"Protocol":"Tcp","InitiatingProcessFileName":"upd.exe"}}]}"#
        case .windowsDNS:
            let labels = call.host.split(separator: ".").map { "(\($0.count))\($0)" }.joined()
            return
                "\(call.time("M/d/yyyy h:mm:ss a")) 0E4C PACKET  000001C5A5F2B0D0 UDP Rcv \(call.source)       0005   Q [0001   D   NOERROR] A      \(labels)(0)\n\(call.time("M/d/yyyy h:mm:ss a")) 0E4C PACKET  000001C5A5F2B0D0 UDP Rcv 9.9.9.9       0005 R Q [8081   DR  NOERROR] A      \(labels)(0)"
        case .umbrella:
            return
                "\"\(call.time("yyyy-MM-dd HH:mm:ss"))\",\"bob\",\"bob,Site,Network\",\"\(call.source)\",\"198.51.100.1\",\"Allowed\",\"1 (A)\",\"NOERROR\",\"\(call.host).\",\"Chat,Photo Sharing\",\"AD Users\""
        case .zscalerFirewall:
            return
                #"{ "sourcetype" : "zscalernss-fw", "event" :{"datetime":"\#(call.time("EEE MMM dd HH:mm:ss yyyy", after: over))","user":"bob@corp","cdport":\#(call.port),"csport":\#(call.sourcePort),"sdport":\#(call.port),"csip":"\#(call.source)","cdip":"\#(call.destination)","ssip":"198.51.100.4","sdip":"\#(call.destination)","action":"Allow","aggregate":"No","proto":"TCP","inbytes":\#(call.bytesIn),"outbytes":\#(call.bytesOut),"duration":\#(Int(over)),"durationms":\#(Int(over * 1000)),"devicehostname":"PC7"}}"#
        case .zscalerFirewallKeys:
            return [
                "\(call.time("yyyy-MM-dd HH:mm:ss", after: over))", "product=NSS", "user=bob@corp",
                "cdport=\(call.port)",
                "csport=\(call.sourcePort)", "csip=\(call.source)", "cdip=\(call.destination)", "action=Allow",
                "proto=TCP",
                "inbytes=\(call.bytesIn)", "outbytes=\(call.bytesOut)", "durationms=\(Int(over * 1000))",
                "vendor=Zscaler",
            ].joined(separator: "\t")
        case .zscalerFirewallLEEF:
            return
                "LEEF:1.0|Zscaler|NSS-FW|6.0|Allow|usrName=bob\tsrc=\(call.source)\tdst=\(call.destination)\tsrcPort=\(call.sourcePort)\tdstPort=\(call.port)\tsrcPreNAT=\(call.source)\tdstPreNAT=\(call.destination)\tsrcPostNAT=198.51.100.4\tproto=TCP\tdstBytes=\(call.bytesIn)\tsrcBytes=\(call.bytesOut)\tdurationms=\(Int(over * 1000))\tdevTime=\(call.time("MMM dd yyyy HH:mm:ss", after: over)) GMT"
        case .zscalerFirewallRows:
            return
                "\"\(call.time("EEE MMM dd HH:mm:ss yyyy", after: over))\",bob,\(call.port),\(call.sourcePort),\(call.source),\(call.destination),Allow,TCP,\(call.bytesIn),\(call.bytesOut),\(Int(over)),\(Int(over * 1000))"
        case .zscalerLookups:
            return
                #"{"version":"v3","sourcetype":"zscalernss-dns","event":{"datetime":"\#(call.time("EEE MMM dd HH:mm:ss yyyy"))","dns_resp":"\#(call.destination)","dns_req":"\#(call.host)","dns_reqtype":"A record","clt_sip":"\#(call.source)","srv_dip":"8.8.8.8","srv_dport":"53","reqaction":"REQ_ALLOW"}}"#
        case .apacheHosts:
            return
                "\(call.host):443 \(call.source) - - [\(call.time("dd/MMM/yyyy:HH:mm:ss Z"))] \"GET /a HTTP/1.1\" 200 \(call.bytesIn) \"-\" \"curl/8\""
        case .haproxyHTTP2:
            return
                "\(call.syslog()) lb haproxy[9]: \(call.source):\(call.sourcePort) [\(call.time("dd/MMM/yyyy:HH:mm:ss.SSS"))] in~ back/srv1 10/0/30/69/109 200 \(call.bytesIn) - - ---- 1/1/1/1/0 0/0 {a|b} {} \"GET https://\(call.host)/a HTTP/2.0\""
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

extension Variant {
    /// The data of Sysmon's event 3.
    fileprivate func sysmon(_ call: Call) -> [(String, String)] {
        [
            ("RuleName", ""), ("UtcTime", call.time("yyyy-MM-dd HH:mm:ss.SSS")), ("Image", call.process),
            ("User", call.user),
            ("Protocol", "tcp"), ("Initiated", "true"), ("SourceIp", call.source), ("SourceHostname", "-"),
            ("SourcePort", "\(call.sourcePort)"), ("DestinationIp", call.destination), ("DestinationHostname", "-"),
            ("DestinationPort", "\(call.port)"), ("DestinationPortName", "https"),
        ]
    }

    fileprivate func payload(_ call: Call) -> String {
        let data = sysmon(call).map { ##"{"@Name":"\##($0)","#text":\##(quoted($1))}"## }.joined(separator: ",")
        return #"{"EventData":{"Data":[\#(data)]}}"#
    }

    fileprivate func message(_ call: Call) -> String {
        "Network connection detected:\r\n" + sysmon(call).map { "\($0): \($1)" }.joined(separator: "\r\n")
    }

    fileprivate func quoted(_ text: String) -> String {
        let text = text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
        return "\"" + text.replacingOccurrences(of: "\r", with: "\\r").replacingOccurrences(of: "\n", with: "\\n")
            + "\""
    }
}

@Suite("Records of known tools as others hand them on")
struct VariantTests {
    @Test("are recognised, and tell the beacon", arguments: Variant.allCases)
    func beacon(_ variant: Variant) async throws {
        let folder = TemporaryFolder()
        let calls = Call.day()
        let path = try write(variant.text(calls), "export", in: folder)
        let first = try #require(calls.first { $0.source == "10.20.1.7" }).start
        let outcome = try await found(source([path]))
        let ingest = try #require(outcome.run.ingestBySource.first?.value)
        #expect(ingest.isBalanced)
        #expect(ingest.used["flow"]?.count == calls.count, "\(ingest)")
        let finding = try #require(outcome.findings.first { $0.source == IPAddress("10.20.1.7") }, "\(ingest)")
        #expect(abs((finding.interval ?? 0) - 60) < 1)
        #expect(
            abs((finding.firstSeen?.nanoseconds ?? 0) - Timestamp(seconds: first).nanoseconds) < 1_100_000_000,
            "\(ingest)")
        if variant.schema.hasPrefix("sysmon") {
            let processes = finding.evidence["processes"]?.description ?? ""
            #expect(processes.contains("upd.exe") && !processes.contains(#"\\\\"#), "\(processes)")
            #expect(finding.host == nil)
        }
        if variant.schema.hasSuffix("dns") { #expect(finding.host == "updates.implant-test.net") }
        // The same with the schema's name, as hunt --save keeps it.
        let named = try await found(source([path]) { $0.schema = variant.schema })
        if variant != .vpcQuoted {
            #expect(named.findings.count == outcome.findings.count, "\(named.run.ingestBySource)")
        }
    }
}
