/// Well-known names, and which of them another name looks like.
struct Lookalikes: Sendable {
    /// The registered labels with their domains, the most important first.
    private let names: [(label: [UInt8], skeleton: [UInt8], domain: String)]
    private let labels: Set<String>

    /// Shorter names are too near to too many others.
    private static let shortest = 5
    /// From this length on two edits count as near.
    private static let longForTwo = 10

    init(_ domains: [(domain: String, label: String)]) {
        var seen: Set<String> = []
        names = domains.filter { seen.insert($0.label).inserted }.map {
            (Array($0.label.utf8), Self.skeleton($0.label), $0.domain)
        }
        labels = seen
    }

    var count: Int { names.count }

    /// The well-known domain that a registered label looks like: it reads the same (`googl3`, `rnicrosoft`), or is one
    /// edit away (two from ten characters on; Damerau, CACM 7, 1964: letters added, left out, changed or swapped).
    ///
    /// - Returns: `nil` for a label that is well known itself, and for one that looks like none.
    func find(_ label: String) -> String? {
        guard label.utf8.count >= Self.shortest, !labels.contains(label) else { return nil }
        let bytes = Array(label.utf8)
        let skeleton = Self.skeleton(label)
        var best: (distance: Int, domain: String)?
        for name in names where name.label.count >= Self.shortest {
            let allowed = min(name.label.count, bytes.count) >= Self.longForTwo ? 2 : 1
            if name.skeleton == skeleton { return name.domain }
            guard abs(name.label.count - bytes.count) <= allowed, allowed < best?.distance ?? 3 else { continue }
            let distance = Self.distance(bytes, name.label, atMost: allowed)
            if distance <= allowed, distance < best?.distance ?? 3 { best = (distance, name.domain) }
        }
        return best?.domain
    }

    /// What a label looks like at a glance: signs that are taken for each other become one, hyphens go.
    private static func skeleton(_ label: String) -> [UInt8] {
        var text: [UInt8] = []
        for byte in label.utf8 {
            switch byte {
            case UInt8(ascii: "0"): text.append(UInt8(ascii: "o"))
            case UInt8(ascii: "1"), UInt8(ascii: "i"), UInt8(ascii: "l"): text.append(UInt8(ascii: "l"))
            case UInt8(ascii: "3"): text.append(UInt8(ascii: "e"))
            case UInt8(ascii: "4"): text.append(UInt8(ascii: "a"))
            case UInt8(ascii: "5"): text.append(UInt8(ascii: "s"))
            case UInt8(ascii: "7"): text.append(UInt8(ascii: "t"))
            case UInt8(ascii: "-"): continue
            case UInt8(ascii: "n") where text.last == UInt8(ascii: "r"): text[text.count - 1] = UInt8(ascii: "m")
            case UInt8(ascii: "v") where text.last == UInt8(ascii: "v"): text[text.count - 1] = UInt8(ascii: "w")
            default: text.append(byte)
            }
        }
        return text
    }

    /// The optimal string alignment distance; anything above `most` comes back as more than `most`.
    static func distance(_ a: [UInt8], _ b: [UInt8], atMost most: Int) -> Int {
        var before: [Int] = []
        var last = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for (j, y) in b.enumerated() {
                var cost = min(last[j] + (x == y ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, x == b[j - 1], a[i - 1] == y { cost = min(cost, before[j - 1] + 1) }
                row.append(cost)
            }
            if let least = row.min(), least > most { return most + 1 }
            before = last
            last = row
        }
        return last[b.count]
    }
}
