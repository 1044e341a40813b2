/// `rank,domain` a line: Tranco, Cisco Umbrella; and Majestic, whose first line names its columns.
struct RankedList {
    let file: ListFile
    /// Ranks above this are left alone; `nil` for none.
    let cutoff: Int?

    func read(into builder: inout PeerMatcher.Builder, from item: UInt32) -> ListContent {
        var content = ListContent(format: .csv)
        file.bytes.withUnsafeBufferPointer { bytes in
            var lines = Lines(bytes)
            var columns: (rank: Int, domain: Int) = (0, 1)
            var rank = 0
            while let line = lines.next() {
                guard let first = line.first, first != UInt8(ascii: "#") else { continue }
                if lines.number == 1, let named = Self.columns(header: line) {
                    columns = named
                    continue
                }
                rank += 1
                guard let cell = Self.cell(line, columns.domain) else {
                    content.refuse(line, line: lines.number)
                    continue
                }
                let given = Self.cell(line, columns.rank).flatMap(Self.number) ?? rank
                if let cutoff, given > cutoff {
                    content.skipped["beyond the cut-off of \(cutoff)", default: 0] += 1
                } else if builder.add(word: cell, item: item + UInt32(content.entries)) {
                    content.entries += 1
                } else {
                    content.refuse(line, line: lines.number)
                }
            }
        }
        return content
    }

    /// The columns that a first line names; `nil` where it is no heading.
    private static func columns(header: UnsafeBufferPointer<UInt8>) -> (rank: Int, domain: Int)? {
        let names = header.text.lowercased().split(separator: ",").map(String.init)
        guard let domain = names.firstIndex(where: { ["domain", "site", "host", "hostname"].contains($0) }) else {
            return nil
        }
        return (names.firstIndex { ["globalrank", "rank"].contains($0) } ?? 0, domain)
    }

    private static func cell(_ line: UnsafeBufferPointer<UInt8>, _ column: Int) -> UnsafeBufferPointer<UInt8>? {
        var start = 0
        var number = 0
        while number < column {
            guard let comma = line[start...].firstIndex(of: UInt8(ascii: ",")) else { return nil }
            start = comma + 1
            number += 1
        }
        let end = line[start...].firstIndex(of: UInt8(ascii: ",")) ?? line.count
        var cell = UnsafeBufferPointer(rebasing: line[start..<end]).trimmed
        if cell.count >= 2, cell.first == UInt8(ascii: "\""), cell.last == UInt8(ascii: "\"") {
            cell = UnsafeBufferPointer(rebasing: cell[1..<cell.count - 1])
        }
        return cell
    }

    private static func number(_ cell: UnsafeBufferPointer<UInt8>) -> Int? {
        guard (1...10).contains(cell.count), cell.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return cell.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}
