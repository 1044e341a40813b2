import FlareModel
import Testing

@Suite("Keys of channels")
struct ChannelKeysTests {
    private static func key(_ source: UInt32, _ peer: UInt32, port: UInt16 = 443, proto: UInt8 = 6) -> PackedKey {
        PackedKey(source: IPAddress(v4: source), peer: IPAddress(v4: peer), port: port, proto: proto, flags: [])
    }

    /// Two shards with some keys in common, of two protocols.
    private static let shards: [ContiguousArray<PackedKey>] = [
        ContiguousArray((0..<5000).map { key($0 % 7, $0, proto: $0 % 2 == 0 ? 6 : 17) }),
        ContiguousArray((4000..<9000).map { key($0 % 7, $0, proto: 6) }),
    ]

    @Test("are numbered in the order in which they come, whichever shard they are of", arguments: [true, false])
    func numbers(ignoresProtocol: Bool) {
        let mask = PackedKey.Mask(ignoresProtocol ? [.proto] : [])
        var keys = ChannelKeys(Self.shards, mask)
        var expected: [PackedKey: UInt32] = [:]
        for (shard, finest) in Self.shards.enumerated() {
            for (place, key) in finest.enumerated() {
                let masked = mask.applied(to: key)
                let number = expected[masked] ?? UInt32(expected.count)
                expected[masked] = number
                #expect(keys.channelByKey[shard][place] == number)
            }
        }
        // Keys that no record has, more than there was room for.
        for peer in 0..<UInt32(20_000) {
            let key = mask.applied(to: Self.key(99, peer, port: 80))
            expected[key] = UInt32(expected.count)
            #expect(keys.number(of: key) == expected[key])
        }
        #expect(keys.count == expected.count)
        for (key, number) in expected {
            #expect(keys[Int(number)] == key)
            #expect(keys.number(of: key) == number)
        }
        #expect(keys.count == expected.count)
    }

    @Test("of channels between the same source and peer one is shown, of those that are wanted")
    func pairs() {
        let keys = ChannelKeys([[Self.key(1, 2), Self.key(1, 2, port: 80), Self.key(1, 3), Self.key(2, 3)]], .init([]))
        var shown: [PackedKey] = []
        keys.forEachPair(where: { $0 != 0 && $0 != 3 }) { shown.append($0) }
        #expect(shown == [Self.key(1, 2, port: 80), Self.key(1, 3)])
    }

    @Test("a number for each of many peers")
    func peers() {
        var counts = PeerCounts()
        for round in 0..<3 {
            for peer in 0..<UInt32(5000) where round == 0 || peer % 2 == 0 { counts.increment(IPAddress(v4: peer)) }
        }
        #expect(counts.count == 5000)
        #expect((0..<UInt32(5000)).allSatisfy { counts[.address(IPAddress(v4: $0))] == ($0 % 2 == 0 ? 3 : 1) })
        #expect(counts[.address(IPAddress(v4: 5000))] == 0)
    }
}
