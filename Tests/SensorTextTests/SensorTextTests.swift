import SensorText
import Testing

/// Reads a time as scanners do.
private func time(_ text: String) -> Int64? {
    var nanoseconds: Int64 = 0
    return SensorReadTime(text, text.utf8.count, &nanoseconds) ? nanoseconds : nil
}

@Suite("Times as sensors write them")
struct SensorTimeTests {
    @Test(
        "every form is read",
        arguments: [
            ("2023-09-02T23:53:14.352054+0300", 1_693_687_994_352_054_000),
            ("2023-09-02T20:53:14.352054+0000", 1_693_687_994_352_054_000),
            ("2023-09-02T15:53:14.352054-0500", 1_693_687_994_352_054_000),
            ("2023-09-03T02:23:14.352054+0530", 1_693_687_994_352_054_000),
            ("2023-09-02T20:53:14.352054Z", 1_693_687_994_352_054_000),
            ("2023-09-02T20:53:14.352054+00:00", 1_693_687_994_352_054_000),
            ("2023-09-02T20:53:14Z", 1_693_687_994_000_000_000),
            ("2023-09-02T20:53:14+0000", 1_693_687_994_000_000_000),
            ("2023-09-02T20:53:14.3Z", 1_693_687_994_300_000_000),
            ("2023-09-02T20:53:14.352054123Z", 1_693_687_994_352_054_123),
            ("1969-12-31T23:59:59.999999999Z", -1),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000_000_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
        ] as [(String, Int64)])
    func forms(text: String, nanoseconds: Int64) {
        #expect(time(text) == nanoseconds)
    }

    @Test(
        "what is no time is none",
        arguments: [
            "", "2023-09-02", "2023-09-02T20:53:14", "2023-09-02 20:53:14Z", "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z", "2023-00-01T00:00:00Z", "2023-09-02T24:00:00Z", "2023-09-02T20:60:00Z",
            "2023-09-02T20:53:61Z", "2023-09-02T20:53:14.Z", "2023-09-02T20:53:14.1234567890Z",
            "2023-09-02T20:53:14+3", "2023-09-02T20:53:14+2400", "2023-09-02T20:53:14.352054+0300 ",
            "1600-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "2O23-09-02T20:53:14Z", "1693687994",
        ])
    func refused(text: String) {
        #expect(time(text) == nil)
    }
}

@Suite("Addresses as sensors write them")
struct SensorAddressTests {
    private func address(_ text: String) -> [UInt64]? {
        var address = SensorAddress()
        return SensorReadAddress(text, text.utf8.count, &address) ? [address.high, address.low] : nil
    }

    @Test(
        "IPv4, and IPv6 in full and short form, are numbers",
        arguments: [
            ("192.0.2.1", [0, 0xFFFF_C000_0201]), ("0.0.0.0", [0, 0xFFFF_0000_0000]),
            ("255.255.255.255", [0, 0xFFFF_FFFF_FFFF]), ("::ffff:192.0.2.1", [0, 0xFFFF_C000_0201]),
            ("::", [0, 0]), ("::1", [0, 1]), ("1::", [0x0001_0000_0000_0000, 0]),
            ("fe80:0000:0000:0000:d0e9:29ff:fea8:2e0d", [0xFE80_0000_0000_0000, 0xD0E9_29FF_FEA8_2E0D]),
            ("2001:DB8::a:0:1", [0x2001_0DB8_0000_0000, 0x0000_000A_0000_0001]),
            ("64:ff9b::192.0.2.33", [0x0064_FF9B_0000_0000, 0xC000_0221]),
            ("1:2:3:4:5:6:7::", [0x0001_0002_0003_0004, 0x0005_0006_0007_0000]),
        ] as [(String, [UInt64])])
    func read(text: String, number: [UInt64]) {
        #expect(address(text) == number)
    }

    @Test(
        "what is no address is none",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4 ", " 1.2.3.4",
            "1.2.3.1000", "a.b.c.d", ":", ":::", "1:2:3", "1::2::3", "1:2:3:4:5:6:7:8:9", "12345::", "fe80::1%eth0",
            "::1.2.3", "g::", "1:2:3:4:5:6:7:8::", "1.2.3.4::", "example.org",
        ])
    func refused(text: String) {
        #expect(address(text) == nil)
    }

    @Test(
        "protocols have numbers by name, in any case, and by number",
        arguments: [
            ("TCP", 6), ("UDP", 17), ("ICMP", 1), ("IPv6-ICMP", 58), ("SCTP", 132), ("tcp", 6), ("GRE", 47),
            ("ESP", 50),
            ("IGMP", 2), ("047", 47), ("6", 6), ("255", 255), ("256", 255), ("", 255), ("nonsense", 255),
        ] as [(String, UInt8)])
    func protocols(name: String, number: UInt8) {
        #expect(SensorProtocolNumber(name, name.utf8.count) == number)
    }
}
