import FlareKit
import PeerMatching

/// A threat list that was read.
struct ThreatListContent: Sendable {
    var indicators: [Indicator] = []
    /// Entries that mean nothing here, or could not be read.
    var unreadable = 0
    /// The first few, with their lines.
    var examples: [String] = []

    mutating func refuse(_ text: String) {
        unreadable += 1
        if examples.count < 3 { examples.append("\"\(text.prefix(60))\"") }
    }
}

/// Reads a threat list of any of the known forms.
enum ThreatListFile {
    /// - Throws: `ListError` where the file cannot be read, or is not of its format at all.
    static func read(_ path: String, _ reference: ThreatListReference) throws(ListError) -> ThreatListContent {
        let file = try ListFile(path: path)
        switch reference.format == .auto ? format(of: file) : reference.format {
        case .json, .misp, .stix, .auto: return try ThreatJSON.read(file)
        case .csv: return ThreatTable.read(String(decoding: file.bytes, as: UTF8.self), reference)
        case .plain: return plain(file.bytes)
        }
    }

    /// By the first line that is no remark.
    private static func format(of file: ListFile) -> ThreatListReference.Format {
        let text = String(decoding: file.bytes.prefix(1 << 16), as: UTF8.self)
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop { $0 == "\u{FEFF}" || $0 == " " }
            if line.hasPrefix("{") || line.hasPrefix("[") { return .json }
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix("//") || line.hasPrefix(";") { continue }
            return line.contains(",") ? .csv : .plain
        }
        return .plain
    }

    /// An entry a line; what follows a space or a remark's sign is its reason.
    private static func plain(_ bytes: [UInt8]) -> ThreatListContent {
        var content = ThreatListContent()
        for bytes in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            if let address = bareAddress(bytes) {
                content.indicators.append(Indicator(.network(address)))
                continue
            }
            guard bytes.count <= longestLine else {
                content.refuse(String(decoding: bytes.prefix(240), as: UTF8.self))
                continue
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let line = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") || line.hasPrefix("//") { continue }
            let word = line.prefix { !$0.isWhitespace && $0 != ";" }
            // Hosts files name an address that leads nowhere first.
            let rest = line.dropFirst(word.count).drop { $0.isWhitespace || $0 == "#" || $0 == ";" }
            if ["0.0.0.0", "127.0.0.1"].contains(word), let target = Indicator.Target(rest.prefix { !$0.isWhitespace })
            {
                content.indicators.append(Indicator(target))
            } else if let target = Indicator.Target(word) {
                content.indicators.append(Indicator(target, reason: String(rest)))
            } else {
                content.refuse(String(line))
            }
        }
        return content
    }

    /// An entry with its reason is shorter, in bytes.
    private static let longestLine = 65_536

    /// An IPv4 address that is all of a line, as in most lists, which may have millions of them.
    private static func bareAddress(_ line: ArraySlice<UInt8>) -> String? {
        guard line.count <= 15, line.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }) else { return nil }
        let text = String(decoding: line, as: UTF8.self)
        return IPAddress(text) == nil ? nil : text
    }
}

/// Which part of an indicator a column or a member is, by the names that lists give it.
enum ThreatRole {
    static let values = [
        "ioc_value", "ioc", "indicator", "dst_ip", "dstip", "ip_address", "ip", "url", "sha1", "ja3_md5", "ja3", "ja4",
        "domain", "host", "hostname", "fingerprint", "value", "address",
    ]
    static let reasons = [
        "malware_printable", "malware", "listingreason", "threat", "reason", "threat_type", "signature", "description",
        "comment", "tags",
    ]
    static let dates = ["first_seen_utc", "firstseen", "listingdate", "dateadded", "first_seen", "date", "added"]
    static let confidences = ["confidence_level", "confidence"]
}

/// CSV: abuse.ch's lists (Feodo Tracker, SSLBL, URLhaus, ThreatFox), and any other with a line of names.
enum ThreatTable {
    static func read(_ text: String, _ reference: ThreatListReference) -> ThreatListContent {
        var content = ThreatListContent()
        var names: [String]?
        var remark: [String] = []
        for line in records(of: text) {
            if line.hasPrefix("#") {
                // abuse.ch names the columns in the last remark.
                let cells = cells(of: line.drop { $0 == "#" || $0 == " " })
                if cells.count > 1 { remark = cells.map { $0.lowercased() } }
                continue
            }
            let cells = cells(of: line)
            guard let known = names else {
                let first = cells.map { $0.lowercased() }
                let isHeader = place(in: first, reference) != nil && !cells.contains { Indicator.Target($0) != nil }
                names = isHeader ? first : remark
                if !isHeader { take(cells, remark, reference, &content) }
                continue
            }
            take(cells, known, reference, &content)
        }
        return content
    }

    /// So many lines a quoted cell may take; a quote that none closes is one of a text's own.
    private static let longestRecord = 100

    /// The lines, those together over which a quoted cell goes.
    static func records(of text: String) -> [Substring] {
        let lines = text.split(whereSeparator: \.isNewline)
        var records: [Substring] = []
        var place = lines.startIndex
        while place < lines.endIndex {
            var end = place
            if !lines[place].hasPrefix("#") {
                var isOpen = opens(lines[place])
                while isOpen, end + 1 < min(lines.endIndex, place + longestRecord) {
                    end += 1
                    if opens(lines[end]) { isOpen = false }
                }
                if isOpen { end = place }
            }
            records.append(text[lines[place].startIndex..<lines[end].endIndex])
            place = end + 1
        }
        return records
    }

    /// Whether a line ends on the other side of quotes than it began.
    private static func opens(_ line: Substring) -> Bool { line.utf8.count { $0 == UInt8(ascii: "\"") } % 2 == 1 }

    /// The column of the values: the one that was named, else the first that lists call so.
    private static func place(in names: [String], _ reference: ThreatListReference) -> Int? {
        if let column = reference.column { return names.firstIndex(of: column.lowercased()) }
        return find(ThreatRole.values, in: names)
    }

    private static func find(_ wanted: [String], in names: [String]) -> Int? {
        wanted.lazy.compactMap { names.firstIndex(of: $0) }.first
    }

    private static func take(
        _ cells: [String], _ names: [String], _ reference: ThreatListReference, _ content: inout ThreatListContent
    ) {
        let place =
            place(in: names, reference) ?? (names.isEmpty ? cells.firstIndex { Indicator.Target($0) != nil } : nil)
        guard let place, place < cells.count, let target = Indicator.Target(cells[place]) else {
            return content.refuse(cells.joined(separator: ","))
        }
        let cell = { (wanted: [String]) in find(wanted, in: names).flatMap { $0 < cells.count ? cells[$0] : nil } ?? ""
        }
        content.indicators.append(
            Indicator(
                target, reason: cell(ThreatRole.reasons), date: cell(ThreatRole.dates),
                confidence: Int(cell(ThreatRole.confidences))))
    }

    /// The cells of a record (RFC 4180), spaces and quotes off.
    static func cells(of line: some StringProtocol) -> [String] {
        var cells: [String] = []
        var cell = ""
        var isQuoted = false
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
            } else if character == ",", !isQuoted {
                cells.append(cell.trimmed)
                cell = ""
            } else {
                cell.append(character)
            }
        }
        return cells + [cell.trimmed]
    }
}
