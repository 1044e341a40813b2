/// A flow record's line, with whatever a test wants to be different.
struct FlowLine {
    var timestamp = #""2025-03-04T05:10:00.000000+0000""#
    var eventType = #""flow""#
    var source = #""192.168.1.5""#
    var destination = #""203.0.113.9""#
    var port: String? = "443"
    var proto = #""TCP""#
    var flow: String? =
        #"{"pkts_toserver":3,"pkts_toclient":2,"bytes_toserver":300,"bytes_toclient":200,"start":"2025-03-04T05:06:07.500000+0000","end":"2025-03-04T05:06:09.500000+0000","age":2,"state":"closed","reason":"timeout","alerted":false}"#

    init(_ change: (inout FlowLine) -> Void = { _ in }) { change(&self) }

    /// Suricata's own order, without white space.
    var text: String {
        var text =
            #"{"timestamp":\#(timestamp),"flow_id":1234567890123456,"in_iface":"ens18","event_type":\#(eventType)"#
        text += #","src_ip":\#(source),"src_port":40000,"dest_ip":\#(destination)"#
        if let port { text += #","dest_port":\#(port)"# }
        text += #","proto":\#(proto)"#
        if let flow { text += #","flow":\#(flow)"# }
        return text + #","community_id":"1:D8DpopJS3pBjr5E1XRxYa2zZQb0="}"#
    }

    /// The same with another value of one count in the flow object.
    static func withCount(_ name: String, _ value: String) -> String {
        FlowLine {
            $0.flow = $0.flow?.replacing(
                #""\#(name)":\#(name.hasSuffix("server") ? "300" : "200")"#, with: #""\#(name)":\#(value)"#)
        }.text
    }
}
