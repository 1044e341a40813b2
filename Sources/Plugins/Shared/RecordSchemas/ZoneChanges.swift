import Foundation

/// When a time zone changes its distance from Greenwich.
package struct ZoneChanges: Sendable {
    /// In seconds since 1970; empty for UTC.
    package private(set) var since: [Int64] = []
    /// Seconds east of Greenwich from then on.
    package private(set) var east: [Int32] = []

    /// From 1990 on, for as long as rules are known.
    private static let years = 1990...2060

    /// - Parameter name: `UTC`, `local`, `+02:00` or a name of the IANA's.
    /// - Returns: `nil` where nobody knows it.
    package init?(_ name: String) {
        if name == "UTC" || name == "Z" { return }
        if let fixed = Self.fixed(name) {
            (since, east) = ([.min], [fixed])
            return
        }
        guard let zone = name == "local" ? TimeZone.current : TimeZone(identifier: name) else { return nil }
        var moment = Date(timeIntervalSince1970: Double(Self.years.lowerBound - 1970) * 31_556_952)
        let end = Date(timeIntervalSince1970: Double(Self.years.upperBound - 1970) * 31_556_952)
        since = [.min]
        east = [Int32(zone.secondsFromGMT(for: moment))]
        while let next = zone.nextDaylightSavingTimeTransition(after: moment), next < end, next > moment {
            since.append(Int64(next.timeIntervalSince1970))
            east.append(Int32(zone.secondsFromGMT(for: next)))
            moment = next
        }
    }

    /// `+02:00`, `-0530`, `+2`
    private static func fixed(_ name: String) -> Int32? {
        guard let sign = name.first, sign == "+" || sign == "-" else { return nil }
        let digits = name.dropFirst().filter { $0 != ":" }
        guard (1...4).contains(digits.count), let number = Int32(digits) else { return nil }
        let (hours, minutes) = digits.count <= 2 ? (number, 0) : (number / 100, number % 100)
        guard hours < 24, minutes < 60 else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}
