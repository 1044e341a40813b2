/// A point in time, in microseconds since 1970-01-01 00:00 UTC: the precision of Suricata's own timestamps.
public struct Moment: Hashable, Comparable, Sendable {
    public var microseconds: Int

    public init(microseconds: Int) {
        self.microseconds = microseconds
    }

    /// The start of a day in UTC (days since 1970 by Howard Hinnant's `days_from_civil`).
    public init(year: Int, month: Int, day: Int) {
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        microseconds = (era * 146_097 + dayOfEra - 719_468) * 86_400_000_000
    }

    public static func < (left: Moment, right: Moment) -> Bool { left.microseconds < right.microseconds }
    static func + (left: Moment, right: Int) -> Moment { Moment(microseconds: left.microseconds + right) }
    static func - (left: Moment, right: Moment) -> Int { left.microseconds - right.microseconds }

    /// As Suricata writes it: `2017-06-09T18:04:05.000123+0000`.
    public var text: String {
        let days = microseconds / 86_400_000_000
        let (year, month, day) = civil(days)
        let rest = microseconds - days * 86_400_000_000
        let second = rest / 1_000_000
        return "\(year)-\(padded(month, 2))-\(padded(day, 2))T\(padded(second / 3600, 2)):"
            + "\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2)).\(padded(rest % 1_000_000, 6))+0000"
    }

    private func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

/// Spans of time in microseconds.
enum Span {
    static let millisecond = 1000
    static let second = 1_000_000
    static let minute = 60 * second
    static let hour = 60 * minute
    static let day = 24 * hour
}

/// A whole number of at least 0 with zeros in front, to `width` digits.
func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
