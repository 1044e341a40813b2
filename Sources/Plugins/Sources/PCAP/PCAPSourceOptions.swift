import FlareKit
import PCAPScanner

/// The options of `pcap`.
public struct PCAPSourceOptions: PluginOptions {
    public var paths: [OptionPath] = []
    public var idle = OptionDuration.minutes(1)
    public var idleTCP = OptionDuration.hours(1)
    /// The most connections that are open at a time, about 400 bytes each.
    var maxConnections = 1_000_000
    public var contextMemory = ByteSize.megabytes(256)

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "paths", \.paths,
                "Captures to read: paths and globs (`*`, `?`, `[…]`), or `-` for standard input; plain or "
                    + "packed. Flare joins rotated captures in the order of their first packets, and reads a copy of a "
                    + "capture once.",
                required: true),
            Option(
                "idle", \.idle,
                "Silence that ends a flow of UDP, ICMP and other protocols without connections.",
                range: OptionDuration.seconds(1)...),
            Option(
                "idle_tcp", \.idleTCP, "Silence that ends a TCP connection without FIN or RST.",
                range: OptionDuration.seconds(1)...),
            Option(
                "context_memory", \.contextMemory,
                "Memory for the protocol records that enrichers such as context read after detection. If it is "
                    + "full, Flare reads the files again; of standard input it drops the oldest records, and the report "
                    + "counts them."),
        ]
    }

    /// Memory for payload whose beginning or whose order is not complete yet, of all connections together.
    private static let mostPayload = 256 << 20
    /// How long the last packets of a closed connection are waited for: in a capture as long as other collectors do, live
    /// no longer than it takes them to come.
    private static let idleClosed = (capture: OptionDuration.minutes(5), live: OptionDuration.seconds(10))

    func settings(isLive: Bool = false, wantsRecords: Bool = false) -> PCAPSettings {
        PCAPSettings(
            mostConnections: maxConnections, mostPayload: Self.mostPayload, idleTCP: idleTCP.nanoseconds,
            idleOther: idle.nanoseconds,
            idleClosed: (isLive ? Self.idleClosed.live : Self.idleClosed.capture).nanoseconds,
            wantsRecords: wantsRecords)
    }
}
