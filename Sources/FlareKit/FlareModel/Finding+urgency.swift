extension Sequence<Finding> {
    /// The most urgent first: by falling weight; among equals what happened most often, then by what the finding is about,
    /// so that the order is the same in every run and in every output.
    public func byUrgency() -> [Finding] {
        map { (rank: ($0.weight * 1e6).rounded(), finding: $0) }.sorted { a, b in
            if a.rank != b.rank { return a.rank > b.rank }
            let (often, seldom) = (a.finding.occurrences ?? 0, b.finding.occurrences ?? 0)
            if often != seldom { return often > seldom }
            if let x = a.finding.channel, let y = b.finding.channel, x != y { return x < y }
            return (a.finding.detector, a.finding.id) < (b.finding.detector, b.finding.id)
        }.map(\.finding)
    }
}

extension Finding {
    /// Moves the priority, and says so in the evidence field `modifiers` where the finding has one.
    public mutating func add(_ more: [Modifier]) {
        modifiers += more
        if evidence[Field.modifiers.name] != nil { listModifiers() }
    }

    /// Lists the modifiers in the evidence field `modifiers`, which from then on follows ``add(_:)``: `alert +20 dB: why`.
    public mutating func listModifiers() {
        evidence[Field.modifiers.name] = .texts(
            modifiers.map { "\($0.name) \($0.amount.decibans): \($0.reason)" })
    }
}

extension Finding {
    /// Lists the techniques of what its detector saw and of what does not speak against it, in the evidence field `techniques`.
    /// A technique is left out where one of its parts is listed.
    package mutating func listTechniques() {
        let all = modifiers.filter { $0.amount >= 0 }.reduce(techniques) { $0.union($1.techniques) }
        let listed = all.filter { id in !all.contains { $0.hasPrefix(id + ".") } }.sorted()
        evidence[Field.techniques.name] = listed.isEmpty ? nil : .texts(listed)
    }

    /// Whether a text is the id of a technique: `T1071`, `T1071.001`.
    package static func isTechnique(_ text: String) -> Bool {
        text.wholeMatch(of: /T[0-9]{4}(\.[0-9]{3})?/) != nil
    }
}

extension Double {
    /// A weight as text: `+20 dB`, `-7.5 dB`.
    public var decibans: String {
        let tenths = (self * 10).rounded() / 10
        let digits = tenths == tenths.rounded() && abs(tenths) < 1e9 ? "\(Int(tenths))" : "\(tenths)"
        return (tenths > 0 ? "+" : "") + digits + " dB"
    }
}
