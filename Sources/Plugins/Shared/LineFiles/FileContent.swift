import CompressedFiles

/// What a file is, by what stands at its beginning: the one place where all commands and sources tell it.
package enum FileContent: Hashable, Sendable {
    /// Suricata's EVE.
    case eve
    /// A log of Zeek, in columns or in JSON.
    case zeek
    /// A capture of packets: pcap or pcapng.
    case capture
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
            content = FileContent(begin.content, isWhole: begin.isWhole, isPacked: file.format == .gzip)
            if [.eve, .zeek, .capture].contains(content) || begin.isWhole { break }
        }
        self = content
    }

    /// How much is looked at, in bytes: more where the first lines tell nothing.
    private static let sizes = [1 << 14, 1 << 20]

    /// - Parameters:
    ///   - head: the beginning of a content, decoded.
    ///   - isWhole: whether nothing comes behind it.
    ///   - isPacked: whether it was stored in gzip.
    package init(_ head: [UInt8], isWhole: Bool, isPacked: Bool = false) {
        if head.allSatisfy({ Self.isSpace($0) }) {
            self = isWhole ? .empty : .unknown("nothing but white space at its beginning")
        } else if let binary = Self.binary(head, isPacked: isPacked) {
            self = binary
        } else {
            self = Self.text(head)
        }
    }

    /// What it is called where it is not read: what, in a noun with its article.
    package var name: String? {
        switch self {
        case .eve: "EVE of Suricata"
        case .zeek: "a log of Zeek"
        case .capture: "a capture of packets"
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
        case .empty, .foreign, .unknown: nil
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func binary(_ head: [UInt8], isPacked: Bool) -> FileContent? {
        func begins(_ magic: UInt8...) -> Bool { head.starts(with: magic) }
        if begins(0xD4, 0xC3, 0xB2, 0xA1) || begins(0xA1, 0xB2, 0xC3, 0xD4) || begins(0x4D, 0x3C, 0xB2, 0xA1)
            || begins(0xA1, 0xB2, 0x3C, 0x4D) || begins(0x34, 0xCD, 0xB2, 0xA1) || begins(0xA1, 0xB2, 0xCD, 0x34)
            || begins(0x0A, 0x0D, 0x0D, 0x0A)
        {
            return .capture
        }
        if head.starts(with: "snoop\0\0\0".utf8) || head.starts(with: "GMBU".utf8) || head.starts(with: "RTSS".utf8) {
            return .foreign(
                "a capture in the form of snoop or Network Monitor", remedy: "convert it: editcap -F pcap FILE NEW.pcap"
            )
        }
        if begins(0xFF, 0xFE) || begins(0xFE, 0xFF) || isUTF16(head) {
            return .foreign("UTF-16 text", remedy: "write it as UTF-8: iconv -f UTF-16 -t UTF-8 FILE > NEW")
        }
        if head.count > 262, head[257..<262].elementsEqual("ustar".utf8) {
            return .foreign(isPacked ? "a gzip of a tar archive" : "a tar archive", remedy: "unpack it: tar -xf FILE")
        }
        switch StoredFormat(head: head.prefix(StoredFormat.headLength)) {
        case .plain: return nil
        case .gzip: return .foreign("compressed twice", remedy: "unpack it once: gzip -dc FILE > NEW.gz")
        case .zstd: return .foreign("compressed twice", remedy: "unpack it once")
        case .unsupported(let format): return .foreign("compressed twice, inside with \(format)", remedy: "unpack it")
        }
    }

    /// Whether every second byte of a text without a mark is zero.
    private static func isUTF16(_ head: [UInt8]) -> Bool {
        let begin = head.prefix(64)
        guard begin.count >= 8 else { return false }
        let zeros = (0..<2).map { odd in begin.indices.filter { $0 % 2 == odd && begin[$0] == 0 }.count }
        return zeros.max() == begin.count / 2 && zeros.min() == 0
    }

    private static func text(_ head: [UInt8]) -> FileContent {
        var text = head[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        text = text.drop(while: isSpace)
        if text.first == UInt8(ascii: "["), isArray(text.dropFirst()) {
            return .foreign("a JSON array", remedy: "write one record a line: jq -c '.[]' FILE > NEW.json")
        }
        var other: FileContent?
        for line in text.split(separator: 0x0A) {
            let line = line.drop(while: isSpace)
            switch Line(line) {
            case .record(let content): return content
            case .other(let content): other = other ?? content
            case .brace where holdsMembers(text): return holds(text, "\"event_type\"") ? .eve : .zeek
            case .brace, .blank: break
            }
        }
        if let other, !head.contains(0) { return other }
        return .unknown(head.contains(0) ? "binary data" : "neither EVE nor a log of Zeek")
    }

    private static func isArray(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let next = rest.first(where: { !isSpace($0) }) else { return true }
        return next == UInt8(ascii: "{")
    }

    /// Whether a record that is spread over lines is one of a sensor: its lines are read, and rejected with their places.
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
            } else if let brace = text.firstIndex(of: UInt8(ascii: "{")), case .record = Self.object(text[brace...]) {
                self = .other(
                    .foreign(
                        "JSON with a header before it in each line, as syslog writes it",
                        remedy: "cut it off: sed 's/^[^{]*//' FILE > NEW.json"))
            } else {
                let columns = text.split(separator: 0x09, omittingEmptySubsequences: false).count
                self = columns > 6 ? .other(.unknown("rows of columns without a header (#fields)")) : .blank
            }
        }

        /// A row of conn.log with the columns that Zeek writes by default, without a header.
        private static func isConnection(_ row: ArraySlice<UInt8>) -> Bool {
            let values = row.split(separator: 0x09, omittingEmptySubsequences: false)
            guard (20...22).contains(values.count) else { return false }
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
            for member in members {
                if let wrapped = wrapped(member) { return .other(wrapped) }
            }
            if names.contains("@timestamp"), !names.isDisjoint(with: ["suricata", "zeek", "event", "ecs", "agent"]) {
                return .other(
                    .foreign(
                        "documents in ECS, as Filebeat writes them",
                        remedy: "hunt in the cluster that they are sent to, or read the sensor's own files"))
            }
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

        /// A sensor's record inside a member.
        private static func wrapped(_ member: JSONMembers.Member) -> FileContent? {
            let value = member.value
            let isText = value.starts(with: Array("\"{\\\"".utf8)) || value.starts(with: Array("\"{ \\\"".utf8))
            let inner = isText ? [] : Set(JSONMembers(value).members.map(\.name))
            guard isText || inner.contains("event_type") || (inner.contains("ts") && inner.contains("uid")) else {
                return nil
            }
            let whose =
                [
                    "full_log": ", as Wazuh archives them", "_source": ", as elasticdump exports them",
                    "message": ", as Logstash and Security Onion keep them", "log": ", as Docker keeps them",
                ][member.name]
                ?? (member.name == "event" ? ", as AWS Network Firewall logs them" : "")
            return .foreign(
                "records inside \"\(member.name)\"\(whose)",
                remedy: "take them out: jq \(isText ? "-r" : "-c") '.[\"\(member.name)\"]' FILE > NEW.json")
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
