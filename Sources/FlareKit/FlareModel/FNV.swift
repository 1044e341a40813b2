/// 64 bits of FNV-1a (Fowler, Noll, Vo; draft-eastlake-fnv): a hash that is the same in every run and version.
public enum FNV {
    public static let seed: UInt64 = 0xcbf2_9ce4_8422_2325

    @inlinable
    public static func mixed(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }

    public static func hash(_ text: String) -> UInt64 { text.utf8.reduce(seed, mixed) }

    /// The hash in sixteen hexadecimal digits.
    public static func digits(_ text: String) -> String {
        let digits = String(hash(text), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension UInt8 {
    /// Two hexadecimal digits.
    package var hexadecimal: String { (self < 16 ? "0" : "") + String(self, radix: 16) }
}
