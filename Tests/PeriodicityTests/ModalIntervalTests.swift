import Testing

@testable import Periodicity

@Suite("The modal interval of original Flare")
struct ModalIntervalTests {
    /// Times in seconds as nanoseconds.
    static func times(_ seconds: [Double]) -> [Int64] { seconds.map { Int64($0 * 1e9) } }

    /// Times from intervals in seconds.
    static func times(intervals: [Double]) -> [Int64] {
        times(intervals.reduce(into: [1_700_000_000]) { $0.append(($0.last ?? 0) + $1) })
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let intervals: [Double]
        var minimum: Int64 = 30
        var moreThan = 3
        let expected: (occurrences: Int, share: Double, interval: Int64)?
    }

    static let cases: [Case] = [
        Case(testDescription: "a clock", intervals: [60, 60, 60, 60], expected: (4, 1, 60)),
        Case(testDescription: "too few intervals", intervals: [60, 60, 60], expected: nil),
        Case(testDescription: "short intervals are left out", intervals: [60, 1, 60, 2, 60, 60], expected: (4, 1, 60)),
        Case(
            testDescription: "two seconds side by side share a window, whose middle is the interval",
            intervals: [60, 61, 60, 61, 90], expected: (5, 0.8, 61)),
        Case(
            testDescription: "of equally frequent intervals the smallest is the mode",
            intervals: [40, 40, 80, 80], expected: (4, 0.5, 40)),
        Case(
            testDescription: "of equal windows the first counts", intervals: [60, 60, 60, 60, 59, 61],
            expected: (6, 5.0 / 6, 60)),
        Case(
            testDescription: "the best window may begin below the mode",
            intervals: [59, 60, 59, 60, 59, 60, 59, 60, 59, 60, 60, 100], expected: (12, 11.0 / 12, 60)),
        Case(testDescription: "nothing is left", intervals: [1, 2, 3, 4, 5], expected: nil),
    ]

    @Test("hand-computed cases", arguments: cases)
    func handComputed(example: Case) throws {
        let mode = ModalInterval(
            times: Self.times(intervals: example.intervals), minimumInterval: example.minimum,
            moreThan: example.moreThan, window: 2)
        #expect(mode?.occurrences == example.expected?.occurrences)
        #expect(mode?.share == example.expected?.share)
        #expect(mode?.interval == example.expected?.interval)
    }

    @Test("times are cut to whole seconds, also before 1970")
    func wholeSeconds() throws {
        let mode = try #require(
            ModalInterval(
                times: Self.times([-120.5, -60.2, -0.1, 59.9, 119.99]), minimumInterval: 30, moreThan: 3, window: 2))
        // Floors: -121, -61, -1, 59, 119.
        #expect(mode.interval == 60)
        #expect(mode.share == 1)
    }
}
