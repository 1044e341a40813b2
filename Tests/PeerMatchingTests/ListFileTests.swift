import FlareKit
import Foundation
import Testing

@testable import PeerMatching

@Suite("Lists as they are published")
struct ListFileTests {
    struct Reading {
        let content: ListContent
        let matcher: PeerMatcher
        let tooBroad: [String]

        init(_ path: String, _ text: String, as format: ListFormat? = nil, cutoff: Int? = nil) throws {
            var builder = PeerMatcher.Builder()
            content = try ListFile(path: path, bytes: Array(text.utf8)).read(
                as: format, cutoff: cutoff, into: &builder, from: 0)
            tooBroad = builder.tooBroad
            matcher = PeerMatcher(builder)
        }

        func has(_ peer: String) -> Bool {
            var found = false
            matcher.forEach(matching: IPAddress(peer).map(Peer.address) ?? .name(peer)) { _ in
                found = true
                return false
            }
            return found
        }
    }

    @Test("a plain list has networks, addresses and names, with remarks of several kinds")
    func plain() throws {
        let reading = try Reading(
            "list.txt",
            """
            \u{FEFF}# a remark
            ; another
            // a third
            192.0.2.0/24
              2001:db8::/32\t
            198.51.100.7   # a host
            example.com,ads
            *.example.org

            """)
        #expect(reading.content.format == .plain)
        #expect(reading.content.entries == 5)
        #expect(reading.content.unreadable == 0)
        for peer in ["192.0.2.255", "2001:db8::1", "198.51.100.7", "a.example.com", "example.org"] {
            #expect(reading.has(peer), "\(peer)")
        }
        #expect(!reading.has("198.51.100.8"))
    }

    @Test("lines that mean nothing are counted with their numbers, and the rest is read")
    func unreadable() throws {
        let reading = try Reading(
            "list.txt", "192.0.2.1\r\n192.0.2.1/33\r\n010.0.0.1\r\nhello world!\r\n::zz\r\n10.0.0.0/8\r\n")
        #expect(reading.content.entries == 3)
        #expect(reading.content.unreadable == 3)
        #expect(reading.content.examples == ["line 2: \"192.0.2.1/33\"", "line 3: \"010.0.0.1\"", "line 5: \"::zz\""])
    }

    @Test("of Zeek's intelligence files the addresses, networks and domains are taken")
    func zeekIntelligence() throws {
        let reading = try Reading(
            "intel.dat",
            """
            #fields\tindicator\tindicator_type\tmeta.source
            192.0.2.1\tIntel::ADDR\tmine
            198.51.100.0/24\tIntel::SUBNET\tmine
            bad.example\tIntel::DOMAIN\tmine
            0123456789abcdef\tIntel::FILE_HASH\tmine

            """)
        #expect(reading.content.entries == 3)
        #expect(reading.content.skipped == ["indicators of the type Intel::FILE_HASH": 1])
        #expect(reading.has("192.0.2.1") && reading.has("198.51.100.99") && reading.has("x.bad.example"))
    }

    @Test("a Zeek table of another kind is read by the column that holds addresses")
    func zeekTable() throws {
        let reading = try Reading("table.zeek", "#fields\treason\tip\nlab\t192.0.2.1\nprinter\t192.0.2.2\n")
        #expect(reading.content.entries == 2)
        #expect(reading.has("192.0.2.2"))
    }

    @Test("top sites count up to the cut-off, by rank", arguments: ["top-1m.csv", "top.txt"])
    func ranked(path: String) throws {
        let reading = try Reading(
            path, "1,google.com\r\n2,microsoft.com\r\n3,data.microsoft.com\r\n4,example.com\r\n", cutoff: 2)
        #expect(reading.content.format == .csv)
        #expect(reading.content.entries == 2)
        #expect(reading.content.skipped == ["beyond the cut-off of 2": 2])
        #expect(reading.has("dl.google.com") && !reading.has("example.com"))
    }

    @Test("Majestic's columns are found by their names")
    func majestic() throws {
        let reading = try Reading(
            "majestic_million.csv",
            "GlobalRank,TldRank,Domain,TLD,RefSubNets\n1,1,google.com,com,500000\n2,2,facebook.com,com,499000\n",
            cutoff: 1)
        #expect(reading.content.entries == 1)
        #expect(reading.has("google.com") && !reading.has("facebook.com"))
    }

    static func misp(_ type: String, _ list: String, attributes: String = "\"domain\"") -> String {
        #"{"name": "A list", "type": "\#(type)", "version": 1, "matching_attributes": [\#(attributes)], "list": [\#(list)]}"#
    }

    @Test(
        "each type of MISP warning list means what it says",
        arguments: [
            ("cidr", "\"192.0.2.0/24\", \"2001:db8::/32\"", ["192.0.2.9", "2001:db8::9"], ["192.0.3.0", "a.example"]),
            ("hostname", "\"Example.com\"", ["example.com", "a.example.com"], ["notexample.com"]),
            (
                "string", "\"example.com\", \".example.org\", \"192.0.2.1\"",
                ["example.com", "a.example.org", "192.0.2.1"],
                ["a.example.com", "example.org", "192.0.2.2"]
            ),
            ("substring", "\"ads\"", ["heads.example", "my.ADS.example"], ["a.d.s.example", "192.0.2.1"]),
            ("regex", "\"/^a[0-9]+\\\\./i\"", ["a12.example", "A1.x"], ["b.a1.example"]),
        ])
    func warningList(type: String, list: String, inside: [String], outside: [String]) throws {
        let reading = try Reading("list.json", Self.misp(type, list))
        #expect(reading.content.name == "A list")
        for peer in inside { #expect(reading.has(peer), "\(type) \(peer)") }
        for peer in outside { #expect(!reading.has(peer), "\(type) \(peer)") }
    }

    @Test("an expression that cannot be used is counted with its reason, and the others hold")
    func unusableExpression() throws {
        let reading = try Reading("list.json", Self.misp("regex", "\"^(a+)+$\", \"a(?=b)\", \"^b\""))
        #expect(reading.content.entries == 2)
        #expect(
            reading.content.examples == [
                "line 2: \"a(?=b)\" is no regular expression that can be used: a look-around"
            ])
        #expect(reading.has("b.example") && reading.has("aaaa"))
    }

    @Test("a file longer than any list is refused before it is read, also where it has holes")
    func tooLong() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "flare-list-\(UUID().uuidString)").path
        defer { unlink(path) }
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        #expect(truncate(path, 1 << 40) == 0)
        let error = #expect(throws: ListError.self) { try ListFile(path: path) }
        #expect(error?.description == "\(path): it is longer than 1 GiB, which no list is")
    }

    @Test("a name that stands in a list 200,000 times costs no more than others")
    func repeatedName() throws {
        let reading = try Reading("list.txt", String(repeating: "evil.example\n", count: 200_000))
        #expect(reading.content.entries == 200_000)
        #expect(reading.has("evil.example"))
    }

    @Test("a substring is tried on addresses where the list is for addresses")
    func substringOnAddresses() throws {
        let reading = try Reading("list.json", Self.misp("substring", "\"192.0.2\"", attributes: "\"ip-dst\""))
        #expect(reading.has("192.0.2.77"))
    }

    @Test("what is no warning list says what is missing")
    func noWarningList() {
        let error = #expect(throws: ListError.self) { try Reading("x.json", "{\"list\": []}") }
        #expect(error?.description == "x.json: it is no MISP warning list: \"type\" is missing")
    }

    @Test("networks of fewer than four bits and top-level domains are left out and named, unless they are meant")
    func tooBroad() throws {
        let reading = try Reading("list.txt", "0.0.0.0/0\n::/0\n224.0.0.0/4\ncom\nlocal\n*.net\n2000::/3\n")
        #expect(reading.tooBroad == ["0.0.0.0/0", "::/0", "com", "net", "2000::/3"])
        #expect(reading.has("printer.local") && reading.has("224.0.0.1"))
        #expect(!reading.has("example.com") && !reading.has("192.0.2.1"))
    }

    @Test("a file that is not there says so")
    func missing() {
        let error = #expect(throws: ListError.self) { try ListFile(path: "/nowhere/list.txt") }
        #expect(error?.description == "/nowhere/list.txt: there is no such file")
    }
}
