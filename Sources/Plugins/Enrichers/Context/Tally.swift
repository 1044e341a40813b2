import FlareKit

/// How often each of some values was said.
struct Tally: Sendable, Equatable {
    /// Further different values are counted together: a scanner asks for a million URLs.
    static let mostValues = 20_000

    private(set) var counts: [String: Int] = [:]
    /// How often values beyond `mostValues` were said.
    private(set) var others = 0

    var isEmpty: Bool { counts.isEmpty }
    /// How many different values there are.
    var count: Int { counts.count }
    var total: Int { counts.values.reduce(others, +) }

    mutating func add(_ value: String, times: Int = 1) {
        guard !value.isEmpty else { return }
        if let known = counts[value] {
            counts[value] = known + times
        } else if counts.count < Self.mostValues {
            counts[value] = times
        } else {
            others += times
        }
    }

    mutating func merge(_ other: Tally) {
        guard !isEmpty || others > 0 else {
            self = other
            return
        }
        for (value, times) in other.counts { add(value, times: times) }
        others += other.others
    }

    /// By falling count, then by the values' bytes.
    var sorted: [(value: String, count: Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { (value: $0.key, count: $0.value) }
    }

    /// The most frequent value.
    var first: String? {
        counts.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key
    }

    /// The values as a column lists them, the first `most` by falling count; `nil` where there are none.
    func listed(_ most: Int, withCounts: Bool = false) -> Value? {
        guard !isEmpty else { return nil }
        let all = sorted
        var texts = all.prefix(most).map { withCounts ? "\($0.value) × \($0.count)" : $0.value }
        if all.count > most { texts.append("+\((all.count - most).grouped) more") }
        return .texts(texts)
    }
}
