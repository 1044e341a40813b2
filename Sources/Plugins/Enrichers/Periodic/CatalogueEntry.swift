import FlareKit
import PeerMatching

/// What kind of program calls.
public enum ProgramKind: String, CaseIterable, OptionValue {
    case update, notification, telemetry, time, connectivity, sync, chat, monitoring, device, game, security, vpn
    case `protocol`
    case certificateStatus = "certificate-status"
    case cloudAgent = "cloud-agent"
    /// Controls machines from afar: legitimate, and abused.
    case remoteManagement = "remote-management"
    /// One of the sites that most people visit, whose pages call it while they are open.
    case site

    /// How findings of the kind are counted, where the kind says more than the entry's name; `nil` where a match does not
    /// make them expected.
    var counted: String? {
        switch self {
        case .update: "updates"
        case .notification: "notifications"
        case .telemetry: "telemetry"
        case .time: "NTP"
        case .connectivity: "connectivity checks"
        case .sync: "sync"
        case .chat: "chat"
        case .monitoring: "monitoring"
        case .device: "devices"
        case .game: "games"
        case .security: "security software"
        case .vpn: "VPN"
        case .protocol: "protocols"
        case .certificateStatus: "certificate checks"
        case .cloudAgent: "cloud agents"
        case .remoteManagement, .site: nil
        }
    }
}

/// One entry of a catalogue: all of host, network, port, proto and sizes that it says has to hold of a channel.
struct CatalogueEntry: PluginOptions {
    var name = ""
    var maker = ""
    var kind = ProgramKind.update
    var source = ""
    var isConfirmed = true
    var host = OneOrMany<HostPattern>()
    var network = OneOrMany<CIDR>()
    var port = OneOrMany<PortRange>()
    var proto: String?
    var sizes: [Int] = []
    var period = OneOrMany<Double>()
    var agent = OneOrMany<String>()
    var certificate = OneOrMany<HostPattern>()
    var owner = OneOrMany<String>()

    static var options: [Option<Self>] {
        [
            Option("name", \.name, "What calls, as findings show it: Dropbox notifications.", required: true),
            Option("maker", \.maker, "Who makes it, or who says how the protocol works.", required: true),
            Option("kind", \.kind, "What kind of program it is.", required: true),
            Option("source", \.source, "The URL of what the maker publishes about it.", required: true),
            Option(
                "confirmed", \.isConfirmed,
                "Whether the source names the host; false where it is known from practice, or where others can hide "
                    + "behind it: a match then counts half."),
            Option(
                "host", \.host,
                "The destination's name, and all below it; * stands for characters of one label: ssm.*.amazonaws.com."),
            Option("network", \.network, "The destination's address or network, for what has no name."),
            Option("port", \.port, "The destination's port or range of ports; of ICMP what the sensor writes there."),
            Option("proto", \.proto, "The IP protocol: tcp, udp, icmp, ipv6-icmp, igmp or a number in quotes."),
            Option(
                "sizes", \.sizes,
                "Sizes of its packets toward the server, with and without headers; each call has to be a multiple of one.",
                unit: "bytes", range: 1...),
            Option("period", \.period, "How long it waits between calls, where that is known.", unit: "s"),
            Option("agent", \.agent, "The User-Agent of its requests, with * for any characters."),
            Option(
                "certificate", \.certificate,
                "The common name of the server's certificate, like a host: what it is known by where nobody says a name."
            ),
            Option(
                "owner", \.owner,
                "The name of the AS that its servers are in, with * for any characters; only where the maker rents none "
                    + "of it out."),
        ]
    }
}

/// An entry that was checked.
struct KnownProgram: OptionValue {
    let entry: CatalogueEntry
    /// `nil` for any.
    let proto: UInt8?
    let agents: [TextPattern]
    let owners: [TextPattern]

    static var optionType: OptionType { CatalogueEntry.optionType }
    var datum: OptionDatum { entry.datum }

    init(datum: OptionDatum) throws(OptionComplaint) {
        entry = try CatalogueEntry(datum: datum)
        try EntryText.checkSaid(entry.name, "name")
        try EntryText.checkSaid(entry.maker, "maker")
        try EntryText.checkURL(entry.source, "source")
        proto = try entry.proto.map { name throws(OptionComplaint) in
            let number = TransportProtocol.number(of: name)
            guard number != TransportProtocol.unknown else {
                throw OptionComplaint(
                    "\"\(name)\" is no protocol", option: "proto", expected: "tcp, udp, icmp or a number in quotes")
            }
            return number
        }
        agents = try EntryText.globs(entry.agent, "agent")
        owners = try EntryText.globs(entry.owner, "owner")
        if entry.host.values.isEmpty {
            guard proto != nil, !entry.port.values.isEmpty || !entry.network.values.isEmpty || proto != 6 && proto != 17
            else {
                throw OptionComplaint(
                    "the entry \"\(entry.name)\" fits too much", expected: "a host, or a proto with a port or network")
            }
        }
        for period in entry.period.values { try EntryText.checkPeriod(period) }
    }
}

/// What of entries is checked alike in all catalogues.
enum EntryText {
    static func checkSaid(_ text: String, _ option: String) throws(OptionComplaint) {
        guard !text.isEmpty else { throw OptionComplaint("it is empty", option: option) }
    }

    static func checkPeriod(_ seconds: Double) throws(OptionComplaint) {
        guard seconds > 0 && seconds.isFinite else {
            throw OptionComplaint("\(seconds) s is no period", option: "period", expected: "seconds, more than 0")
        }
    }

    static func checkURL(_ text: String, _ option: String) throws(OptionComplaint) {
        guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
            throw OptionComplaint("\"\(text)\" is no URL", option: option, expected: "https://…")
        }
    }

    /// Patterns in which `*` stands for any characters.
    static func globs(_ texts: OneOrMany<String>, _ option: String) throws(OptionComplaint) -> [TextPattern] {
        var patterns: [TextPattern] = []
        for text in texts.values {
            do throws(TextPattern.Fault) {
                patterns.append(try TextPattern(text, .glob))
            } catch {
                throw OptionComplaint(error.description, option: option)
            }
        }
        return patterns
    }
}

/// A host name with all below it, in which `*` stands for any characters of one label.
struct HostPattern: OptionValue, Hashable {
    /// Lower case, from the top-level domain down.
    let labels: [String]

    var text: String { labels.reversed().joined(separator: ".") }

    static var optionType: OptionType { .text }
    var datum: OptionDatum { .text(text) }

    init(datum: OptionDatum) throws(OptionComplaint) {
        let written = try String(datum: datum)
        let text = written.hasPrefix("*.") ? written.dropFirst(2) : written[...]
        let labels = text.lowercased().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isName = labels.allSatisfy { label in
            !label.isEmpty
                && label.utf8.allSatisfy {
                    (48...57).contains($0) || (97...122).contains($0) || "-_*".utf8.contains($0)
                }
        }
        guard isName, IPAddress(text) == nil, CIDR(text) == nil else {
            throw OptionComplaint(
                "\"\(written)\" is no host name", expected: "a name such as notify.dropbox.com",
                suggestion: CIDR(text) == nil ? nil : "addresses belong under network")
        }
        guard labels.count > 1, !labels.suffix(2).contains(where: { $0.contains("*") }) else {
            throw OptionComplaint(
                "\"\(written)\" takes in a large part of the internet",
                expected: "at least a registered domain without *")
        }
        self.labels = labels.reversed()
    }

    /// Whether a host name is what is meant.
    ///
    /// - Parameter name: its labels, lower case, from the top-level domain down.
    func covers(_ name: [String]) -> Bool {
        name.count >= labels.count
            && zip(labels, name).allSatisfy { $0 == $1 || $0.contains("*") && Self.fits($1[...], $0[...]) }
    }

    private static func fits(_ label: Substring, _ pattern: Substring) -> Bool {
        guard let first = pattern.first else { return label.isEmpty }
        guard first == "*" else { return label.first == first && fits(label.dropFirst(), pattern.dropFirst()) }
        let rest = pattern.drop { $0 == "*" }
        return rest.isEmpty || label.indices.contains { fits(label[$0...], rest) }
    }

    /// A host name's labels, lower case, from the top-level domain down; `nil` for an address.
    static func labels(of name: String) -> [String]? {
        guard !name.isEmpty, IPAddress(name) == nil else { return nil }
        return (name.hasSuffix(".") ? name.dropLast() : name[...]).lowercased()
            .split(separator: ".", omittingEmptySubsequences: false).reversed().map(String.init)
    }
}
