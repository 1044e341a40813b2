import Foundation

/// EVE lines for tests, in Suricata's own form.
enum SampleFlows {
    /// A flow record; times are seconds after 2024-01-01T00:00:00Z.
    static func flow(
        at seconds: Int, from source: String = "192.168.0.53", to destination: String = "160.153.76.129",
        port: Int = 80,
        up: Int = 400, down: Int = 900, id: Int = 1
    ) -> String {
        #"{"timestamp":"\#(time(seconds + 60))","flow_id":\#(id),"in_iface":"eth0","event_type":"flow","#
            + #""src_ip":"\#(source)","src_port":40000,"dest_ip":"\#(destination)","dest_port":\#(port),"proto":"TCP","#
            + #""flow":{"pkts_toserver":5,"pkts_toclient":5,"bytes_toserver":\#(up),"bytes_toclient":\#(down),"#
            + #""start":"\#(time(seconds))","end":"\#(time(seconds + 1))","age":1,"state":"closed"}}"#
    }

    static func time(_ seconds: Int) -> String {
        let date = Date(timeIntervalSince1970: 1_704_067_200 + Double(seconds))
        return date.formatted(.iso8601).replacingOccurrences(of: "Z", with: ".000000+0000")
    }

    /// A beacon of 100 calls a minute apart, and some flows of another host.
    static var beacon: [String] {
        (0..<100).map { flow(at: $0 * 60, id: $0) }
            + (0..<8).map { flow(at: $0 * $0 * 97, from: "192.168.0.7", id: 1000 + $0) }
    }

    /// A pipeline over `eve.json` that writes `out.csv`, both in the pipeline's folder.
    static let pipeline = """
        version: 1
        name: test
        window: all
        sources:
          - plugin: eve
            paths: [eve.json]
        detectors:
          - plugin: beacon-classic
        sinks:
          - plugin: csv
            path: out.csv
        """
}
