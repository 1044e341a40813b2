import Allowlist
import FlareKit
import FlareKitTesting
import Testing

@Suite("A run with an allowlist")
struct AllowlistRunTests {
    @Test("the report counts channels and records by list and entry")
    func report() async throws {
        let folder = try Folder()
        try folder.write("mine.txt", "192.0.2.0/24\n198.51.100.7\n")
        let allowlist = try Sample.allowlist(
            "lists: [mine.txt]\nentries: [{network: 203.0.113.9, port: 123, reason: time}]", folder: folder.path)
        let records =
            Sample.calls(to: "192.0.2.1", count: 3) + Sample.calls(to: "192.0.2.2", count: 4)
            + Sample.calls(to: "203.0.113.9", port: 123, count: 5) + Sample.calls(to: "203.0.113.9", port: 80, count: 6)
        let outcome = try await Sample.run(records, [allowlist])
        #expect(
            outcome.run.dropped == [
                DroppedChannels(
                    filter: "allowlist", list: "entries", rule: "203.0.113.9 port 123", channels: 1, records: 5),
                DroppedChannels(filter: "allowlist", list: "mine.txt", rule: "192.0.2.0/24", channels: 2, records: 7),
            ])
        #expect(outcome.findings.map(\.occurrences) == [6])
    }

    @Test("a changed list counts at the next run")
    func changedList() async throws {
        let folder = try Folder()
        try folder.write("mine.txt", "192.0.2.1\n")
        let allowlist = try Sample.allowlist("lists: [mine.txt]", folder: folder.path)
        let records = Sample.calls(to: "192.0.2.1") + Sample.calls(to: "192.0.2.2")
        #expect(
            try await Sample.run(records, [allowlist]).findings.map { $0.channel?.peer.description } == ["192.0.2.2"])
        try folder.write("mine.txt", "192.0.2.2\n")
        #expect(
            try await Sample.run(records, [allowlist]).findings.map { $0.channel?.peer.description } == ["192.0.2.1"])
    }

    @Test("entries for an AS act after the enricher that knows it, wherever they stand in the file")
    func owners() async throws {
        let allowlist = try Sample.allowlist("entries: [{asn: AS15169, port: 443}, {as_name: \"*microsoft*\"}]")
        let owners = KnownOwners(
            asNumbers: ["192.0.2.1": 15169, "192.0.2.3": 64500],
            asNames: ["192.0.2.1": "GOOGLE", "192.0.2.2": "MICROSOFT-CORP-MSN-AS-BLOCK", "192.0.2.3": "EXAMPLE"])
        let records = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].flatMap { Sample.calls(to: $0, count: 3) }
        let outcome = try await Sample.run(records, [allowlist, owners])
        #expect(outcome.findings.map { $0.channel?.peer.description } == ["192.0.2.3"])
        #expect(
            outcome.run.dropped == [
                DroppedChannels(
                    filter: "allowlist", list: "entries", rule: "AS name *microsoft*", channels: 1, records: 3,
                    findings: 1),
                DroppedChannels(
                    filter: "allowlist", list: "entries", rule: "AS15169 port 443", channels: 1, records: 3, findings: 1
                ),
            ])
        #expect(outcome.run.findings == 1)
    }

    @Test("a name that an enricher finds counts as well as one that channels are grouped by")
    func foundName() async throws {
        let allowlist = try Sample.allowlist("entries: [{host: example.com}]")
        let outcome = try await Sample.run(
            Sample.calls(to: "192.0.2.1") + Sample.calls(to: "192.0.2.2"),
            [allowlist, KnownOwners(hosts: ["192.0.2.1": "www.example.com"])])
        #expect(outcome.findings.map { $0.channel?.peer.description } == ["192.0.2.2"])
    }

    @Test("ranges of a cloud are tagged as hosting, unless they are to be dropped")
    func hosting() async throws {
        let folder = try Folder()
        let list = #"{"name": "List of known Amazon AWS IP address ranges", "type": "cidr", "list": ["192.0.2.0/24"]}"#
        try folder.write("aws.json", list)
        let tagging = try await Sample.run(
            Sample.calls(to: "192.0.2.1"), [try Sample.allowlist("lists: [aws.json]", folder: folder.path)])
        #expect(tagging.findings.first?.evidence["allowlist"] == .texts(["hosting: 192.0.2.0/24 (aws.json)"]))
        let dropping = try await Sample.run(
            Sample.calls(to: "192.0.2.1"),
            [try Sample.allowlist("lists: [{path: aws.json, action: drop}]", folder: folder.path)])
        #expect(dropping.findings.isEmpty)
    }

    /// A hundred channels to one network, 99 to another.
    static let many = (0..<100).flatMap { host in
        Sample.calls(from: "10.0.0.\(host)", to: "192.0.2.1", count: 1)
            + (host < 99 ? Sample.calls(from: "10.0.0.\(host)", to: "198.51.100.1", count: 1) : [])
    }

    @Test("an entry that fits more than half of the channels is refused, and the others stay")
    func share() async throws {
        let entries = "entries: [{network: 192.0.0.0/8}, {network: 198.51.100.1, from: 10.0.0.1}]"
        let outcome = try await Sample.run(Self.many, [try Sample.allowlist(entries)])
        #expect(outcome.run.dropped.map(\.rule) == ["198.51.100.1 from 10.0.0.1"])
        #expect(
            outcome.run.warnings == [
                "allowlist entries: the entry 192.0.0.0/8 was refused: it fits 100 of 199 channels, more than half of "
                    + "them; set allow_broad: true if it is meant"
            ])
        #expect(outcome.findings.count == 198)
        let half = try await Sample.run(Self.many, [try Sample.allowlist("entries: [{network: 198.51.100.1}]")])
        #expect(half.run.dropped.reduce(0) { $0 + $1.channels } == 99)
        let forced = try await Sample.run(
            Self.many, [try Sample.allowlist("entries: [{network: 192.0.0.0/8, allow_broad: true}]")])
        #expect(forced.findings.count == 99)
    }

    @Test("of a bare list the entry that is too broad is refused by itself")
    func broadInList() async throws {
        let folder = try Folder()
        try folder.write("mine.txt", "0.0.0.0/0\n198.51.100.0/24\n")
        let outcome = try await Sample.run(Self.many, [try Sample.allowlist("lists: [mine.txt]", folder: folder.path)])
        #expect(outcome.run.dropped.map(\.rule) == ["198.51.100.0/24"])
        #expect(outcome.run.warnings.count == 1)
        #expect(outcome.run.warnings.first?.contains("the entry 0.0.0.0/0 was refused") == true)
    }

    @Test("a list that is not there fails the run and names the file")
    func missingList() async throws {
        let allowlist = try Sample.allowlist("lists: [nowhere.txt]", folder: "/tmp")
        await #expect { try await Sample.run([], [allowlist]) } throws: {
            "\($0)" == "/tmp/nowhere.txt: there is no such file"
        }
    }

    @Test("a mistake in a list of Flare's own form names file, line and column")
    func mistake() async throws {
        let folder = try Folder()
        try folder.write("mine.yaml", "version: 1\nentries:\n  - network: 10.0.0.0/33\n")
        let allowlist = try Sample.allowlist("lists: [mine.yaml]", folder: folder.path)
        await #expect { try await Sample.run([], [allowlist]) } throws: {
            "\($0)".hasPrefix("\(folder.path)/mine.yaml:3:14: error:")
        }
    }

    @Test("the bundled lists are right, and drop what they name")
    func bundled() async throws {
        let allowlist = try Sample.allowlist("lists: [\"builtin:well-known\"]")
        let records =
            Sample.calls(to: "8.8.8.8", port: 53, proto: 17) + Sample.calls(to: "8.8.8.8", port: 443)
            + Sample.calls(to: "192.0.2.1", port: 80, host: "www.msftconnecttest.com")
            + Sample.calls(to: "192.0.2.2", port: 4444, host: "www.msftconnecttest.com")
        let outcome = try await Sample.run(records, [allowlist], grouping: Grouping(by: .host))
        #expect(outcome.run.warnings.isEmpty)
        #expect(Set(outcome.findings.compactMap { $0.channel?.port }) == [443, 4444])
        #expect(outcome.run.dropped.map(\.list) == ["connectivity-checks", "public-dns"])
    }
}
