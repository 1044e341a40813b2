import FlareKit
import Foundation
import Testing

@testable import FlareEngine

@Suite("What is news")
struct ToldFindingsTests {
    private static func finding(_ score: Double, interval: Double? = 60, to peer: UInt64 = 2) -> Finding {
        let key = ChannelKey(
            source: IPAddress(high: 0, low: 1), peer: .address(IPAddress(high: 0, low: peer)), port: 443, proto: 6)
        var finding = Finding(detector: "test", subject: .channel(key), score: score, summary: "calls")
        finding.interval = interval
        finding.evidence["ja4"] = .text("t13d")
        return finding
    }

    private static func moment(_ hours: Double) -> Timestamp { Timestamp(seconds: hours * 3600) }

    /// The news of evaluations five minutes apart that found one channel with these scores; medium from 0.4, high from 0.6, critical from 0.8.
    private static func news(_ scores: [Double?], steps: Bool = true) -> [String] {
        var told = ToldFindings()
        return scores.enumerated().map { place, score in
            let news = told.take(score.map { [finding($0)] } ?? [], at: moment(Double(place) / 12), steps: steps).news
            return news.map { $0.news?.rawValue ?? "none" }.joined()
        }
    }

    @Test("a finding that appears, and one that is worse by a step that held for two evaluations")
    func worse() {
        #expect(Self.news([0.5, 0.65, 0.65, 0.65]) == ["new", "", "worse", ""])
        #expect(Self.news([0.5, 0.65, 0.85, 0.85, 0.85]) == ["new", "", "worse", "worse", ""])
    }

    @Test(
        "no flip between two steps, no fall, and no rise to where it was before; and an evaluation that misses it breaks a rise"
    )
    func flips() {
        #expect(Self.news([0.5, 0.65, 0.5, 0.65, 0.5]) == ["new", "", "", "", ""])
        #expect(Self.news([0.65, 0.5, 0.5, 0.65, 0.65, 0.65]) == ["new", "", "", "", "", ""])
        #expect(Self.news([0.5, 0.65, nil, 0.65, 0.65]) == ["new", "", "", "", "worse"])
    }

    @Test("a run by itself tells a rise at once")
    func single() {
        #expect(Self.news([0.5, 0.65, 0.5, 0.65], steps: false) == ["new", "worse", "", ""])
    }

    @Test(
        "one that was not found for a day has gone quiet, once, by what is left of it, and is back when it comes again")
    func quiet() throws {
        var told = ToldFindings()
        var heard: [String] = []
        for (hour, isFound) in [(0.0, true), (1, false), (22, false), (24, false), (26, false), (30, true), (31, true)]
        {
            let news = told.take(isFound ? [Self.finding(0.85)] : [], at: Self.moment(hour), steps: true).news
            heard += news.map { "\(Int(hour)) \($0.news?.rawValue ?? "") \($0.severity) \($0.evidence.count)" }
        }
        #expect(heard == ["0 new critical 1", "24 quiet critical 0", "30 back critical 1"])
    }

    @Test("one that an enricher hides has not gone quiet")
    func hidden() {
        var told = ToldFindings()
        let finding = Self.finding(0.85)
        _ = told.take([finding], at: Self.moment(0), steps: true)
        #expect(told.take([], hidden: [finding.id], at: Self.moment(30), steps: true).news.isEmpty)
        #expect(told.take([finding], at: Self.moment(31), steps: true).news.isEmpty)
    }

    @Test("a pause in which nothing was evaluated makes nothing go quiet")
    func pause() {
        var told = ToldFindings()
        _ = told.take([Self.finding(0.85)], at: Self.moment(0), steps: true)
        let pause: Int64 = 70 * 3600 * 1_000_000_000
        #expect(told.take([], at: Self.moment(71), steps: true, pause: pause).news.isEmpty)
        #expect(told.take([], at: Self.moment(95), steps: true).news.map(\.news) == [.quiet])
    }

    @Test("one that was quiet for a month is forgotten, so that the state stays bounded")
    func forgotten() {
        var told = ToldFindings()
        for day in 0..<31 {
            _ = told.take(day == 0 ? [Self.finding(0.5)] : [], at: Self.moment(Double(day) * 24), steps: true)
        }
        #expect(told.entries.isEmpty)
    }

    @Test("what replaces findings by their id gets falls and moved intervals too, measured from what it has")
    func changed() {
        var told = ToldFindings()
        let steps: [(score: Double, interval: Double?, isChanged: Bool)] = [
            (0.5, 60, true), (0.5, 60, false), (0.55, 65, false), (0.65, 65, true), (0.7, 65, false), (0.5, 65, true),
            (0.5, 69, false), (0.5, 72, true), (0.5, nil, true), (0.5, nil, false), (0.5, 72, true),
        ]
        for (place, step) in steps.enumerated() {
            let finding = Self.finding(step.score, interval: step.interval)
            let change = told.take([finding], at: Self.moment(Double(place) / 12), steps: true)
            #expect(change.changed.count == (step.isChanged ? 1 : 0), "step \(place)")
        }
    }

    @Test("the state survives being written and read, and one of an older version tells nothing again")
    func codable() throws {
        var state = LiveState()
        _ = state.told.take([Self.finding(0.65)], at: Self.moment(1), steps: true)
        state.evaluated = Self.moment(1)
        state.checkpoints["eve"] = [Checkpoint(["head": "12 in a long line"])]
        state.marks["json"] = SinkMark(["bytes": "7"])
        var copy = try JSONDecoder().decode(LiveState.self, from: JSONEncoder().encode(state))
        #expect(copy.evaluated == state.evaluated)
        #expect(copy.checkpoints == state.checkpoints)
        #expect(copy.marks == state.marks)
        #expect(copy.told.take([Self.finding(0.65)], at: Self.moment(2), steps: true).news.isEmpty)

        let old =
            #"{"sent":{"\#(Self.finding(0).id)":{"severity":"medium","interval":60}},"marks":{},"checkpoints":{}}"#
        copy = try JSONDecoder().decode(LiveState.self, from: Data(old.utf8))
        #expect(copy.told.take([Self.finding(0.65)], at: Self.moment(2), steps: true).news.isEmpty)
    }
}
