extension Double {
    /// The value here of straight lines through some points: the last one's beyond it, and the first line goes on before the first.
    ///
    /// - Parameter points: by their first coordinate, ascending; at least one.
    package func onLine(through points: [(Double, Double)]) -> Double {
        for (low, high) in zip(points, points.dropFirst()) where self < high.0 {
            return low.1 + (high.1 - low.1) * (self - low.0) / (high.0 - low.0)
        }
        return points[points.count - 1].1
    }
}
