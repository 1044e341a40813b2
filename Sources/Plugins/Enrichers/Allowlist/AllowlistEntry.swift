import FlareKit
import PeerMatching

/// One entry: all that it says has to hold of a channel; of several networks, names, ports or the like, one has to.
public struct AllowlistEntry: PluginOptions {
    public var network = OneOrMany<CIDR>()
    public var host = OneOrMany<String>()
    public var apex = true
    public var asn = OneOrMany<ASNumber>()
    public var asName = OneOrMany<String>()
    public var port = OneOrMany<PortRange>()
    public var proto = OneOrMany<String>()
    public var from = OneOrMany<CIDR>()
    public var action: AllowlistAction?
    public var reason: String?
    public var owner: String?
    public var expires: Timestamp?
    public var reference: String?
    public var allowBroad = false

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("network", \.network, "The destination's address or network; one or a list."),
            Option(
                "host", \.host,
                "The destination's name: google.com means the name and all below it, and so does *.google.com; one or a "
                    + "list."),
            Option("apex", \.apex, "Whether *.google.com covers google.com too."),
            Option("asn", \.asn, "The number of the destination's autonomous system, 15169 or AS15169; one or a list."),
            Option(
                "as_name", \.asName,
                "The name of the destination's autonomous system, in any case, with * for any characters; one or a list."
            ),
            Option("port", \.port, "The destination's port, or a range such as 8000-8099; one or a list."),
            Option("proto", \.proto, "The transport protocol, such as tcp, udp or icmp; one or a list."),
            Option("from", \.from, "The source's address or network; one or a list."),
            Option("action", \.action, "drop or tag, where the list's own does not fit."),
            Option("reason", \.reason, "Why it is harmless; shown in reports."),
            Option("owner", \.owner, "Who answers for the entry."),
            Option("expires", \.expires, "From this moment on the entry no longer counts, and reports say so."),
            Option("reference", \.reference, "Where the claim can be read."),
            Option("allow_broad", \.allowBroad, "Accepts the entry however many channels it matches."),
        ]
    }
}

/// The file of a list in Flare's own form.
struct AllowlistDocument: PluginOptions {
    var version = 1
    var name: String?
    var action: AllowlistAction?
    var include: [OptionPath] = []
    var entries: [AllowlistEntry] = []

    static var options: [Option<Self>] {
        [
            Option("version", \.version, "The version of the form: 1.", range: 1...1, required: true),
            Option("name", \.name, "What reports call the list."),
            Option("action", \.action, "What its entries do, where they do not say it themselves."),
            Option("include", \.include, "Further lists of this form that belong to it, beside this file."),
            Option("entries", \.entries, "The entries.", required: true),
        ]
    }
}

/// The number of an autonomous system.
public struct ASNumber: OptionValue, Hashable {
    public let number: UInt32

    public init(_ number: UInt32) { self.number = number }

    public static var optionType: OptionType { .any([.integer, .text]) }

    public init(datum: OptionDatum) throws(OptionComplaint) {
        let number: UInt32? =
            switch datum {
            case .integer(let value): UInt32(exactly: value)
            case .text(let text): UInt32(text.uppercased().hasPrefix("AS") ? text.dropFirst(2) : text[...])
            default: nil
            }
        guard let number else { throw OptionComplaint("\(datum) is no AS number", expected: "15169 or AS15169") }
        self.number = number
    }

    public var datum: OptionDatum { .integer(Int64(number)) }
}
