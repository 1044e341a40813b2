import FlareKit

/// The options of `focus`.
public struct FocusOptions: PluginOptions {
    /// Which way a channel goes.
    public enum Direction: String, CaseIterable, OptionValue {
        /// From inside to the internet: malware that calls home.
        case outbound
        /// From the internet to the inside: scanners, and whoever uses a service of one's own.
        case inbound
        /// Within one's own networks, link-local addresses too: lateral movement, and much that is harmless.
        case `internal`
        /// Everything, multicast too.
        case all
    }

    public var direction = Direction.outbound
    /// The inside; `nil` where the records tell.
    public var networks: [CIDR]?

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "direction", \.direction,
                "Which channels are kept: outbound goes from inside to the internet, inbound the other way, internal "
                    + "stays within one's own networks, all keeps everything."),
            Option(
                "networks", \.networks,
                "One's own networks, as CIDR. By default the private ranges, and the networks that Zeek's local_orig and "
                    + "local_resp or rules of Suricata with HOME_NET tell of; where hardly any traffic is of private "
                    + "addresses, the few networks that take part in most of it. A list given replaces all of these."),
        ]
    }
}
