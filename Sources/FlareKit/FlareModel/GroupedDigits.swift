extension BinaryInteger {
    /// The number as people read it: `1,234,567`.
    public var grouped: String {
        let digits = String(magnitude)
        var text = self < 0 ? "-" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }
}

extension Collection where Element: StringProtocol {
    /// The first few of them, and how many more there are: `a, b and 1,200 more`.
    package func listed(_ most: Int, by separator: String = ", ") -> String {
        prefix(most).joined(separator: separator) + (count > most ? " and \((count - most).grouped) more" : "")
    }
}
