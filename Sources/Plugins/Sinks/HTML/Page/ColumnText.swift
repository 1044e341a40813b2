import FlareKit
import OutputText

/// How columns are named on the page, and their values written for people.
enum ColumnText {
    /// Columns that the head of an opened finding says already.
    static let inTitle: Set<String> = [
        "src_ip", "dest_ip", "dest_port", "proto", "summary", "priority", "severity", "host",
    ]
    /// Columns of what the sensor said, which have a part of their own; `said` is its sentence.
    static let said: [String] = [
        "host_from", "host_confirmed_by", "host_denied_by", "hosts_seen", "queries", "user_agents", "urls", "methods",
        "statuses",
        "ja3", "ja4", "cert_subject",
        "cert_issuer", "cert_hash", "alerts", "notices", "files", "software", "traffic", "lookups", "kin", "kin_why",
        "kin_channels",
    ]
    static let inSaid = Set(said + ["said"])
    /// Columns that every run has.
    static let standard = Set(Column.standard.map(\.name))
    private static let labels = Dictionary(uniqueKeysWithValues: PageColumn.all.map { ($0.name, $0.label) })

    /// Words that are written in capitals.
    private static let acronyms: Set<Substring> = [
        "asn", "ja3", "ja4", "ip", "dns", "tls", "http", "url", "urls", "sni", "id", "uid",
    ]

    /// A column's name for people: the table's own, else its words.
    static func label(_ name: String) -> String {
        if let label = labels[name] { return label }
        let words = name.split(separator: "_")
            .map { acronyms.contains($0) ? $0.uppercased() : String($0) }.joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// A value with its unit.
    static func value(_ value: Value, _ field: Field) -> String {
        switch value {
        case .integer(let number):
            return field.isIdentifier ? String(number) : measured(Double(number), integer: number, field.unit)
        case .number(let number): return measured(number, integer: nil, field.unit)
        case .boolean(let flag): return flag ? "yes" : "no"
        case .time(let time): return second(time)
        case .text, .address, .texts: return value.description
        }
    }

    /// `2026-01-31 23:59:59`, in UTC.
    static func second(_ time: Timestamp) -> String {
        time.description.prefix(19).split(separator: "T").joined(separator: " ")
    }

    private static func measured(_ number: Double, integer: Int64?, _ unit: String?) -> String {
        switch unit {
        case "s": return Readable.seconds(number)
        case "bytes": return integer.map(Readable.bytes) ?? Readable.decimal(number, 2) + " B"
        default:
            let text = integer.map(Readable.count) ?? small(number)
            return unit.map { "\(text) \($0)" } ?? text
        }
    }

    /// A number with the places that tell it apart: `0.93`, `1.2e-06`.
    private static func small(_ number: Double) -> String {
        number != 0 && abs(number) < 0.001 ? String(number) : Readable.decimal(number, 3)
    }
}
