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

    /// A TLS record of a flow.
    static func tls(at seconds: Int, to destination: String, id: Int, name: String) -> String {
        record("tls", at: seconds, to: destination, id: id, #""sni":"\#(name)","version":"TLS 1.3""#)
    }

    /// An HTTP record of a flow.
    static func http(at seconds: Int, to destination: String, id: Int, name: String) -> String {
        record("http", at: seconds, to: destination, id: id, #""hostname":"\#(name)","url":"/","http_method":"GET""#)
    }

    private static func record(_ type: String, at seconds: Int, to destination: String, id: Int, _ inner: String)
        -> String
    {
        #"{"timestamp":"\#(time(seconds))","flow_id":\#(id),"event_type":"\#(type)","src_ip":"192.168.0.53","#
            + #""src_port":40000,"dest_ip":"\#(destination)","dest_port":443,"proto":"TCP","\#(type)":{\#(inner)}}"#
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
