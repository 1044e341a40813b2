import FlareKit
import OutputText

/// What a line of syslog holds behind its header.
enum SyslogForm: String, CaseIterable, OptionValue {
    case text, json, cef, leef

    /// A whole line (RFC 5424, section 6), as UTF-8 and without its end.
    func line(_ notice: Notice, host: String) -> [UInt8] {
        // Facility local0; informational, warning, error, critical.
        let priority = 16 * 8 + notice.severity.on([6, 4, 3, 2])
        let name = host.unicodeScalars.allSatisfy { (33...126).contains($0.value) } ? host : "-"
        let header = "<\(priority)>1 \(notice.time.inWholeSeconds) \(name) flare - \(notice.news.rawValue) - "
        let body =
            switch self {
            // The mark of UTF-8 (RFC 5424, 6.4).
            case .text:
                "\u{FEFF}"
                    + ([notice.title] + notice.lines + [notice.origin?.words].compactMap { $0 }).joined(separator: "; ")
            case .json: notice.json
            case .cef: Self.cef(notice)
            case .leef: Self.leef(notice)
            }
        return Array((header + body).utf8)
    }

    // MARK: CEF

    /// ArcSight's Common Event Format, version 0 (revision 26): a bar and a backslash are escaped in its head, an equals sign and a
    /// backslash in its values; line ends there are none.
    private static func cef(_ notice: Notice) -> String {
        func head(_ text: String) -> String { SafeText.escaped(text, ["\\": "\\\\", "|": "\\|"]) }
        func value(_ text: String) -> String { SafeText.escaped(text, ["\\": "\\\\", "=": "\\="]) }
        let fields = Self.fields(
            notice,
            names: [
                .source: "src", .address: "dst", .host: "dhost", .port: "dpt", .proto: "proto", .calls: "cnt",
                .first: "start", .last: "end", .news: "cs1", .why: "msg", .id: "externalId", .sensor: "cs2",
                .pipeline: "cs3", .run: "cs4",
                .runHost: "dvchost",
            ])
        let labels = [("cs1", "news"), ("cs2", "sensor"), ("cs3", "pipeline"), ("cs4", "run")].filter { label in
            fields.contains { $0.0 == label.0 }
        }
        let title = notice.isTest == true ? notice.title : notice.summary
        return "CEF:0|Flare|Flare|1|\(head(notice.detector))|\(head(title))|\(notice.severity.on([3, 5, 8, 10]))|"
            + (fields + labels.map { ("\($0.0)Label", $0.1) }).map { "\($0.0)=\(value($0.1))" }.joined(separator: " ")
    }

    // MARK: LEEF

    /// QRadar's Log Event Extended Format 2.0, its values separated by tabs: no text holds one.
    private static func leef(_ notice: Notice) -> String {
        func head(_ text: String) -> String { SafeText.escaped(text, ["|": "/"]) }
        let fields = Self.fields(
            notice,
            names: [
                .source: "src", .address: "dst", .host: "dstHost", .port: "dstPort", .proto: "proto", .calls: "count",
                .first: "firstSeen", .last: "devTime", .news: "news", .why: "msg", .id: "findingId", .sensor: "sensor",
                .pipeline: "pipeline", .run: "run",
                .runHost: "runHost",
            ])
        return "LEEF:2.0|Flare|Flare|1|\(head(notice.detector))|x09|"
            + ([("sev", String(notice.severity.on([3, 5, 8, 10]))), ("summary", notice.summary)] + fields)
            .map { "\($0.0)=\($0.1)" }.joined(separator: "\t")
    }

    private enum Name: CaseIterable {
        case source, address, host, port, proto, calls, first, last, news, why, id, sensor, pipeline, run, runHost
    }

    /// What a notice has, in the order of the names.
    private static func fields(_ notice: Notice, names: [Name: String]) -> [(String, String)] {
        func milliseconds(_ time: Timestamp?) -> String? { time.map { String($0.nanoseconds / 1_000_000) } }
        return Name.allCases.compactMap { name in
            let text: String? =
                switch name {
                case .source: notice.source
                case .address: notice.address
                case .host: notice.host
                case .port: notice.port.map(String.init)
                case .proto: notice.proto
                case .calls: notice.calls.map(String.init)
                case .first: milliseconds(notice.firstSeen)
                case .last: milliseconds(notice.lastSeen)
                case .news: notice.news.rawValue
                case .why: notice.why
                case .id: notice.id
                case .sensor: notice.origin?.sensor
                case .pipeline: notice.origin?.pipeline
                case .run: notice.origin?.run.description
                case .runHost: notice.origin?.host
                }
            guard let text, !text.isEmpty, let key = names[name] else { return nil }
            return (key, text)
        }
    }
}
