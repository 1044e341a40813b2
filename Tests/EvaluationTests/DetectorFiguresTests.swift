import Evaluation
import FlareKit
import Testing

@testable import Evaluation

@Suite("Figures of a detector against the truth")
struct DetectorFiguresTests {
    static func key(_ number: Int, port: UInt16 = 443) throws -> ChannelKey {
        let (source, peer) = (try #require(IPAddress("10.0.0.\(number)")), try #require(IPAddress("203.0.113.9")))
        return ChannelKey(source: source, peer: .address(peer), port: port, proto: 6)
    }

    static func finding(_ number: Int, _ score: Double) throws -> Finding {
        Finding(detector: "d", subject: .channel(try key(number)), score: score, summary: "finding \(number)")
    }

    static let csv = """
        src_ip,dest_ip,dest_port,proto,label,malicious
        10.0.0.1,203.0.113.9,443,tcp,fast,1
        10.0.0.2,203.0.113.9,443,tcp,fast,1
        10.0.0.3,203.0.113.9,,,slow,1
        10.0.0.4,203.0.113.9,443,tcp,updates,0

        """

    @Test("average precision, levels, labels and examples of a small case worked out by hand")
    func byHand() throws {
        let truth = try Truth(csv: Self.csv, name: "labels.csv")
        // Ranked: found, false alarm (known harmless), found, false alarm (unknown); one of three is missed.
        let findings = [
            try Self.finding(1, 0.9), try Self.finding(4, 0.85), try Self.finding(3, 0.7), try Self.finding(9, 0.5),
        ]
        let figures = DetectorFigures("d", findings, truth, scores: [try Self.key(2): 0.3], days: 2)
        #expect(figures.positives == 3)
        let harm = try #require(figures.harm)
        #expect(abs(harm.averagePrecision - (1.0 / 3 * 1 + 1.0 / 3 * 2 / 3)) < 1e-9)
        #expect(harm.found == 2 && harm.positives == 3)
        let high = try #require(figures.levels.first { $0.severity == .high })
        #expect(high.found == 2 && high.falseAlarms == 1)
        #expect(abs(high.precision - 2.0 / 3) < 1e-9 && abs(high.recall - 2.0 / 3) < 1e-9)
        #expect(figures.levels.first?.falseAlarmsPerDay == 1)
        #expect(figures.labels.map(\.label) == ["fast", "slow", "updates"])
        #expect(figures.labels.map(\.found) == [1, 1, 1])
        #expect(figures.misses.map(\.subject) == ["10.0.0.2 → 203.0.113.9:443 tcp"])
        #expect(figures.misses.first?.priority == 0.3)
        #expect(figures.falseAlarms.map(\.label) == ["updates", ""])
    }

    @Test("harm and rhythm are ranked apart, and with and without what nobody labelled")
    func rankings() throws {
        let csv = """
            src_ip,dest_ip,label,malicious,periodic
            10.0.0.1,203.0.113.9,implant,1,1
            10.0.0.4,203.0.113.9,updates,0,1
            10.0.0.5,203.0.113.9,browsing,0,0

            """
        let truth = try Truth(csv: csv, name: "labels.csv")
        var findings = [
            try Self.finding(1, 0.7), try Self.finding(4, 0.9), try Self.finding(5, 0.8), try Self.finding(9, 0.95),
        ]
        findings[0].add([.init("alert", 20, "")])
        let figures = DetectorFigures("d", findings, truth, days: 1)
        #expect(figures.rankings.map(\.target) == [.harm, .rhythm])
        #expect(figures.rankings.map(\.positives) == [1, 2])
        // By priority the implant is first; by score the unknown one is, then updates, browsing, the implant.
        #expect(figures.rankings[0].averagePrecision == 1)
        #expect(figures.rankings[0].averagePrecisionOfLabelled == 1)
        #expect(abs(figures.rankings[1].averagePrecision - (0.5 / 2 + 0.5 * 2 / 4)) < 1e-9)
        #expect(abs(figures.rankings[1].averagePrecisionOfLabelled - (0.5 + 0.5 * 2 / 3)) < 1e-9)
    }

    @Test("an entry about an address is about a finding toward a name with that address, and the other way round")
    func names() throws {
        let source = try #require(IPAddress("10.0.0.1"))
        let truth = Truth([
            .init(source: source, peer: .address(try #require(IPAddress("203.0.113.9"))), port: 443, label: "address"),
            .init(source: source, peer: .name("evil.example"), label: "name"),
        ])
        let key = ChannelKey(source: source, peer: .name("evil.example"), port: 443, proto: 6)
        var named = Finding(detector: "d", subject: .channel(key), score: 0.9, summary: "")
        #expect(truth.entries(about: named) == [1])
        named.evidence["addresses"] = .texts(["203.0.113.9"])
        #expect(truth.entries(about: named) == [0, 1])
        var addressed = try Self.finding(1, 0.9)
        addressed.host = "evil.example"
        #expect(truth.entries(about: addressed) == [0, 1])
    }

    @Test("what became of each malicious channel and of each false alarm is kept, to compare with")
    func channels() throws {
        let truth = try Truth(csv: Self.csv, name: "labels.csv")
        let figures = DetectorFigures("d", [try Self.finding(1, 0.9), try Self.finding(9, 0.5)], truth, days: 1)
        #expect(figures.channels.map(\.isMalicious) == [true, true, true, false])
        #expect(figures.channels.map(\.place) == [1, nil, nil, 2])
        #expect(figures.channels.map(\.severity) == [.critical, nil, nil, .medium])
    }

    @Test("findings of equal priority count together, whatever their order")
    func ties() throws {
        let truth = try Truth(csv: Self.csv, name: "labels.csv")
        let findings = [try Self.finding(1, 0.9), try Self.finding(8, 0.9), try Self.finding(2, 0.9)]
        let figures = DetectorFigures("d", findings, truth, days: 1)
        #expect(figures.harm?.curve.count == 1)
        #expect(figures == DetectorFigures("d", findings.reversed(), truth, days: 1))
    }

    @Test("a finding about a source or a group finds all its entries")
    func subjects() throws {
        let truth = try Truth(csv: Self.csv, name: "labels.csv")
        let source = Finding(
            detector: "d", subject: .source(try Self.key(3).source), score: 0.9, summary: "a scan")
        let group = Finding(
            detector: "d", subject: .group([try Self.key(1), try Self.key(2)]), score: 0.8, summary: "a campaign")
        let figures = DetectorFigures("d", [source, group], truth, days: 1)
        #expect(figures.harm?.averagePrecision == 1)
        #expect(figures.levels.first?.falseAlarms == 0)
    }

    @Test("no finding and no truth are no division by zero")
    func empty() throws {
        let figures = DetectorFigures("d", [], Truth([]), days: 0)
        #expect(figures.harm?.averagePrecision == 0)
        #expect(figures.levels.allSatisfy { $0.precision == 1 && $0.recall == 0 && $0.falseAlarmsPerDay == 0 })
    }

    @Test(
        "what is wrong with a truth is named with its line",
        arguments: [
            ("", "labels.csv: it is empty"), ("a,b\n", "labels.csv:1: there is no column src_ip, only a, b"),
            ("src_ip\nx\n", "labels.csv:2: src_ip is no address"),
            ("src_ip,dest_port\n10.0.0.1,70000\n", "labels.csv:2: dest_port 70000 is no port"),
            ("src_ip,malicious\n\n10.0.0.1,yes\n", "labels.csv:3: malicious is 0 or 1, not yes"),
        ])
    func wrongTruth(csv: String, said: String) {
        #expect {
            try Truth(csv: csv, name: "labels.csv")
        } throws: {
            "\($0)".hasPrefix(said)
        }
    }

    @Test("quoted cells of a CSV may hold commas, quotes and ends of line")
    func csvCells() {
        let rows = CSVRows.read("a,\"b,c\"\r\n\"d\"\"e\",\"f\ng\"\n")
        #expect(rows.map(\.cells) == [["a", "b,c"], ["d\"e", "f\ng"]])
        #expect(rows.map(\.line) == [1, 2])
    }

    @Test("the drawing has a line for each detector")
    func drawing() throws {
        let truth = try Truth(csv: Self.csv, name: "labels.csv")
        let figures = DetectorFigures("<d>", [try Self.finding(1, 0.9)], truth, days: 1)
        let svg = PrecisionRecallDrawing(EvaluationFigures(pipeline: "p", days: 1, detectors: [figures, figures])).svg
        #expect(svg.components(separatedBy: "<polyline").count == 3)
        #expect(svg.contains("&lt;d>: average precision 0.33, 3 positives"))
    }
}
