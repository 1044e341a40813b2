import FlareKit
import Testing

@Suite("Incidents")
struct IncidentTests {
    /// A beacon over TLS, seen for four days from 2026-11-04 12:30.
    private static func finding(
        _ source: String, _ peer: String, _ port: UInt16 = 443, host: String? = nil, every interval: Double? = 60,
        traits: [Finding.Trait] = [], weight: Double = 0, expectation: String? = nil
    ) throws -> Finding {
        let key = ChannelKey(
            source: try #require(IPAddress(source)), peer: .address(try #require(IPAddress(peer))), port: port, proto: 6
        )
        var finding = Finding(detector: "test", subject: .channel(key), score: 0.5, summary: "calls")
        finding.host = host
        finding.interval = interval
        finding.firstSeen = Timestamp("2026-11-04T12:30:00Z")
        finding.lastSeen = Timestamp("2026-11-08T12:30:00Z")
        finding.traits = traits
        finding.application = "TLS"
        finding.expectation = expectation
        finding.add([Finding.Modifier("test", weight, "")])
        return finding
    }

    private static func gather(_ findings: [Finding]) -> (findings: [Finding], incidents: [Incident]) {
        var sorted = findings.byUrgency()
        let incidents = Incident.gather(&sorted)
        return (sorted, incidents)
    }

    private static let certificate = Finding.Trait(
        .certificate, "aa:bb", noun: "self-signed certificate", words: "self-signed certificate C=AU")

    @Test("one certificate over 37 channels of two hosts is one line, named by what they share")
    func certificate() throws {
        var findings: [Finding] = []
        for number in 0..<37 {
            let source = number < 20 ? "10.0.0.5" : "10.0.0.6"
            findings.append(
                try Self.finding(
                    source, "203.0.113.\(number % 23)", 449, every: 200 + Double(number % 5), traits: [Self.certificate]
                ))
        }
        let (marked, incidents) = Self.gather(findings)
        #expect(incidents.count == 1)
        #expect(
            incidents[0].name
                == "2 hosts → 23 servers, one self-signed certificate, TLS on 449, every 202 s, since 4 Nov")
        #expect(incidents[0].reasons == ["self-signed certificate C=AU"])
        #expect(incidents[0].findings == marked.map(\.id))
        #expect(Set(marked.map(\.incident)) == [incidents[0].id])
        #expect(marked.allSatisfy { $0.incidentReasons == incidents[0].reasons })
    }

    @Test("what a third finding links is one incident, and what nothing links is apart")
    func links() throws {
        let print = Finding.Trait(.fingerprint, "0011", noun: "JA3 fingerprint")
        let (_, incidents) = Self.gather([
            try Self.finding("10.0.0.1", "203.0.113.1", traits: [Self.certificate]),
            try Self.finding("10.0.0.2", "203.0.113.2", traits: [Self.certificate, print]),
            try Self.finding("10.0.0.3", "203.0.113.3", traits: [print]),
            try Self.finding("10.0.0.4", "203.0.113.4"),
        ])
        #expect(incidents.map(\.findings.count) == [3, 1])
        #expect(incidents[0].reasons == ["self-signed certificate C=AU", "JA3 fingerprint 0011"])
        #expect(incidents[1].reasons.isEmpty)
    }

    @Test("hosts that call one name are one incident, over all its addresses and ports")
    func destination() throws {
        let (_, incidents) = Self.gather(
            try (0..<40).map {
                try Self.finding("10.0.0.\($0)", "203.0.113.\($0)", $0 < 20 ? 80 : 443, host: "Site.example", every: 60)
            })
        #expect(incidents.map(\.name) == ["40 hosts → site.example, TLS on 80 and 443, every 60 s, since 4 Nov"])
    }

    @Test("a destination that many hosts call does not link groups")
    func common() throws {
        let (_, incidents) = Self.gather([
            try Self.finding("10.0.0.1", "203.0.113.1", host: "evil.example", traits: [Self.certificate], weight: 20),
            try Self.finding("10.0.0.2", "203.0.113.2", host: "push.example", traits: [Self.certificate]),
            try Self.finding("10.0.0.3", "203.0.113.2", host: "push.example"),
            try Self.finding("10.0.0.4", "203.0.113.2", host: "push.example"),
        ])
        #expect(incidents.map(\.findings.count) == [2, 2])
        #expect(incidents[0].name.hasPrefix("2 hosts → 2 servers, one self-signed certificate"))
        #expect(incidents[1].name.hasPrefix("2 hosts → push.example:443"))
    }

    @Test("different names at one address are apart")
    func sharedAddress() throws {
        let (_, incidents) = Self.gather([
            try Self.finding("10.0.0.1", "203.0.113.1", host: "a.example"),
            try Self.finding("10.0.0.1", "203.0.113.1", host: "b.example"),
        ])
        #expect(incidents.count == 2)
    }

    @Test("what is expected is folded by what it is, and counted")
    func folded() throws {
        let (marked, incidents) = Self.gather(
            try (1...9).map {
                try Self.finding("10.0.0.\($0)", "203.0.113.\($0)", 123, weight: -30, expectation: "NTP")
            }
                + (1...14).map {
                    try Self.finding("10.0.0.\($0)", "198.51.100.\($0)", weight: -30, expectation: "ICMP errors")
                }
                + [
                    try Self.finding("10.0.0.1", "203.0.113.77", weight: -15, expectation: "updates"),
                    try Self.finding("10.0.0.1", "203.0.113.99", 4444),
                ])
        #expect(incidents.foldedLine == "24 expected: 14 ICMP errors, 9 NTP, 1 update")
        #expect(incidents.listed.map(\.name) == ["10.0.0.1 → 203.0.113.99:4444, TLS, every 60 s, since 4 Nov"])
        #expect(incidents.map(\.isFolded) == [false, true, true, true])
        #expect(incidents.flatMap(\.findings).count == marked.count)
        #expect(marked.allSatisfy { $0.incident != nil })
    }

    @Test("what is recognised and deserves a look all the same is not folded")
    func recognised() throws {
        let (_, incidents) = Self.gather([
            try Self.finding("10.0.0.1", "203.0.113.1", weight: 5, expectation: "updates")
        ])
        #expect(incidents.map(\.isFolded) == [false])
        #expect(incidents.foldedLine == nil)
    }

    @Test("ids are the same whatever the order, and stay when others join")
    func ids() throws {
        let first = try Self.finding("10.0.0.1", "203.0.113.1", traits: [Self.certificate])
        let second = try Self.finding("10.0.0.2", "203.0.113.2", traits: [Self.certificate], weight: 3)
        let alone = Self.gather([first]).incidents[0].id
        #expect(Self.gather([second]).incidents[0].id == alone)
        #expect(Self.gather([first, second]).incidents[0].id == alone)
        #expect(Self.gather([second, first]).incidents[0].id == alone)
        let named = try ["10.0.0.1", "10.0.0.2"].map { try Self.finding($0, "203.0.113.3", host: "a.example") }
        #expect(Self.gather([named[0]]).incidents[0].id == Self.gather(named).incidents[0].id)
    }

    @Test("different paces are told as a range, and short spans with their time")
    func words() throws {
        var findings = [
            try Self.finding("10.0.0.1", "2001:db8::1", every: 60),
            try Self.finding("10.0.0.2", "2001:db8::1", every: 300),
        ]
        for place in findings.indices { findings[place].lastSeen = findings[place].firstSeen?.advanced(by: 1) }
        #expect(
            Self.gather(findings).incidents.map(\.name)
                == ["2 hosts → [2001:db8::1]:443, TLS, every 60 to 300 s, since 4 Nov 12:30"])
    }

    @Test("a finding about a source alone is an incident under its sentence")
    func source() throws {
        let address = try #require(IPAddress("10.0.0.1"))
        let finding = Finding(detector: "scan", subject: .source(address), score: 0.5, summary: "scans 300 hosts")
        #expect(Self.gather([finding]).incidents.map(\.name) == ["scans 300 hosts"])
    }
}
