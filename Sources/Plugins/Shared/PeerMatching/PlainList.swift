/// A network, address or name a line, as RITA, blocklists and resolvers' lists have them; `#`, `;` and `//` begin remarks.
///
/// A line `#fields` makes it one of Zeek's tables, tab-separated: then the column `indicator` counts (the intelligence
/// framework's; only `Intel::ADDR`, `Intel::SUBNET` and `Intel::DOMAIN`), else the first of the columns that hold
/// addresses, networks or names, else the first column.
struct PlainList {
    let file: ListFile

    private static let columns = ["indicator", "ip", "host", "addr", "address", "net", "subnet", "network", "domain"]
    private static let indicatorTypes: Set<String> = ["Intel::ADDR", "Intel::SUBNET", "Intel::DOMAIN"]

    func read(into builder: inout PeerMatcher.Builder, from item: UInt32) -> ListContent {
        var content = ListContent(format: .plain)
        file.bytes.withUnsafeBufferPointer { bytes in
            var lines = Lines(bytes)
            var table: Table?
            while let line = lines.next() {
                guard let first = line.first else { continue }
                if first == UInt8(ascii: "#") {
                    if line.starts(with: "#fields".utf8) { table = Table(header: line) }
                    continue
                }
                if first == UInt8(ascii: ";") || first == UInt8(ascii: "/") { continue }
                var word = Self.word(line)
                if let table {
                    guard let cell = table.cell(line) else {
                        content.refuse(line, line: lines.number)
                        continue
                    }
                    if let type = table.type(line), !Self.indicatorTypes.contains(type) {
                        content.skipped["indicators of the type \(type)", default: 0] += 1
                        continue
                    }
                    word = cell
                }
                if builder.add(word: word, item: item + UInt32(content.entries)) {
                    content.entries += 1
                } else {
                    content.refuse(line, line: lines.number)
                }
            }
        }
        return content
    }

    /// The line up to its first space, comma or remark.
    private static func word(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let end = line.firstIndex {
            UnsafeBufferPointer<UInt8>.isSpace($0) || $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ";")
                || $0 == UInt8(ascii: ",")
        }
        return UnsafeBufferPointer(rebasing: line[..<(end ?? line.count)])
    }

    /// The columns of one of Zeek's tables.
    private struct Table {
        private let column: Int
        private let typeColumn: Int?

        init(header: UnsafeBufferPointer<UInt8>) {
            let names = header.text.split(separator: "\t").dropFirst().map(String.init)
            column = PlainList.columns.lazy.compactMap { names.firstIndex(of: $0) }.first ?? 0
            typeColumn = names.firstIndex(of: "indicator_type")
        }

        func cell(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? { cell(line, column) }
        func type(_ line: UnsafeBufferPointer<UInt8>) -> String? { typeColumn.flatMap { cell(line, $0)?.text } }

        private func cell(_ line: UnsafeBufferPointer<UInt8>, _ column: Int) -> UnsafeBufferPointer<UInt8>? {
            let cells = line.split(separator: 0x09, maxSplits: column + 1, omittingEmptySubsequences: false)
            return column < cells.count ? UnsafeBufferPointer(rebasing: cells[column]).trimmed : nil
        }
    }
}
