import Testing

@testable import LineFiles

@Suite("What a file is, by its beginning")
struct FileContentTests {
    private func content(_ text: String, isWhole: Bool = true) -> FileContent {
        FileContent(Array(text.utf8), isWhole: isWhole)
    }

    @Test(
        "EVE is a record with an event type of its own, wherever it stands among its members",
        arguments: [
            #"{"timestamp":"x","event_type":"flow"}"#, #"{"flow":{"a":[1,"}"]},"event_type" : "dns"}"#,
            "\u{FEFF}{\"event_type\":\"stats\"}\r\n", "\n\n{\"event_type\":\"flow\",\"cut",
            "oops\n{\"event_type\":\"flow\"}",
        ])
    func eve(text: String) { #expect(content(text) == .eve) }

    @Test(
        "a log of Zeek is told by its header, its time, or the columns of conn.log",
        arguments: [
            "#separator \\x09\n", "#fields\tts\tuid\n", #"{"ts":1.5,"uid":"C","id":{"orig_h":"10.0.0.1"}}"#,
            #"{"_path":"stats","peer":"zeek"}"#, #"{"ts":1.5,"id":"F0","fingerprint":"ab"}"#,
            #"{"name":"/opt/zeek/share/zeek/base/init-bare.zeek"}"#,
            "1.5\tC\t10.0.0.1\t1\t10.0.0.2\t2\ttcp\t-\t-\t-\t-\tSF\tT\tF\t0\tS\t1\t1\t1\t1\t-\n",
        ])
    func zeek(text: String) { #expect(content(text) == .zeek) }

    @Test(
        "anything else is unknown, a comment and another program's JSON too",
        arguments: [
            "hello\n", "# path of all\nversion: 1\n", #"{"level":"info","ts":1.5,"msg":"started"}"#, "{}", "{", "\"",
            "[]",
            #"{"a":"b"#, "[2024-01-01] started\n",
        ])
    func unknown(text: String) {
        guard case .unknown = content(text) else {
            Issue.record("\(content(text))")
            return
        }
    }

    @Test("nothing, or nothing but white space, is empty where that is all")
    func empty() {
        #expect(content("") == .empty)
        #expect(content(" \r\n\n") == .empty)
        #expect(content(" \n", isWhole: false) != .empty)
    }

    @Test(
        "a capture of packets is told by its first four bytes, in both byte orders",
        arguments: [
            [0xD4, 0xC3, 0xB2, 0xA1], [0xA1, 0xB2, 0xC3, 0xD4], [0x4D, 0x3C, 0xB2, 0xA1], [0xA1, 0xB2, 0x3C, 0x4D],
            [0x34, 0xCD, 0xB2, 0xA1], [0x0A, 0x0D, 0x0D, 0x0A],
        ] as [[UInt8]])
    func captures(magic: [UInt8]) {
        #expect(FileContent(magic + [UInt8](repeating: 0, count: 60), isWhole: true) == .capture)
    }

    @Test("captures that are not read are called by their names")
    func otherCaptures() {
        guard case .foreign(_, let remedy) = FileContent(Array("snoop\0\0\0\0\0\0\u{2}".utf8), isWhole: true) else {
            Issue.record("a capture of snoop is taken for something else")
            return
        }
        #expect(remedy.hasPrefix("convert it: editcap"))
    }

    @Test(
        "what no sensor writes is called by its name, with what to do",
        arguments: [
            ("ElfFile\0\0", "evtx"), ("PAR1\u{15}\u{4}", "Parquet"), ("SQLite format 3\0", "SQLite"),
            ("Obj\u{1}\u{4}", "Avro"),
        ])
    func foreign(text: String, name: String) {
        guard case .foreign(let what, let remedy) = content(text) else {
            Issue.record("\(content(text))")
            return
        }
        #expect(what.contains(name))
        #expect(remedy.contains("export"))
    }

    @Test(
        "programs' texts, documents and pointers in place of files are called by their names, with what to do",
        arguments: [
            (
                "03/04/2026-00:00:01.123456  [**] [1:2024217:3] ET MALWARE x [**] [Classification: y] [Priority: 1] {TCP} 10.0.0.7:5 -> 45.77.0.7:443",
                "fast.log", "eve.json"
            ),
            ("08:00:01.245803 IP 10.0.0.5.50000 > 45.77.0.7.443: Flags [S], seq 1, length 0", "tcpdump", "pcap"),
            ("08:00:01.245803 IP6 fd00::5.53 > fd00::7.53: 1+ A? a.example. (30)", "tcpdump", "pcap"),
            ("    1 0.000000     10.0.0.5 → 45.77.0.7   TCP 74 50000 → 443 [SYN]", "tshark", "pcap"),
            ("\"No.\",\"Time\",\"Source\",\"Destination\",\"Protocol\",\"Length\",\"Info\"", "Wireshark", "pcap"),
            ("version https://git-lfs.github.com/spec/v1\noid sha256:4d", "Git LFS", "git lfs pull"),
            ("\n <HTML><HEAD><TITLE>403</TITLE>", "an HTML page", "save"),
            ("<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>", "an error that a server", "again"),
            (#"{"error":{"code":401,"message":"unauthorized"}}"#, "an error that a server", "again"),
            (#"{_path:"conn",ts:2026-03-04T00:00:01Z,uid:"C"}"#, "Zed", "zq"),
            ("Date first seen          Duration Proto  Src IP Addr:Port", "nfdump", "nfdump -r"),
            (
                "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>5156</EventID>",
                "events of Windows", "Sysmon"
            ),
            ("LPKSHHRH\0\0", "a journal of systemd", "journalctl"),
            ("[12 - Suricata-Main] 2026-03-04 08:00:01 Notice: threads: created", "suricata.log", "eve.json"),
        ])
    func foreignTexts(text: String, name: String, remedy: String) {
        guard case .foreign(let what, let told) = content(text) else {
            Issue.record("\(content(text))")
            return
        }
        #expect(what.contains(name))
        #expect(told.contains(remedy))
    }

    @Test("UTF-32 is told with and without its mark", arguments: [true, false])
    func utf32(hasMark: Bool) {
        let mark: [UInt8] = hasMark ? [0xFF, 0xFE, 0, 0] : []
        let text: [UInt8] = Array(#"{"event_type":"flow"}"#.utf8).flatMap { [$0, 0, 0, 0] }
        let content = FileContent(mark + text, isWhole: true)
        #expect(content.name == "UTF-32 text")
    }

    @Test("a record behind another program's lines counts")
    func recordBehind() {
        let notice = "Mar  4 08:00:01 fw suricata[1]: [1] - <Notice> - all threads started\n"
        #expect(content(notice + "{\"event_type\":\"flow\"}\n") == .eve)
    }

    @Test("zeros that a crash leaves before a file's records hide none of them")
    func zeros() {
        let zeros = [UInt8](repeating: 0, count: 4096) + Array("\n{\"event_type\":\"flow\"}\n".utf8)
        #expect(FileContent(zeros, isWhole: true) == .eve)
    }
}
