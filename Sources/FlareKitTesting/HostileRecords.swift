import FlareKit

/// Records whose times, sizes, ports and counts lie at the ends of their types, between others that are regular: the same
/// ones for a seed.
///
///     var records = HostileRecords(seed: 1)
///     _ = try await MemoryRun.findings(of: detector, in: records.next(1000))
public struct HostileRecords: Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    private static let ends: [Int64] = [
        .min, .min + 1, .min / 2, -0x1_0000_0001, -1, 0, 1, 2, 0xFFFF, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000,
        .max / 2,
        .max - 1, .max,
    ]
    private static let steps: [Int64] = [
        0, 1, 1_000_000, 999_999_999, 60_000_000_000, 3_600_000_000_000, 86_400_000_000_000, 31_536_000_000_000_000,
        .max / 3,
    ]
    private static let kinds: [RecordKind] = [.flow, .flow, .flow, .flow, .dns, .tls, .http]

    /// G. Marsaglia, "Xorshift RNGs", J. Stat. Softw. 8, 2003.
    private mutating func random() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// Whether something comes that is so rare.
    private mutating func isOne(in count: UInt64) -> Bool { random() % count == 0 }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(random() % UInt64(values.count))] }

    /// Any number: one of those where types end, one near it, or any other.
    private mutating func number() -> Int64 {
        switch random() % 4 {
        case 0: pick(Self.ends)
        case 1: pick(Self.ends) &+ Int64(random() % 7) &- 3
        case 2: Int64(random() % 100_000)
        default: Int64(bitPattern: random() >> (random() % 64))
        }
    }

    /// Some channels' records, about as many as asked for.
    public mutating func next(_ count: Int) -> [MemoryRecord] {
        var records: [MemoryRecord] = []
        while records.count < count { addChannel(to: &records, atMost: count - records.count) }
        return records
    }

    private mutating func addChannel(to records: inout [MemoryRecord], atMost most: Int) {
        let kind = pick(Self.kinds)
        let (source, peer) = ("10.0.0.\(random() % 20)", "203.0.113.\(random() % 50)")
        var time = isOne(in: 3) ? number() : 1_700_000_000_000_000_000
        let step = pick(Self.steps)
        let isTame = !isOne(in: 3)
        let name = pick(["", "example.com", "a.b.example.co.uk", "xn--n3h.example", "..", "x\(random())"])
        for place in 0..<min(most, Int(random() % 200) + 1) {
            time = isOne(in: 20) ? number() : time &+ step &+ Int64(random() % 1000)
            var record = MemoryRecord(
                kind, at: 0, from: source, to: peer, port: isTame ? 443 : UInt16(truncatingIfNeeded: random()),
                proto: isTame ? 6 : UInt8(truncatingIfNeeded: random()), up: isTame ? 500 : number(),
                down: isTame ? Int64(place) : number(), id: number())
            record.start = Timestamp(nanoseconds: time)
            record.numbers[.duration] = isOne(in: 2) ? number() : 1_000_000_000
            record.texts = kind == .dns ? [.query: name] : [.host: name]
            records.append(record)
        }
    }
}
