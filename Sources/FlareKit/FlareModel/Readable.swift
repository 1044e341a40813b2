/// Numbers as people read them, with their units.
package enum Readable {
    /// `1,234,567`
    package static func count(_ number: Int64) -> String { number.grouped }

    /// `1.2 GB`, by powers of a thousand.
    package static func bytes(_ number: Int64) -> String {
        guard number.magnitude >= 1000 else { return "\(number) B" }
        var value = Double(number)
        var unit = "B"
        for larger in ["kB", "MB", "GB", "TB", "PB", "EB"] where value.magnitude >= 999.5 {
            value /= 1000
            unit = larger
        }
        return "\(significant(value)) \(unit)"
    }

    /// A length of time: `0.25 s`, `61 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
    package static func seconds(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e15 else { return "?" }
        guard seconds >= 0 else { return "-" + Self.seconds(-seconds) }
        if seconds < 1, seconds > 0 { return "\(decimal(seconds, 3)) s" }
        if seconds < 120 { return "\(decimal(seconds, 1)) s" }
        let whole = Int64(seconds.rounded())
        if whole < 7200 { return pair(whole / 60, "min", whole % 60, "s") }
        if whole < 172_800 { return pair(whole / 3600, "h", whole / 60 % 60, "min") }
        return pair(whole / 86_400, "d", whole / 3600 % 24, "h")
    }

    /// A length of time in one unit: `0.25 s`, `202 s`, `74 min`, `2.4 h`, `3.1 d`.
    package static func pace(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e15 else { return "?" }
        let (number, unit) = amount(seconds)
        return "\(number) \(unit)"
    }

    /// Two lengths of time: `60 to 202 s`, `60 s to 2.4 h`.
    package static func pace(_ seconds: ClosedRange<Double>) -> String {
        let (least, unit) = amount(seconds.lowerBound)
        let (most, unitOfMost) = amount(seconds.upperBound)
        return unit == unitOfMost ? "\(least) to \(most) \(unit)" : "\(least) \(unit) to \(most) \(unitOfMost)"
    }

    private static func amount(_ seconds: Double) -> (String, String) {
        switch seconds.magnitude {
        case ..<1: (decimal(seconds, 3), "s")
        case ..<100: (decimal(seconds, 1), "s")
        case ..<600: (decimal(seconds, 0), "s")
        case ..<7200: (decimal(seconds / 60, 0), "min")
        case ..<172_800: (decimal(seconds / 3600, 1), "h")
        default: (decimal(seconds / 86_400, 1), "d")
        }
    }

    /// A number with at most `places` decimals, no needless zeros.
    package static func decimal(_ number: Double, _ places: Int) -> String {
        guard number.isFinite, number.magnitude < 1e12 else { return String(number) }
        var scale: Int64 = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int64((number * Double(scale)).rounded())
        // The leading 1 keeps the zeros after the point.
        var fraction = String(UInt64(scale) + scaled.magnitude % UInt64(scale)).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        let whole = (scaled < 0 ? "-" : "") + String(scaled.magnitude / UInt64(scale))
        return fraction.isEmpty ? whole : "\(whole).\(fraction)"
    }

    private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(smallUnit)"
    }

    private static func significant(_ value: Double) -> String {
        decimal(value, value.magnitude < 9.95 ? 1 : 0)
    }
}

extension Field {
    /// Whether its numbers name something and count nothing.
    package var isIdentifier: Bool {
        name == "asn" || name.hasSuffix("_asn") || name.hasSuffix("port") || name.hasSuffix("_id")
    }
}
