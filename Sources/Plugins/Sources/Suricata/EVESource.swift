import CompressedFiles
import ContextReading
import FlareKit
import LineFiles
import RecordSchemas

/// Flow records of Suricata's EVE files (JSON lines), plain or compressed, and of standard input.
///
/// Records of other event types are skipped by their type. The cursors share the work: blocks of plain files, cut at
/// the ends of lines, and compressed files, which one decodes while another scans. Neither records nor accounts depend on how many cursors there are.
public struct EVESource: Source, BuiltInPlugin {
    public static let name = "eve"
    public static let summary = "Reads flow records of Suricata EVE files, plain, gzip or zstd, or of standard input."

    private let options: EVESourceOptions
    let schema: RecordSchema
    /// What is remembered for when it is asked again.
    let counts = SiteCounts()
    /// What was kept of standard input or followed files.
    let kept: KeptLines

    public init(_ options: EVESourceOptions, _ context: PluginContext) throws {
        try self.init(options, schema: BuiltInSchemas.suricata())
    }

    /// - Parameter schema: where the fields stand of what is read beside flows.
    init(_ options: EVESourceOptions, schema: RecordSchema) throws {
        guard !options.paths.isEmpty else {
            throw OptionComplaint("there is nothing to read", option: "paths", expected: "at least one path, or -")
        }
        guard options.paths.filter({ $0.location == .standardStream }).count < 2 else {
            throw OptionComplaint("standard input can be read only once", option: "paths")
        }
        self.options = options
        self.schema = schema
        kept = KeptLines(bound: Int(clamping: options.contextMemory.bytes))
    }

    var inputs: InputPaths { InputPaths(options.paths) }
    var longestLine: Int { Int(clamping: options.maxLine.bytes) }

    /// Of `tls` and `http` records the host asked for alone, by which flows are named.
    /// Of `dns` records the questions, of which channels toward domains are made.
    public var offers: Set<RecordKind> { [.flow, .tls, .http, .dns] }

    public var isRereadable: Bool { !inputs.haveStreams }

    public func extent() async -> Int64? { inputs.extent }

    public func open(_ scan: Scan) async throws -> [any Cursor] {
        let paths = inputs
        var settings = EVECursor.Settings(
            time: options.time, columns: scan.kinds[.flow] ?? [],
            wantsNames: scan.kinds[.tls] != nil && scan.kinds[.http] != nil,
            longestLine: Int(clamping: options.maxLine.bytes))
        if scan.kinds[.dns] != nil { try requireSecondReading(scan) }
        let keeps = (scan.isLive || paths.haveStreams) && !scan.askedAgain.isEmpty
        let asked = scan.askedAgain
        if keeps {
            let interest = try Interest(asked, schema)
            kept.begin { RecordScanner(interest) }
        } else {
            kept.begin(nil)
        }
        if scan.isLive, let live = try LiveFiles(paths, scan, longestLine: settings.longestLine) {
            settings.mayRepeat = true
            return [EVECursor(following: live, settings, kept: keeps ? kept : nil)]
        }
        let opened = try paths.open()
        counts.remember(opened.files.filter { !$0.isStream })
        settings.mayRepeat = opened.files.count > 1
        let work = WorkQueue(opened.files, notes: opened.notes)
        let count = scan.isLive ? 1 : max(1, min(scan.parallelism, work.readerCount))
        let cursors = (0..<count).map { [settings] _ in EVECursor(work, settings, kept: keeps ? kept : nil) }
        guard scan.kinds[.dns] != nil else { return cursors }
        return try withLookups(cursors, opened.files, scan)
    }
}

extension EVESource: CheckablePlugin {
    /// Whether the files are there and can be opened; nothing is read.
    public func check(_ question: CheckQuestion) async -> [CheckRemark] { isRereadable ? inputs.remarks() : [] }
}
