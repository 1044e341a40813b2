import Testing

@testable import Periodicity

@Suite("RITA's four scores, by hand")
struct RITAScoreTests {
    @Test("quartiles are medians of the halves and Bowley's skewness follows from them")
    func skewness() {
        // Q1 = 20, Q2 = 80, Q3 = 320: (20 + 320 − 160) / 300
        #expect(abs(RITAScore.bowleySkewness(ofSorted: [10, 20, 40, 80, 160, 320, 640]) - 0.6) < 1e-12)
    }

    @Test("quartiles less than 10 apart have no skewness")
    func narrow() {
        #expect(RITAScore.bowleySkewness(ofSorted: [60, 60, 61, 62, 66]) == 0)
    }

    @Test("equal values are perfectly regular")
    func equal() {
        #expect(RITAScore.regularity(ofSorted: [60, 60, 60, 60], whenMedianBelowOne: 1) == 1)
    }

    @Test("skewness and dispersion count half each")
    func regularity() {
        // Median 80, deviations 70 60 40 0 80 240 560, their median 70: (1 − 0.6 + (80 − 70) / 80) / 2 = 0.2625
        let score = RITAScore.regularity(ofSorted: [10, 20, 40, 80, 160, 320, 640], whenMedianBelowOne: 1)
        #expect(abs(score - 0.263) < 1e-12)
    }

    @Test("a flat histogram scores 1, one bar of two scores 0", arguments: [([3, 3, 3], 1.0), ([2, 0], 0.0)])
    func flatness(bars: [Int], expected: Double) {
        #expect(RITAScore.flatness(of: bars) == expected)
    }

    @Test("two heights with one bar left out fit wholly")
    func bimodal() {
        // Heights 100 (six), 50 (five), 20 (one); class width 5: (6 + 5) / (12 − 1)
        let bars = [Int](repeating: 100, count: 6) + [Int](repeating: 50, count: 5) + [20]
        #expect(RITAScore.bimodalFit(of: bars, sensitivity: 0.05, outliers: 1, fewestBars: 11) == 1)
        #expect(RITAScore.bimodalFit(of: bars, sensitivity: 0.05, outliers: 1, fewestBars: 13) == 0)
    }

    @Test("a run of bars goes on from the last bin to the first")
    func run() {
        #expect(RITAScore.longestRun(of: [1, 1, 0, 1]) == 3)
        #expect(RITAScore.longestRun(of: [1, 1, 1]) == 3)
    }

    @Test("a clock over the whole window with one size scores 1")
    func clock() throws {
        let seconds = (0..<144).map { Int64($0) * 600 }
        let score = try #require(RITAScore(seconds: seconds, bytes: seconds.map { _ in 500 }, window: 0...86_400))
        #expect(score.total == 1)
    }

    @Test("fewer than three intervals above 0 are not judged")
    func tooFew() {
        #expect(RITAScore(seconds: [0, 0, 60, 120], bytes: [1, 1, 1, 1], window: 0...86_400) == nil)
    }
}
