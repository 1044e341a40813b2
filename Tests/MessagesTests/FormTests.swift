import FlareKit
import FlareKitTesting
import Foundation
import Testing

@testable import Messages

/// What a sink that tells makes of a finding, as others read it.
enum SampleNotice {
    /// What an attacker writes to make a mention, a link, a field or a line of its own.
    static let hostile =
        "x|y\\z=1 src=6.6.6.6\u{7}\r\nBcc: a@b|\u{301}`\u{301}```<!channel> @all [a](http://b) \u{202E}\u{1B}[2J =\u{301}\t"

    static func finding(_ number: Int = 0, host: String? = nil, news: Finding.News = .new) -> Finding {
        var finding = FullFinding.make(with: [], number: number)
        finding.host = host ?? finding.host
        finding.news = news
        finding.modifiers = [Finding.Modifier("list", 40, "on a list", side: .list)]
        return finding
    }

    static var run: Run {
        let window = TimeWindow(since: Timestamp(seconds: 1_714_521_600), until: Timestamp(seconds: 1_714_525_200))
        let header = RunHeader(
            pipeline: "home", version: "test", started: Timestamp(seconds: 1_714_525_300), sources: ["eve"])
        return Run(header: header, window: window, ingest: IngestCounts(), ingestBySource: [:])
    }

    static func notice(_ number: Int = 0, host: String? = nil, news: Finding.News = .new) -> Notice {
        Notice(finding(number, host: host, news: news), of: run, Column.all(with: []))
    }
}

@Suite("Forms of messages")
struct FormTests {
    private let hostile = SampleNotice.notice(host: SampleNotice.hostile)

    private func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("a title says how urgent, who calls whom, and why it is told once more")
    func title() {
        #expect(SampleNotice.notice().title == "critical: 192.168.1.0 → host-0.example:8443")
        #expect(SampleNotice.notice(news: .back).title.hasSuffix("(back after a day away)"))
        let digest = Message((0..<60).map { SampleNotice.notice($0) }, pipeline: "p")
        #expect(digest.title == "60 findings: 60 critical")
        #expect(digest.lines.count == 52)
        #expect(digest.lines[50] == "… and 10 more")
    }

    @Test("a test says that it is one, in every form")
    func test() throws {
        let message = Message([Notice(testAt: Timestamp(seconds: 0))], pipeline: "p")
        for service in WebhookService.allCases {
            let body = service.body(of: message)
            #expect(body.contains("test"), "\(body)")
            _ = try json(body)
        }
        for form in SyslogForm.allCases {
            let line = String(decoding: form.line(message.notices[0], host: "h"), as: UTF8.self)
            #expect(line.lowercased().contains("test"), "\(line)")
        }
    }

    @Test("what is hostile stays text in all bodies, which are JSON of one line", arguments: WebhookService.allCases)
    func bodies(_ service: WebhookService) throws {
        let body = service.body(of: Message([hostile, SampleNotice.notice(1)], pipeline: SampleNotice.hostile))
        #expect(!body.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
        let object = try json(body)
        switch service {
        case .json: #expect((object["findings"] as? [[String: Any]])?.first?["host"] as? String == SampleNotice.hostile)
        case .slack:
            #expect(object["text"] as? String == "2 findings: 2 critical")
            let block = try #require((object["blocks"] as? [[String: Any]])?.first?["text"] as? [String: Any])
            #expect(block["type"] as? String == "plain_text")
        case .teams: #expect(!body.contains("TextBlock\""[...]) || body.contains("RichTextBlock"))
        case .mattermost, .thehive:
            let text = try #require(object[service == .thehive ? "description" : "text"] as? String)
            #expect(text.hasPrefix("```\n") && text.hasSuffix("\n```"))
            #expect(text.unicodeScalars.count { $0 == "`" } == 6)
        }
    }

    @Test("Slack's notification of one finding mentions nobody")
    func mention() throws {
        let object = try json(WebhookService.slack.body(of: Message([hostile], pipeline: "p")))
        #expect((object["text"] as? String)?.contains("&lt;!channel&gt;") == true)
    }

    /// A reader of CEF after its specification: bars of the head and names of values, as the escapes leave them.
    private static func readCEF(_ line: String) -> (head: [String], values: [String: String]) {
        var (head, rest, isEscaped) = ([String](), String.UnicodeScalarView(), false)
        var scalars = line.unicodeScalars[...]
        while head.count < 7, let scalar = scalars.popFirst() {
            if isEscaped || (scalar != "\\" && scalar != "|") { rest.append(scalar) }
            if !isEscaped, scalar == "|" {
                head.append(String(rest))
                rest = .init()
            }
            isEscaped = !isEscaped && scalar == "\\"
        }
        var values: [String: String] = [:]
        var (name, word) = ("", String.UnicodeScalarView())
        isEscaped = false
        for scalar in scalars {
            if isEscaped || (scalar != "\\" && scalar != "=") { word.append(scalar) }
            if !isEscaped, scalar == "=" {
                let words = String(word).split(separator: " ", omittingEmptySubsequences: false)
                if !name.isEmpty { values[name] = words.dropLast().joined(separator: " ") }
                (name, word) = (String(words.last ?? ""), .init())
            }
            isEscaped = !isEscaped && scalar == "\\"
        }
        values[name] = String(word)
        return (head, values)
    }

    @Test("CEF has the values that the finding has and no others, whatever its texts hold")
    func cef() throws {
        let line = String(decoding: SyslogForm.cef.line(hostile, host: "sensor"), as: UTF8.self)
        #expect(
            line.hasPrefix("<130>1 2024-05-01T01:00:00Z sensor flare - new - CEF:0|Flare|Flare|1|beacon|calls every"))
        let (head, values) = Self.readCEF(String(try #require(line.range(of: "CEF:").map { line[$0.lowerBound...] })))
        #expect(head.count == 7 && head[6] == "10")
        #expect(values["src"] == "192.168.1.0" && values["dst"] == "198.51.100.7" && values["dpt"] == "8443")
        #expect(values["dhost"] == hostile.host)
        #expect(values["cs1"] == "new" && values["cs1Label"] == "news" && values["cnt"] == "1001")
        #expect(
            Set(values.keys) == [
                "src", "dst", "dhost", "dpt", "proto", "cnt", "start", "end", "cs1", "cs1Label", "msg", "externalId",
                "cs3", "cs3Label", "cs4", "cs4Label",
            ])
    }

    @Test("LEEF has the values that the finding has and no others, whatever its texts hold")
    func leef() throws {
        let line = String(decoding: SyslogForm.leef.line(hostile, host: "sensor"), as: UTF8.self)
        let parts = line.split(separator: "|", maxSplits: 6, omittingEmptySubsequences: false)
        #expect(parts.prefix(6).map(String.init).suffix(5) == ["Flare", "Flare", "1", "beacon", "x09"])
        var pairs: [String: String] = [:]
        for pair in parts[6].split(separator: "\t") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            pairs[String(sides[0])] = String(sides[1])
        }
        #expect(pairs["src"] == "192.168.1.0" && pairs["dstHost"] == hostile.host && pairs["sev"] == "10")
        #expect(pairs.count == 15)
    }

    @Test("a syslog line holds no end of line, and one of JSON the whole finding")
    func lines() throws {
        for form in SyslogForm.allCases {
            let line = form.line(hostile, host: "h")
            #expect(!line.contains { $0 < 0x20 && !(form == .leef && $0 == 9) }, "\(form)")
        }
        let line = String(decoding: SyslogForm.json.line(hostile, host: "bad host"), as: UTF8.self)
        #expect(line.hasPrefix("<130>1 2024-05-01T01:00:00Z - flare - new - {"))
        let object = try json(String(line[try #require(line.firstIndex(of: "{"))...]))
        #expect(object["host"] as? String == SampleNotice.hostile)
        #expect(object["news"] as? String == "new")
    }

    @Test("a place of a server is one scheme, one host and a port, or a complaint")
    func places() throws {
        let schemes = ["udp": 514, "tls": 6514]
        #expect(try NetworkPlace("udp://[::1]:99", schemes: schemes).description == "udp://[::1]:99")
        #expect(try NetworkPlace("tls://log.example", schemes: schemes).port == 6514)
        for text in [
            "", "log.example", "http://h:1", "udp://", "udp://a@b", "udp://h:0", "udp://h:70000", "udp://h/x",
            "udp://a b",
        ] {
            #expect(throws: OptionComplaint.self) { try NetworkPlace(text, schemes: schemes) }
        }
    }
}
