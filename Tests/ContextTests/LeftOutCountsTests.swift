import Testing

@testable import ContextReading

@Suite("Records that were left out")
struct LeftOutCountsTests {
    private static let minute: Int64 = 60_000_000_000

    @Test("are counted by their minutes, and forgotten with the window")
    func byMinute() {
        var counts = LeftOutCounts()
        for record in 0..<600 { counts.add(at: 1_700_000_040_000_000_000 + Int64(record) * 1_000_000_000) }
        #expect(counts.total == 600)
        #expect(counts.steps == 10)
        #expect(counts.newest == 1_700_000_580_000_000_000)
        counts.forget(before: 1_700_000_040_000_000_000 + 7 * Self.minute)
        #expect(counts.total == 180)
        counts.forget(before: 1_800_000_000_000_000_000)
        #expect(counts.isEmpty)
        #expect(counts.newest == nil)
    }

    @Test("take bounded memory whatever times they bear; none is lost, and the latest is known")
    func hostile() {
        var counts = LeftOutCounts()
        var newest = Int64.min
        for record in 0..<200_000 {
            let minute = Int64(record * 2_654_435_761 % 150_000_000)
            counts.add(at: minute * Self.minute)
            newest = max(newest, minute)
        }
        #expect(counts.steps <= LeftOutCounts.mostSteps)
        #expect(counts.total == 200_000)
        #expect(counts.newest == newest * Self.minute)
        counts.forget(before: .max)
        counts.add(at: 0)
        #expect(counts.step == 1)
    }

    @Test("of a window of two months are counted in steps of a few minutes")
    func longWindow() {
        var counts = LeftOutCounts()
        let minutes: Int64 = 60 * 24 * 60
        for minute in 0..<minutes { counts.add(at: minute * Self.minute) }
        #expect(counts.step == 8)
        counts.forget(before: minutes / 2 * Self.minute)
        #expect((0...8).contains(counts.total - Int(minutes / 2)))
    }
}
