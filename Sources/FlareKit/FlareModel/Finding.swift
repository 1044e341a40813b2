/// What a detector reports: who, how sure, one sentence, and the evidence.
public struct Finding: Sendable, Codable {
    /// What the finding is about.
    public enum Subject: Hashable, Sendable, Codable {
        case channel(ChannelKey)
        case source(IPAddress)
        case group([ChannelKey])
    }

    /// Stable over runs: the same detector and subject have the same id.
    public var id: String
    /// The detector's name.
    public var detector: String
    public var subject: Subject
    /// The detector's own certainty, 0...1.
    public var score: Double
    /// What the detector saw; of a rhythm more evidence is asked.
    public var basis = Basis.behaviour
    public var modifiers: [Modifier] = []
    /// What the detector's test of chance says of it, in decibans; `nil` where it makes none.
    public var testWeight: Double?
    /// What it lacks of being reported by its detector alone, in decibans; 0 where the detector reports it.
    public var shortfall = 0.0
    /// What it would be if it is what it looks like: ids of MITRE ATT&CK, beside those of its modifiers.
    public var techniques: Set<String> = []
    /// What ties it to other findings.
    public var traits: [Trait] = []
    /// What it was recognised as that calls by nature, as such findings are counted: `NTP`, `updates`; `nil` where it was not.
    public var expectation: String?
    /// `TLS`, `HTTP` …: what is spoken on its channel; `nil` where nobody said.
    public var application: String?
    /// The id of its ``Incident``; the engine's.
    public internal(set) var incident: String?
    /// Its incident in one line; the engine's.
    public internal(set) var incidentName: String?
    /// What the findings of its incident share, in words; the engine's.
    public internal(set) var incidentReasons: [String] = []
    /// The end of the window in which it was judged, by which the runs of a pipeline are told apart; the engine's.
    public package(set) var judged: Timestamp?
    /// Why it is told of; the engine's. `nil` where it is no news, and where nobody asked what is.
    public package(set) var news: News?
    /// From when on it is urgent; the pipeline's.
    public var severityRule = SeverityRule()
    /// One plain sentence.
    public var summary: String

    public var firstSeen: Timestamp?
    public var lastSeen: Timestamp?
    /// What the detector judged: callbacks or intervals.
    public var occurrences: Int?
    /// The share of them that fit `interval`, 0...100.
    public var percent: Double?
    /// Seconds.
    public var interval: Double?
    public var bytesToServer: Int64?
    public var bytesToClient: Int64?
    /// Different source addresses seen talking to the destination in the window.
    public var destinationDegree: Int?
    /// The best name known for the peer.
    public var host: String?
    /// The values of the fields that detectors and enrichers declared.
    public var evidence: [String: Value] = [:]
    /// The moments a picture needs, in nanoseconds since 1970, rising.
    public var times: [Int64] = []
    /// The sizes that go with `times`, toward the peer; empty where there are none.
    public var sizes: [Int64] = []

    /// What makes a finding news.
    public enum News: String, Sendable, Codable, CaseIterable {
        case new, worse, back, quiet

        /// `back after a day away`.
        public var words: String {
            switch self {
            case .new, .worse: rawValue
            case .back: "back after a day away"
            case .quiet: "gone quiet: not found for a day"
            }
        }
    }

    public init(detector: String, subject: Subject, score: Double, summary: String) {
        self.detector = detector
        self.subject = subject
        self.score = score
        self.summary = summary
        self.id = FindingID.of(detector: detector, subject: subject)
    }

    /// A finding about a channel, with all that the channel and the census know of it.
    public init(detector: String, channel: ChannelView, census: Census, score: Double, summary: String) {
        self.init(detector: detector, subject: .channel(channel.key), score: score, summary: summary)
        let seen = channel.moments(in: census.window)
        firstSeen = channel.times[seen].first.map(Timestamp.init(nanoseconds:))
        lastSeen = channel.times[seen].last.map(Timestamp.init(nanoseconds:))
        bytesToServer = channel.bytesToServer.sum
        bytesToClient = channel.bytesToClient.sum
        destinationDegree = census.sources(of: channel.key.peer)
        host = channel.key.peer.name ?? channel.host
        if !channel.addresses.isEmpty {
            evidence[Field.addresses.name] = .texts(channel.addresses.map(\.description))
        }
        evidence[Field.proxy.name] = channel.proxy.map(Value.text)
        times = Array(channel.times[seen])
        sizes = channel.bytesToServer.known.count == channel.count ? Array(channel.bytesToServer.raw[seen]) : []
    }

    /// The channel that the finding is about, or the first of its group.
    public var channel: ChannelKey? {
        switch subject {
        case .channel(let key): key
        case .source: nil
        case .group(let keys): keys.first
        }
    }

    /// All channels that the finding is about; none where it is about a source.
    public var channels: [ChannelKey] {
        switch subject {
        case .channel(let key): [key]
        case .source: []
        case .group(let keys): keys
        }
    }

    /// The addresses behind the name that the finding is about, or that take turns, as its evidence lists them.
    public var addresses: [IPAddress] { texts(Field.addresses.name).compactMap { IPAddress($0) } }

    /// The texts of a piece of evidence, one where it is a single text; none where there is none of the name.
    public func texts(_ name: String) -> [String] {
        switch evidence[name] {
        case .texts(let texts)?: texts
        case .text(let text)?: [text]
        default: []
        }
    }

    /// The address that the finding is about.
    public var source: IPAddress? {
        if case .source(let address) = subject { address } else { channel?.source }
    }
}

enum FindingID {
    static func of(detector: String, subject: Finding.Subject) -> String {
        let text =
            switch subject {
            case .channel(let key): "channel \(key)"
            case .source(let address): "source \(address)"
            case .group(let keys): "group " + keys.map(\.description).sorted().joined(separator: ", ")
            }
        return FNV.digits("\(detector)\n\(text)")
    }
}
