import FlareKit
import Testing

@testable import PeerMatching

@Suite("Networks in a table")
struct PrefixTableTests {
    /// Numbers that look random and are the same in every run (Knuth's MMIX).
    struct Dice {
        var state: UInt64
        mutating func roll(_ sides: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % sides
        }
    }

    static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    static func items(_ table: PrefixTable, _ address: IPAddress) -> [UInt32] {
        var items: [UInt32] = []
        table.forEach(around: address) { item, _ in
            items.append(item)
            return true
        }
        return items
    }

    @Test("the networks around an address come from the smallest to the largest")
    func nested() throws {
        var builder = PrefixTable.Builder()
        for (item, text) in ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3", "10.2.0.0/16"].enumerated() {
            builder.add(try #require(CIDR(text)), item: UInt32(item))
        }
        let table = PrefixTable(builder)
        #expect(Self.items(table, try Self.address("10.1.2.3")) == [3, 2, 1, 0])
        #expect(Self.items(table, try Self.address("10.1.2.4")) == [2, 1, 0])
        #expect(Self.items(table, try Self.address("10.1.255.255")) == [1, 0])
        #expect(Self.items(table, try Self.address("10.255.255.255")) == [0])
        #expect(Self.items(table, try Self.address("9.255.255.255")) == [])
        #expect(Self.items(table, try Self.address("11.0.0.0")) == [])
    }

    @Test("an IPv4 address lies in no IPv6 network, not even in all of it")
    func families() throws {
        var builder = PrefixTable.Builder()
        builder.add(try #require(CIDR("::/0")), item: 6)
        builder.add(try #require(CIDR("0.0.0.0/0")), item: 4)
        let table = PrefixTable(builder)
        #expect(Self.items(table, try Self.address("192.0.2.1")) == [4])
        #expect(Self.items(table, try Self.address("2001:db8::1")) == [6])
    }

    @Test("a network that was added twice keeps both numbers")
    func twice() throws {
        var builder = PrefixTable.Builder()
        builder.add(try #require(CIDR("192.0.2.0/24")), item: 7)
        builder.add(try #require(CIDR("192.0.2.0/24")), item: 3)
        #expect(Self.items(PrefixTable(builder), try Self.address("192.0.2.9")) == [3, 7])
    }

    @Test("answers are those of trying every network, for addresses in, at the edges of and beside them")
    func againstTrying() {
        var dice = Dice(state: 14)
        var networks: [CIDR] = []
        for _ in 0..<600 {
            // Few different beginnings, so that many networks nest.
            let v4 = IPAddress(v4: UInt32(10 + dice.roll(3)) << 24 | UInt32(dice.roll(1 << 12)) << 8)
            networks.append(CIDR(v4, bits: 96 + Int(dice.roll(33))))
            let v6 = IPAddress(high: 0x2001_0db8_0000_0000 | dice.roll(64), low: dice.roll(4) << 62)
            networks.append(CIDR(v6, bits: Int(1 + dice.roll(128))))
        }
        var builder = PrefixTable.Builder()
        for (item, network) in networks.enumerated() { builder.add(network, item: UInt32(item)) }
        let table = PrefixTable(builder)
        let addresses = networks.flatMap { network in
            let first = network.first
            return [
                first, IPAddress(high: first.high, low: first.low &- 1),
                IPAddress(high: first.high, low: first.low &+ 1),
                IPAddress(high: first.high, low: first.low &+ 255), IPAddress(high: first.high, low: first.low &+ 256),
            ]
        }
        for address in addresses {
            let expected = networks.indices.filter { place in
                networks[place].contains(address)
                    && (address.isV4 == (networks[place].bits >= 96 && networks[place].first.isV4))
            }
            let found = Self.items(table, address)
            #expect(Set(found.map(Int.init)) == Set(expected), "\(address)")
            let sizes = found.map { networks[Int($0)].bits }
            #expect(sizes == sizes.sorted(by: >), "\(address)")
        }
    }
}
