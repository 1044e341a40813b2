import CompressedFiles

/// What a file is, by what stands at its beginning: the one place where all commands and sources tell it.
package enum FileContent: Hashable, Sendable {
    /// Suricata's EVE.
    case eve
    /// A log of Zeek, in columns or in JSON.
    case zeek
    /// A capture of packets: pcap or pcapng.
    case capture
    /// Flows that nfcapd collected.
    case netFlow
    case empty
    /// Known to be something that is not read: what, in a noun with its article, and what to do.
    case foreign(String, remedy: String)
    /// Nothing that is known: what it looks like.
    case unknown(String)

    /// Looks at a file; a stream gives what was looked at again to who reads it.
    ///
    /// - Throws: where nothing of it can be read or decoded.
    package init(of file: InputFile) throws(InputFileError) {
        var content = FileContent.empty
        for size in Self.sizes {
            let begin = file.beginning(size)
            if begin.content.isEmpty, let failure = begin.failure { throw failure }
            content = FileContent(begin.content, isWhole: begin.isWhole)
            if [.eve, .zeek, .capture, .netFlow].contains(content) || begin.isWhole { break }
        }
        self = content
    }

    /// How much is looked at, in bytes: more where the first lines tell nothing.
    private static let sizes = [1 << 14, 1 << 20]

    /// - Parameters:
    ///   - head: the beginning of a content, unpacked.
    ///   - isWhole: whether nothing comes behind it.
    package init(_ head: [UInt8], isWhole: Bool) {
        if head.allSatisfy({ Self.isSpace($0) }) {
            self = isWhole ? .empty : .unknown("nothing but white space at its beginning")
        } else {
            self = Self.byMagic(head) ?? Self.text(head)
        }
    }

    /// What it is called where it is not read: what, in a noun with its article.
    package var name: String? {
        switch self {
        case .eve: "EVE of Suricata"
        case .zeek: "a log of Zeek"
        case .capture: "a capture of packets"
        case .netFlow: "a file of nfcapd"
        case .foreign(let name, _): name
        case .empty, .unknown: nil
        }
    }

    /// The source plugin that reads it.
    package var source: String? {
        switch self {
        case .eve: "eve"
        case .zeek: "zeek"
        case .capture: "pcap"
        case .netFlow: "netflow"
        case .empty, .foreign, .unknown: nil
        }
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// What has bytes of 0 and is nothing that is known.
    package static let binaryData = "binary data"

    private static func text(_ head: [UInt8]) -> FileContent {
        var text = head[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        var other: FileContent?
        // Objects of many tools begin in lines of their own.
        lazy var isSpread = holdsMembers(text)
        var rest = text
        while !rest.isEmpty {
            let line = rest.prefix { $0 != 0x0A }
            rest = rest.dropFirst(line.count + 1)
            switch Line(line.drop(while: isSpace)) {
            case .record(let content): return content
            case .other(let content): other = other ?? content
            case .brace where isSpread: return holds(text, "\"event_type\"") ? .eve : .zeek
            case .brace, .blank: break
            }
        }
        if let other, !head.contains(0) { return other }
        if let document = foreignDocument(text) { return document }
        return .unknown(
            head.contains(0)
                ? binaryData : "neither EVE, a log of Zeek nor a table, and no log of another known tool")
    }

    /// Whether a record that is spread over lines and cut off is one of a sensor.
    private static func holdsMembers(_ text: ArraySlice<UInt8>) -> Bool {
        holds(text, "\"event_type\"") || (holds(text, "\"ts\"") && holds(text, "id.orig_h\""))
    }

    private static func holds(_ text: ArraySlice<UInt8>, _ word: String) -> Bool {
        text.firstRange(of: Array(word.utf8)) != nil
    }
}

extension FileContent {
    /// What a line tells.
    private enum Line {
        /// It is a record, or a line of a header.
        case record(FileContent)
        /// It is none, and looks like this.
        case other(FileContent)
        /// An object begins and goes on in the next line.
        case brace
        case blank

        init(_ line: ArraySlice<UInt8>) {
            let text = line.last == 0x0D ? line.dropLast() : line
            guard let first = text.first else {
                self = .blank
                return
            }
            let names = ["#separator ", "#separator\t", "#fields\t", "#set_separator\t", "#path\t"]
            if first == UInt8(ascii: "#") {
                self = names.contains { text.starts(with: $0.utf8) } ? .record(.zeek) : .blank
            } else if first == UInt8(ascii: "{") {
                self = text.count == 1 ? .brace : Self.object(text)
            } else if Self.isConnection(text) {
                self = .record(.zeek)
            } else {
                let columns = text.split(separator: 0x09, omittingEmptySubsequences: false).count
                let foreign =
                    columns > 6 ? nil : FileContent.foreignLine(String(decoding: text.prefix(512), as: UTF8.self))
                self =
                    columns > 6
                    ? .other(.unknown("rows of columns without a header (#fields)"))
                    : foreign.map { .other($0) } ?? .blank
            }
        }

        /// A row of conn.log with the columns that Zeek writes by default, without a header.
        private static func isConnection(_ row: ArraySlice<UInt8>) -> Bool {
            let values = row.split(separator: 0x09, omittingEmptySubsequences: false)
            guard (20...62).contains(values.count) else { return false }
            let (proto, state) = (
                String(decoding: values[6], as: UTF8.self), String(decoding: values[11], as: UTF8.self)
            )
            return ["tcp", "udp", "icmp", "unknown_transport"].contains(proto)
                && [
                    "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH",
                ].contains(state)
        }

        private static func object(_ text: ArraySlice<UInt8>) -> Line {
            let members = JSONMembers(text).members
            let names = Set(members.map(\.name))
            if names.contains("event_type") { return .record(.eve) }
            if isZeek(names, members) { return .record(.zeek) }
            if names.contains("@timestamp"), !names.isDisjoint(with: ["suricata", "zeek", "event", "ecs", "agent"]) {
                return .other(.unknown("documents in ECS in which no record of Suricata or Zeek is"))
            }
            if let foreign = FileContent.foreignObject(text, names) { return .other(foreign) }
            return .other(
                .unknown("JSON with neither \"event_type\", as in EVE, nor \"ts\", as in Zeek's logs"))
        }

        private static func isZeek(_ names: Set<String>, _ members: [JSONMembers.Member]) -> Bool {
            if names.contains("_path") { return true }
            // Other programs log under "ts" too, with a level and a message.
            if names.contains("ts") { return !names.isSuperset(of: ["level", "msg"]) }
            // loaded_scripts.log has no times.
            guard names == ["name"], let value = members.first?.value else { return false }
            return [".zeek\"", ".bro\""].contains { value.firstRange(of: Array($0.utf8)) != nil }
        }
    }
}

/// The members of an object in JSON, also of one that is cut off; nothing is checked.
struct JSONMembers {
    struct Member {
        let name: String
        /// From the value's first byte on, up to the end of the text.
        let value: ArraySlice<UInt8>
    }

    private(set) var members: [Member] = []

    init(_ text: ArraySlice<UInt8>) {
        guard text.first == UInt8(ascii: "{") else { return }
        var depth = 0
        var name: String?
        var place = text.startIndex
        while place < text.endIndex {
            switch text[place] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return }
            case UInt8(ascii: "\""):
                let end = Self.end(of: place, in: text)
                if depth == 1, name == nil {
                    name = String(decoding: text[place + 1..<max(place + 1, end)], as: UTF8.self)
                }
                place = end
            case UInt8(ascii: ":") where depth == 1:
                if let known = name {
                    members.append(Member(name: known, value: text[(place + 1)...].drop { $0 == 0x20 || $0 == 0x09 }))
                }
            case UInt8(ascii: ",") where depth == 1: name = nil
            default: break
            }
            place += 1
        }
    }

    /// Where the quote stands that ends a string.
    private static func end(of quote: Int, in text: ArraySlice<UInt8>) -> Int {
        var place = quote + 1
        while place < text.endIndex, text[place] != UInt8(ascii: "\"") {
            place += text[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(place, text.endIndex)
    }
}
