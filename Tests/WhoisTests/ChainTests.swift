import FlareKit
import FlareKitTesting
import Foundation
import Synchronization
import Testing

@testable import Whois

/// A provider that says what a test wants, and remembers what it was asked.
final class FixedOwners: OwnerProvider {
    let name: String
    let disclosure: String? = nil
    private let said: [IPAddress: OwnerAnswer]
    private let asked = Mutex<[IPAddress]>([])

    var questions: [IPAddress] { asked.withLock { $0 } }

    init(_ name: String, _ said: [IPAddress: OwnerAnswer]) {
        self.name = name
        self.said = said
    }

    func answers(to addresses: [IPAddress], by deadline: ContinuousClock.Instant) async -> [IPAddress: OwnerAnswer] {
        asked.withLock { $0 += addresses }
        return Dictionary(uniqueKeysWithValues: addresses.map { ($0, said[$0] ?? .unknown) })
    }
}

@Suite("A chain of providers")
struct ChainTests {
    static let google = IPAddress(known: "8.8.8.8")
    static let daddy = IPAddress(known: "160.153.76.129")
    static let home = IPAddress(known: "192.168.1.1")

    @Test("later providers are asked only about what those before could not name")
    func order() async {
        let first = FixedOwners("first", [Self.google: .owner(AddressOwner(asNumber: 15169, name: "GOOGLE"))])
        let second = FixedOwners("second", [Self.daddy: .owner(AddressOwner(name: "GoDaddy", country: "US"))])
        let lookups = await OwnerChain(network: [first, second]).lookups(of: [Self.google, Self.daddy])
        #expect(first.questions == [Self.google, Self.daddy])
        #expect(second.questions == [Self.daddy])
        #expect(lookups[Self.google]?.label == "GOOGLE")
        #expect(lookups[Self.daddy]?.label == "GoDaddy, US")
        #expect(lookups[Self.daddy]?.sources == ["second"])
    }

    @Test(
        "addresses that are not global are nobody's business, and are called what they are",
        arguments: [
            ("192.168.1.1", "private"), ("224.0.0.251", "multicast"), ("127.0.0.1", "loopback"),
            ("fe80::1", "link-local"),
            ("fd00::1", "private"), ("255.255.255.255", "broadcast"), ("203.0.113.1", "documentation"),
            ("100.64.0.1", "private"),
            ("240.0.0.1", "reserved"), ("0.0.0.0", "unspecified"),
        ])
    func local(text: String, label: String) async throws {
        let provider = FixedOwners("provider", [:])
        let address = try #require(IPAddress(text))
        let lookups = await OwnerChain(network: [provider]).lookups(of: [address])
        #expect(lookups[address]?.label == label)
        #expect(provider.questions.isEmpty)
    }

    @Test("a failure shows as such, unless somebody else knows")
    func failure() async {
        let broken = FixedOwners("broken", [Self.google: .failed("no answer"), Self.daddy: .failed("no answer")])
        let good = FixedOwners("good", [Self.google: .owner(AddressOwner(name: "GOOGLE"))])
        let lookups = await OwnerChain(network: [broken, good]).lookups(of: [Self.google, Self.daddy])
        #expect(lookups[Self.google]?.label == "GOOGLE")
        #expect(lookups[Self.daddy]?.label == "lookup failed")
        #expect(lookups[Self.daddy]?.failures == ["no answer"])
    }

    @Test("what the cache knows is not asked again")
    func cached() async throws {
        let cache = CacheTests.cache(try Folder())
        let first = FixedOwners("cymru", [Self.google: .owner(AddressOwner(name: "GOOGLE"))])
        _ = await OwnerChain(network: [first], cache: cache).lookups(of: [Self.google, Self.daddy])
        let second = FixedOwners("cymru", [:])
        let lookups = await OwnerChain(network: [second], cache: cache).lookups(of: [Self.google, Self.daddy])
        #expect(lookups[Self.google]?.label == "GOOGLE")
        #expect(second.questions.isEmpty)
    }

    @Test("a dead server holds the whole step up no longer than its deadline")
    func deadline() async throws {
        let server = try LoopbackServer(.line) { _ in .silence(after: "") }
        var provider = WhoisProvider(server: server.server, timeout: .seconds(60), concurrency: 2)
        provider.mayReferTo = { _ in false }
        let addresses = Set((0..<40).map { IPAddress(v4: 0x0808_0800 + $0) })
        let start = ContinuousClock.now
        let lookups = await OwnerChain(network: [provider], deadline: .milliseconds(300)).lookups(of: addresses)
        #expect(start.duration(to: .now) < .seconds(30))
        #expect(lookups.values.allSatisfy { $0.label == "lookup failed" })
        #expect(lookups.count == 40)
    }
}

@Suite("The whois enricher")
struct WhoisEnricherTests {
    static func whois(_ yaml: String, _ folder: Folder) throws -> WhoisEnricher {
        try WhoisEnricher(WhoisOptions.read(yaml, folder: folder.path))
    }

    static let table =
        "8.8.8.0\t8.8.8.255\t15169\tUS\tGOOGLE\n160.153.0.0\t160.153.255.255\t26496\tUS\tGO-DADDY-COM-LLC\n"

    /// Says that every finding's name was registered as this.
    struct Registered: Enricher {
        let domain: String

        func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
            for place in findings.indices { findings[place].evidence["registered_domain"] = .text(domain) }
        }
    }

    static func run(
        _ records: [MemoryRecord], _ whois: WhoisEnricher, grouping: Grouping = Grouping(), registered: String? = nil
    ) async throws -> RunOutcome {
        let before = registered.map { [Pipeline.Stage<any Enricher>("registered", Registered(domain: $0))] } ?? []
        let pipeline = Pipeline(
            name: "test", sources: [.init("memory", MemorySource(records))],
            enrichers: before + [.init("whois", whois)],
            detectors: [.init("counting", CountingDetector(grouping: grouping))], sinks: [.init("sink", MemorySink())])
        return try await RunEngine(version: "test", now: Timestamp(seconds: 1_700_100_000)).run(pipeline)
    }

    @Test("findings get owners of both ends, with what is known of them")
    func evidence() async throws {
        let folder = try Folder()
        try folder.write("asn.tsv", Self.table)
        try folder.write("hosts.csv", "192.168.0.53,laptop\n")
        let whois = try Self.whois(
            "providers: [{type: tsv, paths: [asn.tsv]}]\nhosts: {names: hosts.csv}", folder)
        let outcome = try await Self.run(
            [
                MemoryRecord(at: 1_700_000_000, from: "192.168.0.53", to: "160.153.76.129", port: 80),
                MemoryRecord(at: 1_700_000_000, from: "192.168.0.54", to: "224.0.0.251", port: 5353),
            ], whois)
        let daddy = try #require(outcome.findings.first { $0.source == IPAddress(known: "192.168.0.53") })
        #expect(daddy.evidence["src_whois"] == .text("laptop"))
        #expect(daddy.evidence["dest_whois"] == .text("GO-DADDY-COM-LLC, US"))
        #expect(daddy.evidence["dest_asn"] == .integer(26496))
        #expect(daddy.evidence["dest_as_name"] == .text("GO-DADDY-COM-LLC"))
        #expect(daddy.evidence["dest_country"] == .text("US"))
        #expect(daddy.evidence["dest_prefix"] == .text("160.153.0.0/16"))
        #expect(daddy.evidence["src_asn"] == nil)
        let other = try #require(outcome.findings.first { $0.source == IPAddress(known: "192.168.0.54") })
        #expect(other.evidence["src_whois"] == .text("private"))
        #expect(other.evidence["dest_whois"] == .text("multicast"))
    }

    @Test("of a name all addresses are looked up")
    func names() async throws {
        let folder = try Folder()
        try folder.write("asn.tsv", Self.table)
        let whois = try Self.whois("providers: [{type: tsv, paths: [asn.tsv]}]", folder)
        let outcome = try await Self.run(
            ["8.8.8.8", "8.8.8.9", "160.153.1.1"].map {
                MemoryRecord(at: 1_700_000_000, from: "10.0.0.1", to: $0, texts: [.host: "cdn.example.com"])
            }, whois, grouping: Grouping(by: .host))
        #expect(outcome.findings.first?.evidence["dest_whois"] == .text("GOOGLE, US / GO-DADDY-COM-LLC, US"))
    }

    @Test(
        "an owner that the registered name says speaks against a finding; another, or one of two, does not",
        arguments: [
            (["8.8.8.8", "8.8.8.9"], "google.com", ["owner_agrees"]), (["8.8.8.8"], "goo.com", []),
            (["8.8.8.8", "160.153.1.1"], "google.com", []), (["160.153.1.1"], "daddy.example", ["owner_agrees"]),
            (["160.153.1.1"], "godaddy.com", []),
        ])
    func agreement(addresses: [String], domain: String, modifiers: [String]) async throws {
        let folder = try Folder()
        try folder.write("asn.tsv", Self.table)
        let whois = try Self.whois("providers: [{type: tsv, paths: [asn.tsv]}]", folder)
        let outcome = try await Self.run(
            addresses.map { MemoryRecord(at: 1_700_000_000, from: "10.0.0.1", to: $0, texts: [.host: "a.\(domain)"]) },
            whois, grouping: Grouping(by: .host), registered: domain)
        #expect(outcome.findings.map { $0.modifiers.map(\.name) } == [modifiers])
    }

    @Test("without providers nothing is sent; each that asks over the network says what it sends to whom")
    func disclosures() throws {
        let folder = try Folder()
        #expect(try Self.whois("", folder).disclosures.isEmpty)
        #expect(try Self.whois("providers: [{type: mmdb, paths: [x.mmdb]}]", folder).disclosures.isEmpty)
        let all = try Self.whois(
            "providers: [{type: cymru}, {type: rdap}, {type: whois, server: whois.example}]\nhosts: {reverse_dns: all}",
            folder)
        #expect(all.disclosures.count == 4)
        #expect(
            all.disclosures[0] == "cymru sends the global addresses of findings to whois.cymru.com:43, in clear text")
        #expect(all.disclosures[2].contains("whois.example:43"))
    }

    @Test(
        "options that do not go together are complaints",
        arguments: [
            "providers: [{type: mmdb}]", "providers: [{type: cymru, paths: [x]}]",
            "providers: [{type: whois, server: \"a b\"}]",
            "providers: [{paths: [x]}]", "providers: [{type: dns}]",
        ])
    func wrong(yaml: String) throws {
        let folder = try Folder()
        #expect(throws: (any Error).self) { try Self.whois(yaml, folder) }
    }

    @Test("a file that is missing fails the run before it reads anything")
    func missing() async throws {
        let whois = try Self.whois("providers: [{type: tsv, paths: [nowhere.tsv]}]", try Folder())
        await #expect { try await Self.run([], whois) } throws: {
            "\($0)".contains("nowhere.tsv: there is no such file")
        }
    }
}
