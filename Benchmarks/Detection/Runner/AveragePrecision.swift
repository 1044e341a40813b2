/// Measures of a ranking.
enum Ranking {
    /// Average precision: the mean over positives of the precision at their rank; ties count at the end of their group.
    ///
    /// - Parameter scored: score and whether it is a positive, any order.
    static func averagePrecision(_ scored: [(score: Double, isPositive: Bool)]) -> Double {
        let sorted = scored.sorted { $0.score > $1.score }
        let positives = sorted.count { $0.isPositive }
        guard positives > 0 else { return 0 }
        var sum = 0.0
        var found = 0
        var index = 0
        while index < sorted.count {
            var end = index
            var inGroup = 0
            while end < sorted.count && sorted[end].score == sorted[index].score {
                if sorted[end].isPositive { inGroup += 1 }
                end += 1
            }
            found += inGroup
            sum += Double(inGroup) * Double(found) / Double(end)
            index = end
        }
        return sum / Double(positives)
    }

    /// Score above which at most `allowed` of the negatives lie.
    static func threshold(negatives: [Double], allowed: Int) -> Double {
        let sorted = negatives.sorted(by: >)
        return allowed < sorted.count ? sorted[allowed] : -.infinity
    }
}
