import FlareKit

/// From p-values to what is reported: how many channels without a period may be reported a day.
struct FalseAlarmDial {
    /// The largest p-value that is still reported.
    let largestPValue: Double
    /// By channel, in the order of the p-values given: the smallest false discovery rate at which it is a discovery
    /// (Benjamini and Hochberg, J. R. Statist. Soc. B 57, 1995). Evidence, and no threshold: a network full of periodic
    /// services would loosen it.
    let qValues: [Double]

    private static let day = 86_400e9
    /// A run counts for at least so long: whoever looks at one short capture looks at one list, and one in so many of a day is fair.
    private static let shortest = 900e9

    /// - Parameters:
    ///   - judged: the p-values of all judgements.
    ///   - census: how many channels were judged, also those without a judgement, and for how long the sensor recorded.
    ///   - perDay: false alarms expected a day.
    init(judged: [Double], census: Census, perDay: Double) {
        let tests = max(census.judged, judged.count, 1)
        let recorded = Double(census.recordedDuration ?? census.window.duration ?? Int64(Self.day))
        let days = max(Self.shortest, recorded) / Self.day
        largestPValue = min(1, perDay * days / Double(tests))
        var qValues = [Double](repeating: 1, count: judged.count)
        var smallest = 1.0
        for (rank, place) in judged.indices.sorted(by: { judged[$0] < judged[$1] }).enumerated().reversed() {
            smallest = min(smallest, judged[place] * Double(tests) / Double(rank + 1))
            qValues[place] = smallest
        }
        self.qValues = qValues
    }
}
