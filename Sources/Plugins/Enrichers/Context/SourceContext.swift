import FlareKit

/// Something that a source says or is shown, toward one peer or toward many.
struct Mark: Hashable, Sendable {
    enum Kind: Int, CaseIterable, Sendable { case agent, ja3, ja4, certificate }

    let kind: Kind
    /// Of certificates their keys.
    let value: String

    init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }
}

/// The marks of one source as one thread gathered them.
struct SourceMarks: Sendable {
    struct Use: Sendable {
        private(set) var times = 0
        /// Most marks are seen on one channel alone.
        private var first: ChannelNumber = 0
        private var others: Set<ChannelNumber> = []

        var channels: Set<ChannelNumber> { times == 0 ? [] : others.union([first]) }

        mutating func add(_ channel: ChannelNumber) {
            if times == 0 { first = channel }
            if channel != first { others.insert(channel) }
            times += 1
        }
    }

    /// By the kind's number.
    private var uses: [[String: Use]] = Array(repeating: [:], count: Mark.Kind.allCases.count)

    /// Hours since 1970 in which the source made requests and handshakes beside those of findings.
    private(set) var busyHours: Set<Int64> = []
    private static let mostHours = 10_000
    /// Whether any of its handshakes was logged beside those of findings.
    var hasHandshakes = false

    static func hour(of time: Int64) -> Int64 { time / 3_600_000_000_000 }

    mutating func addHour(of time: Int64) {
        let hour = Self.hour(of: time)
        if busyHours.count < Self.mostHours || busyHours.contains(hour) { busyHours.insert(hour) }
    }

    subscript(_ kind: Mark.Kind) -> [String: Use] { uses[kind.rawValue] }

    /// Does nothing for an empty value, and for further values than a tally holds.
    mutating func add(_ kind: Mark.Kind, _ value: String, on channel: ChannelNumber) {
        guard !value.isEmpty else { return }
        let hasRoom = uses[kind.rawValue].count < Tally.mostValues
        guard hasRoom || uses[kind.rawValue][value] != nil else { return }
        uses[kind.rawValue][value, default: Use()].add(channel)
    }
}

/// What was said about all channels of a source, taken together: what one of its channels is compared with.
struct SourceContext: Sendable {
    /// With what numbers its channels.
    private let parts: [(marks: SourceMarks, numbers: ChannelNumbers)]

    /// Hours since 1970 in which the source made requests and handshakes beside those of findings, ascending.
    let busyHours: [Int64]
    let agents: Tally
    /// Whether the sensor logs its handshakes.
    let hasHandshakes: Bool
    /// The system that its browsers say they run on.
    let platform: String?
    var ja3: Tally { Self.tally(.ja3, parts) }
    var ja4: Tally { Self.tally(.ja4, parts) }

    init(_ parts: [(marks: SourceMarks, numbers: ChannelNumbers)] = []) {
        self.parts = parts
        busyHours = Set(parts.flatMap(\.marks.busyHours)).sorted()
        agents = Self.tally(.agent, parts)
        hasHandshakes = parts.contains { $0.marks.hasHandshakes }
        platform = agents.sorted.lazy.compactMap { Agent.platform($0.value) }.first
    }

    private static func tally(_ kind: Mark.Kind, _ parts: [(marks: SourceMarks, numbers: ChannelNumbers)]) -> Tally {
        var tally = Tally()
        for part in parts { for (value, use) in part.marks[kind] { tally.add(value, times: use.times) } }
        return tally
    }

    /// The channels on which a mark was seen.
    func channels(with mark: Mark) -> Set<ChannelKey> {
        var keys: Set<ChannelKey> = []
        for part in parts {
            for channel in part.marks[mark.kind][mark.value]?.channels ?? [] {
                keys.insert(part.numbers.key(of: channel))
            }
        }
        return keys
    }

    /// Toward how many addresses a mark was seen: channels toward names hold the same flows again.
    func addressCount(_ mark: Mark) -> Int { Set(channels(with: mark).compactMap(\.peer.address)).count }
}
