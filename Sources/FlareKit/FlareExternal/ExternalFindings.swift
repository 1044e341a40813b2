import FlareModel
import FlareOptions
import FlarePlugins

/// What a detector from outside makes of a channel.
struct ExternalJudgement: Judgement {
    var score: Double
    /// The finding it is, of a detector that does not settle.
    var finding: Finding?
    /// The detector's own words, of one that settles.
    var words: JSONValue?
}

/// Makes findings of what a detector from outside says.
struct ExternalFindings {
    let detector: String
    /// What it declared as evidence.
    let fields: [Field]

    /// The finding that a judgement is.
    func finding(
        _ words: JSONValue, score: Double, about channel: ChannelView, _ census: Census
    ) throws(ExternalFault) -> Finding {
        var finding = Finding(
            detector: detector, channel: channel, census: census, score: score,
            summary: try ExternalAnswer.summary(of: words))
        try ExternalAnswer.fill(&finding, from: words, fields, further: ["score"])
        return finding
    }

    /// A finding of settling, which names what it is about.
    func finding(_ words: JSONValue, _ channels: ChannelTable, _ census: Census) throws(ExternalFault) -> Finding {
        let score = try ExternalAnswer.score(of: words)
        let summary = try ExternalAnswer.summary(of: words)
        var finding = try subject(of: words, channels, census, score, summary)
        try ExternalAnswer.fill(&finding, from: words, fields, further: ["score", "channel", "channels", "source"])
        return finding
    }

    private func subject(
        of words: JSONValue, _ channels: ChannelTable, _ census: Census, _ score: Double, _ summary: String
    ) throws(ExternalFault) -> Finding {
        func id(_ value: JSONValue) throws(ExternalFault) -> ChannelID {
            guard let index = value.integer, index >= 0, index < channels.count else {
                throw .nonsense("\(value.phrase) is no channel of this run")
            }
            return ChannelID(Int(index))
        }
        if let channel = words["channel"] {
            return Finding(
                detector: detector, channel: channels.view(try id(channel)), census: census, score: score,
                summary: summary)
        }
        if let list = words["channels"]?.elements, !list.isEmpty {
            var keys: [ChannelKey] = []
            for channel in list { keys.append(channels.key(of: try id(channel))) }
            return Finding(detector: detector, subject: .group(keys), score: score, summary: summary)
        }
        if let source = words["source"]?.text.flatMap(IPAddress.init) {
            return Finding(detector: detector, subject: .source(source), score: score, summary: summary)
        }
        throw .nonsense("a finding names no \"channel\", no list \"channels\" and no \"source\"")
    }
}
