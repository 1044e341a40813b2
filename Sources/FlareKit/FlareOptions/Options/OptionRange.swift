/// The bounds of an option's value.
public struct OptionRange: Sendable, Hashable {
    /// The least value, `nil` without one.
    public let minimum: OptionDatum?
    /// The greatest value, `nil` without one.
    public let maximum: OptionDatum?
    /// Whether the value must be less than ``maximum``, not equal to it.
    public let excludesMaximum: Bool

    public init(minimum: OptionDatum? = nil, maximum: OptionDatum? = nil, excludesMaximum: Bool = false) {
        self.minimum = minimum
        self.maximum = maximum
        self.excludesMaximum = excludesMaximum
    }

    /// Whether a value lies in the range. A value without an order does.
    func contains(_ datum: OptionDatum) -> Bool {
        if case .list(let elements) = datum { return elements.allSatisfy(contains) }
        guard let value = datum.magnitude else { return true }
        if let minimum = minimum?.magnitude, value < minimum { return false }
        if let maximum = maximum?.magnitude, excludesMaximum ? value >= maximum : value > maximum { return false }
        return true
    }

    /// The range as a phrase: `at least 1`, `from 0 to 100`.
    public var phrase: String? {
        let isMoreThanZero = minimum == .number(.leastNonzeroMagnitude)
        switch (minimum, maximum) {
        case (nil, nil): return nil
        case (let minimum?, nil): return isMoreThanZero ? "more than 0" : "at least \(minimum)"
        case (nil, let maximum?): return excludesMaximum ? "less than \(maximum)" : "at most \(maximum)"
        case (let minimum?, let maximum?):
            let lower = isMoreThanZero ? "more than 0" : "from \(minimum)"
            return excludesMaximum ? "\(lower) to less than \(maximum)" : "\(lower) to \(maximum)"
        }
    }
}

/// A Swift range that can bound an option: `1...`, `0...1`, `..<100`.
public protocol OptionBounds<Bound>: Sendable {
    associatedtype Bound: OptionValue & Comparable
    var optionRange: OptionRange { get }
}

extension ClosedRange: OptionBounds where Bound: OptionValue {
    public var optionRange: OptionRange { OptionRange(minimum: lowerBound.datum, maximum: upperBound.datum) }
}

extension Range: OptionBounds where Bound: OptionValue {
    public var optionRange: OptionRange {
        OptionRange(minimum: lowerBound.datum, maximum: upperBound.datum, excludesMaximum: true)
    }
}

extension PartialRangeFrom: OptionBounds where Bound: OptionValue {
    public var optionRange: OptionRange { OptionRange(minimum: lowerBound.datum) }
}

extension PartialRangeThrough: OptionBounds where Bound: OptionValue {
    public var optionRange: OptionRange { OptionRange(maximum: upperBound.datum) }
}

extension PartialRangeUpTo: OptionBounds where Bound: OptionValue {
    public var optionRange: OptionRange { OptionRange(maximum: upperBound.datum, excludesMaximum: true) }
}
