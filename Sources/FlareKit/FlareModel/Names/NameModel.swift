import Glibc

import Foundation

/// How likely a label is something a person chose, by the characters that follow each other in well-known names.
///
/// The counts of three characters in a row, with those of two and one where three are rare (interpolated, Jelinek and
/// Mercer, "Interpolated estimation of Markov source parameters from sparse data", 1980). Against it stand the ways in
/// which domain-generation algorithms draw characters: letters, letters and digits, or hexadecimal digits, each with equal
/// chances. The likelihood is Bayes': the share of the latter in the whole, given how rare they are at first.
///
/// What it cannot see: algorithms that join words of a dictionary, and those with the rhythm of a language.
package struct NameModel: Sendable {
    /// a–z, 0–9, `-`, and one sign for everything else.
    private static let symbols = 38
    /// What stands before a label and behind it.
    private static let border = symbols
    private static let width = symbols + 1

    /// The share of generated names among those asked about, before looking.
    package static let priorShare = 0.01
    /// Shorter labels say nothing.
    package static let shortest = 6

    /// Weights of three, two, one and no characters; chosen on names kept apart from training.
    private static let weights = (three: 0.55, two: 0.3, one: 0.13, none: 0.02)

    private var three: [UInt32]
    private var two: [UInt32]
    private var one: [UInt32]
    private var total: UInt32 = 0

    package init() {
        three = Array(repeating: 0, count: Self.width * Self.width * Self.width)
        two = Array(repeating: 0, count: Self.width * Self.width)
        one = Array(repeating: 0, count: Self.width)
    }

    /// Learns a label.
    package mutating func learn(_ label: String) { count(Self.codes(label), 1) }

    private mutating func count(_ codes: [Int], _ times: UInt32) {
        for place in 2..<codes.count {
            let (a, b, c) = (codes[place - 2], codes[place - 1], codes[place])
            three[(a * Self.width + b) * Self.width + c] += times
            two[b * Self.width + c] += times
            one[c] += times
            total += times
        }
    }

    /// A label between borders.
    private static func codes(_ label: String) -> [Int] {
        [border, border] + label.lowercased().utf8.map(code) + [border]
    }

    private static func code(_ byte: UInt8) -> Int {
        switch byte {
        case 97...122: Int(byte) - 97
        case 48...57: Int(byte) - 48 + 26
        case 45: 36
        default: 37
        }
    }

    /// The logarithm of a label's chance among well-known names.
    private func logChance(_ codes: [Int]) -> Double {
        var sum = 0.0
        let w = Self.width
        for place in 2..<codes.count {
            let (a, b, c) = (codes[place - 2], codes[place - 1], codes[place])
            // How often the one or two before were followed by anything is what their own rows add up to.
            let afterTwo = rowSums.two[a * w + b]
            let afterOne = rowSums.one[b]
            var chance = Self.weights.none / Double(w)
            chance += Self.weights.one * Double(one[c]) / Double(max(1, total))
            if afterOne > 0 { chance += Self.weights.two * Double(two[b * w + c]) / Double(afterOne) }
            if afterTwo > 0 {
                chance += Self.weights.three * Double(three[(a * w + b) * w + c]) / Double(afterTwo)
            } else if afterOne > 0 {
                chance += Self.weights.three * Double(two[b * w + c]) / Double(afterOne)
            }
            sum += log(chance)
        }
        return sum
    }

    /// How often each one or two characters were followed by something; made by `seal`.
    private var rowSums: (two: [UInt32], one: [UInt32]) = ([], [])

    /// Ends learning.
    package mutating func seal() {
        let w = Self.width
        rowSums.two = (0..<w * w).map { row in three[row * w..<(row + 1) * w].reduce(0, +) }
        rowSums.one = (0..<w).map { row in two[row * w..<(row + 1) * w].reduce(0, +) }
    }

    /// The likelihood that a label was drawn by a machine, 0…1; `nil` for labels too short to tell, and before `seal`.
    package func likelihood(_ label: String) -> Double? {
        let bytes = Array(label.lowercased().utf8)
        guard bytes.count >= Self.shortest, !rowSums.one.isEmpty, !label.hasPrefix("xn--") else { return nil }
        let chosen = logChance(Self.codes(label)) + log(1 - Self.priorShare)
        let length = Double(bytes.count)
        var drawn = -Double.infinity
        if bytes.allSatisfy({ (97...122).contains($0) }) { drawn = max(drawn, -length * log(26)) }
        if bytes.allSatisfy({ (97...102).contains($0) || (48...57).contains($0) }) {
            drawn = max(drawn, -length * log(16))
        }
        if bytes.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) }) {
            drawn = max(drawn, -length * log(36))
        }
        guard drawn > -.infinity else { return 0 }
        // The length costs the well-known names their last character, the border; a machine's length is given.
        drawn += log(Self.priorShare / 3)
        return 1 / (1 + exp(chosen - drawn))
    }
}

extension NameModel {
    /// The counts as text: a line for each three characters with its count; `^` is a border, `.` any other sign.
    package var text: String {
        var lines: [String] = []
        let w = Self.width
        for index in three.indices where three[index] > 0 {
            let codes = [index / (w * w), index / w % w, index % w]
            lines.append(String(codes.map(Self.sign)) + " \(three[index])")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func sign(_ code: Int) -> Character {
        switch code {
        case 0..<26: Character(Unicode.Scalar(UInt8(97 + code)))
        case 26..<36: Character(Unicode.Scalar(UInt8(48 + code - 26)))
        case 36: "-"
        case border: "^"
        default: "."
        }
    }

    /// Reads what `text` wrote; `#` begins remarks.
    ///
    /// - Returns: `nil` for anything else.
    package init?(text: String) {
        self.init()
        for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        where line.first != UInt8(ascii: "#") {
            let bytes = Array(line)
            guard bytes.count >= 5, bytes[3] == 32, let times = UInt32(String(decoding: bytes[4...], as: UTF8.self))
            else { return nil }
            let codes = bytes[..<3].map { $0 == UInt8(ascii: "^") ? Self.border : Self.code($0) }
            three[(codes[0] * Self.width + codes[1]) * Self.width + codes[2]] += times
            two[codes[1] * Self.width + codes[2]] += times
            one[codes[2]] += times
            total += times
        }
        guard total > 0 else { return nil }
        seal()
    }
}
