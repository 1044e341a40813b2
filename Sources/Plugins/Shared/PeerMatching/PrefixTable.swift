import FlareKit

/// Networks, each with the numbers of the entries they belong to, and which of them an address lies in.
///
/// Prefixes either nest or are apart, so they are kept sorted by their first address, each with the one it lies in:
/// the innermost prefix around an address is the last that begins at or before it, or one that this one lies in.
/// O(log n) by comparisons, of which an index over the first 16 bits saves most; 21 bytes an IPv4 prefix.
///
/// An IPv4 address lies in IPv4 networks alone, never in `::/0`.
struct PrefixTable: Sendable {
    private let v4: NestedPrefixes<UInt32>
    private let v6: NestedPrefixes<UInt128>

    /// Which prefix of the table.
    struct Place: Sendable {
        fileprivate let isV4: Bool
        fileprivate let index: Int
    }

    /// Collects networks for a table.
    struct Builder: Sendable {
        fileprivate var v4: [NestedPrefixes<UInt32>.Entry] = []
        fileprivate var v6: [NestedPrefixes<UInt128>.Entry] = []

        var count: Int { v4.count + v6.count }

        mutating func add(_ network: CIDR, item: UInt32) {
            if network.bits >= 96, let first = network.first.v4 {
                addV4(first, bits: UInt8(network.bits - 96), item: item)
            } else {
                v6.append(.init(first: UInt128(network.first), bits: UInt8(network.bits), item: item))
            }
        }

        /// - Parameter first: bits beyond the prefix are cleared.
        mutating func addV4(_ first: UInt32, bits: UInt8, item: UInt32) {
            v4.append(.init(first: first & NestedPrefixes<UInt32>.mask(bits), bits: bits, item: item))
        }
    }

    init(_ builder: consuming Builder) {
        v4 = NestedPrefixes(builder.v4)
        v6 = NestedPrefixes(builder.v6)
    }

    /// Calls `body` with the entries of each network that an address lies in, the smallest network first, until it
    /// answers `false`.
    func forEach(around address: IPAddress, _ body: (UInt32, Place) -> Bool) {
        if let bits = address.v4 {
            v4.forEach(around: bits) { body($0, Place(isV4: true, index: $1)) }
        } else {
            v6.forEach(around: UInt128(address)) { body($0, Place(isV4: false, index: $1)) }
        }
    }

    func network(at place: Place) -> CIDR {
        if place.isV4 {
            let (first, bits) = v4.prefix(at: place.index)
            return CIDR(IPAddress(v4: first), bits: 96 + Int(bits))
        }
        let (first, bits) = v6.prefix(at: place.index)
        return CIDR(
            IPAddress(high: UInt64(truncatingIfNeeded: first >> 64), low: UInt64(truncatingIfNeeded: first)),
            bits: Int(bits))
    }
}

extension UInt128 {
    fileprivate init(_ address: IPAddress) { self = UInt128(address.high) << 64 | UInt128(address.low) }
}

/// The prefixes of one family.
private struct NestedPrefixes<Key: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    struct Entry: Sendable {
        let first: Key
        let bits: UInt8
        let item: UInt32
    }

    /// First addresses, rising; where equal, the wider network first.
    private var firsts: ContiguousArray<Key> = []
    private var bits: ContiguousArray<UInt8> = []
    /// The prefix that each lies in, -1 for none.
    private var parents: ContiguousArray<Int32> = []
    /// Where each one's entries begin in `items`; one more at the end.
    private var starts: ContiguousArray<UInt32> = [0]
    private var items: ContiguousArray<UInt32> = []
    /// For each value of the first 16 bits, how many prefixes begin below it; one more at the end.
    private var index: ContiguousArray<UInt32> = []

    static func mask(_ bits: UInt8) -> Key { bits == 0 ? 0 : Key.max << (Key.bitWidth - Int(bits)) }

    private static var indexShift: Int { Key.bitWidth - 16 }

    init(_ entries: consuming [Entry]) {
        guard !entries.isEmpty else { return }
        entries.sort { ($0.first, $0.bits, $0.item) < ($1.first, $1.bits, $1.item) }
        firsts.reserveCapacity(entries.count)
        items.reserveCapacity(entries.count)
        starts.removeAll()
        var open: [Int32] = []
        for entry in entries {
            if let last = firsts.last, last == entry.first, bits.last == entry.bits {
                items.append(entry.item)
                continue
            }
            while let outer = open.last, !contains(entry.first, at: Int(outer)) { open.removeLast() }
            parents.append(open.last ?? -1)
            open.append(Int32(firsts.count))
            firsts.append(entry.first)
            bits.append(entry.bits)
            starts.append(UInt32(items.count))
            items.append(entry.item)
        }
        starts.append(UInt32(items.count))
        index = ContiguousArray(repeating: 0, count: 1 << 16 + 1)
        for first in firsts { index[Int(truncatingIfNeeded: first >> Key(Self.indexShift)) + 1] += 1 }
        for place in index.indices.dropFirst() { index[place] += index[place - 1] }
    }

    private func contains(_ key: Key, at place: Int) -> Bool { key & Self.mask(bits[place]) == firsts[place] }

    func prefix(at place: Int) -> (first: Key, bits: UInt8) { (firsts[place], bits[place]) }

    func forEach(around key: Key, _ body: (UInt32, Int) -> Bool) {
        guard !firsts.isEmpty else { return }
        let bucket = Int(truncatingIfNeeded: key >> Key(Self.indexShift))
        // The first prefix that begins after the key.
        var low = Int(index[bucket])
        var high = Int(index[bucket + 1])
        while low < high {
            let middle = (low + high) >> 1
            if firsts[middle] <= key { low = middle + 1 } else { high = middle }
        }
        var place = low - 1
        while place >= 0 {
            if contains(key, at: place) {
                for item in starts[place]..<starts[place + 1] where !body(items[Int(item)], place) { return }
            }
            place = Int(parents[place])
        }
    }
}
