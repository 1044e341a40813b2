/// Finds the known name that a misspelt one was probably meant to be.
///
/// The distance is Damerau's and Levenshtein's with adjacent transpositions (optimal string alignment): insertions,
/// deletions, substitutions and swaps of neighbours cost 1. Case and the choice between `-`, `_` and a space cost
/// nothing. A name counts as near within a third of the longer one's length, and within 1 where that is less.
public enum NearestName {
    /// - Returns: the nearest of the names, the first in order on a tie, `nil` if none is near.
    public static func find(_ name: String, among names: some Sequence<String>) -> String? {
        let wanted = folded(name)
        var best: (name: String, distance: Int)?
        for candidate in names where candidate != name {
            let known = folded(candidate)
            let limit = max(1, max(wanted.count, known.count) / 3)
            guard abs(wanted.count - known.count) <= limit else { continue }
            let distance = distance(wanted, known)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `did you mean "paths"?`, or `nil`.
    package static func suggestion(for name: String, among names: some Sequence<String>) -> String? {
        find(name, among: names).map { "did you mean \"\($0)\"?" }
    }

    static func distance(_ left: String, _ right: String) -> Int {
        distance(Array(left.unicodeScalars), Array(right.unicodeScalars))
    }

    private static func folded(_ name: String) -> [Unicode.Scalar] {
        name.lowercased().unicodeScalars.map { $0 == "-" || $0 == " " ? "_" : $0 }
    }

    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                let same = left[i] == right[j]
                var cost = min(last[j] + (same ? 0 : 1), min(last[j + 1], row[j]) + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}
