/// Lines of EVE, as tests need them.
enum Line {
    static let noon = 1_767_268_800

    /// A moment so many seconds after noon, as Suricata writes it.
    static func moment(_ seconds: Double) -> String {
        let micro = Int((seconds * 1_000_000).rounded())
        let (second, part) = (micro / 1_000_000, micro % 1_000_000)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let digits = String(1_000_000 + part).dropFirst()
        let hour = 12 + second / 3600
        return
            "2026-01-\(two(1 + hour / 24))T\(two(hour % 24)):\(two(second / 60 % 60)):\(two(second % 60)).\(digits)+0000"
    }

    static func event(
        _ type: String, at seconds: Double, id: Int? = 1, from source: String = "10.0.0.1",
        port sourcePort: Int = 50_000,
        to destination: String = "203.0.113.5", _ port: Int = 443, proto: String = "TCP", said rest: String
    ) -> String {
        let flow = id.map { #""flow_id":\#($0),"# } ?? ""
        return #"{"timestamp":"\#(moment(seconds))",\#(flow)"event_type":"\#(type)","src_ip":"\#(source)","#
            + #""src_port":\#(sourcePort),"dest_ip":"\#(destination)","dest_port":\#(port),"proto":"\#(proto)",\#(rest)}"#
    }

    static func flow(
        at seconds: Double, id: Int? = 1, from source: String = "10.0.0.1", to destination: String = "203.0.113.5",
        _ port: Int = 443, proto: String = "TCP"
    ) -> String {
        event(
            "flow", at: seconds + 60, id: id, from: source, to: destination, port, proto: proto,
            said:
                #""flow":{"bytes_toserver":100,"bytes_toclient":2000,"pkts_toserver":1,"pkts_toclient":2,"start":"\#(moment(seconds))"}"#
        )
    }

    static func tls(
        at seconds: Double, id: Int? = 1, from source: String = "10.0.0.1", to destination: String = "203.0.113.5",
        _ port: Int = 443, sni: String? = nil, subject: String = "CN=example.org", issuer: String = "CN=Some CA",
        print: String = "aa:bb", ja3: String = "0011", validFrom begin: String = "2020-01-01T00:00:00",
        validUntil end: String = "2030-01-01T00:00:00"
    ) -> String {
        let name = sni.map { #","sni":"\#($0)""# } ?? ""
        return event(
            "tls", at: seconds, id: id, from: source, to: destination, port,
            said:
                #""tls":{"subject":"\#(subject)","issuerdn":"\#(issuer)","fingerprint":"\#(print)","version":"TLS 1.2","#
                + #""notbefore":"\#(begin)","notafter":"\#(end)","ja3":{"hash":"\#(ja3)"}\#(name)}"#)
    }

    static func http(
        at seconds: Double, id: Int? = 1, from source: String = "10.0.0.1", to destination: String = "203.0.113.5",
        _ port: Int = 80, host: String? = "example.org", agent: String = "curl/8.0", url: String = "/",
        type: String = "text/html"
    ) -> String {
        let name = host.map { #""hostname":"\#($0)","# } ?? ""
        return event(
            "http", at: seconds, id: id, from: source, to: destination, port,
            said: #""http":{\#(name)"url":"\#(url)","http_user_agent":"\#(agent)","http_content_type":"\#(type)","#
                + #""http_method":"GET","status":200,"length":10}"#)
    }
}
