import FlareKit
import Foundation
import TestKit
import Testing

@testable import Suricata

@Suite("Mutated lines")
struct MutatedLinesTests {
    @Test("100,000 mutated lines are all counted, and nothing crashes")
    func builtIn() async throws {
        let lines = [
            FlowLine().text, FlowLine { ($0.port, $0.proto) = (nil, "\"ICMP\"") }.text,
            FlowLine { $0.source = "\"2001:db8::7\"" }.text, FlowLine { $0.eventType = "\"dns\"" }.text,
            FlowLine().text.replacing(":", with: ": "), "{\"event_type\":\"stats\",\"stats\":{\"uptime\":12}}",
        ]
        try await check(lines, count: 100_000, seed: 1)
    }

    @Test("20,000 mutated real records are all counted", .enabled(if: RealRecords.areThere))
    func real() async throws {
        let text = try String(contentsOfFile: RealRecords.small, encoding: .utf8)
        try await check(text.split(separator: "\n").map(String.init), count: 20_000, seed: 2)
    }

    private func check(_ lines: [String], count: Int, seed: UInt64) async throws {
        let folder = TemporaryFolder()
        var mutation = Mutation(lines, seed: seed)
        var content: [UInt8] = []
        for _ in 0..<count { content += mutation.next() + [10] }
        let path = try folder.write(Data(content), as: "eve.json")
        let one = try await read([path])
        #expect(one.ingest.read == count)
        #expect(one.ingest.isBalanced)
        #expect(one.ingest.usedCount == one.rows.count)
        // The mutations leave some of each fate.
        #expect(one.ingest.usedCount > count / 20)
        #expect(one.ingest.skippedCount > count / 20)
        #expect(one.ingest.rejectedCount > count / 20)
        let several = try await read([path], cursors: 7)
        #expect(several.ingest == one.ingest)
        #expect(several.rows == one.rows)
    }
}

/// Damages lines: flips bits, cuts, doubles, joins; the same way for the same seed.
private struct Mutation {
    private let lines: [[UInt8]]
    private var dice: SeededDice
    private static let pieces = [
        "\"", "\\", "{", "}", "[", ",", ":", " ", "\r", "0", "-1", "null", "\"flow\":{}", "\u{e9}",
    ]
    .map { Array($0.utf8) }

    init(_ lines: [String], seed: UInt64) {
        self.lines = lines.map { Array($0.utf8) }
        dice = SeededDice(seed: seed)
    }

    mutating func next() -> [UInt8] {
        var line = lines[below(lines.count)]
        for _ in 0..<below(4) where !line.isEmpty { change(&line) }
        return line.map { $0 == 10 ? 32 : $0 }
    }

    private mutating func change(_ line: inout [UInt8]) {
        let place = below(line.count)
        switch below(6) {
        case 0: line[place] ^= 1 << UInt8(below(8))
        case 1: line.removeSubrange(place..<min(line.count, place + 1 + below(4)))
        case 2: line.insert(contentsOf: Self.pieces[below(Self.pieces.count)], at: place)
        case 3: line.removeLast(line.count - place)
        case 4: line.insert(contentsOf: line[place..<min(line.count, place + below(60))], at: below(line.count))
        default: line = Array(line[..<place]) + lines[below(lines.count)]
        }
    }

    private mutating func below(_ bound: Int) -> Int { dice.below(bound) }
}
