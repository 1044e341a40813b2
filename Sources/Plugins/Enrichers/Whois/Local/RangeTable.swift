import FlareKit

/// Ranges of addresses with the number of an autonomous system each, as iptoasn.com publishes them
/// (`ip2asn-v4.tsv`, `ip2asn-v6.tsv`, `ip2asn-combined.tsv`, `ip2asn-v4-u32.tsv`).
///
/// A line: first address, last address, AS number, country, AS description; tabs between. 0 stands for "not routed".
struct RangeTable: Sendable {
    /// What is said of an autonomous system.
    private struct System: Hashable, Sendable {
        let number: UInt32
        let country: String
        let name: String
    }

    private var firsts: ContiguousArray<IPAddress> = []
    private var lasts: ContiguousArray<IPAddress> = []
    private var systemOfRange: ContiguousArray<UInt32> = []
    private var systems: ContiguousArray<System> = []
    /// Lines that could not be read.
    private(set) var unreadable = 0

    var count: Int { firsts.count }

    init(_ bytes: [UInt8]) {
        var ranges: [(first: IPAddress, last: IPAddress, system: UInt32)] = []
        var numbers: [String: UInt32] = [:]
        bytes.withUnsafeBufferPointer { bytes in
            for line in bytes.split(separator: 0x0A) {
                let line = line.last == 0x0D ? line.dropLast() : line
                if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
                let cells = line.split(separator: 0x09, maxSplits: 2, omittingEmptySubsequences: false)
                guard cells.count == 3, let first = Self.address(cells[0]), let last = Self.address(cells[1]),
                    first <= last, first.isV4 == last.isV4
                else {
                    unreadable += 1
                    continue
                }
                // Most lines share their end with others.
                let rest = String(decoding: cells[2], as: UTF8.self)
                if let known = numbers[rest] {
                    if systems[Int(known)].number != 0 { ranges.append((first, last, known)) }
                    continue
                }
                guard let system = Self.system(Substring(rest)) else {
                    unreadable += 1
                    continue
                }
                let number = UInt32(systems.count)
                systems.append(system)
                numbers[rest] = number
                if system.number != 0 { ranges.append((first, last, number)) }
            }
        }
        ranges.sort { $0.first < $1.first }
        firsts = ContiguousArray(ranges.map(\.first))
        lasts = ContiguousArray(ranges.map(\.last))
        systemOfRange = ContiguousArray(ranges.map(\.system))
    }

    private static func system(_ rest: Substring) -> System? {
        let cells = rest.split(separator: "\t", omittingEmptySubsequences: false)
        guard let number = UInt32(cells[0]) else { return nil }
        let country = cells.count > 1 ? cells[1] : ""
        return System(
            number: number, country: country == "None" ? "" : String(country),
            name: cells.count > 2 && cells[2] != "-" ? String(cells[2]) : "")
    }

    /// An address as text, or an IPv4 address as a decimal number.
    private static func address(_ cell: Slice<UnsafeBufferPointer<UInt8>>) -> IPAddress? {
        let text = String(decoding: cell, as: UTF8.self)
        return IPAddress(text) ?? UInt32(text).map { IPAddress(v4: $0) }
    }

    func owner(of address: IPAddress) -> AddressOwner? {
        var low = 0
        var high = firsts.count
        while low < high {
            let middle = (low + high) >> 1
            if firsts[middle] <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0, lasts[low - 1] >= address else { return nil }
        let system = systems[Int(systemOfRange[low - 1])]
        return AddressOwner(
            asNumber: system.number, name: system.name, country: system.country,
            prefix: Self.prefix(around: address, firsts[low - 1], lasts[low - 1]).description)
    }

    /// The largest network around an address that lies in a range.
    private static func prefix(around address: IPAddress, _ first: IPAddress, _ last: IPAddress) -> CIDR {
        var bits = 128
        while bits > (address.isV4 ? 96 : 0) {
            let wider = CIDR(address, bits: bits - 1)
            guard wider.first >= first, wider.last <= last else { break }
            bits -= 1
        }
        return CIDR(address, bits: bits)
    }
}

extension CIDR {
    /// The last address of the range.
    var last: IPAddress {
        let high = bits >= 64 ? 0 : UInt64.max >> UInt64(bits)
        let low = bits >= 128 ? 0 : bits <= 64 ? UInt64.max : UInt64.max >> UInt64(bits - 64)
        return IPAddress(high: first.high | high, low: first.low | low)
    }
}
