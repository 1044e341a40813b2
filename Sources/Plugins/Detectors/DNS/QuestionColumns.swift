import FlareKit
import Foundation

/// The numbers that are kept of each lookup.
enum QuestionColumns {
    /// Tells names apart, whatever the case of their letters.
    static let name = ColumnName.number("dns_name_hash")
    /// A `Question`.
    static let question = ColumnName.number("dns_question")
    /// The address that was answered first, of IPv4.
    static let answer = ColumnName.number("dns_answer")

    static let all = [
        DerivedColumn(name, from: [.query]) { table, rows in
            guard let names = table.texts[.query] else { return rows.map { _ in 0 } }
            return rows.map { Int64(bitPattern: hash(names[$0])) }
        },
        DerivedColumn(
            question, from: [.query, .queryType, .answers, .responseCode, .answerTTLs, .isAnswer],
            values: { QuestionReader($0).read($1) }),
        DerivedColumn(answer, from: [.answers]) { table, rows in
            guard let answers = table.texts[.answers] else { return rows.map { _ in RecordTable.unknown } }
            return rows.map { row in
                let first = answers[row].prefix { $0 != "\n" && $0 != "," }
                guard first.utf8.count <= 15, let address = IPAddress(String(first)), address.isV4 else {
                    return RecordTable.unknown
                }
                return Int64(truncatingIfNeeded: address.low & 0xFFFF_FFFF)
            }
        },
    ]

    /// Seeded, since names come from the network.
    private static let seed = UInt64.random(in: .min ... .max)

    private static func hash(_ name: String) -> UInt64 {
        var hash = seed
        for byte in name.utf8 {
            let lower = byte &- 65 < 26 ? byte | 0x20 : byte
            hash = (hash ^ UInt64(lower)) &* 0x100_0000_01b3
        }
        return hash ^ hash >> 29
    }
}

/// Reads what is to be known of lookups out of the columns of a table.
private struct QuestionReader {
    private let table: RecordTable
    private let queries, types, answers, codes, times: [String]?
    private let isAnswer: [Int64]?

    /// Multicast DNS, LLMNR, NetBIOS.
    private static let localPorts: Set<UInt16> = [5353, 5355, 137]
    private static let codes: [String: UInt8] = [
        "NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5,
    ]

    init(_ table: RecordTable) {
        self.table = table
        queries = table.texts[.query]
        types = table.texts[.queryType]
        answers = table.texts[.answers]
        codes = table.texts[.responseCode]
        times = table.texts[.answerTTLs]
        isAnswer = table.numbers[.isAnswer]
    }

    func read(_ rows: Range<Int>) -> [Int64] {
        var shape = NameShape()
        return rows.map { row in
            var question = queries.map { shape.question($0[row]) } ?? Question()
            if let types { question.type = RecordType(types[row]) }
            if let codes, !codes[row].isEmpty { question.code = Self.codes[codes[row]] ?? 30 }
            question.isAnswer = isAnswer?[row] == 1
            question.isLocal = Self.localPorts.contains(table.port[row])
            if let answers, !answers[row].isEmpty { Self.read(answers[row], into: &question) }
            if let times, !times[row].isEmpty { question.timeToLive = Self.time(times[row]) }
            return question.packed
        }
    }

    /// The answers, apart by line feeds or commas.
    private static func read(_ answers: String, into question: inout Question) {
        for answer in answers.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x2C }) {
            let isV4 = answer.allSatisfy { $0 == 0x2E || $0 &- 0x30 < 10 } && answer.count { $0 == 0x2E } == 3
            if isV4 || (answer.contains(0x3A) && answer.allSatisfy(\.isHexadecimalOrColon)) {
                question.answer = .address
                question.answerLength += isV4 ? 4 : 16
            } else {
                question.answer = .text
                question.answerLength += length(of: answer)
            }
        }
    }

    /// Zeek puts `TXT 12 ` before texts; data of unknown types is written as RFC 3597 has it: `\# 2 abcd`.
    private static func length(of answer: Substring.UTF8View.SubSequence) -> Int {
        let words = answer.split(separator: 0x20, maxSplits: 2)
        guard words.count > 1, let length = Int(String(decoding: words[1], as: UTF8.self)) else { return answer.count }
        let first = String(decoding: words[0], as: UTF8.self)
        return ["TXT", "SPF", "\\#"].contains(first) ? max(0, min(length, 65_535)) : answer.count
    }

    private static func time(_ times: String) -> UInt8? {
        let digits = times.utf8.prefix { $0 &- 0x30 < 10 }
        guard !digits.isEmpty, let seconds = UInt64(String(decoding: digits, as: UTF8.self)) else { return nil }
        return UInt8(64 - (min(seconds, 1 << 40) + 1).leadingZeroBitCount - 1)
    }
}

/// How a name looks.
private struct NameShape {
    private var counts = [Int](repeating: 0, count: 256)
    /// Most names are asked for again and again.
    private var recent = [(name: String, question: Question)](repeating: ("", Question()), count: recentNames)
    private static let recentNames = 1 << 9
    /// Shorter labels say nothing of who made them.
    private static let shortestDrawn = 12
    private static let drawnLikelihood = 0.9

    /// A question with what is to be known of its name.
    mutating func question(_ name: String) -> Question {
        let place = name.hashValue & (Self.recentNames - 1)
        if recent[place].name == name { return recent[place].question }
        var question = Question()
        read(name, into: &question)
        recent[place] = (name, question)
        return question
    }

    private mutating func read(_ name: String, into question: inout Question) {
        let name = name.hasSuffix(".") ? name.dropLast() : name[...]
        question.nameLength = name.utf8.count
        let labels = name.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard labels.count > 2 else { return }
        let front = labels.dropLast(2)
        guard let longest = front.max(by: { $0.count < $1.count }) else { return }
        question.longestLabel = longest.count
        question.entropy = Int((entropy(front) * 10).rounded())
        question.holdsAddress = Self.holdsAddress(labels)
        question.holdsHash = [32, 40, 56, 64].contains(longest.count) && longest.allSatisfy(\.isHexadecimal)
        if longest.count >= Self.shortestDrawn, let model = BuiltInNames.nameModel {
            let likelihood = model.likelihood(String(decoding: longest, as: UTF8.self)) ?? 0
            question.looksDrawn =
                likelihood >= Self.drawnLikelihood || longest.contains { $0 > 0x7F || $0 == UInt8(ascii: "\\") }
        }
    }

    private mutating func entropy(_ labels: ArraySlice<Substring.UTF8View>) -> Double {
        var length = 0
        for byte in labels.joined() {
            counts[Int(byte)] += 1
            length += 1
        }
        var sum = 0.0
        for byte in labels.joined() where counts[Int(byte)] > 0 {
            let share = Double(counts[Int(byte)]) / Double(length)
            sum -= share * log2(share)
            counts[Int(byte)] = 0
        }
        return sum
    }

    /// Whether the name begins with the four parts of an IPv4 address, or with the 32 of one of IPv6.
    private static func holdsAddress(_ labels: [Substring.UTF8View]) -> Bool {
        func isPart(_ label: Substring.UTF8View) -> Bool {
            (1...3).contains(label.count) && label.allSatisfy { $0 &- 0x30 < 10 }
        }
        if labels.count > 4, labels.prefix(4).allSatisfy(isPart) { return true }
        // Reverse lookups of networks have fewer.
        if labels.last?.elementsEqual("arpa".utf8) == true, labels.dropLast(2).allSatisfy(isPart) { return true }
        return labels.count > 32 && labels.prefix(32).allSatisfy { $0.count == 1 && $0.allSatisfy(\.isHexadecimal) }
    }
}

extension UInt8 {
    fileprivate var isHexadecimal: Bool { self &- 0x30 < 10 || (self | 0x20) &- 0x61 < 6 }
    fileprivate var isHexadecimalOrColon: Bool { isHexadecimal || self == 0x3A || self == 0x2E }
}
