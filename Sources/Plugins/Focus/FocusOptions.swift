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
    /// The inside.
    public var networks = AddressScope.private.ranges

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "direction", \.direction,
                "Which channels are kept: outbound goes from inside to the internet, inbound the other way, internal "
                    + "stays within one's own networks, all keeps everything."),
            Option(
                "networks", \.networks,
                "One's own networks, as CIDR. The default are the private ranges; a network with public addresses, as "
                    + "IPv6 gives to every host, has to be named. A list given replaces the default."),
        ]
    }
}
