import FlareKit
import Foundation
import Testing

@testable import FlareEngine

@Suite("What is news in a live run")
struct LiveStateTests {
    private static let key = ChannelKey(
        source: IPAddress(high: 0, low: 1), peer: .address(IPAddress(high: 0, low: 2)), port: 443, proto: 6)

    private static func finding(_ score: Double, interval: Double?) -> Finding {
        var finding = Finding(detector: "test", subject: .channel(key), score: score, summary: "calls")
        finding.interval = interval
        return finding
    }

    private static func moment(_ hours: Double) -> Timestamp { Timestamp(seconds: hours * 3600) }

    @Test("a finding that appears, crosses a step of severity, or whose interval moves by a tenth")
    func news() {
        var state = LiveState()
        let steps: [(score: Double, interval: Double?, isNews: Bool)] = [
            (0.5, 60, true), (0.5, 60, false), (0.55, 65, false), (0.65, 65, true), (0.7, 65, false), (0.5, 65, true),
            (0.5, 72, true), (0.5, 72.1, false), (0.5, nil, true), (0.5, nil, false), (0.5, 72, true),
        ]
        for (place, step) in steps.enumerated() {
            let isNews = state.takeNote(
                of: Self.finding(step.score, interval: step.interval), at: Self.moment(Double(place)))
            #expect(isNews == step.isNews, "step \(place)")
        }
    }

    @Test("one that was not found for long is forgotten, and news again; so the state stays bounded")
    func forgotten() {
        var state = LiveState()
        let first = state.takeNote(of: Self.finding(0.5, interval: 60), at: Self.moment(1))
        state.forget(notFoundSince: Self.moment(1))
        let second = state.takeNote(of: Self.finding(0.5, interval: 60), at: Self.moment(2))
        state.forget(notFoundSince: Self.moment(3))
        #expect(state.sent.isEmpty)
        let third = state.takeNote(of: Self.finding(0.5, interval: 60), at: Self.moment(4))
        #expect([first, second, third] == [true, false, true])
    }

    @Test("survives being written and read")
    func codable() throws {
        var state = LiveState()
        _ = state.takeNote(of: Self.finding(0.5, interval: 60), at: Self.moment(1))
        state.evaluated = Self.moment(1)
        state.checkpoints["eve"] = [Checkpoint(["head": "12 in a long line"])]
        state.marks["json"] = SinkMark(["bytes": "7"])
        let copy = try JSONDecoder().decode(LiveState.self, from: JSONEncoder().encode(state))
        #expect(copy.sent == state.sent)
        #expect(copy.evaluated == state.evaluated)
        #expect(copy.checkpoints == state.checkpoints)
        #expect(copy.marks == state.marks)
    }
}
