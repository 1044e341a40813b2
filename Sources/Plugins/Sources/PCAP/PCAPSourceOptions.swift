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
                "The captures to read: paths and globs (`*`, `?`, `[…]`), or `-` for standard input. Plain, gzip and zstd "
                    + "are told apart by content. Captures that follow one another, as rotation leaves them, are read as "
                    + "one, by the times of their first packets; a copy of another is read once.",
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
                "What enrichers such as context ask for again is kept from the first reading in so much memory. Where "
                    + "that is full, files are read again; of standard input the oldest goes first, and the report says "
                    + "how much did."),
        ]
    }

    /// Memory for payload whose beginning or whose order is not complete yet, of all connections together.
    private static let mostPayload = 256 << 20
    /// How long the last packets of a closed connection are waited for: in a capture as long as other collectors do, live
    /// no longer than it takes them to come.
    private static let idleClosed = (capture: OptionDuration.minutes(5), live: OptionDuration.seconds(10))

    func settings(isLive: Bool = false, wantsWords: Bool = false) -> PCAPSettings {
        PCAPSettings(
            mostConnections: maxConnections, mostPayload: Self.mostPayload, idleTCP: idleTCP.nanoseconds,
            idleOther: idle.nanoseconds,
            idleClosed: (isLive ? Self.idleClosed.live : Self.idleClosed.capture).nanoseconds, wantsWords: wantsWords)
    }
}
