import CompressedFiles
import FlareKit

/// Finds files that are copies of others, as rotation leaves them: `eve.json.1` beside `eve.json.1.gz`, or a copy that is
/// about to be cut off. They are told by their heads first, which costs next to nothing, and then compared whole.
enum FileCopies {
    /// How much is compared at a time, in bytes.
    private static let step = 1 << 18

    /// How two contents that begin alike go on.
    private enum Relation {
        /// All of the second is in the first; so many lines.
        case secondInFirst(lines: Int)
        case firstInSecond(lines: Int)
        case different
    }

    /// A relation, and why the one or the other could not be read to its end.
    private typealias Comparison = (relation: Relation, first: InputFileError?, second: InputFileError?)

    /// Puts files into the order in which they were begun, and leaves out what is a copy of another one or of its
    /// beginning. A single file is not looked at.
    ///
    /// - Parameter captured: when a capture was begun, by its first bytes; `nil` for files of lines.
    static func sort(_ opened: inout InputPaths.Opened, begun captured: (([UInt8]) -> Timestamp?)?) {
        guard opened.files.count > 1 else { return }
        var entries = opened.files.enumerated().map { number, file in
            let head = file.format == nil ? nil : FileHead(of: file, isText: captured == nil)
            let time = head.flatMap { head in captured.map { $0(head.bytes) } ?? head.time }
            let begun = time?.nanoseconds ?? file.status?.changed ?? .max
            return (begun: begun, number: number, file: file, fingerprint: head?.fingerprint)
        }
        entries.sort { ($0.begun, $0.number) < ($1.begun, $1.number) }
        var kept: [InputFile] = []
        var byHead: [FileHead.Fingerprint: Int] = [:]
        for entry in entries {
            guard let head = entry.fingerprint, let place = byHead[head] else {
                if let head = entry.fingerprint { byHead[head] = kept.count }
                kept.append(entry.file)
                continue
            }
            let comparison = compare(kept[place], entry.file)
            switch comparison.relation {
            case .different:
                kept.append(entry.file)
            case .secondInFirst(let lines):
                opened.notes.skip(copy: entry.file, lines: captured == nil ? lines : nil, comparison.second)
            case .firstInSecond(let lines):
                opened.notes.skip(copy: kept[place], lines: captured == nil ? lines : nil, comparison.first)
                kept[place] = entry.file
            }
        }
        opened.files = kept
    }

    private static func compare(_ first: InputFile, _ second: InputFile) -> Comparison {
        let readers = (ContentReader(first), ContentReader(second))
        var failures: (InputFileError?, InputFileError?)
        let buffers = (LineBuffer(capacity: step), LineBuffer(capacity: step))
        var lines = 0
        var endsInLine = false
        while true {
            // What cannot be decoded ends there: what came before is compared.
            let counts = (
                read(readers.0, buffers.0, &failures.0), read(readers.1, buffers.1, &failures.1)
            )
            let common = min(counts.0, counts.1)
            guard buffers.0.isEqual(to: buffers.1, in: 0..<common) else { return (.different, nil, nil) }
            lines += buffers.0.lineFeeds(in: 0..<common)
            if common > 0 { endsInLine = buffers.0.bytes[common - 1] != 10 }
            if counts.0 == counts.1, counts.0 == step { continue }
            let all = lines + (endsInLine ? 1 : 0)
            // An error comes with the reading behind the last bytes.
            if counts.0 > 0, counts.0 < step { _ = read(readers.0, buffers.0, &failures.0) }
            if counts.1 > 0, counts.1 < step { _ = read(readers.1, buffers.1, &failures.1) }
            let relation: Relation = counts.1 <= counts.0 ? .secondInFirst(lines: all) : .firstInSecond(lines: all)
            return (relation, failures.0, failures.1)
        }
    }

    private static func read(_ reader: ContentReader, _ buffer: LineBuffer, _ failure: inout InputFileError?) -> Int {
        do throws(InputFileError) {
            return try reader.read(into: buffer[0..<step])
        } catch {
            failure = error
            return 0
        }
    }
}

extension IngestCounts {
    /// Counts the lines of a copy that is not read.
    ///
    /// - Parameter failure: why it could not be read to its end: what comes there may stand nowhere else.
    /// - Parameter lines: `nil` where its packets were not counted.
    fileprivate mutating func skip(copy file: InputFile, lines: Int?, _ failure: InputFileError?) {
        if let failure { note(failure) }
        if let lines {
            read += lines
            skipped[IngestCounts.repeated, default: Tally()].merge(Tally(count: lines, examples: [Place(file.path)]))
        } else {
            noted["captures that others contain, read once", default: Tally()].add(at: Place(file.path))
        }
        bytes += file.size ?? 0
    }
}
