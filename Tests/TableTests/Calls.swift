import FlareKit
import Foundation
import TestKit

/// A made-up connection, for records of tools to tell.
struct Call {
    /// Seconds since 1970.
    var start: Double
    var source = "10.20.1.7"
    var sourcePort = 50_000
    var destination = "45.77.10.20"
    var port = 443
    var host = "updates.implant-test.net"
    var bytesOut = 1_234
    var bytesIn = 5_678
    /// In seconds.
    var duration = 2.0
    var process = #"C:\Users\bob\AppData\Local\Temp\upd.exe"#
    var user = #"CORP\bob"#
    var number = 0

    /// 2026-03-04 00:00:00 UTC
    static let midnight = 1_772_582_400.0

    /// A beacon of one minute among calls of other machines, by rising time.
    static func day(_ count: Int = 240, seed: UInt64 = 7) -> [Call] {
        var dice = SeededDice(seed: seed)
        var calls: [Call] = []
        for place in 0..<count {
            let jitter = Double(dice.next() % 2_000) / 1_000
            calls.append(
                Call(
                    start: midnight + Double(place) * 60 + jitter, sourcePort: 50_000 + place,
                    bytesIn: 5_600 + Int(dice.next() % 64)))
        }
        for place in 0..<count {
            let moment = midnight + Double(dice.next() % UInt64(count * 60_000)) / 1_000
            calls.append(
                Call(
                    start: moment, source: "10.20.1.\(20 + dice.next() % 40)", sourcePort: 30_000 + place,
                    destination: "104.131.\(dice.next() % 8).\(1 + dice.next() % 250)",
                    port: dice.next() % 3 == 0 ? 80 : 443,
                    host: "site\(dice.next() % 30).example.org", bytesOut: Int(dice.next() % 90_000),
                    bytesIn: Int(dice.next() % 900_000), duration: Double(dice.next() % 300),
                    process: #"C:\Program Files\Browser\browser.exe"#, user: #"CORP\alice"#))
        }
        calls.sort { $0.start < $1.start }
        for place in calls.indices { calls[place].number = place }
        return calls
    }

    /// The time in UTC in a form of `DateFormatter`.
    func time(_ format: String, after seconds: Double = 0, zone: String = "UTC") -> String {
        Self.format(format, zone, start + seconds)
    }

    static func format(_ format: String, _ zone: String, _ time: Double) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: zone)
        formatter.dateFormat = format
        return formatter.string(from: Date(timeIntervalSince1970: time))
    }

    /// Day and time as syslog writes them, the day's tens a blank.
    func syslog(after seconds: Double = 0) -> String {
        let text = time("MMM dd HH:mm:ss", after: seconds)
        return text.replacingOccurrences(of: " 0", with: "  ", options: [], range: text.range(of: " 0"))
    }
}

/// The records of tools, as each writes them; see the sources that the schemas name.
enum Tool: String, CaseIterable {
    case paloAltoSyslog = "palo-alto-traffic"
    case paloAltoExport = "palo-alto-traffic export"
    case fortinet = "fortinet-traffic"
    case asa = "cisco-asa"
    case filterlog = "filterlog"
    case opnsense = "filterlog opnsense"
    case squid = "squid"
    case zscalerSplunk = "zscaler-nss"
    case zscalerLEEF = "zscaler-nss leef"
    case sysmonXML = "sysmon-xml"
    case sysmonEVTX = "sysmon-json evtx"
    case winlogbeat = "sysmon-json winlogbeat"
    case defender = "defender-network"
    case bind = "bind-queries"
    case dnsmasq = "dnsmasq"
    case vpc = "aws-vpc-flow"
    case nsg = "azure-nsg-flow"
    case vnet = "azure-vnet-flow"
    case splunk = "splunk"
    case kibana = "ecs-rows"
    case elasticdump = "ecs"
    case cef = "cef"

    /// The schema that reads it.
    var schema: String { rawValue.split(separator: " ").first.map(String.init) ?? "" }

    /// Names go with calls.
    var hasNames: Bool {
        [
            .squid, .zscalerSplunk, .zscalerLEEF, .bind, .dnsmasq, .defender, .splunk, .kibana, .elasticdump, .cef,
            .fortinet,
            .sysmonXML, .sysmonEVTX, .winlogbeat,
        ].contains(self)
    }
    var hasProcess: Bool {
        [.sysmonXML, .sysmonEVTX, .winlogbeat, .defender, .splunk, .kibana, .elasticdump, .cef].contains(self)
    }

    func text(_ calls: [Call]) -> String {
        switch self {
        case .nsg, .vnet: return documents(calls)
        case .sysmonXML:
            return #"<?xml version="1.0" encoding="utf-8"?>"# + "\n<Events>\n" + calls.map(xml).joined(separator: "\n")
                + "</Events>\n"
        default: break
        }
        let lines = calls.flatMap { call in records(of: call).map { (call.start, $0) } }
        return ([header].compactMap { $0 } + lines.map(\.1)).joined(separator: "\n") + "\n"
    }

    private var header: String? {
        switch self {
        case .paloAltoExport:
            "\"Domain\",\"Receive Time\",\"Serial #\",\"Type\",\"Threat/Content Type\",\"Config Version\",\"Generate Time\",\"Source address\",\"Destination address\",\"Rule\",\"Source User\",\"Application\",\"Session ID\",\"Repeat Count\",\"Source Port\",\"Destination Port\",\"IP Protocol\",\"Action\",\"Bytes\",\"Bytes Sent\",\"Bytes Received\",\"Packets\",\"Start Time\",\"Elapsed Time (sec)\""
        case .defender:
            "Timestamp,DeviceId,DeviceName,ActionType,RemoteIP,RemotePort,RemoteUrl,LocalIP,LocalPort,Protocol,InitiatingProcessFileName,InitiatingProcessCommandLine,InitiatingProcessFolderPath,InitiatingProcessAccountName,AdditionalFields"
        case .splunk:
            "_time,action,bytes_in,bytes_out,dest_host,dest_ip,dest_port,process_name,src_ip,src_port,transport,user,_raw"
        case .kibana:
            "\"@timestamp\",\"source.ip\",\"source.port\",\"destination.ip\",\"destination.port\",\"network.transport\",\"source.bytes\",\"destination.bytes\",\"url.domain\",\"process.executable\",\"user.name\",message"
        default: nil
        }
    }

    private func records(of call: Call) -> [String] {
        let end = call.duration
        switch self {
        case .paloAltoSyslog:
            let format = "yyyy/MM/dd HH:mm:ss"
            let (start, over) = (call.time(format), call.time(format, after: end))
            return ["start", "end"].map { subtype in
                "<14>\(call.syslog(after: end)) fw01 1,\(over),001801000001,TRAFFIC,\(subtype),2561,\(over),\(call.source),\(call.destination),198.51.100.4,\(call.destination),allow-web,corp\\bob,,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,siem,\(over),\(1000 + call.number),1,\(call.sourcePort),\(call.port),41234,443,0x400053,tcp,allow,\(call.bytesOut + call.bytesIn),\(call.bytesOut),\(call.bytesIn),20,\(start),\(Int(call.duration)),any,,7012345,0x8000000000000000,10.0.0.0-10.255.255.255,United States,,10,10,tcp-fin"
            }
        case .paloAltoExport:
            let format = "yyyy/MM/dd HH:mm:ss"
            let over = call.time(format, after: end)
            return [
                "1,\(over),001801000001,TRAFFIC,end,2561,\(over),\(call.source),\(call.destination),\"allow, web\",corp\\bob,ssl,\(call.number),1,\(call.sourcePort),\(call.port),tcp,allow,9,\(call.bytesOut),\(call.bytesIn),20,\(call.time(format)),\(Int(call.duration))"
            ]
        case .fortinet:
            let head =
                "<189>date=\(call.time("yyyy-MM-dd", after: end)) time=\(call.time("HH:mm:ss", after: end)) devname=\"FGT-1\" devid=\"FGT60F0000000001\""
            return [
                "\(head) eventtime=\(Int((call.start + end) * 1_000_000))000 tz=\"+0000\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" vd=\"root\" srcip=\(call.source) srcport=\(call.sourcePort) srcintf=\"lan\" dstip=\(call.destination) dstport=\(call.port) dstintf=\"wan1\" sessionid=\(call.number) proto=6 action=\"close\" policyid=1 service=\"HTTPS\" trandisp=\"snat\" duration=\(Int(call.duration)) sentbyte=\(call.bytesOut) rcvdbyte=\(call.bytesIn) sentpkt=10 rcvdpkt=12 hostname=\"\(call.host)\" user=\"BOB\""
            ]
        case .asa:
            let ends = "outside:\(call.destination)/\(call.port)"
            let clock = "0:\(String(format: "%02d:%02d", Int(call.duration) / 60, Int(call.duration) % 60))"
            return [
                "<166>\(call.time("MMM dd yyyy HH:mm:ss")): %ASA-6-302013: Built outbound TCP connection \(call.number) for \(ends) (\(call.destination)/\(call.port)) to inside:\(call.source)/\(call.sourcePort) (198.51.100.4/\(call.sourcePort))",
                "<166>\(call.time("MMM dd yyyy HH:mm:ss", after: end)): %ASA-6-302014: Teardown TCP connection \(call.number) for \(ends) to inside:\(call.source)/\(call.sourcePort) duration \(clock) bytes \(call.bytesOut + call.bytesIn) TCP FINs from inside",
            ]
        case .filterlog:
            return [
                "<134>\(call.syslog()) pf filterlog[34561]: 89,,,1000002861,igb1,match,pass,in,4,0x0,,64,0,0,DF,6,tcp,60,\(call.source),\(call.destination),\(call.sourcePort),\(call.port),0,S,3109871121,,65535,,mss;nop;wscale"
            ]
        case .opnsense:
            return [
                "<134>1 \(call.time("yyyy-MM-dd'T'HH:mm:ssXXX")) OPNsense.localdomain filterlog 34561 - [meta sequenceId=\"\(call.number)\"] 89,,,02f4bab031b57d1e30553ce08e0ec131,igb1,match,pass,in,4,0x0,,64,0,0,DF,6,tcp,60,\(call.source),\(call.destination),\(call.sourcePort),\(call.port),0,S,3109871121,,65535,,mss;nop;wscale"
            ]
        case .squid:
            let time = String(format: "%.3f", call.start + end)
            let elapsed = String(repeating: " ", count: 2) + "\(Int(call.duration * 1000))"
            return [
                "\(time) \(elapsed) \(call.source) TCP_TUNNEL/200 \(call.bytesIn) CONNECT \(call.host):443 bob HIER_DIRECT/\(call.destination) -"
            ]
        case .zscalerSplunk:
            return [
                "\(call.time("yyyy-MM-dd HH:mm:ss"))\treason=Allowed\tevent_id=\(call.number)\tprotocol=HTTPS\taction=Allowed\ttransactionsize=9\tresponsesize=\(call.bytesIn)\trequestsize=\(call.bytesOut)\turlcategory=Other\tserverip=\(call.destination)\trequestmethod=GET\trefererURL=None\tuseragent=Mozilla/5.0 (Windows NT 10.0)\tproduct=NSS\tlocation=HQ\tClientIP=\(call.source)\tstatus=200\tuser=bob@corp.example\turl=\(call.host)/a?b=c\tvendor=Zscaler\thostname=\(call.host)"
            ]
        case .zscalerLEEF:
            return [
                "LEEF:1.0|Zscaler|NSS|4.1|Allowed|cat=Allowed\tdevTime=\(call.time("MMM dd yyyy HH:mm:ss")) GMT\tdevTimeFormat=MMM dd yyyy HH:mm:ss z\tsrc=\(call.source)\tdst=\(call.destination)\tsrcPostNAT=198.51.100.4\trealm=HQ\tusrName=bob@corp.example\tsrcBytes=\(call.bytesOut)\tdstBytes=\(call.bytesIn)\turl=\(call.host)/a?b=c\trole=IT"
            ]
        case .sysmonEVTX:
            return [
                ##"{"Event":{"#attributes":{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":3,"TimeCreated":{"#attributes":{"SystemTime":"\##(call.time("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"))"}},"Computer":"pc7.corp.example"},"EventData":{"UtcTime":"\##(call.time("yyyy-MM-dd HH:mm:ss.SSS"))","Image":"\##(escaped(call.process))","User":"\##(escaped(call.user))","Protocol":"tcp","Initiated":true,"SourceIp":"\##(call.source)","SourcePort":\##(call.sourcePort),"DestinationIp":"\##(call.destination)","DestinationHostname":"\##(call.host)","DestinationPort":\##(call.port)}}}"##
            ]
        case .winlogbeat:
            return [
                #"{"@timestamp":"\#(call.time("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"))","winlog":{"event_id":3,"provider_name":"Microsoft-Windows-Sysmon","computer_name":"pc7.corp.example","event_data":{"UtcTime":"\#(call.time("yyyy-MM-dd HH:mm:ss.SSS"))","Image":"\#(escaped(call.process))","User":"\#(escaped(call.user))","Protocol":"tcp","Initiated":"true","SourceIp":"\#(call.source)","SourcePort":"\#(call.sourcePort)","DestinationIp":"\#(call.destination)","DestinationHostname":"\#(call.host)","DestinationPort":"\#(call.port)"}}}"#
            ]
        case .defender:
            return [
                "\(call.time("yyyy-MM-dd'T'HH:mm:ss.SSSSSSS'Z'")),4899036531e374137f63289c3267bad772c13fef,pc7.corp.example,ConnectionSuccess,\(call.destination),\(call.port),https://\(call.host)/x,\(call.source),\(call.sourcePort),Tcp,upd.exe,\"\"\"upd.exe\"\" -a, -b\",\(call.process),bob,\"{\"\"a\"\":1}\""
            ]
        case .bind:
            return [
                "\(call.time("dd-MMM-yyyy HH:mm:ss.SSS")) queries: info: client @0x7f1c2c0a1b20 \(call.source)#\(call.sourcePort) (\(call.host)): query: \(call.host) IN A +E(0)K (10.20.0.53)"
            ]
        case .dnsmasq:
            return [
                "\(call.syslog()) dnsmasq[812]: query[A] \(call.host) from \(call.source)",
                "\(call.syslog()) dnsmasq[812]: forwarded \(call.host) to 9.9.9.9",
                "\(call.syslog()) dnsmasq[812]: reply \(call.host) is \(call.destination)",
            ]
        case .vpc:
            let (from, to) = (Int(call.start), Int(call.start + call.duration))
            let there =
                "2 123456789012 eni-0a1b2c3d4e5f67890 \(call.source) \(call.destination) \(call.sourcePort) \(call.port) 6 10 \(call.bytesOut) \(from) \(to) ACCEPT OK"
            let back =
                "2 123456789012 eni-0a1b2c3d4e5f67890 \(call.destination) \(call.source) \(call.port) \(call.sourcePort) 6 12 \(call.bytesIn) \(from) \(to) ACCEPT OK"
            return [there, back]
        case .splunk:
            let time = call.time("yyyy-MM-dd'T'HH:mm:ss.SSSZ")
            return [
                "\"\(time)\",allowed,\(call.bytesIn),\(call.bytesOut),\(call.host),\(call.destination),\(call.port),upd.exe,\(call.source),\(call.sourcePort),tcp,\"CORP\\bob\",\"Mar  4 fw: a \"\"quoted\"\" text\nover two lines\""
            ]
        case .kibana:
            return [
                "\"\(call.time("MMM d, yyyy '@' HH:mm:ss.SSS"))\",\"\(call.source)\",\"\(call.sourcePort)\",\"\(call.destination)\",\(call.port),tcp,\"1,234\",\"5,678\",\"\(call.host)\",\"\(call.process)\",bob,\"(empty)\""
            ]
        case .elasticdump:
            return [
                #"{"_index":"flows","_id":"\#(call.number)","_score":1,"_source":{"@timestamp":"\#(call.time("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"))","source":{"ip":"\#(call.source)","port":\#(call.sourcePort),"bytes":\#(call.bytesOut)},"destination":{"ip":"\#(call.destination)","port":\#(call.port),"bytes":\#(call.bytesIn),"domain":"\#(call.host)"},"network":{"transport":"tcp"},"event":{"duration":\#(Int(call.duration * 1e9))},"process":{"executable":"\#(escaped(call.process))"},"user":{"name":"bob"}}}"#
            ]
        case .cef:
            return [
                "<134>\(call.syslog()) gw CEF:0|Vendor|Gateway|9|100|connection|3|start=\(Int(call.start * 1000)) src=\(call.source) spt=\(call.sourcePort) dst=\(call.destination) dpt=\(call.port) proto=TCP out=\(call.bytesOut) in=\(call.bytesIn) dhost=\(call.host) act=allow and log suser=bob sproc=upd.exe msg=a text with words"
            ]
        case .nsg, .vnet, .sysmonXML: return []
        }
    }

    private func escaped(_ text: String) -> String { text.replacingOccurrences(of: "\\", with: "\\\\") }

    private func xml(_ call: Call) -> String {
        """
        <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>3</EventID><TimeCreated SystemTime='\(call.time("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'"))'/><Computer>pc7.corp.example</Computer></System><EventData><Data Name='UtcTime'>\(call.time("yyyy-MM-dd HH:mm:ss.SSS"))</Data>
          <Data Name='Image'>\(call.process)</Data><Data Name='User'>\(call.user)</Data><Data Name='Protocol'>tcp</Data><Data Name='Initiated'>true</Data><Data Name='SourceIp'>\(call.source)</Data><Data Name='SourcePort'>\(call.sourcePort)</Data>
          <Data Name='DestinationIp'>\(call.destination)</Data><Data Name='DestinationHostname'>\(call.host)</Data><Data Name='DestinationPort'>\(call.port)</Data></EventData></Event>
        """
    }

    /// Documents of an hour each, in one file or one behind the other.
    private func documents(_ calls: [Call]) -> String {
        let hours = Dictionary(grouping: calls) { Int($0.start) / 3600 }.sorted { $0.key < $1.key }
        let documents = hours.map { hour, calls -> String in
            let tuples = calls.flatMap { call -> [String] in
                let (from, to) = (call.start, call.start + call.duration)
                let ends = "\(call.source),\(call.destination),\(call.sourcePort),\(call.port)"
                if self == .nsg {
                    return [
                        "\(Int(from)),\(ends),T,O,A,B,,,,",
                        "\(Int(to)),\(ends),T,O,A,E,10,\(call.bytesOut),12,\(call.bytesIn)",
                    ]
                }
                return [
                    "\(Int(from * 1000)),\(ends),6,O,B,NX,0,0,0,0",
                    "\(Int(to * 1000)),\(ends),6,O,E,NX,10,\(call.bytesOut),12,\(call.bytesIn)",
                ]
            }.map { "\"\($0)\"" }.joined(separator: ",")
            let time = Call.format("yyyy-MM-dd'T'HH:mm:ss'Z'", "UTC", Double(hour) * 3600)
            return self == .nsg
                ? #"{"time":"\#(time)","systemId":"a","macAddress":"000D3AF87856","category":"NetworkSecurityGroupFlowEvent","properties":{"Version":2,"flows":[{"rule":"DefaultRule_AllowInternetOutBound","flows":[{"mac":"000D3AF87856","flowTuples":[\#(tuples)]}]}]}}"#
                : #"{"time":"\#(time)","flowLogVersion":4,"category":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"DefaultRule_AllowInternetOutBound","flowTuples":[\#(tuples)]}]}]}}"#
        }
        return #"{"records":["# + documents.joined(separator: ",\n") + "]}"
    }
}
