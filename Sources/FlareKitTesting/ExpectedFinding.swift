import FlareKit

/// What a test expects of a finding; what it does not say may be anything.
///
///     #expect(findings.mismatch([ExpectedFinding(from: "10.0.0.1", to: "203.0.113.9", interval: 60)]) == nil)
public struct ExpectedFinding: Sendable {
    public var source: String?
    public var destination: String?
    public var port: UInt16?
    /// Seconds, give or take a tenth.
    public var interval: Double?
    public var score: ClosedRange<Double>?
    public var severity: Severity?
    /// A part of the sentence.
    public var summary: String?
    public var evidence: [String: Value]

    public init(
        from source: String? = nil, to destination: String? = nil, port: UInt16? = nil, interval: Double? = nil,
        score: ClosedRange<Double>? = nil, severity: Severity? = nil, summary: String? = nil,
        evidence: [String: Value] = [:]
    ) {
        self.source = source
        self.destination = destination
        self.port = port
        self.interval = interval
        self.score = score
        self.severity = severity
        self.summary = summary
        self.evidence = evidence
    }

    /// How far an interval may be off, as a share.
    private static let tolerance = 0.1

    /// In what a finding differs, as phrases; empty where it does not.
    func differences(of finding: Finding) -> [String] {
        var found: [String] = []
        func compare(_ name: String, _ wanted: String?, _ value: String?) {
            if let wanted, wanted != value { found.append("\(name) is \(value ?? "missing"), not \(wanted)") }
        }
        compare("the source", source, finding.source?.description)
        compare("the destination", destination, finding.channel?.peer.description)
        compare("the port", port.map(String.init), finding.channel?.port.map(String.init))
        compare("the severity", severity?.rawValue, finding.severity.rawValue)
        for (name, value) in evidence.sorted(by: { $0.key < $1.key }) {
            compare(name, value.description, finding.evidence[name]?.description)
        }
        if let interval {
            let off = finding.interval.map { abs($0 - interval) / interval }
            if off ?? .infinity > Self.tolerance {
                found.append("the interval is \(finding.interval.map { "\($0)" } ?? "missing"), not \(interval)")
            }
        }
        if let score, !score.contains(finding.score) { found.append("the score \(finding.score) is not in \(score)") }
        if let summary, !finding.summary.contains(summary) {
            found.append("the summary \"\(finding.summary)\" does not contain \"\(summary)\"")
        }
        return found
    }
}

extension Array where Element == Finding {
    /// Compares findings with those that are expected, in their order.
    ///
    /// - Returns: `nil` where all are as expected, else what is not, a line each.
    public func mismatch(_ expected: [ExpectedFinding]) -> String? {
        var lines: [String] = []
        if count != expected.count {
            lines.append("\(count) findings, not \(expected.count)")
            lines += map {
                "  \($0.detector): \($0.channel?.description ?? $0.source?.description ?? ""): \($0.summary)"
            }
        }
        for (place, (finding, wanted)) in zip(self, expected).enumerated() {
            lines += wanted.differences(of: finding).map { "finding \(place + 1): \($0)" }
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }
}
