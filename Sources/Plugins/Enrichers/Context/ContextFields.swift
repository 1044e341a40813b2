import FlareKit
import OutputText

/// The columns of `context`.
enum ContextFields {
    static let all: [Field] = [
        Field("host", .text, "Best name known for the destination."),
        Field(
            "host_from", .text, "Origin of that name: sni, http, dns-query or dns-answer.",
            section: .names),
        Field(
            "host_confirmed_by", .texts,
            "Evidence for that name beside the client's: dns-answer, a lookup that returned the address; "
                + "certificate, one signed by others.",
            section: .names),
        Field(
            "host_denied_by", .text, "Evidence against that name: a certificate for other names, or self-signed.",
            section: .names),
        Field(
            "hosts_seen", .texts, "All names seen with the destination, the most frequent first.",
            section: .names, indicator: .host),
        Field(
            "queries", .texts, "Names of its DNS queries, the most frequent first.",
            section: .names, ecs: "dns.question.name", indicator: .host),
        Field(
            "user_agents", .texts, "User agents of its HTTP requests.",
            section: .requests, ecs: "user_agent.original"),
        Field(
            "urls", .texts, "URLs of its HTTP requests.",
            section: .requests, label: "URLs", ecs: "url.original", indicator: .url),
        Field(
            "methods", .texts, "Methods of its HTTP requests.",
            section: .requests, ecs: "http.request.method"),
        Field(
            "statuses", .texts, "HTTP status codes of the server.",
            section: .requests, ecs: "http.response.status_code"),
        Field(
            "ja3", .texts, "JA3 fingerprints of the TLS client.",
            section: .handshakes, ecs: "tls.client.ja3", indicator: .hash),
        Field(
            "ja3s", .texts, "JA3S fingerprints of the TLS server's answers.",
            section: .handshakes, ecs: "tls.server.ja3s"),
        Field(
            "ja4", .texts, "JA4 fingerprints of the TLS client.",
            section: .handshakes, indicator: .hash),
        Field(
            "cert_subject", .texts, "Subjects of the server's certificates.",
            section: .handshakes, ecs: "tls.server.subject"),
        Field(
            "cert_issuer", .texts, "Issuers of the server's certificates.",
            section: .handshakes, ecs: "tls.server.issuer"),
        Field(
            "cert_serial", .texts, "Serial numbers of the server's certificates, as the sensor writes them.",
            section: .handshakes, ecs: "tls.server.x509.serial_number"),
        Field(
            "cert_hash", .texts, "Hashes of the server's certificates, as the sensor writes them.",
            section: .handshakes, ecs: "tls.server.hash", indicator: .hash),
        Field(
            "alerts", .texts, "Alerts on its flows, each with its number.",
            section: .alerts, ecs: "rule.name"),
        Field(
            "notices", .texts, "Remarks of the sensor on its flows (anomaly, weird, notice), each with its number.",
            section: .alerts),
        Field(
            "files", .texts, "Transferred files: name, type, hash.",
            section: .requests),
        Field(
            "software", .texts, "Software versions of SSH clients and servers.",
            section: .requests),
        Field(
            "processes", .texts, "Programs on the source's machine that made its calls, the most frequent first.",
            section: .process, ecs: "process.name"),
        Field(
            "users", .texts, "Users on whose behalf its calls were made, the most frequent first.",
            section: .process, ecs: "user.name"),
        Field(
            "command_lines", .texts, "Command lines of these programs.",
            section: .process, ecs: "process.command_line"),
        Field(
            "machines", .texts, "Names of the source's machine.",
            section: .process),
        Field(
            "calls_failed", .number, unit: "%",
            "Share of the calls that failed: no answer, or an HTTP error (4xx, 5xx).",
            section: .relations),
        Field(
            "traffic", .text, "Bytes out and in over the window.",
            section: .relations),
        Field(
            "context_summary", .text, "The protocol records of the finding in one sentence.",
            section: .head, isSentence: true),
        Field(
            "lookups", .texts, "DNS lookups that precede its calls.",
            section: .relations),
        Field(
            "incident_channels", .texts,
            "Channels without a finding that share a certificate or a fingerprint with it.",
            section: .relations),
    ]

    static func fill(_ story: inout Story, _ options: ContextOptions, _ run: RunContext) {
        let context = story.context
        let most = options.maxValues
        story.finding.application = Sentence.spoken(context)
        story.finding.techniques.formUnion(Sentence.techniques[story.finding.application ?? ""] ?? [])
        if let name = story.name {
            if story.finding.channel?.peer.name == nil || story.finding.host == nil { story.finding.host = name.name }
            set(&story, "host_from", .text(name.origin.rawValue))
            let confirmations = story.confirmations(of: name)
            if !confirmations.isEmpty { set(&story, "host_confirmed_by", .texts(confirmations)) }
            set(&story, "host_denied_by", story.denial(of: name).map(Value.text))
            set(&story, "hosts_seen", name.seen.listed(most))
        }
        set(&story, "queries", context.queries.listed(most))
        set(&story, "user_agents", context.agents.listed(most))
        set(&story, "urls", context.urls.listed(most))
        set(&story, "methods", context.methods.listed(most))
        set(&story, "statuses", context.statuses.listed(most))
        set(&story, "ja3", context.ja3.listed(most))
        set(&story, "ja3s", context.ja3s.listed(most))
        set(&story, "ja4", context.ja4.listed(most))
        set(&story, "cert_subject", context.ofCertificates(\.subject).listed(most))
        set(&story, "cert_issuer", context.ofCertificates(\.issuer).listed(most))
        set(&story, "cert_serial", context.ofCertificates(\.serial).listed(most))
        set(&story, "cert_hash", context.ofCertificates(\.hash).listed(most))
        set(&story, "alerts", context.alerts.listed(most, withCounts: true))
        set(&story, "notices", context.notices.listed(most, withCounts: true))
        set(&story, "files", context.files.listed(most))
        set(&story, "software", context.software.listed(most))
        set(&story, "processes", context.processes.listed(most))
        set(&story, "users", context.users.listed(most))
        set(&story, "command_lines", context.commandLines.listed(most))
        set(&story, "machines", context.machines.listed(most))
        let failed = story.failedShare(run)
        set(&story, "calls_failed", failed.map { .number(($0 * 1000).rounded() / 10) })
        set(&story, "traffic", Sentence.traffic(story.finding, run).map(Value.text))
        set(&story, "lookups", story.lookups.flatMap { $0.texts.isEmpty ? nil : .texts($0.texts) })
        set(&story, "context_summary", Sentence.text(story, failed, run).map(Value.text))
    }

    private static func set(_ story: inout Story, _ name: String, _ value: Value?) {
        if let value { story.finding.evidence[name] = value }
    }
}

/// Numbers in sentences.
enum Words {
    static func seconds(_ seconds: Double) -> String { Readable.seconds(seconds) }
    static func bytes(_ bytes: Int64) -> String { Readable.bytes(bytes) }
    static func count(_ count: Int) -> String { Readable.count(Int64(count)) }
    static func hundredths(_ number: Double) -> String { Readable.decimal(number, 2) }
}

/// What was said, in one sentence.
enum Sentence {
    /// `120 kB out, 1.8 MB in over 24 h`
    static func traffic(_ finding: Finding, _ run: RunContext) -> String? {
        guard let out = finding.bytesToServer, let back = finding.bytesToClient else { return nil }
        return "\(Words.bytes(out)) out, \(Words.bytes(back)) in over \(span(finding, run))"
    }

    /// A smaller share of failed calls is not worth a word.
    private static let leastFailed = 0.1

    /// The window where it has both ends, else from the sensor's first record to the last.
    private static func span(_ finding: Finding, _ run: RunContext) -> String {
        let window = run.window.duration ?? run.censuses.values.compactMap(\.window.duration).max()
        guard let window else { return "the window" }
        // A window that ends just after the last record is a second or so off a whole number of hours.
        let seconds = Double(window) / 1e9
        let hours = (seconds / 3600).rounded()
        return hours >= 1 && abs(seconds - hours * 3600) < hours * 36
            ? "\(Int(hours)) h" : Words.seconds(seconds)
    }

    /// `192.168.0.53 called www.huntoperator.com every 60 s over HTTP with curl on a Mac: …`; `nil` where nothing was said.
    ///
    /// - Parameter failed: the share of the calls that failed; `nil` where it is not known.
    static func text(_ story: Story, _ failed: Double?, _ run: RunContext) -> String? {
        let finding = story.finding
        guard let source = finding.source, let peer = finding.channel?.peer else { return nil }
        let context = story.context
        guard
            story.name != nil || context.handshakes + context.requests > 0 || !context.queries.isEmpty
                || !context.alerts.isEmpty || !context.processes.isEmpty || !context.users.isEmpty
        else { return nil }
        var text = "\(source) \(called(story, peer))"
        if let interval = finding.interval { text += " every \(Words.seconds(interval))" }
        if let how = spoken(context) { text += " over \(how)" }
        if let agent = context.agents.first {
            text += " with \(Agent.product(agent))"
            if let platform = Agent.platform(agent) ?? story.platform { text += " on \(platform)" }
        }
        if let who = who(context) { text += who }
        if let traffic = traffic(finding, run) { text += ": \(traffic)" }
        if let failed, failed >= leastFailed { text += "; \(Int((failed * 100).rounded())) % of the calls failed" }
        if let lookups = story.lookups { text += "; \(lookups.clause)" }
        if let alert = context.alerts.first {
            let more = context.alerts.count > 1 ? " and \(Words.count(context.alerts.count - 1)) more" : ""
            text += "; alert: \(alert) × \(Words.count(context.alerts.counts[alert] ?? 0))\(more)"
        }
        return text
    }

    /// `called www.huntoperator.com`, `looked up implant.example`, `asked 10.0.0.53 for implant.example and 2 more names`
    private static func called(_ story: Story, _ peer: Peer) -> String {
        let name = story.name.map { name in
            name.name + (name.origin == .foreignAnswer ? " (a name from another host's lookup)" : "")
        }
        let isOther = story.context.handshakes + story.context.requests > 0
        guard let query = story.context.queries.first, !isOther else { return "called \(name ?? peer.description)" }
        if peer.name != nil { return "looked up \(name ?? query)" }
        let others = story.context.queries.count - 1
        let more = others > 0 ? " and \(Words.count(others)) more \(others == 1 ? "name" : "names")" : ""
        return "asked \(name ?? peer.description) for \(query)\(more)"
    }

    /// `, by powershell.exe as CORP\\bob`
    private static func who(_ context: ChannelContext) -> String? {
        let process = context.processes.first.map { path in
            " by " + (path.split(whereSeparator: { $0 == "\\" || $0 == "/" }).last.map(String.init) ?? path)
        }
        let user = context.users.first.map { " as \($0)" }
        return process == nil && user == nil ? nil : "," + (process ?? "") + (user ?? "")
    }

    /// What calls over a protocol are, by ATT&CK.
    static let techniques: [String: [String]] = [
        "HTTP": ["T1071.001"], "TLS": ["T1071.001", "T1573"], "DNS": ["T1071.004"],
    ]

    static func spoken(_ context: ChannelContext) -> String? {
        if context.requests > 0 { return "HTTP" }
        if context.handshakes > 0 { return "TLS" }
        if !context.software.isEmpty { return "SSH" }
        return context.queries.isEmpty ? nil : "DNS"
    }
}

/// What a user agent says.
enum Agent {
    /// - Parameter tools: how agents of tools begin, in any case. PowerShell stands within a browser's name.
    static func isTool(_ agent: String, _ tools: [String]) -> Bool {
        let agent = agent.lowercased()
        return tools.contains { agent.hasPrefix($0.lowercased()) } || agent.contains("powershell")
    }

    static func isBrowser(_ agent: String) -> Bool {
        agent.hasPrefix("Mozilla/") && !agent.lowercased().contains("powershell")
    }

    /// `curl`, `Firefox`: the name of what sent it.
    static func product(_ agent: String) -> String {
        for name in ["Firefox", "Edg", "OPR", "Chrome", "Safari"] where isBrowser(agent) && agent.contains(name + "/") {
            return ["Edg": "Edge", "OPR": "Opera"][name] ?? name
        }
        let first = agent.split(whereSeparator: { $0 == "/" || $0 == " " }).first.map(String.init) ?? agent
        return String(first.prefix(40))
    }

    /// `a Mac`: the system that it says it runs on.
    static func platform(_ agent: String) -> String? {
        for (sign, name) in [
            ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Macintosh", "a Mac"), ("Mac OS X", "a Mac"),
            ("darwin", "a Mac"), ("Darwin", "a Mac"), ("Windows", "Windows"), ("Android", "Android"),
            ("Linux", "Linux"),
        ] where agent.contains(sign) { return name }
        return nil
    }
}
