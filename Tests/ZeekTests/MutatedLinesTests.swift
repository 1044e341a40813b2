import FlareKit
import Foundation
import TestKit
import Testing

@testable import Zeek

@Suite("Mutated lines")
struct MutatedLinesTests {
    private static let json =
        #"{"ts":1713484795.943239,"uid":"C1","id.orig_h":"10.0.0.7","id.resp_h":"203.0.113.9","id.resp_p":443,"#
        + #""proto":"tcp","orig_bytes":517,"resp_bytes":4096,"conn_state":"SF"}"# + "\n"

    @Test("50,000 mutated lines are all counted, the same by one cursor and by seven, and nothing crashes")
    func builtIn() async throws {
        let weird = Log.header("weird", "ts id.orig_h name") + "1.5\t10.0.0.7\todd\n"
        let lines =
            Log.connHeader + Log.conn() + Log.conn(source: "2001:db8::7", up: "-") + Log.sslHeader + Log.ssl()
            + Log.httpHeader + Log.http() + weird + String(repeating: Log.connHeader + Log.conn(), count: 4)
            + String(repeating: Self.json, count: 5)
        try await check(lines.split(separator: "\n").map { Array($0.utf8) }, count: 50_000, seed: 1)
    }

    private func check(_ lines: [[UInt8]], count: Int, seed: UInt64) async throws {
        let folder = TemporaryFolder()
        var mutation = Mutation(seed: seed)
        var content: [UInt8] = []
        // In the order of the log, so that headers stand before their rows.
        for number in 0..<count { content += mutation.mutate(lines[number % lines.count]) + [10] }
        let path = try folder.write(Data(content), as: "conn.log")
        let kinds: [RecordKind: Set<ColumnName>] = [.flow: flowColumns, .tls: [.id, .host], .http: [.id, .host]]
        let one = try await read([path], kinds: kinds)
        #expect(one.ingest.read == count)
        #expect(one.ingest.isBalanced)
        #expect(one.ingest.usedCount == one.rows.count)
        #expect(one.ingest.usedCount > count / 20)
        #expect(one.ingest.skippedCount > count / 20)
        #expect(one.ingest.rejectedCount > count / 20)
        let files = SharedFiles([try .init(path: path)], flows: ["conn"], blockSize: 10_000)
        let settings = ZeekCursor.Settings(kinds: kinds)
        let several = drain((0..<7).map { _ in ZeekCursor(files, settings) }, kinds)
        #expect(several.ingest == one.ingest)
        #expect(several.rows == one.rows)
    }
}

/// Damages lines: flips bits, cuts, doubles, inserts; the same way for the same seed.
private struct Mutation {
    private var dice: SeededDice
    private static let pieces = ["\t", "-", "#", "\"", "{", "}", "\\x09", "\r", ".", "0", ",", "(empty)", "\u{e9}"]
        .map { Array($0.utf8) }

    init(seed: UInt64) { dice = SeededDice(seed: seed) }

    mutating func mutate(_ line: [UInt8]) -> [UInt8] {
        var line = line
        // Most header lines stay whole, or no row would be readable.
        let changes = line.first == UInt8(ascii: "#") && below(50) > 0 ? 0 : below(3)
        for _ in 0..<changes where !line.isEmpty { change(&line) }
        return line.map { $0 == 10 ? 32 : $0 }
    }

    private mutating func change(_ line: inout [UInt8]) {
        let place = below(line.count)
        switch below(5) {
        case 0: line[place] ^= 1 << UInt8(below(8))
        case 1: line.removeSubrange(place..<min(line.count, place + 1 + below(4)))
        case 2: line.insert(contentsOf: Self.pieces[below(Self.pieces.count)], at: place)
        case 3: line.removeSubrange(place...)
        default: line.insert(contentsOf: line[place..<min(line.count, place + 20)], at: place)
        }
    }

    private mutating func below(_ bound: Int) -> Int { dice.below(bound) }
}
