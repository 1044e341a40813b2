import FlareKit
import HomeNetwork

/// One made-up beacon.
enum SampleFinding {
    static let evidence: [Field] = [
        Field("period", .number, unit: "s", "The time between callbacks that fits best."),
        Field("jitter", .number, unit: "%", "How far intervals stray from the period."),
        Field("missed", .integer, "Callbacks that were expected and did not come."),
        Field("active_hours", .text, "When it calls."),
        Field("asn", .integer, "Number of the destination's autonomous system."),
        Field("user_agents", .texts, "What the source called itself.", section: .requests),
        Field("ja4", .text, "Fingerprint of the TLS client.", section: .handshakes),
        Field("cert_issuer", .text, "Who signed the certificate.", section: .handshakes),
        Field("kibana_url", .text, "Its records in Kibana.", section: .links, label: "Kibana"),
    ]

    private static let periods = [5, 10, 30, 60, 60, 60, 120, 300, 300, 600, 900, 1800, 3600, 7200]
    private static let owners: [(name: String, asn: Int64, network: UInt32)] = [
        ("GO-DADDY-COM-LLC, US", 26496, 0xA099_0000), ("OVH, FR", 16276, 0x334B_0000),
        ("HETZNER-AS, DE", 24940, 0x5FD9_0000),
        ("DIGITALOCEAN-ASN, US", 14061, 0xA5E3_0000), ("AMAZON-02, US", 16509, 0x3412_0000),
        ("CLOUDFLARENET, US", 13335, 0x6810_0000), ("MICROSOFT-CORP-MSN-AS-BLOCK, US", 8075, 0x1459_0000),
        ("GOOGLE, US", 15169, 0x8EFA_0000), ("LINODE-AP Linode, LLC, SG", 63949, 0xAC68_0000),
        ("SELECTEL, RU", 49505, 0x5C3F_0000),
    ]
    private static let words = [
        "cdn", "api", "sync", "update", "metrics", "edge", "push", "telemetry", "static", "news",
    ]
    private static let agents = [
        "curl/7.88.1", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "python-requests/2.31", "Go-http-client/1.1",
    ]

    static func make(_ number: Int, _ window: TimeWindow, _ dice: inout Dice) -> Finding {
        let period = dice.pick(periods)
        let jitter = dice.pick([0, 0, 2, 5, 10, 20, 30, 50])
        let owner = dice.pick(owners)
        let source = IPAddress(v4: 0xC0A8_0000 | UInt32(dice.between(0...3)) << 8 | UInt32(dice.between(2...250)))
        let isV6 = dice.happens(8)
        let low = UInt32(dice.between(1...65_000))
        let destination =
            isV6
            ? IPAddress(high: 0x2A01_04F8_0C0C_0000 | UInt64(low), low: UInt64(low) << 20 | 1)
            : IPAddress(v4: owner.network | low)
        let times = Self.times(period, jitter, window, &dice)
        let base = Int64(dice.size(from: 120, octaves: 4))
        let strays = dice.happens(40)
        let port = dice.pick([443, 443, 443, 80, 8080, 8443, 53, 123, 4444])
        let key = ChannelKey(
            source: source, peer: .address(destination), port: UInt16(port), proto: port == 53 || port == 123 ? 17 : 6)
        let expected = times.count + dice.below(max(1, times.count / 10))
        let score = min(0.99, max(0.5, 0.99 - Double(jitter) / 120 - Double(dice.below(200)) / 1000))
        var finding = Finding(
            detector: dice.happens(90) ? "beacon" : "beacon-classic", subject: .channel(key), score: score,
            summary:
                "calls every \(period) s ± \(jitter) %, \(times.count) of \(expected) expected callbacks, day and night, \(base) bytes each"
        )
        finding.times = times
        finding.sizes = times.map { _ in base + Int64(strays ? dice.below(2000) : dice.below(12)) }
        finding.firstSeen = times.first.map(Timestamp.init(nanoseconds:))
        finding.lastSeen = times.last.map(Timestamp.init(nanoseconds:))
        finding.occurrences = max(0, times.count - 1)
        finding.percent = Double(100 - jitter - dice.below(8))
        finding.interval = Double(period)
        finding.bytesToServer = finding.sizes.reduce(0, +)
        finding.bytesToClient = Int64(times.count) * Int64(dice.size(from: 300, octaves: 8))
        finding.destinationDegree = dice.happens(70) ? 1 : dice.between(2...40)
        finding.host =
            dice.happens(75)
            ? "\(dice.pick(words))\(dice.below(90)).\(dice.pick(words))-\(dice.pick(words)).example" : nil
        finding.basis = .rhythm
        if dice.happens(30) {
            finding.modifiers.append(.init("cert_self_signed", 9, "the certificate signs itself", side: .certificate))
        }
        if dice.happens(15) {
            finding.modifiers.append(.init("common_destination", -15, "half of the hosts talk to it", side: .site))
        }
        if number.isMultiple(of: 20) {
            finding.modifiers.append(.init("alert", 20, "7 on its flows, mostly ET POLICY", side: .alert))
        }
        finding.evidence = [
            "period": .number(Double(period)), "jitter": .number(Double(jitter)),
            "missed": .integer(Int64(expected - times.count)),
            "active_hours": .text("all day"), "asn": .integer(owner.asn), "dest_whois": .text(owner.name),
            "src_whois": .text("private"),
            "kibana_url": .text("https://kibana.example:5601/app/discover"),
            "user_agents": .texts([dice.pick(agents)]), "ja4": .text("t13d1516h2_8daaf6152771_b186095e22b6"),
            "cert_issuer": .text("CN=R11, O=Let's Encrypt, C=US"),
        ]
        if number < 12 {
            finding.traits = [.init(.certificate, "CN=\(number / 4)", noun: "self-signed certificate")]
        } else if number % 10 == 7 {
            finding.modifiers.append(.init("known", -30, "keeps time", side: .known))
            finding.expectation = "NTP"
        }
        return finding
    }

    private static func times(_ period: Int, _ jitter: Int, _ window: TimeWindow, _ dice: inout Dice) -> [Int64] {
        guard let since = window.since?.nanoseconds, let until = window.until?.nanoseconds else { return [] }
        let sleeps = dice.happens(25)
        var times: [Int64] = []
        var time = since + Int64(dice.below(max(1, period))) * 1_000_000_000
        while time < until, times.count < 3000 {
            let hour = time / 3_600_000_000_000 % 24
            if !sleeps || (7...18).contains(hour), !dice.happens(2) {
                times.append(time + Int64(dice.below(900)) * 1_000_000)
            }
            let stray = jitter == 0 ? 0 : dice.between(0...(period * jitter * 10)) - period * jitter * 5
            time += Int64(max(1000, period * 1000 + stray)) * 1_000_000
        }
        return times.sorted()
    }
}
