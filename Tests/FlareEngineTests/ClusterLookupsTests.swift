import FlareKit
import FlareKitTesting
import Testing

@testable import FlareEngine

@Suite("Lookups of a source that groups by itself")
struct ClusterLookupsTests {
    private static let noon = 1_700_000_000.0

    @Test("lookups are read and grouped here, flows are grouped there, and only those of candidates are read")
    func apart() async throws {
        var flows: [MemoryRecord] = []
        for number in 0..<20 {
            flows.append(MemoryRecord(at: Self.noon + Double(number) * 60, from: "10.0.0.1", to: "203.0.113.9"))
        }
        for number in 0..<500 {
            flows.append(
                MemoryRecord(
                    at: Self.noon + Double(number), from: "10.0.0.1", to: "198.51.100.7", port: UInt16(1000 + number)))
        }
        let lookups = (0..<30).map { number -> MemoryRecord in
            MemoryRecord(
                .dns, at: Self.noon + Double(number), from: "10.0.0.1", to: "10.0.0.53", port: 53, proto: 17,
                texts: [.query: "n\(number).example.co.uk"])
        }
        let cluster = MemoryCluster(flows + lookups)
        let registered = Grouping(by: .domain, ignoring: [.subdomain])
        let pipeline = Pipeline(
            name: "cluster", sources: [.init("cluster", cluster)], enrichers: [],
            detectors: [
                .init("flows", CountingDetector(minimumCount: 10)),
                .init("lookups", CountingDetector(minimumCount: 10, grouping: registered)),
            ], sinks: [.init("memory", MemorySink())], threads: 2)
        let outcome = try await RunEngine(version: "test", now: Timestamp(seconds: Self.noon + 3600)).run(pipeline)
        #expect(Set(outcome.findings.compactMap { $0.channel?.peer.description }) == ["203.0.113.9", "example.co.uk"])
        #expect(Set(outcome.findings.compactMap { $0.occurrences }) == [20, 30])
        #expect(cluster.fetched == 50)
        #expect(outcome.run.ingest.used["dns"]?.count == 30)
    }
}

@Suite("Registered domains")
struct RegisteredDomainsTests {
    @Test("the longest names of a domain are kept to show, whatever the order in which they come")
    func examples() {
        let names = (0..<50).map { "\(String(repeating: "a", count: $0 % 7))\($0).example.com" }
        var (first, second, third) = (RegisteredDomains(), RegisteredDomains(), RegisteredDomains())
        for name in names { #expect(first.take(name) == "example.com") }
        for name in names.prefix(20).reversed() { _ = second.take(name) }
        for name in names.dropFirst(20) { _ = third.take(name) }
        #expect(first.examples["example.com"]?.count == 3)
        #expect(RegisteredDomains.examples(of: [second, third]) == first.examples)
    }

    @Test(
        "a name has the domain that was registered, and none where it is a suffix",
        arguments: [
            ("a.b.Example.CO.UK.", "example.co.uk"), ("example.com", "example.com"), ("com", ""), ("printer", ""),
            ("", ""),
            ("x.y.duckdns.org", "y.duckdns.org"), ("4.3.2.1.in-addr.arpa", "1.in-addr.arpa"),
        ])
    func domains(name: String, domain: String) {
        var domains = RegisteredDomains()
        #expect(domains.take(name) == domain)
        #expect(domains.take(name) == domain)
    }
}
