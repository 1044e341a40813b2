/// A channel that was judged and not reported, among the nearest to it. Told where a run has no finding.
public struct NearMiss: Sendable, Codable, Hashable {
    public var detector: String
    public var channel: ChannelKey
    /// The detector's certainty, 0...1.
    public var score: Double
    /// How often traffic of no interest scores as high, 0...1; `nil` where the detector does not say.
    public var pValue: Double?
    /// One sentence on what the channel does.
    public var summary: String
    /// What it lacks of being reported, in words.
    public var missing: String

    public init(
        detector: String, channel: ChannelKey, score: Double, pValue: Double? = nil, summary: String, missing: String
    ) {
        self.detector = detector
        self.channel = channel
        self.score = score
        self.pValue = pValue
        self.summary = summary
        self.missing = missing
    }

    package init(_ finding: Finding, of channel: ChannelKey, missing: String) {
        self.init(
            detector: finding.detector, channel: channel, score: finding.score, summary: finding.summary,
            missing: missing)
        if case .number(let value)? = finding.evidence["p_value"] { pValue = value }
    }
}
