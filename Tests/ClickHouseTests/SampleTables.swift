import Foundation
import HomeNetwork

/// A part of the demo's day, as files and as tables: what Suricata wrote, what Zeek would have written of it, and what RITA makes
/// of that.
enum SampleTables {
    typealias Row = [String: Any]

    /// Suricata's lines about every sixth host.
    static let eve: [String] = SampleDay.lines().filter { line in
        guard let mark = line.range(of: #""src_ip":""#), let end = line[mark.upperBound...].firstIndex(of: "\"") else {
            return false
        }
        let last = line[mark.upperBound..<end].split(separator: ".").last.flatMap { Int($0) } ?? 0
        return last % 6 == 5 && ["flow", "tls", "http", "dns"].contains { line.contains("\"event_type\":\"\($0)\"") }
    }

    private static var events: [Row] {
        eve.compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? Row }
    }

    static func text(_ row: Row) -> String {
        let data = (try? JSONSerialization.data(withJSONObject: row, options: [.withoutEscapingSlashes])) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    /// Suricata's events with their nested fields beside each other: `flow_start`.
    private static func flat(_ row: Row, dates: Bool) -> Row {
        var flat: Row = [:]
        func add(_ prefix: String, _ row: Row) {
            for (name, value) in row {
                if let inner = value as? Row { add(prefix + name + "_", inner) } else { flat[prefix + name] = value }
            }
        }
        add("", row)
        for name in ["timestamp", "flow_start", "flow_end"] where dates {
            if let text = flat[name] as? String {
                flat[name] = text.replacingOccurrences(of: "T", with: " ").replacingOccurrences(of: "+0000", with: "")
            }
        }
        return flat
    }

    /// Seconds since 1970 of one of Suricata's dates, with microseconds.
    private static func seconds(_ date: Any?) -> Decimal {
        guard let date = date as? String else { return 0 }
        let formatter = ISO8601DateFormatter()
        let whole = formatter.date(from: date.prefix(19) + "Z")?.timeIntervalSince1970 ?? 0
        return Decimal(Int(whole)) + (Decimal(string: "0." + date.dropFirst(20).prefix(6)) ?? 0)
    }

    /// What Zeek would have written: the log of each row, and the row.
    ///
    /// - Parameter fraction: whether times have one.
    static func zeek(fraction: Bool) -> [String: [Row]] {
        var logs: [String: [Row]] = [:]
        for event in events {
            var row: Row = [
                "uid": "C\(event["flow_id"] ?? 0)", "id.orig_h": event["src_ip"] ?? "",
                "id.resp_h": event["dest_ip"] ?? "",
                "id.orig_p": event["src_port"] ?? 0, "id.resp_p": event["dest_port"] ?? 0,
            ]
            let flow = event["flow"] as? Row
            let time = seconds(flow?["start"] ?? event["timestamp"])
            row["ts"] = fraction ? time : Decimal(Int(truncating: time as NSDecimalNumber))
            switch event["event_type"] as? String {
            case "flow":
                row["proto"] = (event["proto"] as? String)?.lowercased()
                row["conn_state"] = "SF"
                row["orig_bytes"] = flow?["bytes_toserver"]
                row["resp_bytes"] = flow?["bytes_toclient"]
                row["orig_pkts"] = flow?["pkts_toserver"]
                row["resp_pkts"] = flow?["pkts_toclient"]
                row["duration"] = seconds(flow?["end"]) - time
                logs["conn", default: []].append(row)
            case "tls":
                let tls = event["tls"] as? Row
                row["server_name"] = tls?["sni"]
                row["established"] = true
                row["ja3"] = (tls?["ja3"] as? Row)?["hash"]
                logs["ssl", default: []].append(row)
            case "http":
                let http = event["http"] as? Row
                row["trans_depth"] = 1
                row["tags"] = [String]()
                (row["host"], row["uri"], row["method"]) = (http?["hostname"], http?["url"], http?["http_method"])
                (row["user_agent"], row["status_code"]) = (http?["http_user_agent"], http?["status"])
                logs["http", default: []].append(row)
            default: break
            }
        }
        return logs
    }

    /// A row of Zeek's as RITA stores it.
    private static func rita(_ row: Row) -> Row {
        let names = [
            "id.orig_h": "src", "id.resp_h": "dst", "id.orig_p": "src_port", "id.resp_p": "dst_port", "uid": "zeek_uid",
            "orig_bytes": "src_bytes", "resp_bytes": "dst_bytes", "orig_pkts": "src_packets",
            "resp_pkts": "dst_packets", "user_agent": "useragent",
        ]
        var stored = Dictionary(uniqueKeysWithValues: row.map { (names[$0.key] ?? $0.key, $0.value) })
        // Any 16 bytes that tell it from others.
        stored["zeek_uid"] = String((stored["zeek_uid"] as? String ?? "").suffix(16)).padding(
            toLength: 16, withPad: "_", startingAt: 0)
        return stored
    }

    static func load(into server: DatabaseServer) async throws {
        for database in ["suricata_db", "zeek_db", "rita_db"] { try await server.run("CREATE DATABASE \(database)") }
        let hasDates = server.kind == .chDB
        try await server.make(
            "suricata_db.suricata", suricata(dates: hasDates), events.map { flat($0, dates: hasDates) })
        for (log, rows) in zeek(fraction: true) { try await server.make("zeek_db.\(log)", zeek[log] ?? [], rows) }
        for (log, rows) in zeek(fraction: false) {
            var stored = rows.map(rita)
            // A second copy of some connections, as RITA has it of requests without a host.
            if log == "conn" { stored += stored.prefix(500).map { $0.merging(["missing_host_header": 1]) { $1 } } }
            try await server.make("rita_db.\(log)", rita[log] ?? [], stored)
        }
    }

    private static func suricata(dates: Bool) -> [(name: String, type: String)] {
        let date = dates ? "DateTime64(6, 'UTC')" : "String"
        return [
            ("timestamp", date), ("event_type", "LowCardinality(String)"), ("src_ip", "String"), ("dest_ip", "String"),
            ("src_port", "Nullable(UInt16)"), ("dest_port", "Nullable(UInt16)"), ("proto", "LowCardinality(String)"),
            ("flow_id", "UInt64"), ("flow_start", "Nullable(\(date))"), ("flow_end", "Nullable(\(date))"),
            ("flow_bytes_toserver", "Nullable(UInt64)"), ("flow_bytes_toclient", "Nullable(UInt64)"),
            ("flow_pkts_toserver", "Nullable(UInt64)"), ("flow_pkts_toclient", "Nullable(UInt64)"),
            ("tls_sni", "String"),
            ("tls_subject", "String"), ("tls_issuerdn", "String"), ("tls_fingerprint", "String"),
            ("tls_version", "String"),
            ("tls_ja3_hash", "String"), ("http_hostname", "String"), ("http_url", "String"),
            ("http_http_method", "String"),
            ("http_http_user_agent", "Nullable(String)"), ("http_status", "Nullable(UInt16)"),
        ]
    }

    private static let zeekEnds = [
        ("ts", "DateTime64(6, 'UTC')"), ("uid", "String"), ("id.orig_h", "IPv4"), ("id.orig_p", "UInt16"),
        ("id.resp_h", "IPv4"),
        ("id.resp_p", "UInt16"),
    ]
    private static let zeek: [String: [(name: String, type: String)]] = [
        "conn": zeekEnds + [
            ("proto", "Enum8('icmp' = 1, 'tcp' = 6, 'udp' = 17)"), ("duration", "Nullable(Float64)"),
            ("orig_bytes", "UInt64"), ("resp_bytes", "UInt64"), ("orig_pkts", "UInt64"), ("resp_pkts", "UInt64"),
        ],
        "ssl": zeekEnds + [("server_name", "String"), ("ja3", "String")],
        "http": zeekEnds + [
            ("host", "String"), ("uri", "String"), ("method", "String"), ("user_agent", "String"),
            ("status_code", "Int32"),
        ],
    ]

    private static let ritaEnds = [
        ("ts", "DateTime"), ("zeek_uid", "FixedString(16)"), ("src", "IPv6"), ("dst", "IPv6"), ("src_port", "UInt32"),
        ("dst_port", "UInt32"),
    ]
    private static let rita: [String: [(name: String, type: String)]] = [
        "conn": ritaEnds + [
            ("missing_host_header", "Bool"), ("proto", "LowCardinality(String)"), ("duration", "Float64"),
            ("src_bytes", "UInt64"), ("dst_bytes", "UInt64"), ("src_packets", "UInt64"),
            ("dst_packets", "UInt64"),
        ],
        "ssl": ritaEnds + [("server_name", "String"), ("ja3", "String")],
        "http": ritaEnds + [
            ("host", "String"), ("uri", "String"), ("method", "LowCardinality(String)"), ("useragent", "String"),
            ("status_code", "UInt64"), ("dst_mime_types", "Array(String)"),
        ],
    ]
}
