/// A channel's key as 40 plain bytes, so that millions of them hash and compare fast.
package struct PackedKey: Hashable, Sendable {
    package var source: IPAddress
    /// The peer's address, or, where `peerIsName`, the name's number in `low`.
    package var peer: IPAddress
    package var port: UInt16
    package var proto: UInt8
    package var flags: Flags

    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package static let peerIsName = Flags(rawValue: 1)
        package static let noPort = Flags(rawValue: 2)
        package static let noProto = Flags(rawValue: 4)

        package init(rawValue: UInt8) { self.rawValue = rawValue }
    }

    @inline(__always)
    package init(source: IPAddress, peer: IPAddress, port: UInt16, proto: UInt8, flags: Flags) {
        (self.source, self.peer, self.port, self.proto, self.flags) = (source, peer, port, proto, flags)
    }

    /// The parts of a key that a grouping ignores, ready for millions of keys.
    package struct Mask: Sendable {
        private let port: UInt16
        private let proto: UInt8
        private let flags: Flags

        package static let pair = Mask([.port, .proto])

        package init(_ parts: Set<Grouping.Part>) {
            port = parts.contains(.port) ? 0 : .max
            proto = parts.contains(.proto) ? 0 : .max
            flags = Flags(parts.contains(.port) ? [.noPort] : []).union(parts.contains(.proto) ? [.noProto] : [])
        }

        @inline(__always)
        package func applied(to key: PackedKey) -> PackedKey {
            PackedKey(
                source: key.source, peer: key.peer, port: key.port & port, proto: key.proto & proto,
                flags: Flags(rawValue: key.flags.rawValue | flags.rawValue))
        }
    }

    @inline(__always)
    package static func == (a: PackedKey, b: PackedKey) -> Bool {
        a.source == b.source && a.peer == b.peer && a.tail == b.tail
    }

    /// Equality without a branch.
    @inline(__always)
    func isEqual(_ other: PackedKey) -> Bool {
        (source.high ^ other.source.high) | (source.low ^ other.source.low) | (peer.high ^ other.peer.high)
            | (peer.low ^ other.peer.low) | UInt64(tail ^ other.tail) == 0
    }

    @inline(__always)
    var tail: UInt32 { UInt32(port) << 16 | UInt32(proto) << 8 | UInt32(flags.rawValue) }
}

/// Numbers keys from 0 in the order in which they come: an open-addressing table with linear probing.
///
/// 40 bytes a key, and 8 to 16 for its slot. No result depends on the order of the slots.
package struct KeyTable: Sendable {
    private let seed = KeySlots.processSeed
    package private(set) var keys: ContiguousArray<PackedKey> = []
    /// A key's number + 1, or 0 where the slot is free. The count is a power of two, at most half of it used.
    private var slots: ContiguousArray<UInt32>

    package init(minimumCapacity: Int = 1024) {
        var size = 2048
        while size < minimumCapacity * 2 { size *= 2 }
        slots = ContiguousArray(repeating: 0, count: size)
        keys.reserveCapacity(minimumCapacity)
    }

    package var count: Int { keys.count }

    /// The number of a key, given to it now if it is new.
    @inline(__always)
    package mutating func number(of key: PackedKey) -> UInt32 {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash(key)) & mask
        while true {
            let entry = slots[slot]
            if entry == 0 { return insert(key, at: slot) }
            if keys[Int(entry) - 1] == key { return entry - 1 }
            slot = (slot + 1) & mask
        }
    }

    /// The number of a key; `nil` if it never came.
    package func existingNumber(of key: PackedKey) -> UInt32? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash(key)) & mask
        while slots[slot] != 0 {
            if keys[Int(slots[slot]) - 1] == key { return slots[slot] - 1 }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// So many keys are looked up together.
    private static let blockSize = 64

    /// Numbers the keys of some rows, at the end of `numbers`.
    ///
    /// The slots and keys of a block are asked for without a branch before any is used: the memory answers them
    /// together, where a lookup after the other would wait for each.
    package mutating func append(
        numbersOf range: Range<Int>, of rows: RecordTable, to numbers: inout ContiguousArray<UInt32>
    ) {
        RowKeys.with(rows) { keys in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.blockSize) { guesses in
                var start = range.lowerBound
                while start < range.upperBound {
                    let block = start..<min(start + Self.blockSize, range.upperBound)
                    guess(block, of: keys, into: guesses)
                    for row in block {
                        let entry = guesses[row - start]
                        numbers.append(entry != 0 ? entry - 1 : number(of: keys[row]))
                    }
                    start = block.upperBound
                }
            }
        }
    }

    /// Tells the entry of each key of some rows that stands where its hash points to; 0 for the others.
    private func guess(_ range: Range<Int>, of rows: RowKeys, into guesses: UnsafeMutableBufferPointer<UInt32>) {
        guard !keys.isEmpty else { return guesses.update(repeating: 0) }
        slots.withUnsafeBufferPointer { slots in
            let mask = slots.count - 1
            for row in range {
                guesses[row - range.lowerBound] = slots[Int(truncatingIfNeeded: hash(rows[row])) & mask]
            }
        }
        keys.withUnsafeBufferPointer { keys in
            for row in range {
                let entry = guesses[row - range.lowerBound]
                let isKnown = entry != 0 && keys[Int(entry == 0 ? 0 : entry - 1)].isEqual(rows[row])
                guesses[row - range.lowerBound] = isKnown ? entry : 0
            }
        }
    }

    @inline(never)
    private mutating func insert(_ key: PackedKey, at slot: Int) -> UInt32 {
        keys.append(key)
        slots[slot] = UInt32(keys.count)
        if keys.count * 2 > slots.count { grow() }
        return UInt32(keys.count - 1)
    }

    private mutating func grow() {
        let size = slots.count * 2
        slots = ContiguousArray(repeating: 0, count: size)
        for (index, key) in keys.enumerated() {
            var slot = Int(truncatingIfNeeded: hash(key)) & (size - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = UInt32(index + 1)
        }
    }

    @inline(__always)
    private func hash(_ key: PackedKey) -> UInt64 { key.hash(seed) }
}

extension PackedKey {
    /// A hash whose seed nobody outside knows, since keys come from the network and could be chosen to collide.
    @inline(__always)
    func hash(_ seed: UInt64) -> UInt64 {
        let a = Self.mix(source.low ^ seed, peer.low ^ 0x9E37_79B9_7F4A_7C15)
        let b = Self.mix(source.high ^ UInt64(tail), peer.high ^ seed)
        return Self.mix(a ^ seed, b ^ 0xD6E8_FEB8_6659_FD93)
    }

    /// The two halves of a 128-bit product, folded.
    @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}

/// The keys of a batch's rows, for as long as the closure that is handed them runs.
private struct RowKeys {
    private let source: UnsafeBufferPointer<IPAddress>
    private let destination: UnsafeBufferPointer<IPAddress>
    private let port: UnsafeBufferPointer<UInt16>
    private let proto: UnsafeBufferPointer<UInt8>

    static func with(_ rows: RecordTable, _ body: (RowKeys) -> Void) {
        rows.source.withUnsafeBufferPointer { source in
            rows.destination.withUnsafeBufferPointer { destination in
                rows.port.withUnsafeBufferPointer { port in
                    rows.proto.withUnsafeBufferPointer { proto in
                        body(RowKeys(source: source, destination: destination, port: port, proto: proto))
                    }
                }
            }
        }
    }

    @inline(__always)
    subscript(row: Int) -> PackedKey {
        PackedKey(source: source[row], peer: destination[row], port: port[row], proto: proto[row], flags: [])
    }
}
