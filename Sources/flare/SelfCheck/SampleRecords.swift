import FlareKit
import SyntheticTraffic

/// Three made-up hours of eight machines, one of which calls home every minute, in the forms that sources read.
struct SampleRecords {
    struct Connection {
        var start: Timestamp
        var source: IPAddress
        var port: Int
        var destination: IPAddress
    }

    static let implant = IPAddress(v4: 0x0A00_0007)
    static let home = IPAddress(v4: 0x2D4D_0007)

    let connections: [Connection]

    init() {
        var generator = SeededGenerator(seed: 1)
        var connections: [Connection] = []
        let begin = 1_767_225_600.0
        func add(_ seconds: Double, _ source: IPAddress, _ destination: IPAddress) {
            connections.append(
                Connection(
                    start: Timestamp(seconds: begin + seconds), source: source, port: 20_000 + connections.count,
                    destination: destination))
        }
        for call in 0..<180 { add(Double(call) * 60 + generator.uniform(0, 3), Self.implant, Self.home) }
        for host in UInt32(1)...8 {
            for _ in 0..<60 {
                let peer = IPAddress(v4: 0x6883_0000 + UInt32(generator.below(20)))
                add(generator.uniform(0, 10_800), IPAddress(v4: 0x0A00_0000 + host), peer)
            }
        }
        self.connections = connections.sorted { $0.start < $1.start }
    }

    /// As Suricata writes flows.
    var eve: String {
        connections.enumerated().map { number, flow in
            let end = flow.start.advanced(by: 1_000_000_000)
            return #"{"timestamp":"\#(end)","flow_id":\#(number + 1),"event_type":"flow","src_ip":"\#(flow.source)","#
                + #""src_port":\#(flow.port),"dest_ip":"\#(flow.destination)","dest_port":443,"proto":"TCP","flow":{"#
                + #""pkts_toserver":5,"pkts_toclient":4,"bytes_toserver":600,"bytes_toclient":900,"#
                + #""start":"\#(flow.start)","end":"\#(end)","state":"closed"}}"# + "\n"
        }.joined()
    }

    /// As a tool might export them: a table that no schema knows.
    var csv: String {
        "Start,Source IP,Source Port,Destination IP,Destination Port,Protocol,Bytes Out,Bytes In\n"
            + connections.map { flow in
                "\(flow.start),\(flow.source),\(flow.port),\(flow.destination),443,tcp,600,900\n"
            }.joined()
    }

    /// Some lookups of the implant that carry data, as Suricata writes them.
    var lookups: String {
        var generator = SeededGenerator(seed: 1)
        let begin = connections[0].start
        return LookupPlan.dnscat2.lookups(hours: 0.1, using: &generator).enumerated().map { number, lookup in
            let time = begin.advanced(by: Int64(lookup.seconds * 1e9))
            return
                #"{"timestamp":"\#(time)","flow_id":\#(100_000 + number),"event_type":"dns","src_ip":"\#(Self.implant)","#
                + #""src_port":5000,"dest_ip":"10.0.0.53","dest_port":53,"proto":"UDP","dns":{"type":"query","#
                + #""id":\#(number),"rrname":"\#(lookup.name)","rrtype":"\#(lookup.type)"}}"# + "\n"
        }.joined()
    }

    /// As nfdump prints them: a record for each direction.
    var netFlow: String {
        connections.map { flow in
            func record(_ from: String, _ fromPort: Int, _ to: String, _ toPort: Int, _ bytes: Int) -> String {
                "{\"type\":\"FLOW\",\"sampled\":0,\"first\":\"\(flow.start)\",\"last\":\"\(flow.start)\","
                    + "\"in_packets\":4,\"in_bytes\":\(bytes),\"proto\":6,\"tcp_flags\":\"...AP.SF\","
                    + "\"src4_addr\":\"\(from)\",\"src_port\":\(fromPort),\"dst4_addr\":\"\(to)\",\"dst_port\":\(toPort)}\n"
            }
            let (source, destination) = ("\(flow.source)", "\(flow.destination)")
            return record(source, Int(flow.port), destination, 443, 600)
                + record(destination, 443, source, Int(flow.port), 900)
        }.joined()
    }

    /// As Zeek writes conn.log in columns.
    var zeek: String {
        let fields = [
            "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service", "duration",
            "orig_bytes", "resp_bytes", "conn_state",
        ]
        let types = [
            "time", "string", "addr", "port", "addr", "port", "enum", "string", "interval", "count", "count", "string",
        ]
        let head = [
            #"#separator \x09"#, "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", "#path\tconn",
            (["#fields"] + fields).joined(separator: "\t"), (["#types"] + types).joined(separator: "\t"),
        ]
        let rows = connections.enumerated().map { number, flow in
            let micro = flow.start.nanoseconds / 1000
            let fraction = String(String(1_000_000 + micro % 1_000_000).dropFirst())
            return [
                "\(micro / 1_000_000).\(fraction)", "C\(number)", "\(flow.source)", "\(flow.port)",
                "\(flow.destination)", "443", "tcp", "-", "1.0", "600", "900", "SF",
            ].joined(separator: "\t")
        }
        return (head + rows).joined(separator: "\n") + "\n"
    }

    /// As tcpdump writes packets: of each connection its first three.
    var capture: [UInt8] {
        var bytes: [UInt8] = []
        func little(_ value: Int, _ length: Int) {
            for place in 0..<length { bytes.append(UInt8(value >> (8 * place) & 255)) }
        }
        for (value, length) in [(0xA1B2_C3D4, 4), (2, 2), (4, 2), (0, 4), (0, 4), (65_535, 4), (1, 4)] {
            little(value, length)
        }
        for flow in connections {
            for (number, flags) in [UInt8(0x02), 0x12, 0x14].enumerated() {
                let frame = Self.frame(flow, flags: flags, isAnswer: number == 1)
                let micro = Int(flow.start.nanoseconds / 1000) + number * 20_000
                for value in [micro / 1_000_000, micro % 1_000_000, frame.count, frame.count] { little(value, 4) }
                bytes += frame
            }
        }
        return bytes
    }

    private static func frame(_ flow: Connection, flags: UInt8, isAnswer: Bool) -> [UInt8] {
        func big(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }
        let (from, to) = isAnswer ? (flow.destination, flow.source) : (flow.source, flow.destination)
        let (fromPort, toPort) = isAnswer ? (443, flow.port) : (flow.port, 443)
        let ethernet = [UInt8](repeating: 2, count: 12) + big(0x0800)
        let addresses = [from, to].flatMap { address in
            (0..<4).map { UInt8(truncatingIfNeeded: (address.v4 ?? 0) >> (24 - 8 * $0)) }
        }
        let header = [0x45, 0] + big(40) + [0, 0, 0, 0, 64, 6, 0, 0] + addresses
        return ethernet + header + big(fromPort) + big(toPort)
            + [0, 0, 0, 1, 0, 0, 0, 1, 0x50, flags] + big(1024) + [0, 0, 0, 0]
    }
}
