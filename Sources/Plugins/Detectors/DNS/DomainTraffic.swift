import FlareKit

/// What a source asked for below one registered domain, and what came back.
struct DomainTraffic {
    /// Questions, without the answers that a sensor wrote beside them.
    private(set) var questions = 0
    /// Different names below the domain.
    private(set) var names = 0
    /// Bytes of all names in front of the domain.
    private(set) var bytesUp = 0
    /// Bytes of the answers' data.
    private(set) var bytesDown = 0
    /// Of the different names: the mean of the bytes in front of the domain.
    private(set) var nameLength = 0.0
    private(set) var longestLabel = 0
    /// Bits a character, the mean over the different names.
    private(set) var entropy = 0.0
    /// Shares of the different names, 0...1.
    private(set) var drawn = 0.0
    private(set) var addresses = 0.0
    private(set) var hashes = 0.0
    /// What the different names can carry in all, in bytes: length times entropy.
    private(set) var carried = 0.0
    /// Questions by type.
    private(set) var types: [RecordType: Int] = [:]
    /// Answers, and those of them that failed.
    private(set) var answered = 0
    private(set) var failed = 0
    /// Answers that hold texts.
    private(set) var texts = 0
    /// The median of how long answers may be kept, in seconds.
    private(set) var timeToLive: Double?
    /// Different addresses of IPv4 that were answered and may be called from here, and how many of them somebody called.
    private(set) var addressesAnswered = 0
    private(set) var addressesCalled: Int?
    /// The times of the questions, nanoseconds since 1970, rising.
    private(set) var times: [Int64] = []

    /// More addresses are not looked at.
    private static let mostAddresses = 1024

    /// - Parameters:
    ///   - domain: the registered domain, in front of which names carry data.
    ///   - called: the addresses that flows lead to; `nil` where these are not known.
    init(_ channel: ChannelView, domain: String, called: PeerCounts?) {
        let hashes = channel.numbers[QuestionColumns.name] ?? []
        let packed = channel.numbers[QuestionColumns.question] ?? []
        var seen: Set<Int64> = []
        var kept: [Double] = []
        times.reserveCapacity(packed.count)
        for (place, number) in packed.enumerated() {
            let question = Question(packed: number)
            guard !question.isLocal else { continue }
            takeAnswer(question, &kept)
            guard !question.isAnswer else { continue }
            times.append(channel.times[place])
            questions += 1
            types[question.type, default: 0] += 1
            let length = max(0, question.nameLength - domain.utf8.count - 1)
            bytesUp += length
            guard length > 0, seen.insert(hashes[place]).inserted else { continue }
            takeName(question, length)
        }
        names = seen.count
        for share in [\Self.nameLength, \.entropy, \.drawn, \.addresses, \.hashes] {
            self[keyPath: share] /= Double(max(1, names))
        }
        timeToLive = kept.isEmpty ? nil : kept.sorted()[kept.count / 2]
        take(channel.numbers[QuestionColumns.answer] ?? [], called)
    }

    private mutating func take(_ answers: [Int64], _ called: PeerCounts?) {
        var addresses: Set<IPAddress> = []
        for answer in answers where answer != RecordTable.unknown && addresses.count < Self.mostAddresses {
            let address = IPAddress(v4: UInt32(truncatingIfNeeded: answer))
            if address.scope == .global || address.scope == .private { addresses.insert(address) }
        }
        addressesAnswered = addresses.count
        addressesCalled = called.map { called in addresses.count { called[.address($0)] > 0 } }
    }

    private mutating func takeAnswer(_ question: Question, _ kept: inout [Double]) {
        guard question.code != nil || question.answer != .none else { return }
        answered += 1
        failed += question.hasFailed == true ? 1 : 0
        texts += question.answer == .text ? 1 : 0
        bytesDown += question.answerLength
        if let seconds = question.secondsToLive { kept.append(seconds) }
    }

    private mutating func takeName(_ question: Question, _ length: Int) {
        let bits = Double(question.entropy) / 10
        nameLength += Double(length)
        longestLabel = max(longestLabel, question.longestLabel)
        entropy += bits
        carried += Double(length) * bits / 8
        drawn += question.looksDrawn ? 1 : 0
        addresses += question.holdsAddress ? 1 : 0
        hashes += question.holdsHash ? 1 : 0
    }

    /// Seconds from the first question to the last, at least one.
    var span: Double {
        guard let first = times.first, let last = times.last else { return 1 }
        return max(1, Double(last.subtractingClamped(first)) / 1e9)
    }

    /// Questions an hour while it went on; of less than a minute as if it had lasted that long.
    var rate: Double { Double(questions) / max(60, span) * 3600 }

    /// The share of the questions that are of some types.
    func share(_ isMeant: (RecordType) -> Bool) -> Double {
        Double(types.reduce(0) { $0 + (isMeant($1.key) ? $1.value : 0) }) / Double(max(1, questions))
    }

    /// Share of the answers that failed, 0...1; `nil` where none was recorded.
    var failedShare: Double? { answered == 0 ? nil : Double(failed) / Double(answered) }

    /// The types, the most frequent first.
    var typesByCount: [RecordType] {
        types.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }.map(\.key)
    }

    /// The types with their shares, the most frequent first: `TXT 60 %`.
    var typeTexts: [String] {
        typesByCount.map { type in
            let percent = Double(types[type] ?? 0) / Double(max(1, questions)) * 100
            return "\(type.name) \(percent < 1 ? "<1" : "\(Int(percent.rounded()))") %"
        }
    }
}
