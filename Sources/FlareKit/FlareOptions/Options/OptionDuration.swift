/// A span of time as it is written in configuration: `90s`, `5m`, `24h`, `7d`, `1h30m`, `250ms`.
///
/// Never negative. A number without a unit is refused, since nobody remembers which unit it has.
public struct OptionDuration: Sendable, Hashable, Comparable, Codable {
    /// At least 0.
    public let nanoseconds: Int64

    /// - Parameter nanoseconds: at least 0; less counts as 0.
    public init(nanoseconds: Int64) {
        self.nanoseconds = max(0, nanoseconds)
    }

    public static func seconds(_ seconds: Int64) -> OptionDuration { OptionDuration(seconds, of: .seconds) }
    public static func minutes(_ minutes: Int64) -> OptionDuration { OptionDuration(minutes, of: .minutes) }
    public static func hours(_ hours: Int64) -> OptionDuration { OptionDuration(hours, of: .hours) }
    public static func days(_ days: Int64) -> OptionDuration { OptionDuration(days, of: .days) }
    public static func milliseconds(_ milliseconds: Int64) -> OptionDuration {
        OptionDuration(milliseconds, of: .milliseconds)
    }

    /// The span in seconds, rounded to what a `Double` holds.
    public var seconds: Double { Double(nanoseconds) / 1e9 }

    public static func < (left: OptionDuration, right: OptionDuration) -> Bool { left.nanoseconds < right.nanoseconds }

    private enum Unit: String, CaseIterable {
        case weeks = "w", days = "d", hours = "h", minutes = "m", seconds = "s"
        case milliseconds = "ms", microseconds = "us", nanoseconds = "ns"

        var nanoseconds: Int64 {
            switch self {
            case .weeks: 604_800_000_000_000
            case .days: 86_400_000_000_000
            case .hours: 3_600_000_000_000
            case .minutes: 60_000_000_000
            case .seconds: 1_000_000_000
            case .milliseconds: 1_000_000
            case .microseconds: 1_000
            case .nanoseconds: 1
            }
        }
    }

    private init(_ count: Int64, of unit: Unit) {
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.nanoseconds)
        self.init(nanoseconds: overflow ? (count < 0 ? 0 : .max) : product)
    }

    /// Reads a span: numbers, each with its unit (`w`, `d`, `h`, `m`, `s`, `ms`, `us`, `ns`), larger units first,
    /// the last number perhaps with decimals.
    ///
    /// - Returns: `nil` if the text is anything else, or more than 292 years.
    public init?(_ text: String) {
        var rest = text.utf8[...]
        var total: Int64 = 0
        var smallest = Int64.max
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { (0x61...0x7A).contains($0) }
            rest = rest.dropFirst(letters.count)
            guard let number = String(digits), let word = String(letters), let unit = Unit(rawValue: word),
                unit.nanoseconds < smallest, let part = Self.multiply(number, by: unit.nanoseconds),
                !number.contains(".") || rest.isEmpty
            else { return nil }
            smallest = unit.nanoseconds
            let (sum, overflow) = total.addingReportingOverflow(part)
            if overflow { return nil }
            total = sum
        }
        self.init(nanoseconds: total)
    }

    private static func multiply(_ number: String, by unit: Int64) -> Int64? {
        if let whole = Int64(number) {
            let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
            return overflow ? nil : product
        }
        guard let first = number.first, let last = number.last, first.isNumber, last.isNumber,
            let value = Double(number)
        else { return nil }
        let product = (value * Double(unit)).rounded()
        return product < 9.2e18 ? Int64(product) : nil
    }
}

extension OptionDuration: CustomStringConvertible {
    /// The span as one would write it: `24h`, `7d`, `90s`, `1h30m`.
    public var description: String {
        if nanoseconds == 0 { return "0s" }
        let units: [Unit] = [.days, .hours, .minutes, .seconds, .milliseconds, .microseconds, .nanoseconds]
        for unit in units where nanoseconds.isMultiple(of: unit.nanoseconds) {
            let count = nanoseconds / unit.nanoseconds
            switch unit {
            case .days where count < 3: continue
            case .hours, .days: return "\(count)\(unit.rawValue)"
            case .minutes where count > 120: return mixed(.hours, .minutes)
            case .seconds where count > 120: return mixed(.minutes, .seconds)
            default: return "\(count)\(unit.rawValue)"
            }
        }
        return "\(nanoseconds)ns"
    }

    private func mixed(_ large: Unit, _ small: Unit) -> String {
        let rest = nanoseconds % large.nanoseconds / small.nanoseconds
        return "\(nanoseconds / large.nanoseconds)\(large.rawValue)\(rest)\(small.rawValue)"
    }
}

extension OptionDuration: OptionValue {
    public static var optionType: OptionType { .duration }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .duration(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = value
    }
    public var datum: OptionDatum { .duration(self) }
}
