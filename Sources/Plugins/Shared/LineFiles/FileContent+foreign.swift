/// What is known to hold no records that are read, by its name and with what to do.
extension FileContent {
    // MARK: By the first bytes

    /// Captures, flows of collectors, and what is not read.
    static func byMagic(_ head: [UInt8]) -> FileContent? {
        func begins(_ magic: UInt8...) -> Bool { head.starts(with: magic) }
        if begins(0xD4, 0xC3, 0xB2, 0xA1) || begins(0xA1, 0xB2, 0xC3, 0xD4) || begins(0x4D, 0x3C, 0xB2, 0xA1)
            || begins(0xA1, 0xB2, 0x3C, 0x4D) || begins(0x34, 0xCD, 0xB2, 0xA1) || begins(0xA1, 0xB2, 0xCD, 0x34)
            || begins(0x0A, 0x0D, 0x0D, 0x0A)
        {
            return .capture
        }
        // The mark of nfdump's files, and the layout's version.
        if begins(0x0C, 0xA5, 1, 0) || begins(0x0C, 0xA5, 2, 0) { return .netFlow }
        if isUTF32(head) {
            return .foreign("UTF-32 text", remedy: "write it as UTF-8: iconv -f UTF-32 -t UTF-8 FILE > NEW")
        }
        if isTrace(head) {
            return .foreign(
                "a trace of Windows (ETL)",
                remedy: "convert it: etl2pcapng FILE NEW.pcapng, or pktmon etl2pcap FILE --out NEW.pcapng")
        }
        let bytes = foreignBytes.first { head.starts(with: $0.magic) }
        if let bytes { return .foreign(bytes.name, remedy: bytes.remedy) }
        let known = foreignMagic.first { magic, _, _ in head.starts(with: magic.utf8) }
        return known.map { .foreign($0.name, remedy: $0.remedy) }
    }

    /// By its mark, or three zeros behind each of the first characters.
    private static func isUTF32(_ head: [UInt8]) -> Bool {
        if head.starts(with: [0xFF, 0xFE, 0, 0]) || head.starts(with: [0, 0, 0xFE, 0xFF]) { return true }
        guard head.count >= 16 else { return false }
        return [0, 3].contains { place in
            head.prefix(16).enumerated().allSatisfy { ($1 != 0) == ($0 % 4 == place) }
        }
    }

    /// The size of its buffers, and the mark of the first event behind the header of the first buffer.
    private static func isTrace(_ head: [UInt8]) -> Bool {
        guard head.count > 0x4B, head[0] == 0, head[3] == 0, head[1] != 0 || head[2] != 0 else { return false }
        return (1...2).contains(head[0x4A]) && head[0x4B] == 0xC0
    }

    /// How files begin that are no text, in bytes.
    private static let foreignBytes: [(magic: [UInt8], name: String, remedy: String)] = [
        ([0xD0, 0xCF, 0x11, 0xE0], "a document of Office", "save it as CSV"),
        ([0x50, 0x4B, 0x05, 0x06], "an empty zip archive", "pack it again"),
        ([0x89, 0x50, 0x4E, 0x47], "a picture", ""), ([0xFF, 0xD8, 0xFF], "a picture", ""),
        ([0x47, 0x49, 0x46, 0x38], "a picture", ""),
        ([0xFF, 0x06, 0x00, 0x00, 0x73, 0x4E], "compressed with snappy", "unpack it: snzip -d FILE"),
        ([0x89, 0x4C, 0x5A, 0x4F], "compressed with lzo", "unpack it: lzop -d FILE"),
        ([0x02, 0x21, 0x4C, 0x18], "compressed with lz4 in its old form", "unpack it: lz4 -d FILE NEW"),
        (
            [0x78, 0x9C], "compressed with zlib, without gzip's header",
            "unpack it: zlib-flate -uncompress < FILE > NEW"
        ),
        (
            [0x78, 0xDA], "compressed with zlib, without gzip's header",
            "unpack it: zlib-flate -uncompress < FILE > NEW"
        ),
        ([0x89, 0x48, 0x44, 0x46], "a table in HDF5", "export it as CSV or JSON"),
        ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "an array of NumPy", "export it as CSV"),
        ([0xDE, 0xAD, 0xBE, 0xEF], "flows of SiLK", "print them as CSV: rwcut --delimited=, FILE > NEW.csv"),
        (
            [0x30, 0x00, 0x00, 0x00, 0x4C, 0x66, 0x4C, 0x65], "a log of Windows events in its old form (evt)",
            "export it as CSV in the Event Viewer"
        ),
    ]

    /// The same of what begins with letters.
    private static let foreignMagic: [(magic: String, name: String, remedy: String)] = [
        (
            "snoop\0\0\0", "a capture in the form of snoop or Network Monitor",
            "convert it: editcap -F pcap FILE NEW.pcap"
        ),
        ("GMBU", "a capture in the form of Network Monitor", "convert it: editcap -F pcap FILE NEW.pcap"),
        ("RTSS", "a capture in the form of Network Monitor", "convert it: editcap -F pcap FILE NEW.pcap"),
        ("ElfFile\0", "a log of Windows events (evtx)", "export it as JSON: evtx_dump -o jsonl FILE > NEW.json"),
        ("PAR1", "a Parquet table", "export it as CSV or JSON: duckdb -c \"copy 'FILE' to 'NEW.csv'\""),
        ("ORC", "an ORC table", "export it as CSV or JSON"),
        ("ARROW1\0\0", "a table of Arrow (Feather)", "export it as CSV or JSON"),
        ("Obj\u{1}", "an Avro file", "export it as JSON: avro-tools tojson FILE > NEW.json"),
        ("SQLite format 3\0", "a SQLite database", "export the table as CSV: sqlite3 -header -csv FILE \"select …\""),
        ("LPKSHHRH", "a journal of systemd", "print it: journalctl --file FILE -o json | flare hunt -"),
        ("MSCF\0\0\0\0", "a cabinet of Windows", "unpack it: cabextract FILE"),
        ("%PDF-", "a PDF document", ""), ("{\\rtf", "a document (RTF)", "save it as CSV"),
        ("\u{7F}ELF", "a program", ""), ("MZ", "a program of Windows", ""),
        ("Salted__", "encrypted with openssl", "decrypt it first"),
        ("age-encryption.org/", "encrypted with age", "decrypt it first: age -d FILE > NEW"),
        ("-----BEGIN PGP MESSAGE", "encrypted with PGP", "decrypt it first: gpg -d FILE > NEW"),
        (
            "version https://git-lfs.github.com/", "a pointer of Git LFS in place of the file",
            "fetch the file itself: git lfs pull"
        ),
    ]

    // MARK: By a line

    /// Logs of programs as text, of which a line tells what they are.
    static func foreignLine(_ line: String) -> FileContent? {
        let packets = "give the capture itself (pcap, pcapng)"
        let isOfTime = line.first.map { $0.isNumber } ?? false
        if line.contains("[**] [") || (line.contains("[Classification: ") && line.contains("[Priority: ")) {
            return .foreign(
                "a log of alerts of Suricata or Snort (fast.log), which tells no flows",
                remedy: "give eve.json with the types flow, dns, tls and http, or the capture")
        }
        if line.contains(" [**] "), line.contains(" -> ") {
            return .foreign("a log of Suricata as text", remedy: "give eve.json with the types flow, dns, tls and http")
        }
        if line.contains(" (uptime: "), line.hasPrefix("Date: ") {
            return .foreign("Suricata's counters (stats.log)", remedy: "give eve.json, which lies beside it")
        }
        if line.contains(" - Suricata-Main] ") || line.contains(" - <Notice> - ") || line.contains(" - <Info> - ") {
            return .foreign(
                "what Suricata says of itself (suricata.log)", remedy: "give eve.json, which lies beside it")
        }
        if line.contains(": Flags ["), line.contains(" > ") {
            return .foreign("packets as tcpdump prints them", remedy: packets + ": tcpdump -w FILE")
        }
        if isOfTime || line.hasPrefix("IP"), line.contains("IP (tos 0x") || line.contains(" > "),
            ["IP ", "IP6 ", ", ethertype IPv"].contains(where: line.contains)
        {
            return .foreign("packets as tcpdump prints them", remedy: packets + ": tcpdump -w FILE")
        }
        if isOfTime, line.contains(" \u{2192} ") {
            return .foreign("packets as tshark prints them", remedy: packets)
        }
        let plain = line.replacing("\"", with: "")
        if plain.hasPrefix("No.,Time,Source,Destination,Protocol") {
            return .foreign("packets as Wireshark exports them, with times from the capture's begin", remedy: packets)
        }
        if plain.hasPrefix("Address A,"), plain.contains("Rel Start") {
            return .foreign(
                "conversations as Wireshark exports them, with times from the capture's begin", remedy: packets)
        }
        if line.hasPrefix("Date first seen ") || line.hasPrefix("Date flow start ") {
            return .foreign(
                "flows as nfdump prints them", remedy: "print them as JSON: nfdump -r FILE -q -o json > NEW.json")
        }
        if line.contains("Local Address"), line.contains("Foreign Address") || line.contains("Peer Address") {
            return .foreign("what netstat or ss prints: the connections of one moment", remedy: packets)
        }
        if line.hasPrefix("../"), line.contains(".git/annex/objects/") {
            return .foreign("a pointer of git-annex in place of the file", remedy: "fetch it: git annex get FILE")
        }
        return nil
    }

    /// Objects that are no records.
    static func foreignObject(_ text: ArraySlice<UInt8>, _ names: Set<String>) -> FileContent? {
        let head = String(decoding: text.prefix(64), as: UTF8.self)
        if head.firstMatch(of: /^\{(_path|ts|type|uid):/) != nil {
            return .foreign("text of Zed (ZSON)", remedy: "write it as Zeek's: zq -f zeek FILE > NEW.log")
        }
        if head.hasPrefix("{'") {
            return .foreign("objects as Python prints them, which is no JSON", remedy: "write them with json.dumps")
        }
        let ofErrors: Set = [
            "error", "errors", "status", "message", "code", "statusCode", "detail", "title", "requestId",
        ]
        if !names.isDisjoint(with: ["error", "errors"]), names.isSubset(of: ofErrors) {
            return .foreign(
                "an error that a server answered in place of the records", remedy: "look at it, and export again")
        }
        return nil
    }

    // MARK: By what a document begins with

    static func foreignDocument(_ text: ArraySlice<UInt8>) -> FileContent? {
        let head = String(decoding: text.drop(while: isSpace).prefix(2048), as: UTF8.self).lowercased()
        if ["<!doctype html", "<html", "<head"].contains(where: head.hasPrefix) || head.contains("<html") {
            return .foreign("an HTML page", remedy: "see whether it is an error or a login; save a table in it as CSV")
        }
        if head.contains("schemas.microsoft.com/win/2004/08/events/event") {
            return .foreign(
                "events of Windows of which none is a connection or a lookup of Sysmon (3, 22)",
                remedy: "export Microsoft-Windows-Sysmon/Operational")
        }
        guard head.hasPrefix("<?xml") || head.hasPrefix("<error>") else { return nil }
        if head.contains("<error>"), head.contains("<code>") {
            return .foreign(
                "an error that a server answered in place of the records", remedy: "look at it, and export again")
        }
        return .foreign("an XML document of no known tool", remedy: "export it as CSV or JSON")
    }
}
