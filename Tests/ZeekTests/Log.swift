/// Logs in the form in which Zeek writes them by default.
enum Log {
    static let connFields =
        "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes conn_state "
        + "local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents"
    static let httpFields =
        "ts uid id.orig_h id.orig_p id.resp_h id.resp_p trans_depth method host uri user_agent request_body_len "
        + "response_body_len status_code tags"
    static let sslFields =
        "ts uid id.orig_h id.orig_p id.resp_h id.resp_p version cipher server_name established subject ja3"
    static let dnsFields =
        "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto trans_id query qtype_name rcode_name answers"

    /// The lines of a header.
    ///
    /// - Parameter fields: their names, separated by spaces.
    static func header(_ path: String, _ fields: String) -> String {
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t\(path)\n"
            + "#open\t2024-04-19-00-00-01\n#fields\t\(columns(fields))\n"
    }

    /// A row of columns.
    ///
    /// - Parameter values: separated by spaces.
    static func columns(_ values: String) -> String { values.split(separator: " ").joined(separator: "\t") }

    /// A row of conn.log.
    static func conn(
        ts: String = "1713484795.943239", uid: String = "CYl7H53iN6mY9NyXJ8", source: String = "10.0.0.7",
        destination: String = "203.0.113.9", port: String = "443", proto: String = "tcp", duration: String = "0.5",
        up: String = "517", down: String = "4096"
    ) -> String {
        columns(
            "\(ts) \(uid) \(source) 25320 \(destination) \(port) \(proto) ssl \(duration) \(up) \(down) SF T F 0 ShADad "
                + "7 900 8 5000 (empty)") + "\n"
    }

    /// A row of http.log.
    static func http(
        ts: String = "1713484796.5", uid: String = "CYl7H53iN6mY9NyXJ8", source: String = "10.0.0.7",
        destination: String = "203.0.113.9", host: String = "www.example.com"
    ) -> String {
        columns(
            "\(ts) \(uid) \(source) 25320 \(destination) 80 1 GET \(host) /index.html curl/8.0 12 3456 200 (empty)")
            + "\n"
    }

    /// A row of ssl.log.
    static func ssl(
        ts: String = "1713484796.5", uid: String = "CYl7H53iN6mY9NyXJ8", source: String = "10.0.0.7",
        destination: String = "203.0.113.9", name: String = "www.example.com"
    ) -> String {
        columns(
            "\(ts) \(uid) \(source) 25320 \(destination) 443 TLSv13 TLS_AES_128_GCM_SHA256 \(name) T - 8951236eca85955")
            + "\n"
    }

    /// A row of dns.log.
    static func dns(ts: String = "1713484796.5", query: String = "www.example.com") -> String {
        columns("\(ts) CDNS1 10.0.0.7 43250 10.0.0.1 53 udp 4711 \(query) A NOERROR 203.0.113.9,203.0.113.10") + "\n"
    }

    static let connHeader = header("conn", connFields)
    static let httpHeader = header("http", httpFields)
    static let sslHeader = header("ssl", sslFields)
    static let dnsHeader = header("dns", dnsFields)
}
