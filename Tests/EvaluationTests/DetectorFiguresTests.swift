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
        #expect(abs(figures.averagePrecision - (1.0 / 3 * 1 + 1.0 / 3 * 2 / 3)) < 1e-9)
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

    @Test("findings of equal priority count together, whatever their order")
    func ties() throws {
        let truth = try Truth(csv: Self.csv, name: "labels.csv")
        let findings = [try Self.finding(1, 0.9), try Self.finding(8, 0.9), try Self.finding(2, 0.9)]
        let figures = DetectorFigures("d", findings, truth, days: 1)
        #expect(figures.curve.count == 1)
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
        #expect(figures.averagePrecision == 1)
        #expect(figures.levels.first?.falseAlarms == 0)
    }

    @Test("no finding and no truth are no division by zero")
    func empty() throws {
        let figures = DetectorFigures("d", [], Truth([]), days: 0)
        #expect(figures.averagePrecision == 0)
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
