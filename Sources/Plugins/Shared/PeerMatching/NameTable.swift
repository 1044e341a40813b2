import FlareKit

/// How a name in a list is meant.
public enum NameForm: UInt8, Sendable, Hashable, CaseIterable {
    /// The name alone.
    case exact
    /// The name and all below it: `google.com` and `dl.google.com`, not `notgoogle.com`.
    case withSubdomains
    /// What is below the name, not the name itself.
    case subdomains
}

/// Host names, each with the numbers of the entries they belong to, and which of them a host name is or lies below.
///
/// A hash table of whole names. The hash runs from a name's end, so that one pass over a host name yields the hashes of
/// all its endings; those at label borders are looked up. About 50 bytes a name of 15 characters.
///
/// Names are compared without regard to the case of ASCII letters (RFC 4343) and without the root's dot.
struct NameTable: Sendable {
    /// Longer names are in no DNS (RFC 1035, section 2.3.4).
    static let longest = 255

    /// All names one after another, in lower case.
    private var text: ContiguousArray<UInt8> = []
    private var offsets: ContiguousArray<UInt32> = [0]
    private var hashes: ContiguousArray<UInt32> = []
    /// The first and the last of each name's items.
    private var heads: ContiguousArray<UInt32> = []
    private var tails: ContiguousArray<UInt32> = []
    /// The entries' numbers, the form in the two highest bits.
    private var items: ContiguousArray<UInt32> = []
    /// The next item of the same name; `none` at the end.
    private var next: ContiguousArray<UInt32> = []
    /// The number of a name plus 1, by hash; 0 where a slot is free.
    private var slots: ContiguousArray<UInt32> = ContiguousArray(repeating: 0, count: 16)

    private static let none = UInt32.max
    /// Entries' numbers stay below this.
    static let itemLimit: UInt32 = 1 << 30

    var count: Int { hashes.count }

    /// Makes room, so that adding many does not move them again and again.
    mutating func reserve(_ names: Int, bytes: Int) {
        text.reserveCapacity(text.count + bytes)
        offsets.reserveCapacity(offsets.count + names)
        hashes.reserveCapacity(hashes.count + names)
        heads.reserveCapacity(heads.count + names)
        tails.reserveCapacity(tails.count + names)
        items.reserveCapacity(items.count + names)
        next.reserveCapacity(next.count + names)
        while slots.count < 2 * (hashes.count + names) { grow() }
    }

    /// Adds a name.
    ///
    /// - Parameters:
    ///   - name: without dots at either end, at most `longest` bytes.
    ///   - item: below `itemLimit`.
    mutating func add(_ name: UnsafeBufferPointer<UInt8>, _ form: NameForm, item: UInt32) {
        precondition(name.count <= Self.longest && item < Self.itemLimit, "the name or its number is out of range")
        if 2 * (hashes.count + 1) > slots.count { grow() }
        let hash = Self.hash(name[...])
        let link = UInt32(items.count)
        items.append(item | UInt32(form.rawValue) << 30)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let number = Int(slots[slot] - 1)
            if hashes[number] == hash, isEqual(number, name[...]) {
                next.append(Self.none)
                next[Int(tails[number])] = link
                tails[number] = link
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt32(hashes.count + 1)
        hashes.append(hash)
        heads.append(link)
        tails.append(link)
        next.append(Self.none)
        for byte in name { text.append(Self.lowercased(byte)) }
        offsets.append(UInt32(text.count))
    }

    /// Calls `body` with the entries of each name that a host name is or lies below, the longest name first, until it
    /// answers `false`. Along go the form and the number of the name.
    func forEach(covering host: String, _ body: (UInt32, NameForm, Int) -> Bool) {
        guard !hashes.isEmpty else { return }
        var host = host
        host.withUTF8 { forEach(covering: $0, body) }
    }

    private func forEach(covering bytes: UnsafeBufferPointer<UInt8>, _ body: (UInt32, NameForm, Int) -> Bool) {
        var end = bytes.count
        if end > 0, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
        guard end > 0, end <= Self.longest else { return }
        withUnsafeTemporaryAllocation(of: (start: Int, hash: UInt32).self, capacity: Self.longest + 1) { endings in
            var count = 0
            var hash = FNV.seed
            var place = end - 1
            while place >= 0 {
                hash = FNV.mixed(hash, Self.lowercased(bytes[place]))
                if place == 0 || bytes[place - 1] == UInt8(ascii: ".") {
                    endings[count] = (place, Self.finish(hash))
                    count += 1
                }
                place -= 1
            }
            for ending in endings[..<count].reversed() {
                guard let name = find(ending.hash, bytes[ending.start..<end]) else { continue }
                var link = heads[name]
                while link != Self.none {
                    let item = items[Int(link)]
                    if let form = NameForm(rawValue: UInt8(item >> 30)), form.fits(isWhole: ending.start == 0),
                        !body(item & (Self.itemLimit - 1), form, name)
                    {
                        return
                    }
                    link = next[Int(link)]
                }
            }
        }
    }

    func name(at number: Int) -> String {
        String(decoding: text[Int(offsets[number])..<Int(offsets[number + 1])], as: UTF8.self)
    }

    private func find(_ hash: UInt32, _ name: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let number = Int(slots[slot] - 1)
            if hashes[number] == hash, isEqual(number, name) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func isEqual(_ number: Int, _ name: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let offset = Int(offsets[number])
        guard Int(offsets[number + 1]) - offset == name.count else { return false }
        for (index, byte) in name.enumerated() where text[offset + index] != Self.lowercased(byte) { return false }
        return true
    }

    private mutating func grow() {
        slots = ContiguousArray(repeating: 0, count: 2 * slots.count)
        for (number, hash) in hashes.enumerated() {
            var slot = Int(hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(number + 1)
        }
    }

    /// FNV's low bits are its weakest.
    private static func finish(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: (hash ^ hash >> 32) &* 0x9e37_79b9_7f4a_7c15 >> 32)
    }

    private static func hash(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32 {
        finish(name.reversed().reduce(FNV.seed) { FNV.mixed($0, lowercased($1)) })
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }
}

extension NameForm {
    /// - Parameter isWhole: whether the host name is the name itself rather than below it.
    fileprivate func fits(isWhole: Bool) -> Bool {
        switch self {
        case .exact: isWhole
        case .withSubdomains: true
        case .subdomains: !isWhole
        }
    }
}
