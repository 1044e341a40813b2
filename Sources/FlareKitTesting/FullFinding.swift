import FlareKit

/// A finding in which everything is set, to see what a sink makes of it.
public enum FullFinding {
    /// - Parameters:
    ///   - fields: the fields of evidence, each set to a value of its type that no other field has.
    ///   - number: tells findings apart.
    public static func make(with fields: [Field], number: Int = 0) -> Finding {
        let key = ChannelKey(
            source: IPAddress(v4: 0xC0A8_0100 + UInt32(number)), peer: .address(IPAddress(v4: 0xC633_6407)), port: 8443,
            proto: 6)
        var finding = Finding(
            detector: "beacon", subject: .channel(key), score: 0.625, summary: "calls every 61.5 s, finding \(number)")
        let start = Timestamp(seconds: 1_714_521_600)
        finding.firstSeen = start
        finding.lastSeen = start.advanced(by: 615_000_000_000)
        finding.occurrences = 1001
        finding.percent = 93.5
        finding.interval = 61.5
        finding.bytesToServer = 123_457
        finding.bytesToClient = 765_431
        finding.destinationDegree = 17
        finding.host = "host-\(number).example"
        finding.times = (0...10).map { start.nanoseconds + $0 * 61_500_000_000 }
        finding.sizes = (0...10).map { 400 + $0 }
        for (place, field) in fields.enumerated() where field.name != "host" {
            finding.evidence[field.name] = value(of: field, place, number)
        }
        for name in ["src_whois", "dest_whois"] { finding.evidence[name] = .text("\(name) \(number)") }
        finding.modifiers = [
            Finding.Modifier("prevalence", 0.125, "one host of 17"), Finding.Modifier("young", -0.0625, "since today"),
        ]
        finding.listModifiers()
        return finding
    }

    /// Several of them, as the engine hands them to sinks: gathered into the incident of a certificate that they share.
    public static func findings(_ count: Int, with fields: [Field]) -> [Finding] {
        var findings = (0..<count).map { number in
            var finding = make(with: fields, number: number)
            finding.traits = [.init(.certificate, "ab:cd", noun: "self-signed certificate")]
            return finding
        }
        _ = Incident.gather(&findings)
        return findings
    }

    private static func value(of field: Field, _ place: Int, _ number: Int) -> Value {
        switch field.type {
        case .text: .text(field.section == .links ? "https://\(field.name)/\(number)" : "\(field.name) \(number)")
        case .texts: .texts(["\(field.name) a\(number)", "\(field.name) b\(number)"])
        case .integer: .integer(Int64(200 + place))
        case .number: .number(Double(300 + place) + 0.25)
        case .boolean: .boolean(true)
        case .time: .time(Timestamp(seconds: Double(1_714_500_000 + place)))
        case .address: .address(IPAddress(v4: 0xCB00_7100 + UInt32(place % 256)))
        }
    }
}
