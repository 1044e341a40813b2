import FlareKit

/// Channels by the sensor's ids of their flows: an open-addressing table with linear probing, 16 bytes a slot.
///
/// Ids are random numbers as a rule; a sensor that counts them up is no attacker.
struct IDTable: Sendable {
    private struct Slot {
        var id: Int64 = RecordTable.unknown
        var channel: ChannelNumber = 0
    }

    /// At most half of them are used; the count is a power of two.
    private var slots: [Slot]
    /// A bit for the hash of each id, eight bits a slot: most records are of channels that were not judged, and these
    /// bits stay in the processor's cache, where the slots do not.
    private var bits: [UInt64]
    private var count = 0

    init(minimumCapacity: Int = 0) {
        var size = 16
        while size < minimumCapacity * 2 { size *= 2 }
        slots = Array(repeating: Slot(), count: size)
        bits = Array(repeating: 0, count: size / 8)
    }

    /// Enters an id that is not there yet.
    ///
    /// - Parameter id: not `RecordTable.unknown`.
    /// - Returns: the channel that the id is entered with: this one, or that of the first time.
    mutating func insert(_ id: Int64, _ channel: ChannelNumber) -> ChannelNumber {
        if (count + 1) * 2 > slots.count { grow() }
        let place = place(of: id)
        guard slots[place].id == RecordTable.unknown else { return slots[place].channel }
        slots[place] = Slot(id: id, channel: channel)
        let bit = bit(of: id)
        bits[bit >> 6] |= 1 << UInt64(bit & 63)
        count += 1
        return channel
    }

    subscript(id: Int64) -> ChannelNumber? {
        let bit = bit(of: id)
        guard bits[bit >> 6] >> UInt64(bit & 63) & 1 != 0 else { return nil }
        let slot = slots[place(of: id)]
        return slot.id == id && id != RecordTable.unknown ? slot.channel : nil
    }

    /// Fibonacci hashing (Knuth, TAOCP 3, section 6.4).
    private static func hash(_ id: Int64) -> UInt64 { UInt64(bitPattern: id) &* 0x9E37_79B9_7F4A_7C15 }

    private func bit(of id: Int64) -> Int {
        Int(truncatingIfNeeded: Self.hash(id) >> 30) & (bits.count * 64 - 1)
    }

    /// Where an id stands, or the free slot where it would.
    private func place(of id: Int64) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: Self.hash(id) >> 20) & mask
        while slots[place].id != id, slots[place].id != RecordTable.unknown { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        var larger = IDTable(minimumCapacity: slots.count)
        for slot in slots where slot.id != RecordTable.unknown { _ = larger.insert(slot.id, slot.channel) }
        self = larger
    }
}
