import Beacon
import DNS
import FlareKit
import FlareKitTesting
import SyntheticTraffic
import Traffic

/// C2 that no steady rhythm shows: in lookups, at the rate of a flood, toward a server that is gone. Each look holds one implant
/// beside harmless programs that resemble it.
struct HiddenC2 {
    let name: String
    let detectors: [any Detector]
    /// Seconds of each look.
    let looks: [Double]
    /// The records of one look.
    let records: @Sendable (Double, inout SeededGenerator) -> [MemoryRecord]

    private static let implant = "10.0.0.5", others = "10.0.0.6", server = "203.0.113.9", resolver = "10.0.0.53"
    private static let noon = 1_700_000_000.0
    private static let drawsPerSeed = 10

    static let all: [HiddenC2] =
        [LookupPlan.dnscat2, .cobaltStrike, .generatedDomains].map { plan in
            HiddenC2(
                name: plan.title, detectors: [DNSC2Detector(DNSC2Options()), RITADNSDetector(RITADNSOptions())],
                looks: [600, 3600, 14_400]
            ) { seconds, dice in
                LookupPlan.allCases.filter { $0 == plan || !$0.isMalicious }.flatMap { each in
                    each.lookups(hours: seconds / 3600, using: &dice).map {
                        record(of: $0, from: each.isMalicious ? implant : others)
                    }
                }
            }
        } + [
            HiddenC2(
                name: "flood of calls, 1.2 to 20 a second", detectors: [StrobeDetector(StrobeOptions())],
                looks: [900, 3600]
            ) { seconds, dice in
                let pace = dice.logUniform(0.05, 0.8)
                let plan = BeaconPlan(period: pace, jitter: .uniform(dice.uniform(0, 0.9)), latency: 0)
                return flows(plan.times(in: TimeSpan(seconds), using: &dice), to: server, &dice)
                    + harmless(seconds, &dice)
            },
            HiddenC2(
                name: "retries at a server that is gone, each 1 to 30 min",
                detectors: [BeaconDetector(BeaconOptions())],
                looks: [14_400, 86_400]
            ) { seconds, dice in
                let plan = BeaconPlan(
                    period: dice.logUniform(60, 1800), jitter: .uniform(dice.uniform(0, 0.5)), burst: 1, burstExtra: 3,
                    burstSpread: dice.uniform(1, 10), latency: dice.uniform(1, 20))
                return flows(plan.times(in: TimeSpan(seconds), using: &dice), to: server, answered: false, &dice)
                    + harmless(seconds, &dice)
            },
        ]

    /// A row for each detector and length of the look.
    static func table(seeds: [UInt64]) async throws -> String {
        var text = "| kind | look | detector | implants | found | at high or above | others at high or above |\n"
        text += "| --- | --- | --- | --- | --- | --- | --- |\n"
        for (number, kind) in all.enumerated() {
            for look in kind.looks {
                let sets = seeds.flatMap { seed in
                    (0..<drawsPerSeed).map { draw -> [MemoryRecord] in
                        var dice = SeededGenerator(seed: seed).fork(UInt64(number * drawsPerSeed + draw))
                        return kind.records(look, &dice)
                    }
                }
                for detector in kind.detectors {
                    var (found, high, others) = (0, 0, 0)
                    for records in sets {
                        let findings = try await MemoryRun.findings(of: detector, in: records)
                        let own = findings.filter { $0.source == IPAddress(implant) }
                        found += own.isEmpty ? 0 : 1
                        high += own.contains { $0.severity >= .high } ? 1 : 0
                        others += findings.count { $0.severity >= .high && $0.source != IPAddress(implant) }
                    }
                    text +=
                        "| \(kind.name) | \(Readable.seconds(look)) | \(detector.name) | \(sets.count) | \(found) | "
                    text += "\(high) | \(others) |\n"
                }
            }
        }
        return text
    }

    private static func record(of lookup: SyntheticLookup, from source: String) -> MemoryRecord {
        MemoryRecord(
            .dns, at: noon + lookup.seconds, from: source, to: resolver, port: lookup.port, proto: 17,
            texts: [
                .query: lookup.name, .queryType: lookup.type, .responseCode: lookup.code,
                .answers: lookup.answers.joined(separator: "\n"),
                .answerTTLs: lookup.answers.map { _ in "\(lookup.timeToLive)" }.joined(separator: "\n"),
            ])
    }

    private static func flows(
        _ times: [Int64], from source: String = implant, to destination: String, answered: Bool = true,
        _ dice: inout SeededGenerator
    ) -> [MemoryRecord] {
        times.map { time in
            MemoryRecord(
                at: Double(time) / 1e9, from: source, to: destination,
                up: answered ? Int64(dice.uniform(200, 900)) : 60,
                down: answered ? Int64(dice.uniform(100, 2000)) : 0)
        }
    }

    /// A scan, a stream's segments, pages with all that they load, and a machine that is checked every second.
    private static func harmless(_ seconds: Double, _ dice: inout SeededGenerator) -> [MemoryRecord] {
        var records: [MemoryRecord] = []
        func add(_ time: Double, _ to: String, _ up: Double, _ down: Double) {
            records.append(
                MemoryRecord(at: noon + time, from: others, to: to, up: Int64(max(0, up)), down: Int64(max(0, down))))
        }
        for number in 0..<Int(min(seconds, 3600)) { add(Double(number), "198.51.100.\(number % 250)", 60, 0) }
        for number in 0..<Int(seconds / 4) { add(Double(number) * 4, "192.0.2.10", 500, 1_000_000) }
        for number in 0..<Int(seconds * 2) { add(Double(number) / 2, "10.0.0.80", 120, 300) }
        var now = 0.0
        while now < seconds {
            for _ in 0..<Int(dice.uniform(5, 60)) {
                add(now + dice.uniform(0, 3), "192.0.2.20", 600, dice.uniform(1e3, 1e5))
            }
            now += dice.exponential(mean: 90)
        }
        return records
    }
}

extension LookupPlan {
    fileprivate var title: String {
        switch self {
        case .dnscat2: "dnscat2"
        case .cobaltStrike: "Cobalt Strike over DNS"
        case .generatedDomains: "generated domains"
        default: rawValue
        }
    }
}

extension TimeSpan {
    fileprivate init(_ seconds: Double) { self.init(start: 1_700_000_000_000_000_000, hours: seconds / 3600) }
}
