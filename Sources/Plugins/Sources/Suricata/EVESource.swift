import CompressedFiles
import ContextReading
import FlareKit
import LineFiles
import RecordSchemas

/// Flow records of Suricata's EVE files (JSON lines), plain or compressed, and of standard input.
///
/// Records of other event types are skipped by their type. The cursors share the work: blocks of plain files, cut at
/// the ends of lines, and compressed files, which one decodes while another scans. Neither records nor ingest counts depend on how many cursors there are.
public struct EVESource: Source, BuiltInPlugin {
    public static let name = "eve"
    public static let summary =
        "Reads flow records of Suricata's EVE, plain or packed, wherever they stand, or of standard input."

    private let options: EVESourceOptions
    let again: SecondReading

    public init(_ options: EVESourceOptions, _ context: PluginContext) throws {
        try self.init(options, schema: BuiltInSchemas.suricata())
    }

    /// - Parameter schema: where the fields stand of what is read beside flows.
    init(_ options: EVESourceOptions, schema: RecordSchema) throws {
        self.options = options
        again = try SecondReading(
            options.paths, schema, longestLine: options.maxLine, memory: options.contextMemory)
    }

    var inputs: InputPaths { again.inputs }

    /// Of `tls` and `http` records the host asked for alone, by which flows are named, and where none was what the server shows.
    /// Of `dns` records the questions, of which channels toward domains are made, and where they are asked for the answers;
    /// as `lookup` the answers alone.
    public var offers: Set<RecordKind> { [.flow, .tls, .http, .dns, .lookup] }

    public var isRereadable: Bool { !inputs.haveStreams }

    public func extent() async -> Int64? { inputs.extent }

    public func open(_ scan: Scan) async throws -> [any Cursor] {
        let paths = inputs
        var settings = EVECursor.Settings(
            time: options.time, columns: scan.kinds[.flow] ?? [],
            wantsNames: scan.kinds[.tls] != nil && scan.kinds[.http] != nil,
            longestLine: again.longestLine)
        if scan.kinds[.lookup] != nil {
            var left = scan
            left.kinds = scan.kinds.filter { $0.key == .lookup || $0.key == .tls }
            left.window = .all
            settings.left = try Interest(all: left, again.schema)
        }
        settings.wantsFlows = scan.kinds[.flow] != nil
        settings.lookups = try lookups(scan)
        let kept = try again.begin(scan)
        if scan.isLive, let live = try LiveFiles(paths, scan, longestLine: settings.longestLine) {
            settings.mayRepeat = true
            return [EVECursor(following: live, settings, kept: kept)]
        }
        let opened = try paths.open()
        again.counts.remember(opened.files.filter { !$0.isStream })
        settings.mayRepeat = opened.files.count > 1
        let work = WorkQueue(opened.files, notes: opened.notes)
        let count = scan.isLive ? 1 : max(1, min(scan.parallelism, work.readerCount))
        return (0..<count).map { [settings] _ in EVECursor(work, settings, kept: kept) }
    }

    /// What is asked for of lookups. The exact cut of the window is the engine's, as for flows.
    private func lookups(_ scan: Scan) throws -> Interest? {
        var lookups = scan
        lookups.kinds = scan.kinds.filter { $0.key == .dns }
        lookups.window = .all
        return lookups.kinds.isEmpty ? nil : try Interest(all: lookups, again.schema)
    }
}

extension EVESource: CheckablePlugin {
    /// Whether the files are there and can be opened; nothing is read.
    public func check(_ question: CheckQuestion) async -> [CheckRemark] { isRereadable ? inputs.remarks() : [] }
}
