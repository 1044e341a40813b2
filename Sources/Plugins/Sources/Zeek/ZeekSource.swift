import CompressedFiles
import ContextReading
import FlareKit
import LineFiles
import RecordSchemas

/// Records of Zeek and Bro logs, in columns or in JSON, plain or compressed, and of standard input.
///
/// conn.log is what channels are made of; http and ssl logs beside it give names to its connections by their uid. Where
/// there is no conn.log the others' records are flows themselves. Of connections that are not over (open_conn, conn_long)
/// the last that was said counts, where conn.log does not have them. The cursors share the work: blocks of plain files, cut
/// at the ends of lines, and compressed files, which one decodes while another scans. Neither records nor ingest counts depend
/// on how many cursors there are.
public struct ZeekSource: Source, BuiltInPlugin {
    public static let name = "zeek"
    public static let summary =
        "Reads Zeek logs in columns or JSON, plain or packed, wherever they stand: conn, http, ssl, dns."

    private let options: ZeekSourceOptions
    let again: SecondReading

    public init(_ options: ZeekSourceOptions, _ context: PluginContext = PluginContext()) throws {
        again = try SecondReading(
            options.paths, BuiltInSchemas.zeek(), longestLine: options.maxLine, memory: options.contextMemory)
        guard !options.flows.contains(where: \.isEmpty) else {
            throw OptionComplaint("a log without a name", option: "flows", expected: "Zeek's names, such as conn")
        }
        self.options = options
    }

    var inputs: InputPaths { again.inputs }

    public var offers: Set<RecordKind> { [.flow, .dns, .lookup, .http, .tls, .certificate] }

    public var isRereadable: Bool { !inputs.haveStreams }

    public func extent() async -> Int64? { inputs.extent }

    public func open(_ scan: Scan) async throws -> [any Cursor] {
        let paths = inputs
        var settings = ZeekCursor.Settings(kinds: scan.kinds, longestLine: again.longestLine)
        let kept = try again.begin(scan)
        if scan.isLive,
            let live = try LiveFiles(paths, scan, longestLine: settings.longestLine, rank: FlowLogs.readingRank)
        {
            let flows = options.flows.isEmpty ? FlowLogs.expected(in: options.paths.map(\.text)) : options.flows
            let files = paths.list().compactMap { try? InputFile(path: $0.name, form: .records) }
            let shared = SharedFiles(
                [], flows: flows ?? (files.isEmpty ? nil : self.flows(scan, files).logs), kinds: Set(scan.kinds.keys))
            settings.mayRepeat = true
            return [ZeekCursor(following: live, shared, settings, kept: kept)]
        }
        let opened = try paths.open()
        again.counts.remember(opened.files.filter { !$0.isStream })
        let (flows, hasUnfinished) = flows(scan, opened.files)
        let unfinished = scan.isLive || scan.kinds[.flow] == nil || !options.flows.isEmpty ? nil : OpenConnections()
        let shared = SharedFiles(
            opened.files, notes: opened.notes, flows: flows, kinds: Set(scan.kinds.keys), unfinished: unfinished)
        settings.mayRepeat = opened.files.count > 1 || hasUnfinished
        let count = scan.isLive ? 1 : max(1, min(scan.parallelism, shared.work.readerCount))
        let losses = LossLogs(beside: opened.files)
        let cursors = (0..<count).map { [settings] number in
            ZeekCursor(shared, settings, kept: kept, losses: number == 0 ? losses : LossLogs())
        }
        guard let unfinished else { return cursors }
        unfinished.expect(cursors.count)
        return cursors.map { OpenConnectionsCursor(after: $0, unfinished) }
    }

    /// The logs whose records are flows, `nil` where that shows only when a stream is read; and whether connections show
    /// that are not over.
    private func flows(_ scan: Scan, _ files: [InputFile]) -> (logs: [String]?, hasUnfinished: Bool) {
        guard options.flows.isEmpty else { return (Array(Set(options.flows)).sorted(), false) }
        guard scan.kinds[.flow] != nil else { return ([], false) }
        if scan.isLive, files.allSatisfy(\.isStream) { return (nil, false) }
        let logs = FlowLogs.seen(in: files, aheadOfStreams: !scan.isLive)
        let flows = FlowLogs.choose(seeing: logs, beside: Set(scan.kinds.keys))
        return (flows, !logs.isDisjoint(with: FlowLogs.unfinished))
    }
}

extension ZeekSource: CheckablePlugin {
    /// Whether the files are there and can be opened; nothing is read.
    public func check(_ question: CheckQuestion) async -> [CheckRemark] { isRereadable ? inputs.remarks() : [] }
}
