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

    /// Puts files into the order in which they were begun, and leaves out what is a copy of another one or of its
    /// beginning. A single file is not looked at.
    static func sort(_ opened: inout InputPaths.Opened) {
        guard opened.files.count > 1 else { return }
        var entries = opened.files.enumerated().map { number, file in
            (number: number, file: file, head: file.format == nil ? nil : FileHead(of: file))
        }
        func begun(_ entry: (number: Int, file: InputFile, head: FileHead?)) -> Int64 {
            entry.head?.time?.nanoseconds ?? entry.file.status?.changed ?? .max
        }
        entries.sort { (begun($0), $0.number) < (begun($1), $1.number) }
        var kept: [InputFile] = []
        var byHead: [FileHead.Fingerprint: Int] = [:]
        for entry in entries {
            guard let head = entry.head?.fingerprint, let place = byHead[head] else {
                if let head = entry.head?.fingerprint { byHead[head] = kept.count }
                kept.append(entry.file)
                continue
            }
            switch relation(of: kept[place], and: entry.file) {
            case .different:
                kept.append(entry.file)
            case .secondInFirst(let lines):
                opened.notes.skip(copy: entry.file, lines: lines)
            case .firstInSecond(let lines):
                opened.notes.skip(copy: kept[place], lines: lines)
                kept[place] = entry.file
            }
        }
        opened.files = kept
    }

    private static func relation(of first: InputFile, and second: InputFile) -> Relation {
        guard let a = try? InputFile(path: first.path), let b = try? InputFile(path: second.path),
            a.identity == first.identity, b.identity == second.identity
        else { return .different }
        let readers = (ContentReader(a), ContentReader(b))
        let buffers = (LineBuffer(capacity: step), LineBuffer(capacity: step))
        var lines = 0
        var endsInLine = false
        while true {
            // What cannot be decoded ends there: what came before is compared.
            let counts = (
                (try? readers.0.read(into: buffers.0[0..<step])) ?? 0,
                (try? readers.1.read(into: buffers.1[0..<step])) ?? 0
            )
            let common = min(counts.0, counts.1)
            guard buffers.0.isEqual(to: buffers.1, in: 0..<common) else { return .different }
            lines += buffers.0.lineFeeds(in: 0..<common)
            if common > 0 { endsInLine = buffers.0.bytes[common - 1] != 10 }
            if counts.0 == counts.1, counts.0 == step { continue }
            let all = lines + (endsInLine ? 1 : 0)
            return counts.1 <= counts.0 ? .secondInFirst(lines: all) : .firstInSecond(lines: all)
        }
    }
}

extension Account {
    /// Counts the lines of a copy that is not read.
    fileprivate mutating func skip(copy file: InputFile, lines: Int) {
        read += lines
        skipped[Account.repeated, default: Tally()].merge(Tally(count: lines, examples: [Place(file.path)]))
        bytes += file.size ?? 0
    }
}
