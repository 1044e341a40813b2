import FlareKit
import Foundation
import TestKit
import Testing

@testable import Suricata

/// What sensors, disks and people do to lines, each among good ones.
@Suite("Damaged EVE")
struct DamageTests {
    /// One kind of damage.
    struct Damage: Sendable, CustomTestStringConvertible {
        let name: String
        /// What stands between good lines, its last line feed included where it has one.
        let bytes: Data
        /// What it is counted under, and how often.
        let rejected: [String: Int]
        let skipped: [String: Int]
        /// Records in it that are good in spite of it.
        let used: Int

        init(
            _ name: String, _ bytes: Data, rejected: [String: Int] = [:], skipped: [String: Int] = [:], used: Int = 0
        ) {
            (self.name, self.bytes, self.rejected, self.skipped, self.used) = (name, bytes, rejected, skipped, used)
        }

        init(
            _ name: String, _ line: String, _ reason: String? = nil, skipped: [String: Int] = [:], used: Int = 0
        ) {
            self.init(
                name, Data((line + "\n").utf8), rejected: reason.map { [$0: 1] } ?? [:], skipped: skipped, used: used)
        }

        var testDescription: String { name }
    }

    private static let good = FlowLine().text
    private static func with(_ old: String, _ new: String) -> String { good.replacing(old, with: new) }
    private static func flow(_ change: (inout FlowLine) -> Void) -> String { FlowLine(change).text }
    private static func bytes(_ parts: [Data]) -> Data { parts.reduce(Data(), +) }
    private static func text(_ text: String) -> Data { Data(text.utf8) }
    private static func nested(_ depth: Int, closed: Bool) -> String {
        with(
            "\"alerted\":false",
            "\"x\":" + String(repeating: "[", count: depth)
                + (closed ? String(repeating: "]", count: depth) : ""))
    }

    static let lines: [Damage] = [
        // Cut, torn and interleaved
        Damage("a line cut off at its begin", String(good.dropFirst(40)), "not JSON"),
        Damage("a line cut off at its end", String(good.dropLast(40)), "not JSON"),
        Damage("a line cut off inside a key", String(good.prefix(130)), "not JSON"),
        Damage("a single brace", "{", "not JSON"),
        Damage("an empty object", "{}", "no event type"),
        Damage("two records on one line", good + good, "not JSON"),
        Damage(
            "two processes' writes, one inside the other",
            text(good.prefix(200) + good + "\n" + good.dropFirst(200) + "\n"), rejected: ["not JSON": 2]),
        Damage(
            "a record torn over two lines", text(good.prefix(150) + "\n" + good.dropFirst(150) + "\n"),
            rejected: ["not JSON": 2]),
        Damage("a comma too many", with("}", ",}"), "not JSON"),
        Damage("a comma too few", with(#","proto""#, #""proto""#), "not JSON"),
        Damage("single quotes", with("\"", "'"), "not JSON"),
        Damage("a text after the record", good + " # seen", "not JSON"),
        Damage("an array of records", "[" + good + "]", "not JSON"),
        Damage("a bare number", "42", "not JSON"),
        Damage("a log line of another program", "Jan  1 00:00:00 host suricata[1]: started", "not JSON"),
        Damage("CSV", "1,2,3,4", "not JSON"),
        Damage("XML", "<event type='flow'/>", "not JSON"),
        // Bytes
        Damage("NUL bytes as a line", bytes([Data(count: 4096), text("\n")]), rejected: ["not JSON": 1]),
        Damage("NUL bytes before a record", bytes([Data(count: 512), text(good + "\n")]), rejected: ["not JSON": 1]),
        Damage("a NUL byte inside a text", with("closed", "cl\u{0}sed"), "not JSON"),
        Damage(
            "invalid UTF-8", bytes([text(good.dropLast(20) + ""), Data([0xC3, 0x28]), text(good.suffix(20) + "\n")]),
            rejected: ["not JSON": 1]),
        Damage(
            "an overlong UTF-8 form",
            bytes([text("{\"event_type\":\"flow\",\"x\":\""), Data([0xC0, 0xAF]), text("\"}\n")]),
            rejected: ["not JSON": 1]),
        Damage(
            "a surrogate as UTF-8",
            bytes([text("{\"event_type\":\"flow\",\"x\":\""), Data([0xED, 0xA0, 0x80]), text("\"}\n")]),
            rejected: ["not JSON": 1]),
        Damage(
            "Latin-1", bytes([text("{\"event_type\":\"flow\",\"x\":\"M"), Data([0xFC]), text("nchen\"}\n")]),
            rejected: ["not JSON": 1]),
        Damage("half a surrogate pair", with("closed", #"\ud800"#), "not JSON"),
        Damage("a control character in a text", with("closed", "cl\u{1}sed"), "not JSON"),
        Damage("a tab in a text", with("closed", "clo\tsed"), "not JSON"),
        Damage(
            "UTF-16", bytes([Data([0xFF, 0xFE]), Data("{}".utf8.flatMap { [$0, 0] }), text("\n")]),
            rejected: ["not JSON": 1]),
        Damage("a byte-order mark in the midst", "\u{FEFF}" + good, "not JSON"),
        Damage(
            "random bytes",
            bytes([Data((0..<999).map { UInt8(truncatingIfNeeded: $0 &* 73 + 11) }.filter { $0 != 10 }), text("\n")]),
            rejected: ["not JSON": 1]),
        Damage(
            "a gzip file's begin among lines", bytes([gzip(text(good)).filter { $0 != 10 }, text("\n")]),
            rejected: ["not JSON": 1]),
        Damage("blank lines", text("\n\r\n \t \n"), skipped: ["blank line": 3]),
        Damage("carriage returns at ends", text(good + "\r\n"), used: 1),
        // Numbers
        Damage("numbers as texts", with(":443,", #":"443","#), used: 1),
        Damage("negative bytes", FlowLine.withCount("bytes_toserver", "-300"), "no readable byte count"),
        Damage("negative packets", with(#""pkts_toclient":2"#, #""pkts_toclient":-2"#), "no readable packet count"),
        Damage("10^400", FlowLine.withCount("bytes_toserver", "1e400"), "not JSON"),
        Damage(
            "400 digits", FlowLine.withCount("bytes_toserver", "1" + String(repeating: "0", count: 400)), "not JSON"),
        Damage("a fraction of a byte", FlowLine.withCount("bytes_toclient", "0.5"), "no readable byte count"),
        Damage("infinity", FlowLine.withCount("bytes_toserver", "Infinity"), "not JSON"),
        Damage("not a number", FlowLine.withCount("bytes_toserver", "NaN"), "not JSON"),
        Damage("a hexadecimal number", FlowLine.withCount("bytes_toserver", "0x1F"), "not JSON"),
        Damage("a leading zero", FlowLine.withCount("bytes_toserver", "0300"), "not JSON"),
        Damage("port 70000", flow { $0.port = "70000" }, "no readable port"),
        Damage("port -1", flow { $0.port = "-1" }, "no readable port"),
        Damage("a port's name", flow { $0.port = "\"https\"" }, "no readable port"),
        // Addresses
        Damage("an empty source", flow { $0.source = "\"\"" }, "no readable source address"),
        Damage("an empty destination", flow { $0.destination = "\"\"" }, "no readable destination address"),
        Damage("address 256", flow { $0.source = "\"192.168.1.256\"" }, "no readable source address"),
        Damage("a name for an address", flow { $0.destination = "\"example.org\"" }, "no readable destination address"),
        Damage("no source", with(#""src_ip":"192.168.1.5","#, ""), "no readable source address"),
        Damage("an address that is a number", flow { $0.source = "3232235781" }, "no readable source address"),
        // Times
        Damage("a time in the 13th month", with("2025-03-04T05:06:07.5", "2025-13-04T05:06:07.5"), "no readable time"),
        Damage("the 31st of February", with("2025-03-04T05:06:07.5", "2025-02-31T05:06:07.5"), "no readable time"),
        Damage("hour 25", with("2025-03-04T05:06:07.5", "2025-03-04T25:06:07.5"), "no readable time"),
        Damage("the year 99999", with("2025-03-04T05:06:07.5", "99999-03-04T05:06:07.5"), "no readable time"),
        Damage("the year 0", with("2025-03-04T05:06:07.5", "0000-03-04T05:06:07.5"), "no readable time"),
        Damage("a time before 1970", with("2025-03-04T05:06:07.5", "1969-12-31T23:59:59.5"), used: 1),
        Damage(
            "seconds since 1970 for a time", with(#""2025-03-04T05:06:07.500000+0000""#, "1741064767"),
            "no readable time"),
        Damage("no time at all", flow { ($0.flow, $0.timestamp) = (nil, "null") }, "no readable time"),
        // Types and structure
        Damage("a flow that is an array", flow { $0.flow = "[1,2]" }, used: 1),
        Damage("a flow that is null", flow { $0.flow = "null" }, used: 1),
        Damage("an event type that is a number", flow { $0.eventType = "7" }, "no event type"),
        Damage("an event type that is null", flow { $0.eventType = "null" }, "no event type"),
        Damage("an unknown event type", flow { $0.eventType = "\"quantum\"" }, skipped: ["event type quantum": 1]),
        Damage(
            "duplicate keys, the first counts", with(#""dest_port":443"#, #""dest_port":443,"dest_port":99999"#),
            used: 1),
        Damage("1,000 levels of arrays", nested(1000, closed: true), used: 1),
        Damage("100,000 levels that never close", nested(100_000, closed: false), "not JSON"),
        Damage("a line of 200 kB", with("closed", String(repeating: "x", count: 200_000)), "line too long"),
    ]

    @Test("each kind of damage is named, and the good records around it are all used", arguments: lines)
    func damage(damage: Damage) async throws {
        let folder = TemporaryFolder()
        let around = (0..<5).map { number in FlowLine { $0.source = "\"10.0.0.\(number)\"" }.text + "\n" }.joined()
        let content = Data(around.utf8) + damage.bytes + Data(around.utf8)
        for (stored, name) in [(content, "eve.json"), (gzip(content), "eve.json.gz")] {
            let yield = try await read([try folder.write(stored, as: name)], options: "max_line: 150 kB", cursors: 2)
            #expect(yield.error == nil)
            #expect(yield.rows.count == 10 + damage.used)
            #expect(yield.ingest.reasons == damage.rejected)
            #expect(yield.ingest.skips == damage.skipped)
            #expect(yield.ingest.isBalanced)
        }
    }

    @Test("these are at least 60 kinds")
    func many() { #expect(Set(Self.lines.map(\.name)).count >= 60) }
}
