extension RandomAccessCollection where Index == Int {
    /// The first place from which on a condition holds, by bisection; the end where it holds nowhere.
    ///
    /// - Parameter holds: false for the elements before some place, true for those from there on.
    @inlinable package func firstPlace(where holds: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
