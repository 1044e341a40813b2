import FlareKit
import Foundation
import OutputText

/// How columns are named on the page, and their values written for people.
enum ColumnText {
    /// The part of an opened finding that a column belongs to.
    enum Part: String {
        /// The head says it, or a part of its own does.
        case head
        /// What it is.
        case what
        case number
        /// A number for whoever wants to know more.
        case more
    }

    /// What the sensor and the lists say of a finding, in the order in which they tell most.
    static let what: [String] = [
        "known_as", "dest_whois", "alerts", "notices", "hosts_seen", "queries", "addresses", "user_agents", "software",
        "methods", "urls", "statuses", "files", "cert_subject", "cert_issuer", "cert_hash", "ja3", "ja4", "host_from",
        "host_confirmed_by", "host_denied_by", "traffic", "lookups", "incident_reasons", "incident_channels", "proxy",
        "allowlist", "src_whois", "known_by", "known_kind", "known_confirmed", "known_period_fits",
    ]
    private static let inHead: Set<String> = [
        "src_ip", "dest_ip", "dest_port", "proto", "summary", "priority", "severity", "host", "weight", "score", "said",
        Field.modifiers.name, "score_parts", "detector", "why", "incident", "incident_name", "expected", "destination",
    ]
    private static let inWhat = Set(what)
    private static let inTable = Set(PageColumn.all.map(\.name))
    private static let labels = Dictionary(uniqueKeysWithValues: PageColumn.all.map { ($0.name, $0.label) })

    /// Whether every run has the column.
    static func isStandard(_ name: String) -> Bool { standard.contains(name) }
    private static let standard = Set(Column.standard.map(\.name))

    static func part(of column: String) -> Part {
        if inHead.contains(column) { return .head }
        if inWhat.contains(column) { return .what }
        return inTable.contains(column) ? .number : .more
    }

    /// Words that are written in capitals.
    private static let acronyms: Set<Substring> = [
        "asn", "ja3", "ja4", "ip", "dns", "tls", "http", "url", "sni", "id", "uid",
    ]

    /// A column's name for people: the table's own, else its words.
    static func label(_ name: String) -> String {
        if let label = labels[name] { return label }
        let words = name.split(separator: "_").map { word in
            word == "urls" ? "URLs" : acronyms.contains(word) ? word.uppercased() : String(word)
        }.joined(separator: " ")
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

    /// A number with the places that tell it apart: `0.93`, `1.2e-6`.
    static func small(_ number: Double) -> String {
        guard number != 0, abs(number) < 0.001 else { return Readable.decimal(number, 3) }
        guard abs(number) > 1e-300 else { return "0" }
        let exponent = Int(log10(abs(number)).rounded(.down))
        let mantissa = Readable.decimal(number / pow(10, Double(exponent)), 1)
        // What rounds up to ten is one of the next power.
        return mantissa.hasSuffix("10") ? "\(mantissa.dropLast())e\(exponent + 1)" : "\(mantissa)e\(exponent)"
    }
}
