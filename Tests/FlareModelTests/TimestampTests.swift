import FlareKit
import Testing

@Suite("Moments")
struct TimestampTests {
    @Test(
        "are read as sensors and people write them",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.5Z", -500_000_000),
            ("2023-09-03T00:00:29.092106+0300", 1_693_688_429_092_106_000), ("2024-02-29", 1_709_164_800_000_000_000),
            ("2024-02-29 12:30", 1_709_209_800_000_000_000), ("2024-02-29T12:30:01-05:30", 1_709_229_601_000_000_000),
            ("2024-02-29T00:00:00.123456789Z", 1_709_164_800_123_456_789),
        ] as [(String, Int64)])
    func read(text: String, nanoseconds: Int64) {
        #expect(Timestamp(text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "that do not exist are refused",
        arguments: [
            "", "2023-02-29", "2023-13-01", "2023-1-1", "2023-01-01T25:00", "2023-01-01T00:00:00.Z", "2023-01-01x",
            "2023-01-01T00:00:00.1234567890Z", "1500-01-01", "2023-01-01T00:00:00+2x",
        ])
    func refused(text: String) { #expect(Timestamp(text) == nil) }

    @Test(
        "are written so that they read back",
        arguments: [0, -1, 1_693_688_429_092_106_000, 1_709_164_800_123_456_789, 951_782_400_000_000_000])
    func roundTrip(nanoseconds: Int64) {
        let moment = Timestamp(nanoseconds: nanoseconds)
        #expect(Timestamp(moment.description) == moment)
    }

    @Test("carry no more decimals than they need")
    func decimals() {
        #expect(Timestamp(nanoseconds: 1_250_000_000).description == "1970-01-01T00:00:01.250Z")
        #expect(Timestamp(nanoseconds: 1_000_001_000).description == "1970-01-01T00:00:01.000001Z")
        #expect(Timestamp(nanoseconds: -1).description == "1969-12-31T23:59:59.999999999Z")
    }
}
