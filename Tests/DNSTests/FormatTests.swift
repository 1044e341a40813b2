import FlareKit
import FlareKitTesting
import Foundation
import Suricata
import SyntheticTraffic
import TestKit
import Testing
import Zeek

@testable import DNS

/// The same lookups, as sensors write them.
enum Logs {
    static let lookups: [SyntheticLookup] = {
        var dice = SeededGenerator(seed: 41)
        return LookupPlan.dnscat2.lookups(hours: 0.5, using: &dice)
    }()

    private static func time(_ lookup: SyntheticLookup, after seconds: Double = 0) -> String {
        let time = Timestamp(seconds: noon + lookup.seconds + seconds)
        return time.description.replacing("Z", with: "+0000")
    }

    private static func eve(
        _ lookup: SyntheticLookup, _ number: Int, _ body: String, after: Double = 0, back: Bool = false
    )
        -> String
    {
        let ends =
            back
            ? #""src_ip":"\#(resolver)","src_port":53,"dest_ip":"\#(client)","dest_port":\#(40_000 + number % 20_000)"#
            : #""src_ip":"\#(client)","src_port":\#(40_000 + number % 20_000),"dest_ip":"\#(resolver)","dest_port":53"#
        return
            #"{"timestamp":"\#(time(lookup, after: after))","flow_id":\#(1000 + number),"event_type":"dns",\#(ends),"#
            + #""proto":"UDP","dns":\#(body)}"# + "\n"
    }

    /// Version 1 (Suricata 4): a record for each answer, as the resolver sent it.
    static var version1: String {
        lookups.enumerated().map { number, lookup in
            let (name, type) = (lookup.name, lookup.type)
            return eve(
                lookup, number, #"{"type":"query","id":\#(number),"rrname":"\#(name)","rrtype":"\#(type)","tx_id":0}"#)
                + eve(
                    lookup, number,
                    #"{"type":"answer","id":\#(number),"rcode":"NOERROR","rrname":"\#(name)","rrtype":"\#(type)","ttl":60,"#
                        + #""rdata":"\#(lookup.answers[0])"}"#, after: 0.02, back: true)
        }.joined()
    }

    /// Version 2 (Suricata 5 to 7), with the answers at length.
    static var version2: String {
        lookups.enumerated().map { number, lookup in
            let (name, type) = (lookup.name, lookup.type)
            return eve(
                lookup, number, #"{"type":"query","id":\#(number),"rrname":"\#(name)","rrtype":"\#(type)","tx_id":0}"#)
                + eve(
                    lookup, number,
                    #"{"version":2,"type":"answer","id":\#(number),"flags":"8180","qr":true,"rrname":"\#(name)","#
                        + #""rrtype":"\#(type)","rcode":"NOERROR","answers":[{"rrname":"\#(name)","rrtype":"\#(type)","#
                        + #""ttl":60,"rdata":"\#(lookup.answers[0])"}]}"#, after: 0.02)
        }.joined()
    }

    /// Version 3 (Suricata 8): what was asked for is a list.
    static var version3: String {
        lookups.enumerated().map { number, lookup in
            let (name, type) = (lookup.name, lookup.type)
            let queries = #""queries":[{"rrname":"\#(name)","rrtype":"\#(type)"}]"#
            return eve(lookup, number, #"{"version":3,"type":"request","tx_id":0,"id":\#(number),\#(queries)}"#)
                + eve(
                    lookup, number,
                    #"{"version":3,"type":"response","tx_id":0,"id":\#(number),"rcode":"NOERROR",\#(queries),"#
                        + #""answers":[{"rrname":"\#(name)","rrtype":"\#(type)","ttl":60,"rdata":"\#(lookup.answers[0])"}]}"#,
                    after: 0.02)
        }.joined()
    }

    static var zeek: String {
        let fields =
            "ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto trans_id query qtype_name rcode_name answers TTLs"
        let header =
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
            + "#open\t2024-04-19-00-00-01\n#fields\t\(fields.replacing(" ", with: "\t"))\n"
        return header
            + lookups.enumerated().map { number, lookup in
                let answer =
                    lookup.type == "TXT" ? "TXT \(lookup.answers[0].count) \(lookup.answers[0])" : lookup.answers[0]
                return [
                    "\(noon + lookup.seconds)", "C\(number)", client, "40000", resolver, "53", "udp", "\(number)",
                    lookup.name, lookup.type, "NOERROR", answer, "60.000000",
                ].joined(separator: "\t") + "\n"
            }.joined()
    }

    static var zeekJSON: String {
        lookups.enumerated().map { number, lookup in
            #"{"_path":"dns","ts":\#(noon + lookup.seconds),"uid":"C\#(number)","id.orig_h":"\#(client)","id.orig_p":40000,"#
                + #""id.resp_h":"\#(resolver)","id.resp_p":53,"proto":"udp","query":"\#(lookup.name)","#
                + #""qtype_name":"\#(lookup.type)","rcode_name":"NOERROR","answers":["\#(lookup.answers[0])"],"TTLs":[60.0]}"#
                + "\n"
        }.joined()
    }
}

@Suite("Lookups as sensors write them")
struct FormatTests {
    private let folder = TemporaryFolder()

    private func findings(_ source: any Source) async throws -> RunOutcome {
        let pipeline = Pipeline(
            name: "logs", sources: [.init("logs", source)], enrichers: [],
            detectors: [.init("dns-c2", try detector())], sinks: [.init("memory", MemorySink())], threads: 2)
        return try await RunEngine(version: "test", now: Timestamp(seconds: noon + 10_000)).run(pipeline)
    }

    private func check(_ outcome: RunOutcome) throws {
        #expect(outcome.findings.count == 1)
        let first = try #require(outcome.findings.first)
        #expect(first.occurrences == Logs.lookups.count)
        #expect(first.integer("dns_names") == Set(Logs.lookups.map(\.name)).count)
        #expect(first.number("dns_failed") == 0)
        #expect(first.number("dns_ttl") == 31)
        #expect(
            first.bytesToServer == Int64(Logs.lookups.reduce(0) { $0 + $1.name.count - "update-relay.net".count - 1 }))
        #expect(first.bytesToClient == Int64(Logs.lookups.reduce(0) { $0 + $1.answers[0].count }))
        #expect(first.source == IPAddress(client))
        #expect(outcome.run.ingest.rejectedCount == 0)
    }

    @Test("EVE of versions 1, 2 and 3", arguments: [Logs.version1, Logs.version2, Logs.version3])
    func eve(log: String) async throws {
        let path = try folder.write(log, as: "eve.json")
        let outcome = try await findings(
            try EVESource(try EVESourceOptions.read("paths: [\"\(path)\"]"), PluginContext()))
        try check(outcome)
        #expect(outcome.run.ingest.used["dns"]?.count == 2 * Logs.lookups.count)
    }

    @Test("Zeek's dns.log in columns and in JSON", arguments: [Logs.zeek, Logs.zeekJSON])
    func zeek(log: String) async throws {
        let path = try folder.write(log, as: "dns.log")
        try check(
            await findings(try ZeekSource(try ZeekSourceOptions.read("paths: [\"\(path)\"]"), PluginContext())))
    }
}
