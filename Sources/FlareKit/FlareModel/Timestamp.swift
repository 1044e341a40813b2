/// A moment, in whole nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Covers the years 1677 to 2262.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since 1970, UTC; negative before.
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// A moment from seconds since 1970; out of range is cut to the range.
    public init(seconds: Double) {
        nanoseconds = Int64(clamping: seconds * 1e9)
    }

    /// Seconds since 1970.
    public var seconds: Double { Double(nanoseconds) / 1e9 }

    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The moment `nanoseconds` later; saturates at the ends of the range.
    public func advanced(by nanoseconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: self.nanoseconds.addingClamped(nanoseconds))
    }

    /// The moment `nanoseconds` earlier; saturates at the ends of the range.
    public func moved(back nanoseconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: self.nanoseconds.subtractingClamped(nanoseconds))
    }

    /// Nanoseconds from another moment to this one; saturates at the ends of the range.
    public func nanoseconds(since other: Timestamp) -> Int64 { nanoseconds.subtractingClamped(other.nanoseconds) }
}

extension FixedWidthInteger {
    /// The sum, cut to the range of the type: numbers from the network never trap.
    public func addingClamped(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    /// Adds a number, and stays in the range of the type.
    public mutating func addClamped(_ other: Self) { self = addingClamped(other) }

    /// The difference, cut to the range of the type.
    public func subtractingClamped(_ other: Self) -> Self {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }

    /// The product, cut to the range of the type.
    public func multipliedClamped(by other: Self) -> Self {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}

extension Int64 {
    /// The nearest whole number, cut to the range; 0 where the value is none.
    public init(clamping value: Double) {
        self = value.isNaN ? 0 : value >= 0x1p63 ? .max : value < -0x1p63 ? .min : Int64(value.rounded())
    }
}

extension Int {
    /// The nearest whole number, cut to the range; 0 where the value is none.
    public init(clamping value: Double) { self.init(clamping: Int64(clamping: value)) }
}

extension Timestamp {
    private static let dayLength: Int64 = 86_400_000_000_000
    private static let minuteLength: Int64 = 60_000_000_000

    /// The beginning of a day since 1970, UTC, cut to the range.
    package init(day: Int64) { self.init(nanoseconds: day.multipliedClamped(by: Self.dayLength)) }

    /// The beginning of a minute since 1970, cut to the range.
    package init(minute: Int64) { self.init(nanoseconds: minute.multipliedClamped(by: Self.minuteLength)) }

    /// Days since 1970, UTC, rounded down.
    package var day: Int64 { Self.split(nanoseconds, by: Self.dayLength).quotient }

    /// Minutes since 1970, rounded down.
    package var minute: Int64 { Self.split(nanoseconds, by: Self.minuteLength).quotient }

    /// Seconds since 1970, rounded down.
    package var wholeSeconds: Int64 { Self.split(nanoseconds, by: 1_000_000_000).quotient }

    /// The last nanosecond of the day.
    var endOfDay: Timestamp { Timestamp(day: day + 1).advanced(by: -1) }

    /// `2026-01-31`, in UTC.
    package var date: String { String(description.prefix { $0 != "T" }) }

    /// `4 Nov`, in UTC.
    package var dayAndMonth: String {
        let (_, month, day) = CivilDate.fromDays(day)
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(day) \(names[Int(month - 1)])"
    }

    /// `4 Nov 12:30`, in UTC.
    package var dayAndTime: String { "\(dayAndMonth) \(description.drop { $0 != "T" }.dropFirst().prefix(5))" }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC, with as many decimals as needed in steps of three: `2026-01-31T23:59:59.250Z`.
    public var description: String {
        let (day, nanosecondOfDay) = Self.split(nanoseconds, by: 86_400_000_000_000)
        let (year, month, dayOfMonth) = CivilDate.fromDays(day)
        let (second, fraction) = Self.split(nanosecondOfDay, by: 1_000_000_000)
        var text = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(dayOfMonth, 2))T"
        text += "\(Self.padded(second / 3600, 2)):\(Self.padded(second / 60 % 60, 2)):\(Self.padded(second % 60, 2))"
        if fraction != 0 {
            if fraction % 1_000_000 == 0 {
                text += ".\(Self.padded(fraction / 1_000_000, 3))"
            } else if fraction % 1000 == 0 {
                text += ".\(Self.padded(fraction / 1000, 6))"
            } else {
                text += ".\(Self.padded(fraction, 9))"
            }
        }
        return text + "Z"
    }

    /// The same moment cut to whole seconds.
    public var inWholeSeconds: Timestamp {
        advanced(by: -Self.split(nanoseconds, by: 1_000_000_000).remainder)
    }

    @inline(__always)
    package static func split(_ value: Int64, by unit: Int64) -> (quotient: Int64, remainder: Int64) {
        var (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
        if remainder < 0 {
            remainder += unit
            quotient -= 1
        }
        return (quotient, remainder)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
    }
}

extension Timestamp {
    /// Reads RFC 3339 and ISO 8601 as sensors and people write them: `2026-01-31`, `2026-01-31T23:59:59`,
    /// a space in place of `T`, 0 to 9 decimals, and `Z`, `+0000`, `+00:00` or nothing (UTC) at the end.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        var index = 0
        func number(_ digits: Int) -> Int64? {
            guard index + digits <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[index..<index + digits] {
                guard byte >= 48, byte <= 57 else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            index += digits
            return value
        }
        func accept(_ characters: String) -> Bool {
            guard index < bytes.count, characters.utf8.contains(bytes[index]) else { return false }
            index += 1
            return true
        }
        guard let year = number(4), accept("-"), let month = number(2), accept("-"), let day = number(2),
            (1...12).contains(month), (1...CivilDate.daysIn(month: month, year: year)).contains(day),
            (1678...2261).contains(year)
        else { return nil }
        var total = CivilDate.toDays(year: year, month: month, day: day) * 86_400
        var fraction: Int64 = 0
        if accept("Tt ") {
            guard let hour = number(2), accept(":"), let minute = number(2), hour < 24, minute < 60 else { return nil }
            total += hour * 3600 + minute * 60
            if accept(":") {
                guard let second = number(2), second <= 60 else { return nil }
                total += second
                if accept(".,") {
                    var scale: Int64 = 100_000_000
                    let first = index
                    while let digit = number(1) {
                        fraction += digit * scale
                        scale /= 10
                    }
                    guard (1...9).contains(index - first) else { return nil }
                }
            }
            if accept("+-") {
                let isNegative = bytes[index - 1] == UInt8(ascii: "-")
                guard let hours = number(2), hours < 24 else { return nil }
                _ = accept(":")
                let minutes = index == bytes.count ? 0 : number(2)
                guard let minutes, minutes < 60 else { return nil }
                total += (isNegative ? 1 : -1) * (hours * 3600 + minutes * 60)
            } else {
                _ = accept("Zz")
            }
        }
        guard index == bytes.count else { return nil }
        self.nanoseconds = total * 1_000_000_000 + fraction
    }
}

extension Timestamp: Codable {
    /// A text in RFC 3339.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no time")
        }
        self = time
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The Gregorian calendar as arithmetic on days since 1970-01-01
/// (H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil and civil_from_days).
enum CivilDate {
    static func toDays(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func fromDays(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }

    static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
