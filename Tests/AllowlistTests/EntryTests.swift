import Allowlist
import FlareKit
import FlareKitTesting
import Testing

@Suite("Entries of an allowlist")
struct EntryTests {
    /// Runs one channel past one entry.
    static func isDropped(_ entry: String, _ records: [MemoryRecord], grouping: Grouping = Grouping()) async throws
        -> Bool
    {
        let outcome = try await Sample.run(records, [try Sample.allowlist("entries: [\(entry)]")], grouping: grouping)
        return outcome.findings.isEmpty
    }

    @Test(
        "all that an entry says has to hold",
        arguments: [
            ("{network: 192.0.2.0/24}", true), ("{network: [198.51.100.1, 192.0.2.1]}", true),
            ("{network: 192.0.2.2}", false), ("{network: 192.0.2.1, port: 443}", true),
            ("{network: 192.0.2.1, port: 53}", false), ("{network: 192.0.2.1, port: [53, 400-500]}", true),
            ("{network: 192.0.2.1, proto: tcp}", true), ("{network: 192.0.2.1, proto: [udp, icmp]}", false),
            ("{network: 192.0.2.1, from: 10.0.0.0/24}", true), ("{network: 192.0.2.1, from: 10.0.1.0/24}", false),
            ("{from: 10.0.0.1}", true), ("{from: 10.0.0.1, port: 443, proto: tcp}", true),
            ("{port: 443, proto: udp}", false),
            ("{network: 192.0.2.1, host: example.com}", false), ("{host: example.com}", false),
        ])
    func conjunction(entry: String, drops: Bool) async throws {
        #expect(try await Self.isDropped(entry, Sample.calls(to: "192.0.2.1")) == drops)
    }

    @Test(
        "an entry for a name acts on channels of names",
        arguments: [
            ("{host: example.com}", true), ("{host: [a.test, \"*.cdn.example.com\"]}", true),
            ("{host: .cdn.example.com}", false), ("{host: le.com}", false),
            ("{host: example.com, port: 80}", false),
            // All addresses behind the name are known once it is a finding.
            ("{host: example.com, network: 192.0.2.0/24}", true),
            ("{host: example.com, network: 198.51.100.0/24}", false),
        ])
    func names(entry: String, drops: Bool) async throws {
        let records = Sample.calls(to: "192.0.2.1", host: "CDN.Example.com")
        #expect(try await Self.isDropped(entry, records, grouping: Grouping(by: .host)) == drops)
    }

    @Test("a network has to hold all addresses behind a name")
    func allAddresses() async throws {
        let records =
            Sample.calls(to: "192.0.2.1", host: "cdn.example.com")
            + Sample.calls(to: "198.51.100.1", host: "cdn.example.com")
        let grouping = Grouping(by: .host)
        #expect(try await !Self.isDropped("{network: 192.0.2.0/24}", records, grouping: grouping))
        #expect(try await Self.isDropped("{network: [192.0.2.0/24, 198.51.100.0/24]}", records, grouping: grouping))
    }

    @Test("an expired entry does not count any more, and the run says so")
    func expiry() async throws {
        let records = Sample.calls(to: "192.0.2.1")
        let allowlist = try Sample.allowlist("entries: [{network: 192.0.2.1, expires: 2023-11-15, reason: net team}]")
        let before = try await Sample.run(records, [allowlist], now: Sample.noon)
        #expect(before.findings.isEmpty && !before.run.warnings.contains { $0.contains("expired") })
        let after = try await Sample.run(records, [allowlist], now: Sample.noon + 86_400)
        #expect(after.findings.count == 1)
        #expect(
            after.run.warnings == ["allowlist entries: the entry 192.0.2.1 expired on 2023-11-15 and no longer counts"])
    }

    @Test("a tag keeps the channel and notes the entry with the finding")
    func tag() async throws {
        let allowlist = try Sample.allowlist(
            "entries: [{network: 192.0.2.0/24, action: tag, reason: our proxies}, {port: 443, action: tag}]")
        let outcome = try await Sample.run(Sample.calls(to: "192.0.2.1"), [allowlist])
        #expect(
            outcome.findings.first?.evidence["allowlist"]
                == .texts(["192.0.2.0/24 (our proxies)", "port 443 (entries)"]))
        #expect(outcome.run.dropped.isEmpty)
    }

    @Test("where one entry tags and another drops, the channel is dropped")
    func dropWins() async throws {
        let entries = "{network: 192.0.2.1, action: tag}, {network: 192.0.0.0/16}"
        #expect(try await Self.isDropped(entries, Sample.calls(to: "192.0.2.1")))
    }

    @Test(
        "entries that cannot be meant so are complaints with their place",
        arguments: [
            ("{reason: nothing}", "the entry fits every channel"), ("{host: \"a b\"}", "entries.0.host"),
            ("{network: 0.0.0.0/0}", "takes in a large part of the internet"), ("{host: com}", "takes in a large part"),
            ("{as_name: \"*\"}", "takes in a large part"), ("{proto: tpc, port: 1}", "is no protocol"),
            ("{port: 70000}", "no port"), ("{asn: ASX}", "no AS number"), ("{port: 90-80}", "no range of ports"),
        ])
    func wrong(entry: String, complaint: String) {
        do {
            _ = try Sample.allowlist("entries: [\(entry)]")
            Issue.record("no complaint about \(entry)")
        } catch let error as OptionComplaint {
            #expect("\(error.option): \(error.message)".contains(complaint), "\(error)")
        } catch {
            #expect("\(error)".contains(complaint), "\(error)")
        }
    }

    @Test("what is broad is taken where something narrows it or somebody allows it")
    func broadButMeant() async throws {
        #expect(try await Self.isDropped("{network: 0.0.0.0/0, port: 443, proto: tcp}", Sample.calls(to: "192.0.2.1")))
        #expect(try await Self.isDropped("{network: 0.0.0.0/0, allow_broad: true}", Sample.calls(to: "192.0.2.1")))
    }
}
