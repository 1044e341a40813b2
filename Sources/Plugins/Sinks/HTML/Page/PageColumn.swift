import FlareKit
import OutputText

/// A column of the page's table: what stands over it, when there is room for it, and how a finding fills it.
struct PageColumn {
    /// From which width of the window on the column is shown at first, in pixels; `nil` where only on demand.
    enum Room: Int, CaseIterable {
        case always = 0
        case tablet = 900
        case laptop = 1240
        case desktop = 1600
        case wide = 2100
    }

    /// The column of the run whose values it sorts by, or a word of its own.
    let name: String
    let label: String
    /// What hovering says.
    let meaning: String
    let room: Room?
    let isNumber: Bool
    let cell: @Sendable (Finding) -> String

    /// A column of the run.
    private init(_ name: String, _ room: Room?, _ cell: @escaping @Sendable (Finding) -> String) {
        self.init(Self.fields[name] ?? Field(name, .text, ""), room, cell)
    }

    private init(_ field: Field, _ room: Room?, _ cell: @escaping @Sendable (Finding) -> String) {
        name = field.name
        label = field.title
        meaning = field.meaning
        self.room = room
        isNumber = [.integer, .number].contains(field.type) && field.name != "priority"
        self.cell = cell
    }

    private static let fields = Dictionary(uniqueKeysWithValues: Column.standard.map { ($0.name, $0.field) })

    /// The table's columns in their order.
    static let all: [PageColumn] = [
        PageColumn("priority", .always) {
            _ in ""
        },
        PageColumn("src_ip", .always) { $0.source.map { Markup.shown($0.description) } ?? "" },
        PageColumn("dest_ip", .always) { destination($0) },
        PageColumn("why", .always) {
            Chip.of($0).map(\.html).joined()
        },
        PageColumn(Field("rhythm", .text, "Arrivals over the window."), .tablet) { _ in "" },
        PageColumn("interval", .always) {
            $0.interval.map(Readable.seconds) ?? ""
        },
        PageColumn("occurrences", .tablet) {
            $0.occurrences.map { Readable.count(Int64($0)) } ?? ""
        },
        PageColumn("first_seen", .laptop) { time($0.firstSeen) },
        PageColumn("dest_port", nil) {
            $0.channel?.port.map(String.init) ?? ""
        },
        PageColumn("proto", nil) {
            $0.channel?.proto.map(TransportProtocol.name(of:)) ?? ""
        },
        PageColumn("dest_whois", nil) { evidence("dest_whois", $0) },
        PageColumn("percent", .wide) {
            $0.percent.map { Readable.decimal($0, 1) + " %" } ?? ""
        },
        PageColumn("bytes_toserver", .desktop) {
            $0.bytesToServer.map(Readable.bytes) ?? ""
        },
        PageColumn("bytes_toclient", .desktop) {
            $0.bytesToClient.map(Readable.bytes) ?? ""
        },
        PageColumn("dest_degree", .wide) { $0.destinationDegree.map { Readable.count(Int64($0)) } ?? "" },
        PageColumn("last_seen", nil) { time($0.lastSeen) },
        PageColumn("score", nil) {
            Readable.decimal($0.score, 2)
        },
        PageColumn("detector", nil) { Markup.shown($0.detector) },
        PageColumn("summary", .wide) { Markup.shown($0.summary) },
        PageColumn("src_whois", nil) { evidence("src_whois", $0) },
    ]

    /// The rules that hide columns where there is no room, and those that the script turns on when columns are chosen.
    ///
    /// - Parameter empty: names of columns that no finding fills; they are shown on demand alone.
    static func style(_ columns: [PageColumn] = all, empty: Set<String> = []) -> String {
        var style = ""
        for (place, column) in columns.enumerated() {
            let number = place + 1
            let cells = { (table: String) in "\(table)>*>tr:not(.wide)>:nth-child(\(number))" }
            if column.name == "summary" { style += "\(cells("#list")){max-width:60ch}\n" }
            if column.name.hasSuffix("_seen") { style += "\(cells("#list")){white-space:nowrap}\n" }
            // Drawn by the script.
            if column.name == "rhythm" { style += "html:not(.js) \(cells("#list")){display:none}\n" }
            // An IPv4 address stays on one line; a longer one breaks.
            if column.name.hasSuffix("_ip") {
                style += "@media (min-width:561px){\(cells("#list")){min-width:15ch}}\n"
            }
            // A usual name with its port stays on one line.
            if column.name == "dest_ip" {
                style += "@media (min-width:1240px){\(cells("#list")){min-width:30ch}}\n"
            }
            switch empty.contains(column.name) ? nil : column.room {
            case nil: style += "\(cells(".auto")){display:none}\n"
            case .always: break
            case .some(let room):
                style += "@media (max-width:\(room.rawValue - 1)px){\(cells(".auto")){display:none}}\n"
            }
            style += "\(cells(".hide\(place)")){display:none}\n"
            if column.isNumber { style += "\(cells("#list")){text-align:right;white-space:nowrap}\n" }
        }
        return style
    }

    /// `2026-01-31 23:59`, in UTC.
    static func minute(_ time: Timestamp) -> String {
        time.description.prefix(16).split(separator: "T").joined(separator: " ")
    }

    private static func time(_ time: Timestamp?) -> String { time.map(minute) ?? "" }

    private static func evidence(_ name: String, _ finding: Finding) -> String {
        finding.evidence[name].map { Markup.shown($0.description) } ?? ""
    }

    /// What a row has room for; the opened finding has it whole.
    private static func short(_ text: String) -> String { Markup.escape(Markup.cut(text, limit: 80)) }

    private static func destination(_ finding: Finding) -> String {
        guard let peer = finding.channel?.peer else { return "" }
        let name = finding.host.flatMap { $0.isEmpty ? nil : $0 } ?? peer.description
        var text = short(name)
        if let port = finding.channel?.port, port > 0 { text = (name.contains(":") ? "[\(text)]" : text) + ":\(port)" }
        var more: [String] = []
        if case .group(let keys) = finding.subject, keys.count > 1 {
            more.append("and \(Readable.count(Int64(keys.count - 1))) more")
        }
        if name != peer.description { more.append(short(peer.description)) }
        if let owner = finding.evidence["dest_whois"]?.description, !owner.isEmpty { more.append(short(owner)) }
        return more.isEmpty ? text : "\(text)<small>\(more.joined(separator: " · "))</small>"
    }
}
