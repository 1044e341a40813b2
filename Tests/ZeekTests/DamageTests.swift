import FlareKit
import Foundation
import Testing

@testable import Zeek

/// What sensors, disks and people do to lines, each among good ones.
@Suite("Damaged Zeek logs")
struct DamageTests {
    private static let good = Log.conn()
    private static func with(_ old: String, _ new: String) -> String { good.replacing(old, with: new) }

    /// What stands between good lines, and what it is rejected as; `nil` where it is used.
    static let rows: [(String, String, String?)] = [
        ("a row cut off", String(good.prefix(60)) + "\n", "not as many columns as its header"),
        ("a row without its begin", String(good.dropFirst(60)), "not as many columns as its header"),
        ("two rows on one line", good.dropLast() + good, "not as many columns as its header"),
        ("a column too many", with("\n", "\tmore\n"), "not as many columns as its header"),
        ("spaces for tabs", with("\t", " "), "not as many columns as its header"),
        ("NUL bytes", String(repeating: "\0", count: 300) + "\n", "not as many columns as its header"),
        ("another program's line", "Jan 1 00:00:00 host zeek: started\n", "not as many columns as its header"),
        ("a time before 1970", Log.conn(ts: "-1713484795.9"), "no readable time"),
        ("no time", Log.conn(ts: "-"), "no readable time"),
        ("a time that is no number", Log.conn(ts: "now"), "no readable time"),
        ("10^400 seconds", Log.conn(ts: "1" + String(repeating: "0", count: 400)), "no readable time"),
        ("an empty source", Log.conn(source: "(empty)"), "no readable source address"),
        ("address 256", Log.conn(source: "10.0.0.256"), "no readable source address"),
        ("a name for an address", Log.conn(destination: "host"), "no readable destination address"),
        ("port 70000", Log.conn(port: "70000"), "no readable port"),
        ("port -1", Log.conn(port: "-1"), "no readable port"),
        ("negative bytes", Log.conn(up: "-517"), "no readable count"),
        ("10^400 bytes", Log.conn(up: "1e400"), "no readable count"),
        ("400 digits", Log.conn(down: String(repeating: "9", count: 400)), "no readable count"),
        ("a duration that is a word", Log.conn(duration: "long"), "no readable duration"),
        ("a long line", Log.conn(uid: String(repeating: "C", count: 20_000)), "line too long"),
        ("an unknown protocol", Log.conn(proto: "quantum"), nil),
        ("carriage returns", with("\n", "\r\n"), nil),
    ]

    @Test("each kind of damage is named, and the good records around it are all used", arguments: rows)
    func damage(name: String, row: String, reason: String?) async throws {
        let around = (0..<5).map { Log.conn(uid: "C\($0)") }.joined()
        let yield = try await read(text: Log.connHeader + around + row + around, options: "max_line: 10 kB")
        #expect(yield.error == nil)
        #expect(yield.rows.count == (reason == nil ? 11 : 10))
        #expect(yield.ingest.reasons == (reason.map { [$0: 1] } ?? [:]))
        #expect(yield.ingest.isBalanced)
    }
}
