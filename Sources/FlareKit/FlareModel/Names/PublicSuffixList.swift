import CDomainLists

/// The Public Suffix List (https://publicsuffix.org/list/): under which endings of names anybody can register one.
///
/// The algorithm is the list's own: the rule with the most labels that fits prevails, an exception (`!`) before all, and
/// where no rule fits the last label is the suffix.
package struct PublicSuffixList: Sendable {
    private struct Rule: OptionSet, Sendable {
        let rawValue: UInt8
        static let plain = Rule(rawValue: 1)
        static let wildcard = Rule(rawValue: 2)
        static let exception = Rule(rawValue: 4)
    }

    /// By name, a wildcard by what follows `*.`; in lower case, in punycode.
    private var rules: [String: Rule] = [:]
    /// The labels of the longest rule, a wildcard's not counted.
    private var mostLabels = 1

    /// The list that the command carries, with what companies let others register.
    package static let builtIn = PublicSuffixList(
        String(decoding: [UInt8](flare_public_suffix_list()), as: UTF8.self))

    package var count: Int { rules.count }

    /// Names of companies that let others register below them count as suffixes too (`github.io`, `s3.amazonaws.com`).
    ///
    /// - Parameter text: the list, as it is published.
    /// - Returns: `nil` for what is no such list.
    package init?(_ text: String) {
        rules.reserveCapacity(1 << 14)
        // By bytes: the list has 15,000 lines, and a run waits for it.
        for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) where !line.starts(with: "//".utf8) {
            let word = line.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0x09 }
            if !word.isEmpty { add(Substring(word)) }
        }
        // Even the smallest list has the top-level domains.
        if rules["com"] == nil { return nil }
    }

    private mutating func add(_ word: Substring) {
        var name = word
        var rule = Rule.plain
        if word.hasPrefix("!") {
            (name, rule) = (word.dropFirst(), .exception)
        } else if word.hasPrefix("*.") {
            (name, rule) = (word.dropFirst(2), .wildcard)
        }
        var ascii = String(name)
        if !name.utf8.allSatisfy({ $0 < 0x80 && !(0x41...0x5A).contains($0) }) {
            ascii = name.split(separator: ".").compactMap { Punycode.ascii($0.lowercased()) }.joined(separator: ".")
        }
        rules[ascii, default: []].insert(rule)
        mostLabels = max(mostLabels, ascii.utf8.count { $0 == 0x2E } + 1)
    }

    /// The suffix of a name and what was registered below it.
    ///
    /// - Parameter name: a host name, in any case, without a dot at its end.
    /// - Returns: `nil` where the name is itself a suffix, or is none.
    package func registeredDomain(of name: String) -> (domain: String, label: String, suffix: String)? {
        let name = name.utf8.allSatisfy { $0 < 0x80 && !(0x41...0x5A).contains($0) } ? name : Self.ascii(name)
        guard let starts = Self.labelStarts(name.utf8), starts.count > 1 else { return nil }
        let length = suffixLength(name, starts)
        guard length < starts.count else { return nil }
        let suffix = starts[length - 1]
        let label = name[starts[length]..<name.utf8.index(before: suffix)]
        return (String(name[starts[length]...]), String(label), String(name[suffix...]))
    }

    private static func ascii(_ name: String) -> String {
        name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
            .map { Punycode.ascii(String($0)) ?? String($0) }.joined(separator: ".")
    }

    /// Where the labels begin, the last one first; `nil` where one is empty.
    private static func labelStarts(_ name: String.UTF8View) -> [String.Index]? {
        var starts: [String.Index] = []
        var end = name.endIndex
        while let dot = name[..<end].lastIndex(of: 0x2E) {
            let start = name.index(after: dot)
            guard start < end else { return nil }
            starts.append(start)
            end = dot
        }
        guard name.startIndex < end else { return nil }
        return starts + [name.startIndex]
    }

    /// How many labels from the end are the suffix.
    private func suffixLength(_ name: String, _ starts: [String.Index]) -> Int {
        var longest = 1
        var below = ""
        // A wildcard is of one label more than what follows it.
        for (count, start) in starts.prefix(mostLabels + 1).enumerated() {
            let ending = String(name[start...])
            if let rule = rules[ending] {
                // An exception is a name below a wildcard that can be had: its parent is the suffix.
                if rule.contains(.exception) { return count }
                if rule.contains(.plain) { longest = max(longest, count + 1) }
            }
            if count > 0, rules[below]?.contains(.wildcard) == true { longest = max(longest, count + 1) }
            below = ending
        }
        return longest
    }
}
