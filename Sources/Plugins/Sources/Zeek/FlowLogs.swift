import CompressedFiles
import FlareKit
import LineFiles

/// Which logs' records count as flows, where the options name none.
enum FlowLogs {
    /// How much of a file's content is looked at first, in bytes: a header in columns, and a few hundred records in JSON.
    private static let headSize = 1 << 16
    /// The most that is held of a stream to find out, in bytes as stored.
    private static let mostAhead = 1 << 26
    private static let conn = "conn"
    /// What Corelight writes in place of conn, with each connection in fewer fields.
    private static let reduced = "conn_red"
    /// What Corelight writes of several connections at once.
    private static let aggregated = "conn_agg"
    private static let named = ["http", "ssl", "quic", "dns"]
    /// The logs of connections that are not over yet, each said again and again.
    static let unfinished = ["open_conn", "conn_long"]

    /// Decides by the logs that were seen: conn alone if it is among them, since the others tell of the same connections;
    /// else those with names; else all there are.
    ///
    /// - Parameter kinds: the kinds that the scan reads by themselves; their logs are no flows beside.
    static func choose(seeing logs: Set<String>, beside kinds: Set<RecordKind>) -> [String] {
        if logs.contains(conn) { return [conn] }
        if logs.contains(reduced) { return [reduced] }
        if logs.contains(aggregated) { return [aggregated] }
        if !logs.isDisjoint(with: unfinished) { return [conn] }
        let named = self.named + self.named.map { $0 + "_red" }
        let transactions = Set(kinds.subtracting([.flow, .dns, .lookup]).flatMap(LogFields.logs))
        let flows = [conn] + named.filter { !transactions.contains($0) }
        return logs.isDisjoint(with: named) ? flows + ["*"] : flows
    }

    /// The logs whose records will be flows where paths name conn, though it may not be there yet.
    ///
    /// - Returns: `nil` where the files have to tell.
    static func expected(in paths: [String]) -> [String]? {
        let names = paths.compactMap { $0.split(separator: "/").last }.filter { $0.hasPrefix(conn) }
        if names.contains(where: { !$0.hasPrefix(reduced) }) { return [conn] }
        return names.isEmpty ? nil : [reduced]
    }

    /// Logs that name connections are read before those that tell of their ends, so that a connection has its name.
    @Sendable static func readingRank(of path: String) -> Int {
        path.split(separator: "/").last?.hasPrefix(conn) == true ? 1 : 0
    }

    /// The logs that some files show: at their beginnings, and where none shows connections there, in all of them.
    ///
    /// - Parameter aheadOfStreams: whether streams are looked at too, which give what was looked at again.
    static func seen(in files: [InputFile], aheadOfStreams: Bool) -> Set<String> {
        let files = files.filter { aheadOfStreams || !$0.isStream }
        var seen = files.reduce(into: Set<String>()) { $0.formUnion(logs(atBeginOf: $1, headSize).logs) }
        for file in files where !hasConnections(seen) {
            seen.formUnion(file.isStream ? logs(aheadOf: file) : logs(inAllOf: file))
        }
        return seen
    }

    private static func hasConnections(_ logs: Set<String>) -> Bool {
        !logs.isDisjoint(with: [conn, reduced, aggregated] + unfinished)
    }

    private static func logs(atBeginOf file: InputFile, _ size: Int) -> (logs: Set<String>, isWhole: Bool) {
        // A file that cannot be decoded says so when it is read.
        let begin = file.beginning(size)
        let buffer = LineBuffer(capacity: begin.content.count)
        let all = 0..<begin.content.count
        buffer[all].copyBytes(from: begin.content)
        let end = begin.isWhole ? all.upperBound : buffer.lastLineFeed(in: all).map { $0 + 1 } ?? all.upperBound
        return (logs(in: UnsafeRawBufferPointer(buffer[0..<end])), begin.isWhole)
    }

    /// Looks further and further ahead until connections show.
    private static func logs(aheadOf stream: InputFile) -> Set<String> {
        var size = headSize
        while size < mostAhead {
            size *= 4
            let (logs, isWhole) = logs(atBeginOf: stream, size)
            if isWhole || hasConnections(logs) || size >= mostAhead { return logs }
        }
        return []
    }

    /// Looks at the lines near which the word stands that all logs of connections have in their names.
    private static func logs(inAllOf file: InputFile) -> Set<String> {
        let reader = LineReader(WorkQueue([file]), longestLine: 1 << 24)
        let scanner = LogScanner(LogPlan([:], flows: []), longestLine: .max, capacity: 0)
        var batch = RecordBatch([:])
        while let step = try? reader.next() {
            switch step {
            case .end, .idle: return []
            case .file: continue
            case .lines(let region):
                guard reader.buffer.holds(conn, in: region.bytes) else { continue }
                _ = scanner.read(UnsafeRawBufferPointer(reader.buffer[region.bytes]), at: region.position, into: &batch)
                let logs = Set(scanner.skippedLogs)
                if hasConnections(logs) { return logs }
            }
        }
        return []
    }

    /// The logs of some lines at the beginning of an input.
    ///
    /// - Parameter lines: with the scanner's padding behind them.
    static func logs(in lines: UnsafeRawBufferPointer) -> Set<String> {
        let scanner = LogScanner(LogPlan([:], flows: []), longestLine: .max, capacity: 0)
        var batch = RecordBatch([:])
        _ = scanner.read(lines, at: 0, into: &batch)
        return Set(scanner.skippedLogs)
    }
}
