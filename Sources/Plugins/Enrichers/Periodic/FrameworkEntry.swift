import FlareKit
import PeerMatching

/// What a published default is of.
enum FrameworkKind: String, CaseIterable, OptionValue {
    /// For the time after a break-in.
    case framework
    case rat
    case loader
    /// Legitimate, and abused.
    case remoteManagement = "remote-management"
}

/// Who else has what an entry describes.
enum DefaultStrength: String, CaseIterable, OptionValue {
    /// No other software is known to have it.
    case own
    /// Other software has it too, such as a handshake of a common library.
    case shared
}

/// One published default of a tool: all that it says has to be seen on a channel.
struct FrameworkEntry: PluginOptions {
    var name = ""
    var what = ""
    var kind = FrameworkKind.framework
    var strength = DefaultStrength.own
    var source = ""
    var subject = OneOrMany<String>()
    var serial = OneOrMany<String>()
    var agent = OneOrMany<String>()
    var uri = OneOrMany<String>()
    var ja3 = OneOrMany<String>()
    var ja3s = OneOrMany<String>()
    var ja4 = OneOrMany<String>()
    var port = OneOrMany<PortRange>()
    var period: Double?
    var jitter = 0.0

    static var options: [Option<Self>] {
        [
            Option("name", \.name, "The tool, as findings show it: AsyncRAT.", required: true),
            Option("what", \.what, "What of it this is, as findings show it: default certificate.", required: true),
            Option("kind", \.kind, "What kind of tool it is.", required: true),
            Option(
                "strength", \.strength,
                "own where no other software is known to have it, shared where other software has it too and it counts little."
            ),
            Option("source", \.source, "The URL at which it is published.", required: true),
            Option("subject", \.subject, "Subject or issuer of the server's certificate, * for any characters."),
            Option("serial", \.serial, "Serial number of the certificate, hexadecimal."),
            Option("agent", \.agent, "User-Agent of its requests, * for any characters."),
            Option("uri", \.uri, "Path of its requests, with or without the query, * for any characters."),
            Option("ja3", \.ja3, "JA3 of its handshakes."),
            Option("ja3s", \.ja3s, "JA3S of its servers' answers."),
            Option("ja4", \.ja4, "JA4 of its handshakes."),
            Option("port", \.port, "TCP port of its servers, or a range; alone it counts next to nothing."),
            Option(
                "period", \.period, "Its default sleep; told where the interval is near, never asked for.", unit: "s"),
            Option("jitter", \.jitter, "By how much the sleep varies.", unit: "%", range: 0...100),
        ]
    }
}

/// An entry that was checked.
struct KnownDefault: OptionValue {
    let entry: FrameworkEntry
    private let subjects: [TextPattern]
    private let agents: [TextPattern]
    private let paths: [TextPattern]
    private let serials: Set<String>
    private let ja3, ja3s, ja4: Set<String>

    static var optionType: OptionType { FrameworkEntry.optionType }
    var datum: OptionDatum { entry.datum }

    init(datum: OptionDatum) throws(OptionComplaint) {
        entry = try FrameworkEntry(datum: datum)
        try EntryText.checkSaid(entry.name, "name")
        try EntryText.checkSaid(entry.what, "what")
        try EntryText.checkURL(entry.source, "source")
        subjects = try EntryText.globs(entry.subject, "subject")
        agents = try EntryText.globs(entry.agent, "agent")
        paths = try EntryText.globs(entry.uri, "uri")
        serials = Set(entry.serial.values.map(Self.serial))
        for text in entry.serial.values
        where Self.serial(text).isEmpty || !text.allSatisfy({ $0.isHexDigit || $0 == ":" }) {
            throw OptionComplaint("\"\(text)\" is no serial number", option: "serial", expected: "hexadecimal digits")
        }
        if let period = entry.period { try EntryText.checkPeriod(period) }
        (ja3, ja3s, ja4) = (Self.folded(entry.ja3), Self.folded(entry.ja3s), Self.folded(entry.ja4))
        let isEmpty = [entry.subject, entry.serial, entry.agent, entry.uri, entry.ja3, entry.ja3s, entry.ja4].allSatisfy
        {
            $0.values.isEmpty
        }
        if isEmpty, entry.port.values.isEmpty {
            throw OptionComplaint(
                "the entry \"\(entry.name)\" fits everything",
                expected: "a subject, serial, agent, uri, ja3, ja3s, ja4 or port")
        }
    }

    private static func folded(_ texts: OneOrMany<String>) -> Set<String> { Set(texts.values.map { $0.lowercased() }) }

    /// `8BB00EE` of `08:BB:00:EE`, as sensors and certificates write numbers.
    static func serial(_ text: String) -> String {
        String(text.filter { $0 != ":" }.uppercased().drop { $0 == "0" })
    }

    /// What a match is evidence about: the rarest of what the entry says.
    var side: Finding.Side {
        if !subjects.isEmpty || !serials.isEmpty { return .certificate }
        if !agents.isEmpty || !entry.ja3.values.isEmpty || !entry.ja4.values.isEmpty { return .client }
        return paths.isEmpty && entry.ja3s.values.isEmpty ? .port : .traffic
    }

    /// What a match is a sign of, by ATT&CK.
    var techniques: [String] {
        let how =
            switch side {
            case .certificate: "T1573.002"
            case .port: "T1571"
            default: "T1071.001"
            }
        return entry.kind == .remoteManagement ? [how, "T1219"] : [how]
    }

    /// In decibans; docs/priority.md derives them. A port alone is chosen by too many.
    var amount: Double {
        if side == .port { return entry.kind == .remoteManagement ? 0 : 1 }
        return entry.strength == .own && entry.kind != .remoteManagement ? 9 : 2
    }

    /// What of a finding it is, in words; `nil` where anything that the entry says was not seen.
    func seen(on facts: DefaultFacts) -> [String]? {
        var seen: [String] = []
        func holds(_ isSaid: Bool, _ values: [String], _ matches: (String) -> Bool) -> Bool {
            guard isSaid else { return true }
            guard let value = values.first(where: matches) else { return false }
            seen.append(value)
            return true
        }
        func holds(_ prints: Set<String>, _ values: [String]) -> Bool {
            holds(!prints.isEmpty, values) { prints.contains($0.lowercased()) }
        }
        guard
            holds(!subjects.isEmpty, facts.subjects, { text in subjects.contains { $0.matches(text) } }),
            holds(!serials.isEmpty, facts.serials, { serials.contains(Self.serial($0)) }),
            holds(!agents.isEmpty, facts.agents, { text in agents.contains { $0.matches(text) } }),
            holds(
                !paths.isEmpty, facts.paths,
                { path in
                    let bare = String(path.prefix { $0 != "?" })
                    return paths.contains { $0.matches(path) || $0.matches(bare) }
                }), holds(ja3, facts.ja3), holds(ja3s, facts.ja3s), holds(ja4, facts.ja4)
        else { return nil }
        guard !entry.port.values.isEmpty else { return seen }
        guard let port = facts.port, entry.port.contains(port) else { return nil }
        return seen + ["\(port)"]
    }

    /// Whether calls come as its default sleep lets them.
    func isInTime(_ interval: Double?) -> Bool {
        guard let interval, let period = entry.period else { return false }
        return abs(interval - period) <= max(Recognition.tolerance, entry.jitter / 100) * period
    }
}

/// What a finding tells of its handshakes, requests and port, as defaults are compared with it.
struct DefaultFacts {
    let subjects: [String]
    let serials: [String]
    let agents: [String]
    let paths: [String]
    let ja3: [String]
    let ja3s: [String]
    let ja4: [String]
    /// The TCP port; `nil` of another protocol.
    let port: UInt16?

    init(_ finding: Finding) {
        subjects = finding.texts("cert_subject") + finding.texts("cert_issuer")
        serials = finding.texts("cert_serial")
        agents = finding.texts("user_agents")
        paths = finding.texts("urls").map(Self.path)
        ja3 = finding.texts("ja3")
        ja3s = finding.texts("ja3s")
        ja4 = finding.texts("ja4")
        let key = finding.channel
        port = key?.proto == nil || key?.proto == 6 ? key?.port : nil
    }

    /// `/fakeurl.htm` of `http://203.0.113.5/fakeurl.htm`, as proxies are asked.
    private static func path(_ url: String) -> String {
        guard let start = url.range(of: "://"), let slash = url[start.upperBound...].firstIndex(of: "/") else {
            return url
        }
        return url.hasPrefix("/") ? url : String(url[slash...])
    }
}
