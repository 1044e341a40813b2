extension Sequence {
    /// Ranges in order, those that overlap or touch joined to one.
    package func joined<Bound>() -> [Range<Bound>] where Element == Range<Bound> {
        var joined: [Range<Bound>] = []
        for range in sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        return joined
    }
}
