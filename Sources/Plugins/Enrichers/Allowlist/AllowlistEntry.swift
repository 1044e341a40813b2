import FlareKit
import PeerMatching

/// One entry: all that it says has to hold of a channel; of several networks, names, ports or the like, one has to.
public struct AllowlistEntry: PluginOptions {
    public var network = OneOrMany<CIDR>()
    public var host = OneOrMany<String>()
    public var asn = OneOrMany<ASNumber>()
    public var asName = OneOrMany<String>()
    public var port = OneOrMany<PortRange>()
    public var proto = OneOrMany<String>()
    public var from = OneOrMany<CIDR>()
    public var action: AllowlistAction?
    public var reason: String?
    public var expires: Timestamp?
    public var allowBroad = false

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("network", \.network, "Address or network of the destination; one or a list."),
            Option(
                "host", \.host,
                "Name of the destination: google.com and *.google.com both match google.com and all names below it; one or "
                    + "a list."),
            Option("asn", \.asn, "Number of the destination's autonomous system, 15169 or AS15169; one or a list."),
            Option(
                "as_name", \.asName,
                "Name of the destination's autonomous system, without regard to case, * matches any characters; one or a list."
            ),
            Option("port", \.port, "Port of the destination, or a range such as 8000-8099; one or a list."),
            Option("proto", \.proto, "Transport protocol, such as tcp, udp or icmp; one or a list."),
            Option("from", \.from, "Address or network of the source; one or a list."),
            Option("action", \.action, "drop or tag, in place of the list's action."),
            Option("reason", \.reason, "Why the traffic is harmless; shown in reports."),
            Option("expires", \.expires, "The entry has no effect from this moment on; the report says so."),
            Option(
                "allow_broad", \.allowBroad,
                "Accepts the entry even if it matches more than half of the channels, a top-level domain, or a network with a prefix below /4."
            ),
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
            Option("action", \.action, "Default action of its entries."),
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
