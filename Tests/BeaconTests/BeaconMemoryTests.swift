import FlareKit
import FlareKitTesting
import HistoryDatabase
import TestKit
import Testing

@testable import Beacon

@Suite("Beacons that call three times a day")
struct BeaconMemoryTests {
    static let day = 86_400.0
    static let dawn = 1_767_225_600.0

    /// 8 h ± 30 % for some days, beside the sensor's usual traffic.
    struct Week {
        var records: [MemoryRecord] = []

        init(days: Int = 8, seed: UInt64 = 3) {
            var dice = SeededDice(seed: seed)
            let end = Double(days) * day
            var time = 3 * 3600.0
            while time < end {
                add(time, "10.0.0.1", "203.0.113.9")
                time += 8 * 3600 * (0.7 + 0.6 * dice.share())
            }
            for host in 1...30 {
                for _ in 0..<3 * days { add(dice.share() * end, "10.0.0.\(host)", "198.51.100.\(host)") }
            }
            var minute = 0.0
            while minute < end {
                add(minute + 50 * dice.share(), "10.0.0.99", "192.0.2.\(Int(dice.share() * 200))")
                minute += 60
            }
        }

        private mutating func add(_ time: Double, _ source: String, _ destination: String) {
            records.append(MemoryRecord(at: dawn + time, from: source, to: destination, up: 1200, down: 300))
        }
    }

    static func run(_ week: Week, from first: Double, to last: Double, _ options: String) async throws -> RunOutcome {
        let records = week.records.filter { (dawn + first * day..<dawn + last * day).contains($0.start.seconds) }
        return try await RunEngine(version: "test", now: Timestamp(seconds: dawn + last * day + 600)).run(
            Pipeline(
                name: "test", sources: [.init("memory", MemorySource(records))],
                detectors: [.init("beacon", BeaconDetector(BeaconOptions.read(options)))],
                sinks: [.init("sink", MemorySink())]))
    }

    static func isImplant(_ finding: Finding) -> Bool {
        finding.channel?.peer.description == "203.0.113.9"
    }

    @Test("are found after seven nights, by the same detector, and told from what has no period")
    func week() async throws {
        let folder = TemporaryFolder()
        let memory = "{memory: \"\(folder.path("h.sqlite"))\"}"
        let week = Week()
        for night in 0..<7 {
            let outcome = try await Self.run(week, from: Double(night), to: Double(night + 1), memory)
            #expect(outcome.run.failures == [])
            #expect(outcome.findings.allSatisfy(Self.isImplant))
            if night < 3 { #expect(outcome.findings.isEmpty) }
            guard night == 6 else { continue }
            let finding = try #require(outcome.findings.first)
            #expect(finding.evidence["series_days"] == .integer(7))
            #expect(finding.evidence["days_called"] == .integer(6))
            #expect(finding.evidence["first_called"] == .time(Timestamp(seconds: Self.dawn + 3 * 3600)))
            #expect(finding.evidence["new_in_window"] == .boolean(false))
            #expect(finding.summary.contains("expected callbacks in 7 days"))
            let hours = (finding.interval ?? 0) / 3600
            #expect((6.5...9.5).contains(hours))
        }
        let without = try await Self.run(week, from: 6, to: 7, "{}")
        #expect(!without.findings.contains(where: Self.isImplant))
    }

    @Test("count once where a run is killed and comes again, and where windows overlap")
    func again() async throws {
        let week = Week()
        var outcomes: [RunOutcome] = []
        for overlaps in [false, true] {
            let folder = TemporaryFolder()
            let memory = "{memory: \"\(folder.path("h.sqlite"))\"}"
            var last: RunOutcome?
            for night in 0..<7 {
                let (first, end) = (Double(night), Double(night + 1))
                if overlaps {
                    _ = try await Self.run(week, from: first - 0.4, to: end - 0.5, memory)
                    _ = try await Self.run(week, from: first, to: end, memory)
                }
                last = try await Self.run(week, from: first, to: end, memory)
            }
            outcomes.append(try #require(last))
        }
        let found = outcomes.map { $0.findings.first { Self.isImplant($0) } }
        #expect(found[0] != nil)
        #expect(found[0]?.evidence["callbacks"] == found[1]?.evidence["callbacks"])
        #expect(found[0]?.interval == found[1]?.interval)
    }

    @Test("are told from what people and jobs do at their hours, day by day")
    func daily() async throws {
        let folder = TemporaryFolder()
        let memory = "{memory: \"\(folder.path("h.sqlite"))\"}"
        var week = Week()
        var dice = SeededDice(seed: 5)
        for host in 1...40 {
            let hours = (0..<2 + host % 4).map { _ in dice.share() * Self.day }
            for day in 0..<7 {
                for hour in hours {
                    week.records.append(
                        MemoryRecord(
                            at: Self.dawn + Double(day) * Self.day + hour + dice.share() * 30, from: "10.0.1.\(host)",
                            to: "198.51.100.200"))
                }
            }
        }
        for night in 0..<7 {
            let outcome = try await Self.run(week, from: Double(night), to: Double(night + 1), memory)
            #expect(outcome.findings.allSatisfy(Self.isImplant))
        }
    }

    @Test("are found although the sensor was off for two nights, which are no missed calls")
    func gap() async throws {
        let folder = TemporaryFolder()
        let memory = "{memory: \"\(folder.path("h.sqlite"))\"}"
        let week = Week(days: 10)
        var last: RunOutcome?
        for night in [0, 1, 2, 5, 6, 7, 8, 9] {
            last = try await Self.run(week, from: Double(night), to: Double(night + 1), memory)
        }
        let finding = try #require(last?.findings.first(where: Self.isImplant))
        guard case .integer(let missed)? = finding.evidence["callbacks_missed"] else {
            Issue.record("missed callbacks are evidence")
            return
        }
        #expect(missed <= 3)
    }

    @Test("say when memory has no room, and a memory that cannot be kept spoils no finding")
    func room() async throws {
        let folder = TemporaryFolder()
        let week = Week()
        let outcome = try await Self.run(week, from: 0, to: 1, "{memory: \"\(folder.path("h.sqlite"))\", remember: 20}")
        #expect(
            outcome.run.warnings.contains { $0.hasPrefix("beacon: memory holds 20 channels, and had no room for ") })

        _ = try folder.write("no database\n", as: "other.txt")
        let clocks = BeaconDetectorTests.calls(from: "10.0.0.1")
        let failed = try await BeaconDetectorTests.run(
            clocks, BeaconOptions.read("{memory: \"\(folder.path("other.txt"))\"}"))
        #expect(failed.findings.count == 1)
        #expect(failed.run.failures.contains { $0.contains("other.txt") && $0.hasPrefix("detector beacon: ") })
    }
}
