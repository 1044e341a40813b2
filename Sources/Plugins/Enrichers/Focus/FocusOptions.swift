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
                "Direction of the channels that are kept: outbound is from inside to the internet, inbound the "
                    + "opposite, internal stays inside, all keeps every channel."),
            Option(
                "networks", \.networks,
                "Own networks, as CIDR, in place of the default: the private ranges, and the networks that Zeek "
                    + "marks as local or Suricata's rules have as HOME_NET. If hardly any traffic is of private "
                    + "addresses, the few networks in most of it."),
        ]
    }
}
