import FlareKit

/// Flows of NetFlow and IPFIX that nfcapd collected, or that nfdump printed.
///
/// They are records of a table, one for each direction and piece of a conversation, of which one is made.
public struct NetFlowSource: Source, BuiltInPlugin {
    public static let name = "netflow"
    public static let summary = "Reads flows of NetFlow and IPFIX: files of nfcapd, and what nfdump prints."

    private let table: TableSource

    public init(_ options: NetFlowSourceOptions, _ context: PluginContext = PluginContext()) throws {
        var table = TableSourceOptions()
        table.paths = options.paths
        table.timeZone = options.timeZone
        table.netFlow = options.sampled ? .sampledToo : .complete
        self.table = try TableSource(table, context)
    }

    /// Lookups are offered as by any table; exporters tell none.
    public var offers: Set<RecordKind> { table.offers }
    public var isRereadable: Bool { table.isRereadable }
    public func extent() async -> Int64? { await table.extent() }
    public func open(_ scan: Scan) async throws -> [any Cursor] { try await table.open(scan) }
}

/// Exporters tell flows alone.
extension NetFlowSource: ContextSource {
    public static var contextKinds: Set<RecordKind> { TableSource.contextKinds }

    public func records(about queries: [ContextQuery], _ scan: Scan) async throws -> [any Cursor] { [] }

    public func sources(sharing values: [SharedValue], in window: TimeWindow) async throws -> [SharedValue: Int] { [:] }
}

extension NetFlowSource: CheckablePlugin {
    /// Whether the files are there, and what prints them.
    public func check(_ question: CheckQuestion) async -> [CheckRemark] {
        var remarks = await table.check(question)
        if !NetFlowDump.isInstalled {
            remarks.append(
                CheckRemark(.wrong, "nfdump is not installed", remedy: "install it (Debian: apt-get install nfdump)"))
        }
        return remarks
    }
}

/// The options of `netflow`.
public struct NetFlowSourceOptions: PluginOptions {
    public var paths: [OptionPath] = []
    public var sampled = false
    public var timeZone: String?

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "paths", \.paths,
                "Files to read: paths and globs (`*`, `?`, `[…]`); of nfcapd, or what nfdump printed as JSON or CSV.",
                required: true),
            Option(
                "sampled", \.sampled,
                "Reads sampled flows too. A sampled sensor sees only some packets: calls are missing, and beacons with them."
            ),
            Option(
                "time_zone", \.timeZone,
                "Time zone in which nfdump printed times: UTC, +02:00, Europe/Berlin, or local. Files of nfcapd need none."
            ),
        ]
    }
}
