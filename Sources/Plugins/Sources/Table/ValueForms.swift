import FlareKit
import Foundation

/// How the values of a column are written where that can be read in several ways: 3/4/2025, 1.234, a time without a zone.
struct ValueForms {
    // MARK: Dates

    enum DayOrder {
        case dayFirst, monthFirst
    }

    /// Which of day and month stands first in dates such as 3/4/2025, and whether the dates tell; `nil` where there are none.
    ///
    /// - isForeign: whether the table is written in another language than English.
    static func dayOrder(
        _ values: [String], _ reference: Timestamp, isForeign: Bool
    ) -> (order: DayOrder, isSure: Bool)? {
        let pattern = /(\d{1,2})([\/\-])(\d{1,2})[\/\-](\d{4}|\d{2})(?!\d)/
        let dates = values.compactMap { $0.prefixMatch(of: pattern) }
            .compactMap { match -> (first: Int, second: Int, year: Int)? in
                guard let first = Int(match.1), let second = Int(match.3), let year = Int(match.4) else { return nil }
                return (first, second, year < 100 ? 2000 + year : year)
            }
        guard let some = dates.first else { return nil }
        if dates.contains(where: { $0.first > 12 }) { return (.dayFirst, true) }
        if dates.contains(where: { $0.second > 12 }) { return (.monthFirst, true) }
        // The right one is not after the records were written, and its days lie closer together.
        let dayFirst = dates.map { $0.year * 372 + $0.second * 31 + $0.first }
        let monthFirst = dates.map { $0.year * 372 + $0.first * 31 + $0.second }
        if some.first != some.second || dayFirst != monthFirst {
            let today = Calendar(identifier: .gregorian).dateComponents(
                in: TimeZone(secondsFromGMT: 0) ?? .current,
                from: Date(timeIntervalSince1970: Double(reference.nanoseconds) / 1e9))
            let latest = (today.year ?? 0) * 372 + (today.month ?? 0) * 31 + (today.day ?? 0) + 1
            let mayBeDayFirst = dayFirst.max() ?? 0 <= latest
            let mayBeMonthFirst = monthFirst.max() ?? 0 <= latest
            if mayBeDayFirst != mayBeMonthFirst { return (mayBeDayFirst ? .dayFirst : .monthFirst, true) }
            let spans = [dayFirst, monthFirst].map { ($0.max() ?? 0) - ($0.min() ?? 0) }
            if spans[0] * 5 < spans[1] { return (.dayFirst, true) }
            if spans[1] * 5 < spans[0] { return (.monthFirst, true) }
        }
        let hasHalves = values.contains { $0.contains(/\d\s*[AaPp]\.?[Mm]\.?/) }
        let hasDashes = values.first?.contains(/^\d{1,2}-\d/) == true
        return (!hasHalves && (isForeign || hasDashes) ? .dayFirst : .monthFirst, false)
    }

    // MARK: Zones

    /// Whether a text is a zone: +0100, UTC+1, CET.
    static func isZone(_ text: String) -> Bool {
        TableTime.isZoneName(text) || text.wholeMatch(of: /(?:UTC|GMT)?\s?[+\-](?:\d{2}:?\d{2}|\d{1,2})/) != nil
    }

    /// `UTC+1` as the zone's option has it: +01:00; `nil` where it is no zone.
    static func zone(_ text: String) -> String? {
        guard let match = text.wholeMatch(of: /(?:UTC|GMT)\s?([+\-])(\d{1,2})(?::?(\d{2}))?/) else { return nil }
        return "\(match.1)\(match.2.count == 1 ? "0" : "")\(match.2):\(match.3 ?? "00")"
    }

    /// Whether a time says its zone, or needs none.
    static func hasZone(_ time: String) -> Bool {
        // Days of a spreadsheet are of its own zone.
        if time.wholeMatch(of: /\d{5}[.,]\d+/) != nil { return false }
        if time.wholeMatch(of: /[\d.,]+/) != nil || time.hasPrefix("/Date(") { return true }
        if time.contains(/:\d{2}(?:[.,]\d+)?\s?(?:[Zz]|[+\-]\d{2}:?\d{2})|UTC|GMT/) { return true }
        return zoneName(time).map(TableTime.isZoneName) ?? false
    }

    /// The name of a zone behind a time.
    static func zoneName(_ time: String) -> String? {
        time.firstMatch(of: /\d\s([A-Z]{3,5})$/).map { String($0.1) }.flatMap { ["AM", "PM"].contains($0) ? nil : $0 }
    }

    // MARK: Numbers

    /// Whether decimals stand behind a comma.
    ///
    /// - sizes: values of columns of bytes and packets, which have no decimals.
    /// - durations: values of a column of durations.
    static func hasDecimalComma(sizes: [String], durations: [String], isSeparatedByComma: Bool) -> Bool {
        let isGrouped = sizes.contains { $0.wholeMatch(of: /\d{1,3}(,\d{3})+/) != nil }
        if isGrouped { return false }
        let points = sizes.filter { $0.contains(".") }
        if !points.isEmpty, points.allSatisfy({ $0.wholeMatch(of: /\d{1,3}(\.\d{3})+/) != nil }) { return true }
        if (sizes + durations).contains(where: { $0.contains(/^\d+,\d{1,2}(?!\d)|^\d+,\d{4,}|\.\d{3},\d/) }) {
            return true
        }
        return !isSeparatedByComma && durations.contains { $0.wholeMatch(of: /\d+,\d{3}/) != nil }
    }
}
