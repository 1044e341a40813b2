import TestKit
import Testing

@testable import FlareEngine

/// Callers, each with the moments of its calls in seconds.
@Suite("Addresses that take turns")
struct TurnTakingTests {
    /// A day of calls every so many seconds, to one of some members each.
    private static func day(
        every period: Double, jitter: Double = 0.2, seed: UInt64, _ member: (Int, inout SeededDice) -> Int
    ) -> [TurnTaking.Call] {
        var dice = SeededDice(seed: seed)
        var time = 0.0
        var calls: [TurnTaking.Call] = []
        while time < 86_400 {
            calls.append(TurnTaking.Call(time: Int64(time * 1e9), member: member(calls.count, &dice)))
            time += period * (1 + jitter * (2 * dice.share() - 1))
        }
        return calls
    }

    enum Turns: String, CaseIterable {
        case random, inOrder, fewAtATime
    }

    @Test("one caller that goes from address to address is told", arguments: Turns.allCases, [2, 8, 16])
    func oneCaller(turns: Turns, count: Int) {
        for (seed, jitter) in [(1, 0.0), (2, 0.2), (3, 0.5)] {
            var present = 0
            let calls = Self.day(every: 60, jitter: jitter, seed: UInt64(seed)) { call, dice in
                switch turns {
                case .random: return dice.below(count)
                case .inOrder: return call % count
                case .fewAtATime:
                    if call.isMultiple(of: 9) { present = dice.below(count) }
                    return present
                }
            }
            #expect(TurnTaking(calls).members == Array(0..<count), "jitter \(jitter)")
        }
    }

    @Test("several connections a call change nothing")
    func bursts() {
        let calls = Self.day(every: 60, seed: 4) { _, dice in dice.below(8) }
        let bursts = calls.flatMap { call in
            (0..<3).map { TurnTaking.Call(time: call.time + $0 * 300_000_000, member: call.member) }
        }
        #expect(TurnTaking(bursts).members == Array(0..<8))
    }

    @Test("a stranger among them is left out")
    func stranger() {
        var calls = Self.day(every: 60, seed: 5) { _, dice in dice.below(8) }
        calls += Self.day(every: 700, jitter: 0.9, seed: 6) { _, _ in 8 }
        #expect(TurnTaking(calls).members == Array(0..<8))
    }

    @Test("callers with clocks of their own are none", arguments: 0..<40)
    func ownClocks(seed: Int) {
        var dice = SeededDice(seed: UInt64(seed + 100))
        let count = 2 + seed % 4
        let calls = (0..<count).flatMap { member in
            let period = seed.isMultiple(of: 2) ? 300 : 60 * Double(1 + dice.below(20))
            let begin = Int64(dice.share() * period * 1e9)
            return Self.day(every: period, jitter: [0, 0.02, 0.2][seed % 3], seed: UInt64(seed * 10 + member)) { _, _ in
                member
            }.map { TurnTaking.Call(time: $0.time + begin, member: member) }
        }
        #expect(TurnTaking(calls).members == [])
    }

    @Test("clocks of one period that lie unevenly in it are none")
    func uneven() {
        for offset in [2, 20, 37, 100] {
            let calls = (0..<3).flatMap { member in
                (0..<288).map {
                    TurnTaking.Call(time: Int64($0 * 300 + member * offset) * 1_000_000_000, member: member)
                }
            }
            #expect(TurnTaking(calls).members == [] || offset == 100, "\(offset) s apart")
        }
    }

    @Test("connections that are open for most of the time are told")
    func held() {
        for (open, areHeld) in [(0.4, false), (18, true)] {
            let calls = Self.day(every: 21, seed: 8) { _, dice in dice.below(4) }.map {
                TurnTaking.Call(time: $0.time, member: $0.member, end: $0.time + Int64(open * 1e9))
            }
            let turns = TurnTaking(calls)
            #expect(turns.members == Array(0..<4))
            #expect(turns.areHeld == areHeld)
        }
    }

    @Test("people and services that are called at once are none", arguments: 0..<20)
    func others(seed: Int) {
        var dice = SeededDice(seed: UInt64(seed + 300))
        let people = (0..<400).map { _ in
            TurnTaking.Call(time: Int64(dice.share() * 86_400e9), member: dice.below(4))
        }
        #expect(TurnTaking(people).members == [])
        let together = Self.day(every: 300, seed: UInt64(seed)) { _, _ in 0 }.flatMap { call in
            (0..<3).map { TurnTaking.Call(time: call.time + Int64($0) * 40_000_000, member: $0) }
        }
        #expect(TurnTaking(together).members == [])
    }
}
