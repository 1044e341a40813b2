import FlareKit
import Testing

@Suite("What sensors say of their losses")
struct SensorRecordTests {
    private static let midnight: Int64 = 1_767_225_600

    private static func total(_ samples: [(minute: Int64, packets: Int64, lost: Int64)]) -> SensorRecord {
        var record = SensorRecord()
        for sample in samples {
            record.add(
                SensorRecord.Sample(time: midnight + sample.minute * 60, packets: sample.packets, lost: sample.lost),
                of: "a",
                kind: .dropped, isTotal: true)
        }
        return record
    }

    @Test("counters that go on are told hour by hour, and a restart begins them at 0")
    func totals() {
        let record = Self.total([
            (0, 1000, 0), (60, 2000, 0), (90, 3000, 500), (120, 4000, 500), (130, 10, 5), (180, 110, 5),
        ])
        let hours = record.hours()
        #expect(hours.map(\.packets) == [1000, 2000, 110])
        #expect(hours.map(\.lost) == [0, 500, 5])
    }

    @Test("several sensors add up, and what two readers saw of one counts once")
    func several() {
        let one = Self.total([(0, 1000, 0), (30, 2000, 100)])
        var twice = one
        twice.merge(Self.total([(0, 1000, 0), (30, 2000, 100), (45, 2500, 100)]))
        #expect(twice.hours().map(\.packets) == [1500])
        #expect(twice == Self.total([(0, 1000, 0), (45, 2500, 100)]))
        twice.add(
            SensorRecord.Sample(time: Self.midnight + 600, packets: 500, lost: 400), of: "b", kind: .dropped,
            isTotal: false)
        #expect(twice.hours().map(\.lost) == [500])
    }

    @Test("a report says when much was lost, and how much in all")
    func words() {
        let record = Self.total([(0, 0, 0), (60, 1000, 0), (120, 1500, 100), (180, 2000, 400), (240, 9000, 400)])
        let hours = record.hours()
        #expect(
            SensorHour.remarks(hours) == [
                "the sensor dropped 40 % of 1,000 packets from 1 Jan 01:00 to 1 Jan 03:00: calls may be missing there"
            ])
        #expect(SensorHour.statement(hours) == "Sensor: dropped 4.44 % of 9,000 packets")
        #expect(SensorHour.statement([]) == nil)
        #expect(SensorHour.blindness(hours).map { ($0.upperBound - $0.lowerBound) / 3_600_000_000_000 } == [1])
    }

    @Test("a call that is missing while the sensor was blind was not missed")
    func silences() {
        var census = Census()
        census.blind = [10..<20, 15..<30, 40..<50]
        #expect(census.silences == [10..<30, 40..<50])
    }
}
