import FlareKit
import FlareKitTesting
import Foundation
import Testing

@testable import Domain

@Suite("Names in findings")
struct DomainNameTests {
    @Test(
        "names that machines draw are told from names that people choose",
        arguments: [
            ("xjqzkvwpfhtg.com", true), ("qzxv8k3j9w2mfh7t.net", true), ("8f14e45fceea167a.org", true),
            ("stackoverflow.com", false), ("deutschebahn.de", false), ("newyorktimes.com", false),
            ("weatherstation.net", false),
        ])
    func likelihood(name: String, isGenerated: Bool) throws {
        let likelihood = try #require(try Bundled.knowledge().facts(of: name)?.likelihood)
        #expect(isGenerated ? likelihood > 0.9 : likelihood < 0.1, "\(name): \(likelihood)")
    }

    @Test("of short labels and of punycode nothing is said", arguments: ["t.co", "qzxvk.com", "xn--85x722f.cn"])
    func short(name: String) throws { #expect(try Bundled.knowledge().facts(of: name)?.likelihood == nil) }

    @Test("a model that is written and read again says the same")
    func roundTrip() throws {
        var model = NameModel()
        for label in ["example", "samples", "exchange-1", "x_y"] { model.learn(label) }
        model.seal()
        let again = try #require(NameModel(text: "# remark\n" + model.text))
        for label in ["examples", "zzzzzzz", "exchange-12"] {
            #expect(again.likelihood(label) == model.likelihood(label))
        }
        #expect(NameModel(text: "") == nil)
        #expect(NameModel(text: "abc") == nil)
    }

    @Test(
        "names that look like well-known ones are told",
        arguments: [
            ("googl3.com", "google.com"), ("g00gle.com", "google.com"), ("rnicrosoft.com", "microsoft.com"),
            ("paypa1.com", "paypal.com"), ("pay-pal.com", "paypal.com"), ("faecbook.com", "facebook.com"),
            ("microsoftonlime.com", "microsoftonline.com"), ("google.com", nil), ("google.de", nil),
            ("example.org", nil), ("maple.com", nil), ("x.com", nil),
        ] as [(String, String?)])
    func lookalike(name: String, original: String?) throws {
        #expect(try Bundled.knowledge().facts(of: name)?.lookalike == original)
    }

    @Test(
        "the distance counts letters added, left out, changed or swapped",
        arguments: [
            ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abcd", 1), ("abc", "ab", 1), ("abc", "axc", 1),
            ("abcdef", "fedcba", 9),
        ])
    func distance(a: String, b: String, distance: Int) {
        #expect(
            min(
                9,
                Lookalikes.distance(Array(a.utf8), Array(b.utf8), atMost: 3) > 3
                    ? 9 : Lookalikes.distance(Array(a.utf8), Array(b.utf8), atMost: 3)) == distance)
    }

    @Test("entropy is in bits a character")
    func entropy() {
        #expect(DomainKnowledge.entropy("aaaa") == 0)
        #expect(DomainKnowledge.entropy("abab") == 1)
        #expect(DomainKnowledge.entropy("abcd") == 2)
    }

    @Test("findings about names get the fields, others do not")
    func enrich() async throws {
        let domain = DomainEnricher(DomainOptions())
        let pipeline = Pipeline(
            name: "test",
            sources: [
                .init(
                    "memory",
                    MemorySource([
                        MemoryRecord(
                            at: 1_700_000_000, from: "10.0.0.1", to: "192.0.2.1", texts: [.host: "cdn.googl3.com"]),
                        MemoryRecord(at: 1_700_000_000, from: "10.0.0.1", to: "192.0.2.2"),
                    ]))
            ], enrichers: [.init("domain", domain)],
            detectors: [.init("counting", CountingDetector(grouping: Grouping(by: .host)))],
            sinks: [.init("sink", MemorySink())])
        let outcome = try await RunEngine(version: "test", now: Timestamp(seconds: 1_700_100_000)).run(pipeline)
        let named = try #require(outcome.findings.first { $0.host != nil })
        #expect(named.evidence["registered_domain"] == .text("googl3.com"))
        #expect(named.evidence["lookalike_of"] == .text("google.com"))
        #expect(named.evidence["name_entropy"] == .number(1.92))
        let other = try #require(outcome.findings.first { $0.host == nil })
        #expect(other.evidence["registered_domain"] == nil)
    }

    @Test("a list of top sites of one's own is learned in place of what is bundled")
    func ownSites() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("domain-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = (0..<300).map { "\($0),xq\("zkvw".dropFirst($0 % 4))jzxq.com\n" }.joined()
        try names.write(to: folder.appendingPathComponent("top.csv"), atomically: true, encoding: .utf8)
        let own = try Bundled.knowledge("top_sites: top.csv", folder: folder.path)
        let likelihood = try #require(own.facts(of: "xqzkvwjzxq.com")?.likelihood)
        #expect(likelihood < 0.5)
        #expect(throws: PluginError.self) { try Bundled.knowledge("top_sites: nowhere.csv", folder: folder.path) }
        #expect(throws: PluginError.self) { try Bundled.knowledge("suffixes: top.csv", folder: folder.path) }
    }
}
