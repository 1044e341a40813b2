import FlareKit
import Testing

@testable import FlareModel

@Suite("The days in which a sensor recorded")
struct RecordedDaysTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var what: String
        var days: [Int64: Int]
        var body: ClosedRange<Int64>
        var strays: [Int64]
        var testDescription: String { what }
    }

    @Test(
        "a record far from all others is a stray, a second capture is none",
        arguments: [
            Case(what: "one day", days: [100: 5], body: 100...100, strays: []),
            Case(what: "a day and 1970", days: [0: 1, 20_000: 500], body: 20_000...20_000, strays: [0]),
            Case(what: "a day and next year", days: [20_000: 500, 20_365: 1], body: 20_000...20_000, strays: [20_365]),
            Case(what: "strays on both sides", days: [0: 2, 9: 1, 50: 90, 70: 1], body: 50...50, strays: [0, 9, 70]),
            Case(what: "three days off are near", days: [20_000: 500, 20_003: 1], body: 20_000...20_003, strays: []),
            Case(what: "a sixth of six records", days: [0: 1, 20_000: 5], body: 20_000...20_000, strays: [0]),
            Case(what: "one of two is no stray", days: [0: 1, 20_000: 1], body: 0...20_000, strays: []),
            Case(what: "two captures", days: [100: 40, 200: 60], body: 100...200, strays: []),
            Case(
                what: "two captures and 1970", days: [0: 1, 10_000: 40, 10_100: 60], body: 10_000...10_100, strays: [0]),
            Case(
                what: "two months and a holiday", days: [20_000: 9, 20_007: 9, 20_015: 9, 20_022: 9, 20_040: 1],
                body: 20_000...20_040, strays: []),
            Case(
                what: "a record every ten days",
                days: Dictionary(uniqueKeysWithValues: (0..<30).map { (Int64($0 * 10), 1) }), body: 0...290, strays: []),
            Case(
                what: "the ends of time", days: [-106_752: 1, 20_000: 100, 106_751: 1], body: 20_000...20_000,
                strays: [-106_752, 106_751]),
        ])
    func body(_ example: Case) throws {
        let recorded = try #require(RecordedDays(example.days))
        #expect(recorded.body == example.body)
        #expect(recorded.strays.map(\.first) == example.strays)
    }

    @Test("without records there are no days")
    func nothing() { #expect(RecordedDays([:]) == nil) }

    @Test("days are counted in windows, to the ends of time")
    func counts() {
        var days = DayCounts()
        let day: Int64 = 86_400_000_000_000
        days.add([.min, -1, 0, 1, day - 1, day, .max - 1])
        #expect(days.counts == [-106_752: 1, -1: 1, 0: 3, 1: 1, 106_751: 1])
        var inside = DayCounts()
        inside.add([-1, 0, day, day + 1], from: 0, until: day)
        #expect(inside.counts == [0: 1])
    }

    @Test(
        "what lies far off is named with its date and distance",
        arguments: [
            ([0: 3], "3 records are dated 1970-01-01, 54 years before all others"),
            ([19_353: 1], "1 record is dated 2022-12-27, 1 year before all others"),
            ([19_600: 1], "1 record is dated 2023-08-31, 4 months before all others"),
            ([0: 1, 9000: 2], "3 records are dated 1970-01-01 to 1994-08-23, at least 29 years before all others"),
            ([19_733: 1], "1 record is dated 2024-01-11, 10 days after all others"),
        ] as [([Int64: Int], String)])
    func sentences(strays: [Int64: Int], sentence: String) throws {
        var days = strays
        days[19_723] = 1000
        var census = Census(
            window: TimeWindow(
                since: Timestamp(day: 19_723), until: Timestamp(day: 19_723).advanced(by: 3_600_000_000_000)))
        census.strays = try #require(RecordedDays(days)).strays
        #expect(census.remarks == [sentence + ": such records are used, but the window does not reach to them"])
    }
}

@Suite("How long the sensor recorded")
struct RecordedDurationTests {
    private static let minute: Int64 = 60_000_000_000

    /// Two records in each of the minutes.
    static func census(_ minutes: [Range<Int64>]) -> Census {
        var census = Census(
            window: TimeWindow(
                since: Timestamp(minute: minutes[0].lowerBound),
                until: Timestamp(minute: minutes[minutes.count - 1].upperBound)))
        census.beginMinutes()
        for minute in minutes.joined() { census.count(2, inMinute: minute) }
        return census
    }

    @Test("from the first minute to the last, with short outages")
    func whole() {
        #expect(Self.census([0..<60]).recordedDuration == 60 * Self.minute)
        #expect(Self.census([0..<600, 900..<1440]).recordedDuration == 1440 * Self.minute)
    }

    @Test("without silences of a day, and without those longer than all the rest")
    func silences() {
        #expect(Self.census([0..<180, 10_000..<10_180]).recordedDuration == 360 * Self.minute)
        #expect(Self.census([0..<180, 600..<601]).recordedDuration == 181 * Self.minute)
    }

    @Test("not known where nobody counted minutes")
    func unknown() { #expect(Census().recordedDuration == nil) }

    @Test("between a stray and the window the sensor was silent")
    func strays() throws {
        var census = Self.census([1_440_000..<1_440_060])
        census.strays = [.init(first: 0, last: 1, records: 1), .init(first: 5000, last: 5000, records: 1)]
        let day = 1440 * Self.minute
        #expect(
            census.silences == [
                2 * day..<1_440_000 * Self.minute, 1_440_060 * Self.minute..<5000 * day,
            ])
    }
}

@Suite("Arithmetic on hostile numbers")
struct ClampedTests {
    @Test("is cut to the range of the type")
    func clamped() {
        #expect(Int64.max.addingClamped(1) == .max)
        #expect(Int64.min.addingClamped(-1) == .min)
        #expect(Int64.min.subtractingClamped(1) == .min)
        #expect(Int64(0).subtractingClamped(.min) == .max)
        #expect(Int64.min.multipliedClamped(by: -1) == .max)
        #expect(Int64.max.multipliedClamped(by: -2) == .min)
        #expect(Int64(clamping: Double.infinity) == .max)
        #expect(Int64(clamping: -1e300) == .min)
        #expect(Int64(clamping: Double.nan) == 0)
        #expect(Int64(clamping: 1.6) == 2)
        #expect(Int64(clamping: 0x1p63) == .max)
        #expect(Int64(clamping: -0x1p63) == .min)
    }

    @Test("times at the ends of their range are written, cut and subtracted")
    func times() {
        let (first, last) = (Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max))
        #expect(first.description.hasPrefix("1677-09-21T"))
        #expect(first.inWholeSeconds == first)
        #expect(last.nanoseconds(since: first) == .max)
        #expect(TimeWindow(since: first, until: last).duration == .max)
        #expect(TimeWindow.endingNow(first, length: .max).since == first)
        #expect(TimeWindow.endingNow(last, length: .min).until == last)
    }
}
