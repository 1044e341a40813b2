import FlareKit
import FlareKitTesting
import SyntheticTraffic
import Testing

@testable import DNS

@Suite("dns-c2")
struct DNSC2Tests {
    /// Seeds on which nothing was tuned.
    static let seeds: [UInt64] = [301, 302, 303]

    @Test(
        "a tunnel among everything harmless is one finding, the first in the list",
        arguments: [LookupPlan.dnscat2, .cobaltStrike], seeds)
    func tunnels(plan: LookupPlan, seed: UInt64) async throws {
        let found = try await MemoryRun.findings(of: detector(), in: records(plan, seed: seed) + harmless(seed: seed))
        let first = try #require(found.first)
        #expect(first.channel?.peer == .name(try #require(plan.domain)))
        #expect(first.severity >= .high, "\(first.summary) \(first.texts("dns_evidence") ?? [])")
        #expect(found.filter { $0.severity >= .high }.count == 1, "\(found.map(\.summary))")
        #expect(first.form == "data in names")
        #expect(first.texts("dns_resolvers") == [resolver])
        #expect(first.texts("dns_examples")?.count == 3)
        #expect(first.texts("techniques") == ["T1071.004", "T1572"])
    }

    @Test("generated domains of one source are one finding", arguments: seeds)
    func generated(seed: UInt64) async throws {
        let family = records(.generatedDomains, seed: seed)
        let found = try await MemoryRun.findings(of: detector(), in: family + harmless(seed: seed))
        let first = try #require(found.first)
        #expect(first.subject == .source(try #require(IPAddress(client))))
        #expect(first.form == "generated domains")
        #expect(first.texts("techniques") == ["T1071.004", "T1568.002"])
        #expect(first.severity >= .high)
        #expect(abs((first.interval ?? 0) - 10) < 1)
        #expect(found.filter { $0.severity >= .high }.count == 1, "\(found.map(\.summary))")
    }

    @Test(
        "what resembles a tunnel is not high by itself", arguments: LookupPlan.allCases.filter { !$0.isMalicious },
        seeds)
    func lookAlikes(plan: LookupPlan, seed: UInt64) async throws {
        let found = try await MemoryRun.findings(of: detector(), in: records(plan, seed: seed, hours: 24))
        #expect(!found.contains { $0.severity >= .high }, "\(found.map(\.summary))")
    }

    @Test(
        "whoever is asked, lookups below one domain are one channel, and what a resolver asks for a client is the client's"
    )
    func resolvers() async throws {
        let all = records(.dnscat2, seed: 9, hours: 1)
        var records = all.enumerated().map { number, record in
            var record = record
            if number.isMultiple(of: 2) { record.destination = IPAddress(v4: 0x0A00_0036) }
            return record
        }
        records += all.map { record in
            var relayed = record
            relayed.source = record.destination
            relayed.destination = IPAddress(v4: 0x0808_0808)
            return relayed
        }
        let found = try await MemoryRun.findings(of: detector(), in: records)
        #expect(found.count == 1)
        #expect(found.first?.source == IPAddress(client))
        #expect(found.first?.texts("dns_resolvers") == ["10.0.0.53", "10.0.0.54"])
        #expect(found.first?.texts("dns_relays") == ["10.0.0.53"])
        #expect(found.first?.occurrences == all.count)
    }

    @Test("answers beside their questions count as answers alone")
    func apart() async throws {
        let whole = records(.dnscat2, seed: 9, hours: 1)
        let apart = whole.flatMap { record -> [MemoryRecord] in
            var (question, answer) = (record, record)
            for column in [ColumnName.answers, .responseCode, .answerTTLs] { question.texts[column] = nil }
            answer.numbers[.isAnswer] = 1
            answer.start = answer.start.advanced(by: 20_000_000)
            return [question, answer]
        }
        let first = try #require(try await MemoryRun.findings(of: detector(), in: whole).first)
        let second = try #require(try await MemoryRun.findings(of: detector(), in: apart).first)
        #expect(first.summary == second.summary)
        #expect(first.evidence == second.evidence)
        #expect(first.score == second.score)
    }

    @Test("a detector of single names sees no answers, though another asks for them")
    func beside() async throws {
        let records = (0..<20).flatMap { number -> [MemoryRecord] in
            let question = MemoryRecord(SyntheticLookup(seconds: Double(number) * 60, name: "a.example.com", type: "A"))
            var answer = question
            answer.numbers[.isAnswer] = 1
            return [question, answer]
        }
        let dnsC2 = try detector()
        let outcome = try await MemoryRun.outcome(
            of: [dnsC2, CountingDetector(grouping: Grouping(by: .domain))], in: records)
        #expect(outcome.findings.map(\.occurrences) == [20])
    }

    @Test("the sentence says how many names, how long, of which types, and how much they carried")
    func sentence() async throws {
        let records = (0..<200).map { number in
            MemoryRecord(
                SyntheticLookup(
                    seconds: Double(number),
                    name: String(repeating: "\(1000 + number)abcdefg", count: 5) + ".example.com",
                    type: "TXT", answers: ["0123456789"], timeToLive: 0))
        }
        let found = try await MemoryRun.findings(of: detector(), in: records)
        #expect(
            found.map(\.summary) == [
                "200 names below example.com in 3 min 19 s, 55 bytes each, asked for as TXT: 11 kB in names, 2 kB in answers"
            ])
    }
}

@Suite("rita-dns")
struct RITADNSTests {
    @Test(
        "RITA's thresholds are steps of severity",
        arguments: [(99, nil), (100, .low), (500, .medium), (800, .high), (1000, .critical)] as [(Int, Severity?)])
    func steps(names: Int, severity: Severity?) async throws {
        let records = (0..<names).map {
            MemoryRecord(SyntheticLookup(seconds: Double($0), name: "n\($0).example.com", type: "A"))
        }
        let found = try await MemoryRun.findings(of: RITADNSDetector(RITADNSOptions()), in: records)
        #expect(found.first?.severity == severity)
        #expect(found.first?.integer("rita_subdomains") == (severity == nil ? nil : names))
    }
}
