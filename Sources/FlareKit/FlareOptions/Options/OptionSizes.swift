/// A number of bytes as it is written in configuration: `16 MB` (decimal), `64 KiB` (binary), or a whole number.
public struct ByteSize: Sendable, Hashable, Comparable, Codable {
    /// At least 0.
    public let bytes: Int64

    /// - Parameter bytes: at least 0; less counts as 0.
    public init(bytes: Int64) {
        self.bytes = max(0, bytes)
    }

    public static func megabytes(_ count: Int64) -> ByteSize { ByteSize(bytes: count * 1_000_000) }
    public static func kibibytes(_ count: Int64) -> ByteSize { ByteSize(bytes: count * 1024) }

    public static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }

    private static let units: [(name: String, bytes: Int64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("B", 1),
    ]

    /// Reads a number with a unit: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB in any case, with or without a space
    /// between, or a whole number of bytes alone.
    ///
    /// - Returns: `nil` if the text is anything else.
    public init?(_ text: String) {
        let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let word = text.dropFirst(number.count).drop { $0 == " " }
        let unit = word.isEmpty ? 1 : Self.units.first { $0.name.lowercased() == word.lowercased() }?.bytes
        guard let unit, let first = number.first, first != ".", number.last != ".", let value = Double(number)
        else { return nil }
        let product = (value * Double(unit)).rounded()
        guard product < 9.2e18, !(word.isEmpty && number.contains(".")) else { return nil }
        self.init(bytes: Int64(product))
    }
}

extension ByteSize: CustomStringConvertible {
    /// The size as one would write it: `16 MB`, `64 KiB`, `1500 B`.
    public var description: String {
        let fitting = Self.units.filter { bytes >= $0.bytes && bytes.isMultiple(of: $0.bytes) }
        let unit = fitting.max { $0.bytes < $1.bytes } ?? ("B", 1)
        return "\(bytes / unit.bytes) \(unit.name)"
    }
}

extension ByteSize: OptionValue {
    public static var optionType: OptionType { .byteSize }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .byteSize(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = value
    }
    public var datum: OptionDatum { .byteSize(self) }
}

/// A part of a whole as it is written in configuration: `0.01` or `1 %`.
public struct OptionShare: Sendable, Hashable, Comparable, Codable {
    /// 0…1.
    public let fraction: Double

    /// - Parameter fraction: 0…1; cut to that.
    public init(_ fraction: Double) {
        self.fraction = min(1, max(0, fraction))
    }

    /// Reads `1 %`, `1%` or `0.01`.
    ///
    /// - Returns: `nil` if the text is anything else or the share is outside 0…1.
    public init?(_ text: String) {
        var number = text[...]
        let isPercentage = number.last == "%"
        if isPercentage { number = number.dropLast() }
        while number.last == " " { number = number.dropLast() }
        guard number.first?.isNumber == true, let value = Double(number) else { return nil }
        let fraction = isPercentage ? value / 100 : value
        guard (0...1).contains(fraction) else { return nil }
        self.fraction = fraction
    }

    public static func < (left: OptionShare, right: OptionShare) -> Bool { left.fraction < right.fraction }
}

extension OptionShare: CustomStringConvertible {
    /// The share in percent: `1 %`.
    public var description: String { "\(OptionDatum.number((fraction * 1e6).rounded() / 1e4)) %" }
}

extension OptionShare: OptionValue {
    public static var optionType: OptionType { .share }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .share(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = value
    }
    public var datum: OptionDatum { .share(self) }
}
