/// A range of addresses that share a prefix: `192.168.0.0/16`, `fe80::/10`, or one address alone.
public struct CIDR: Hashable, Sendable {
    /// The first address of the range.
    public let first: IPAddress
    /// How many leading bits are fixed, of 128; an IPv4 prefix of n bits counts 96 + n.
    public let bits: Int

    /// The range of addresses that agree with `address` in its first `bits` of 128; bits beyond are cleared.
    ///
    /// - Precondition: `bits` is in 0...128.
    public init(_ address: IPAddress, bits: Int) {
        precondition((0...128).contains(bits), "a prefix has 0 to 128 bits")
        self.bits = bits
        let mask = Self.mask(bits)
        self.first = IPAddress(high: address.high & mask.high, low: address.low & mask.low)
    }

    /// Reads `address/bits` or an address alone. Host bits that are set are cleared; `isExact` tells.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(parts[0]) else { return nil }
        let width = address.isV4 ? 32 : 128
        var length = width
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
                let read = Int(parts[1]), read <= width
            else { return nil }
            length = read
        }
        self.init(address, bits: 128 - width + length)
    }

    /// Whether `address` lies in the range.
    public func contains(_ address: IPAddress) -> Bool {
        let mask = Self.mask(bits)
        return address.high & mask.high == first.high && address.low & mask.low == first.low
    }

    private static func mask(_ bits: Int) -> (high: UInt64, low: UInt64) {
        let high = bits >= 64 ? UInt64.max : bits == 0 ? 0 : UInt64.max << UInt64(64 - bits)
        let low = bits >= 128 ? UInt64.max : bits <= 64 ? 0 : UInt64.max << UInt64(128 - bits)
        return (high, low)
    }
}

extension CIDR: CustomStringConvertible {
    public var description: String {
        first.isV4 && bits >= 96 ? "\(first)/\(bits - 96)" : "\(first)/\(bits)"
    }
}
