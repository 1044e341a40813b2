import FlareKit

/// How a sensor writes a flow, and where its lines stand in time.
public enum FlowLineForm: Sendable, Hashable {
    /// Suricata's EVE.
    case eve
    /// Zeek's conn.log with tabs, with the names of its fields.
    case zeek(fields: [String])
    /// Zeek's conn.log as JSON.
    case zeekJSON

    /// The form of a log, by its first lines.
    ///
    /// - Throws: `PluginError` where it is none that is known.
    init(head lines: [String], path: String) throws {
        for line in lines {
            if line.hasPrefix("#fields\t") {
                let fields = line.split(separator: "\t").dropFirst().map(String.init)
                guard fields.contains("id.orig_h") else {
                    throw PluginError("it is a log of Zeek without connections", at: path)
                }
                self = .zeek(fields: fields)
                return
            }
            if line.hasPrefix("#") { continue }
            if line.hasPrefix("{"), line.contains("\"event_type\"") {
                self = .eve
                return
            }
            if line.hasPrefix("{"), line.contains("\"id.orig_h\"") {
                self = .zeekJSON
                return
            }
        }
        throw PluginError("it is neither EVE nor a conn.log of Zeek", at: path)
    }

    /// When a line was written; `nil` where it does not say.
    func time(of line: String) -> Timestamp? {
        switch self {
        case .eve: Self.value(of: "timestamp", in: line).flatMap { Timestamp(String($0)) }
        case .zeekJSON: Self.value(of: "ts", in: line).flatMap { Double($0) }.map(Timestamp.init(seconds:))
        case .zeek:
            line.prefix { $0 != "\t" }.isEmpty ? nil : Double(line.prefix { $0 != "\t" }).map(Timestamp.init(seconds:))
        }
    }

    /// When a flow's line is written: Suricata's after a time-out, Zeek's under the start.
    func time(of flow: Injection.Flow) -> Timestamp {
        self == .eve ? flow.end.advanced(by: Self.timeOut) : flow.start
    }

    /// Suricata logs a closed flow about so long after its end.
    private static let timeOut: Int64 = 10_000_000_000
    /// A packet of TCP carries so much.
    private static let packet: Int64 = 1400
    /// Headers of IP and TCP.
    private static let header: Int64 = 52

    /// The value of a name in a line of JSON whose names are all different; enough for what sensors write.
    private static func value(of name: String, in line: String) -> Substring? {
        guard let start = line.firstRange(of: "\"\(name)\":") else { return nil }
        let rest = line[start.upperBound...].drop { $0 == " " || $0 == "\"" }
        return rest.prefix { $0 != "\"" && $0 != "," && $0 != "}" }
    }

    /// A flow as a line.
    func line(_ flow: Injection.Flow) -> String {
        switch self {
        case .eve: eve(flow)
        case .zeekJSON: zeekJSON(flow)
        case .zeek(let fields): fields.map { Self.zeekValue($0, flow) }.joined(separator: "\t")
        }
    }

    private func eve(_ flow: Injection.Flow) -> String {
        #"{"timestamp":"\#(Self.eveTime(time(of: flow)))","flow_id":\#(flow.id),"in_iface":"eth0","event_type":"flow","#
            + #""src_ip":"\#(flow.source)","src_port":\#(flow.sourcePort),"dest_ip":"\#(flow.destination)","#
            + #""dest_port":\#(flow.port),"proto":"TCP","app_proto":"tls","flow":{"#
            + #""pkts_toserver":\#(Self.packets(flow.toServer)),"pkts_toclient":\#(Self.packets(flow.toClient)),"#
            + #""bytes_toserver":\#(flow.toServer),"bytes_toclient":\#(flow.toClient),"#
            + #""start":"\#(Self.eveTime(flow.start))","end":"\#(Self.eveTime(flow.end))","#
            + #""age":\#(flow.duration / 1_000_000_000),"state":"closed","reason":"timeout","alerted":false}}"#
    }

    private func zeekJSON(_ flow: Injection.Flow) -> String {
        #"{"ts":\#(Self.seconds(flow.start.nanoseconds)),"uid":"\#(Self.uid(flow))","id.orig_h":"\#(flow.source)","#
            + #""id.orig_p":\#(flow.sourcePort),"id.resp_h":"\#(flow.destination)","id.resp_p":\#(flow.port),"#
            + #""proto":"tcp","service":"ssl","duration":\#(Self.seconds(flow.duration)),"#
            + #""orig_bytes":\#(flow.toServer),"resp_bytes":\#(flow.toClient),"conn_state":"SF","missed_bytes":0,"#
            + #""history":"ShADadFf","orig_pkts":\#(Self.packets(flow.toServer)),"#
            + #""resp_pkts":\#(Self.packets(flow.toClient))}"#
    }

    private static func zeekValue(_ field: String, _ flow: Injection.Flow) -> String {
        switch field {
        case "ts": seconds(flow.start.nanoseconds)
        case "uid": uid(flow)
        case "id.orig_h": flow.source.description
        case "id.orig_p": "\(flow.sourcePort)"
        case "id.resp_h": flow.destination.description
        case "id.resp_p": "\(flow.port)"
        case "proto": "tcp"
        case "service": "ssl"
        case "duration": seconds(flow.duration)
        case "orig_bytes": "\(flow.toServer)"
        case "resp_bytes": "\(flow.toClient)"
        case "conn_state": "SF"
        case "local_orig": "T"
        case "local_resp": "F"
        case "missed_bytes": "0"
        case "history": "ShADadFf"
        case "orig_pkts": "\(packets(flow.toServer))"
        case "orig_ip_bytes": "\(flow.toServer + packets(flow.toServer) * header)"
        case "resp_pkts": "\(packets(flow.toClient))"
        case "resp_ip_bytes": "\(flow.toClient + packets(flow.toClient) * header)"
        case "tunnel_parents": "(empty)"
        default: "-"
        }
    }

    private static func packets(_ bytes: Int64) -> Int64 { 4 + bytes / packet }

    private static func uid(_ flow: Injection.Flow) -> String { "C" + String(flow.id, radix: 36) }

    /// Seconds with six decimals, as Zeek writes them.
    private static func seconds(_ nanoseconds: Int64) -> String {
        let microseconds = (nanoseconds + 500) / 1000
        let decimals = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000)." + String(repeating: "0", count: 6 - decimals.count) + decimals
    }

    /// `2024-01-31T23:59:59.000000+0000`, as Suricata writes it.
    private static func eveTime(_ time: Timestamp) -> String {
        let time = time.advanced(by: 500)
        let text = time.inWholeSeconds.description.dropLast()
        let decimals = String((time.nanoseconds - time.inWholeSeconds.nanoseconds) / 1000)
        return "\(text)." + String(repeating: "0", count: 6 - decimals.count) + decimals + "+0000"
    }
}
