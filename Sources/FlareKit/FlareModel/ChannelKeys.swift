/// Numbers keys that are kept elsewhere: the slots alone, 6 to 12 bytes a key.
struct KeySlots: Sendable {
    static let processSeed = UInt64.random(in: .min ... .max) | 1

    private let seed = processSeed
    /// A key's number + 1, or 0 where the slot is free. The count is a power of two, at most two thirds of it used.
    private var slots: ContiguousArray<UInt32>
    private var used = 0

    init(capacity: Int) {
        var size = 1024
        while size < capacity + capacity / 2 { size *= 2 }
        slots = ContiguousArray(repeating: 0, count: size)
    }

    /// Where a key's number is, or is to be inserted, and the number; `nil` if it never came.
    ///
    /// - Parameter key: the key of a number that was inserted.
    @inline(__always)
    func find(_ wanted: PackedKey, key: (UInt32) -> PackedKey) -> (slot: Int, number: UInt32?) {
        var slot = place(of: wanted)
        while slots[slot] != 0 {
            if key(slots[slot] - 1) == wanted { return (slot, slots[slot] - 1) }
            slot = (slot + 1) & (slots.count - 1)
        }
        return (slot, nil)
    }

    @inline(__always)
    mutating func insert(_ number: UInt32, at slot: Int) {
        slots[slot] = number + 1
        used += 1
    }

    /// Whether the slots have to grow before another key is looked for.
    var isCrowded: Bool { used * 3 > slots.count * 2 }

    mutating func grow(_ key: (UInt32) -> PackedKey) {
        let old = slots
        slots = ContiguousArray(repeating: 0, count: old.count * 2)
        for entry in old where entry != 0 {
            var slot = place(of: key(entry - 1))
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = entry
        }
    }

    @inline(__always)
    private func place(of key: PackedKey) -> Int { Int(truncatingIfNeeded: key.hash(seed)) & (slots.count - 1) }
}

/// The keys of channels, numbered from 0 in the order in which they come.
///
/// Most are finest keys of records without the parts that a grouping ignores: of these only the places are kept, 4 bytes
/// where a key has 40.
package struct ChannelKeys: Sendable {
    /// The finest keys, by shard.
    private let finest: [ContiguousArray<PackedKey>]
    private let mask: PackedKey.Mask
    /// Keys that are no record's.
    private var further: ContiguousArray<PackedKey> = []
    /// Of each channel the place of its key in all of `finest`, and in `further` behind them.
    private var places: ContiguousArray<UInt32> = []
    private var slots: KeySlots
    /// For each shard, the channel of each of its keys.
    package private(set) var channelByKey: [ContiguousArray<UInt32>] = []

    /// - Parameters:
    ///   - finest: the finest keys of records, by shard.
    ///   - mask: what the grouping ignores of them.
    package init(_ finest: [ContiguousArray<PackedKey>], _ mask: PackedKey.Mask) {
        self.finest = finest
        self.mask = mask
        let count = finest.reduce(0) { $0 + $1.count }
        slots = KeySlots(capacity: count)
        var place: UInt32 = 0
        for keys in finest {
            var channels = ContiguousArray<UInt32>()
            channels.reserveCapacity(keys.count)
            for key in keys {
                let (slot, number) = slots.find(mask.applied(to: key)) { self[Int($0)] }
                channels.append(number ?? insert(place: place, at: slot))
                place += 1
            }
            channelByKey.append(channels)
        }
    }

    package var count: Int { places.count }

    @inline(__always)
    package subscript(channel: Int) -> PackedKey { Self.key(at: places[channel], finest, mask, further) }

    @inline(__always)
    private static func key(
        at place: UInt32, _ finest: [ContiguousArray<PackedKey>], _ mask: PackedKey.Mask,
        _ further: ContiguousArray<PackedKey>
    ) -> PackedKey {
        var place = Int(place)
        for keys in finest {
            if place < keys.count { return mask.applied(to: keys[place]) }
            place -= keys.count
        }
        return further[place]
    }

    /// The number of a key, given to it now if it is new.
    package mutating func number(of key: PackedKey) -> UInt32 {
        let (slot, number) = slots.find(key) { self[Int($0)] }
        if let number { return number }
        further.append(key)
        let place = finest.reduce(further.count - 1) { $0 + $1.count }
        return insert(place: UInt32(place), at: slot)
    }

    @inline(__always)
    private mutating func insert(place: UInt32, at slot: Int) -> UInt32 {
        places.append(place)
        slots.insert(UInt32(places.count - 1), at: slot)
        if slots.isCrowded {
            slots.grow { [finest, mask, further, places] in Self.key(at: places[Int($0)], finest, mask, further) }
        }
        return UInt32(places.count - 1)
    }

    /// Has records of some channels be of others.
    ///
    /// - Parameter channels: by the number of each the one that takes its records.
    package mutating func join(_ channels: [UInt32: UInt32]) {
        for shard in channelByKey.indices {
            for key in channelByKey[shard].indices {
                if let channel = channels[channelByKey[shard][key]] { channelByKey[shard][key] = channel }
            }
        }
    }

    /// Shows the keys of channels, of those between the same source and peer one.
    ///
    /// - Parameter isWanted: whether a channel is looked at, by its number.
    package func forEachPair(where isWanted: (Int) -> Bool, _ body: (PackedKey) -> Void) {
        var pairs = KeySlots(capacity: count)
        for channel in 0..<count where isWanted(channel) {
            let key = self[channel]
            let (slot, known) = pairs.find(PackedKey.Mask.pair.applied(to: key)) {
                PackedKey.Mask.pair.applied(to: self[Int($0)])
            }
            guard known == nil else { continue }
            pairs.insert(UInt32(channel), at: slot)
            body(key)
        }
    }
}
