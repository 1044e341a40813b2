import FlareKit
import Testing

@testable import Focus

@Suite("focus")
struct FocusTests {
    private func focus(_ yaml: String) throws -> FocusEnricher { FocusEnricher(try FocusOptions.read(yaml)) }

    private func key(_ source: String, _ peer: String) throws -> ChannelKey {
        ChannelKey(
            source: try #require(IPAddress(source)), peer: IPAddress(peer).map(Peer.address) ?? .name(peer), port: 443,
            proto: 6)
    }

    /// What is kept: channels as source and peer, for each direction.
    private static let kept: [(direction: String, source: String, peer: String)] = [
        ("outbound", "192.168.0.53", "160.153.76.129"), ("outbound", "10.9.8.7", "8.8.8.8"),
        ("outbound", "172.31.255.255", "172.32.0.1"), ("outbound", "100.64.0.1", "1.1.1.1"),
        ("outbound", "fd00::53", "2606:4700::1111"), ("outbound", "192.168.0.53", "www.huntoperator.com"),
        ("inbound", "8.8.8.8", "192.168.0.53"), ("inbound", "2606:4700::1111", "fd00::53"),
        ("internal", "192.168.0.53", "10.0.0.1"), ("internal", "fe80::1", "fe80::2"),
        ("internal", "192.168.0.53", "169.254.1.1"),
        ("all", "8.8.8.8", "9.9.9.9"), ("all", "192.168.0.53", "224.0.0.251"), ("all", "::", "ff02::16"),
    ]

    @Test("channels of the direction are kept", arguments: kept)
    func keeps(direction: String, source: String, peer: String) throws {
        #expect(try focus("direction: \(direction)").verdict(key(source, peer)) == .keep)
    }

    /// What is dropped, and under which rule it is counted.
    private static let dropped: [(direction: String, source: String, peer: String, rule: String)] = [
        ("outbound", "8.8.8.8", "9.9.9.9", "source not inside"),
        ("outbound", "2001:470::1", "9.9.9.9", "source not inside"),
        ("outbound", "169.254.1.1", "9.9.9.9", "source not inside"),
        ("outbound", "192.168.0.53", "10.0.0.1", "destination inside"),
        ("outbound", "192.168.0.53", "fd00::1", "destination inside"),
        ("outbound", "192.168.0.53", "224.0.0.251", "destination multicast"),
        ("outbound", "192.168.0.53", "239.255.255.250", "destination multicast"),
        ("outbound", "fd00::53", "ff02::fb", "destination multicast"),
        ("outbound", "192.168.0.53", "240.0.0.1", "destination reserved"),
        ("outbound", "192.168.0.53", "198.18.0.1", "destination reserved"),
        ("outbound", "192.168.0.53", "255.255.255.255", "destination broadcast"),
        ("outbound", "192.168.0.53", "169.254.169.254", "destination link-local"),
        ("outbound", "fd00::53", "fe80::1", "destination link-local"),
        ("outbound", "192.168.0.53", "127.0.0.1", "destination loopback"),
        ("outbound", "fd00::53", "::1", "destination loopback"),
        ("outbound", "192.168.0.53", "192.0.2.1", "destination documentation"),
        ("outbound", "192.168.0.53", "203.0.113.77", "destination documentation"),
        ("outbound", "fd00::53", "2001:db8::1", "destination documentation"),
        ("outbound", "192.168.0.53", "0.0.0.0", "destination unspecified"),
        ("outbound", "fd00::53", "::", "destination unspecified"),
        ("inbound", "192.168.0.53", "8.8.8.8", "destination not inside"),
        ("inbound", "192.168.0.53", "192.168.0.54", "source inside"),
        ("inbound", "0.0.0.0", "192.168.0.54", "source unspecified"),
        ("inbound", "8.8.8.8", "www.huntoperator.com", "destination not inside"),
        ("internal", "192.168.0.53", "8.8.8.8", "destination not inside"),
        ("internal", "192.168.0.53", "224.0.0.251", "destination not inside"),
        ("internal", "8.8.8.8", "192.168.0.53", "source not inside"),
    ]

    @Test("other channels are dropped, and counted under the reason", arguments: dropped)
    func drops(direction: String, source: String, peer: String, rule: String) throws {
        #expect(try focus("direction: \(direction)").verdict(key(source, peer)) == .drop(rule: rule))
    }

    @Test("outbound is the default")
    func defaultDirection() throws {
        #expect(try focus("").verdict(key("8.8.8.8", "9.9.9.9")) == .drop(rule: "source not inside"))
    }

    @Test("networks of one's own take the place of the private ranges as inside")
    func ownNetworks() throws {
        let focus = try focus("networks: [2001:470:1::/48, 81.2.69.0/24]")
        #expect(try focus.verdict(key("2001:470:1::5", "2606:4700::1111")) == .keep)
        #expect(try focus.verdict(key("81.2.69.142", "8.8.8.8")) == .keep)
        #expect(try focus.verdict(key("81.2.69.142", "81.2.69.1")) == .drop(rule: "destination inside"))
        #expect(try focus.verdict(key("192.168.0.53", "8.8.8.8")) == .drop(rule: "source not inside"))
        // Private is never outside, even where it is not one's own.
        #expect(try focus.verdict(key("81.2.69.142", "10.1.1.1")) == .drop(rule: "destination private"))
    }

    @Test("the predicate that a cluster gets says the same as the verdict", arguments: FocusOptions.Direction.allCases)
    func predicateAgrees(direction: FocusOptions.Direction) throws {
        let focus = try focus("direction: \(direction.rawValue)\nnetworks: [10.0.0.0/8, 2001:470::/32, 81.2.69.0/24]")
        let predicate = try #require(focus.predicate)
        let addresses =
            AddressScope.allCases.flatMap(\.ranges).flatMap { range in
                [range.first, IPAddress(high: range.first.high, low: range.first.low &- 1)]
            } + ["8.8.8.8", "81.2.69.1", "2001:470::1", "2606:4700::1"].compactMap { IPAddress($0) }
        for source in addresses {
            for peer in addresses.map(Peer.address) + [.name("example.com")] {
                let key = ChannelKey(source: source, peer: peer, port: nil, proto: nil)
                #expect(predicate.holds(for: key) == (focus.verdict(key) == .keep), "\(key)")
            }
        }
    }

    @Test("a network that is none is a complaint that names it")
    func badNetwork() {
        #expect(throws: ConfigurationError.self) { try FocusOptions.read("networks: [10.0.0.0/33]") }
        #expect(throws: ConfigurationError.self) { try FocusOptions.read("direction: outwards") }
    }
}
