import FlareKit
import Testing

@Suite("Addresses")
struct AddressTests {
    @Test(
        "are read in every form and written in one",
        arguments: [
            ("192.168.0.53", "192.168.0.53"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("fe80:0000:0000:0000:15de:b6f7:2700:0d9b", "fe80::15de:b6f7:2700:d9b"), ("::", "::"), ("::1", "::1"),
            ("2001:db8::", "2001:db8::"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
            ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
        ])
    func readAndWritten(text: String, written: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == written)
        #expect(IPAddress(written) == address)
    }

    @Test(
        "that are none are refused",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.-4", " 1.2.3.4", "1.2.3.4 ", "a.b.c.d", ":",
            ":::", "1::2::3",
            "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "fe80::1%eth0", "1:2:3:4:5:6:7:8::", "::1.2.3",
            "1.2.3.4::",
        ])
    func refused(text: String) { #expect(IPAddress(text) == nil) }

    @Test("a range holds its first and last address and not their neighbours")
    func ranges() throws {
        let range = try #require(CIDR("172.16.0.0/12"))
        let inside = ["172.16.0.0", "172.31.255.255"]
        let outside = ["172.15.255.255", "172.32.0.0", "::ac10:0"]
        for text in inside { #expect(range.contains(try #require(IPAddress(text)))) }
        for text in outside { #expect(!range.contains(try #require(IPAddress(text)))) }
        #expect(CIDR("::/0")?.contains(try #require(IPAddress("1.2.3.4"))) == true)
        #expect(CIDR("0.0.0.0/0")?.contains(try #require(IPAddress("::1"))) == false)
        #expect(CIDR("10.1.2.3/8")?.description == "10.0.0.0/8")
        #expect(CIDR("2001:db8::1")?.description == "2001:db8::1/128")
        for text in ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "::/129", "/8"] {
            #expect(CIDR(text) == nil)
        }
    }

    @Test(
        "know their kind of network",
        arguments: [
            ("8.8.8.8", AddressScope.global), ("192.168.1.1", .private), ("100.64.0.1", .private),
            ("127.0.0.1", .loopback),
            ("169.254.1.1", .linkLocal), ("224.0.0.251", .multicast), ("255.255.255.255", .broadcast),
            ("203.0.113.5", .documentation), ("0.0.0.0", .unspecified), ("240.0.0.1", .reserved),
            ("2606:4700::1111", .global), ("fd00::1", .private), ("fe80::1", .linkLocal), ("ff02::fb", .multicast),
            ("2001:db8::1", .documentation), ("::1", .loopback), ("::", .unspecified),
        ])
    func scopes(text: String, scope: AddressScope) throws {
        #expect(try #require(IPAddress(text)).scope == scope)
    }
}
