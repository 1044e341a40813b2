import CompressedFiles
import FlareKit
import LineFiles

/// Which logs' records count as flows, where the options name none.
enum FlowLogs {
    /// How much of a file's content is looked at, in bytes: a header in columns, and a few hundred records in JSON.
    private static let headSize = 1 << 16
    private static let conn = "conn"
    private static let named = ["http", "ssl", "dns"]

    /// Decides by the logs that were seen: conn alone if it is among them, since the others tell of the same connections;
    /// else those with names; else all there are.
    static func choose(seeing logs: Set<String>) -> [String] {
        if logs.contains(conn) { return [conn] }
        if !logs.isDisjoint(with: named) { return [conn] + named }
        return [conn] + named + ["*"]
    }

    /// The logs whose records will be flows where paths name conn, though it may not be there yet.
    ///
    /// - Returns: `nil` where the files have to tell.
    static func expected(in paths: [String]) -> [String]? {
        paths.contains { $0.split(separator: "/").last?.hasPrefix(conn) == true } ? [conn] : nil
    }

    /// Logs that name connections are read before those that tell of their ends, so that a connection has its name.
    @Sendable static func readingRank(of path: String) -> Int {
        path.split(separator: "/").last?.hasPrefix(conn) == true ? 1 : 0
    }

    /// The logs that the beginnings of some files show, up to the first one that shows conn.
    ///
    /// What is read is read again later, so pipes are not looked at.
    static func seen(in files: [InputFile]) throws(InputFileError) -> Set<String> {
        var logs: Set<String> = []
        for file in files where file.format != nil {
            // Opened anew: a stream is read from where the file stands.
            let content = ContentReader(try InputFile(path: file.path))
            let buffer = LineBuffer(capacity: headSize)
            // A file that cannot be decoded says so when it is read.
            guard let count = try? content.read(into: buffer[0..<headSize]) else { continue }
            let end = count < headSize ? count : buffer.lastLineFeed(in: 0..<count).map { $0 + 1 } ?? count
            logs.formUnion(Self.logs(in: UnsafeRawBufferPointer(buffer[0..<end])))
            if logs.contains(conn) { break }
        }
        return logs
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
