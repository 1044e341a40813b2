import FlareKit

/// What is kept of a question and its answer: one number in place of the texts.
///
/// A name's own bytes are gone then; how many there are, how they look, and a hash that tells names apart are left.
struct Question: Hashable {
    /// What kind of answer came.
    enum Answer: UInt8 {
        case none, address, text
    }

    /// Bytes of the whole name, without the root's dot.
    var nameLength = 0
    /// Bytes of the longest label in front of the last two.
    var longestLabel = 0
    /// Shannon entropy of the characters in front of the last two labels, in tenths of a bit.
    var entropy = 0
    /// Whether the longest label looks drawn by a machine, by the model of well-known names.
    var looksDrawn = false
    /// Whether the name holds an address: reverse lookups, and lists of senders that are asked by name (DNSBL).
    var holdsAddress = false
    /// Whether the longest label is as long as a hash in hexadecimal: MD5, SHA-1, SHA-256.
    var holdsHash = false
    var type = RecordType.unknown
    /// The code of the answer (RFC 1035, 4.1.1); `nil` where none was recorded.
    var code: UInt8?
    /// Whether the record is an answer that a sensor wrote beside its question.
    var isAnswer = false
    /// Whether it was asked of everybody near: multicast DNS, LLMNR, NetBIOS.
    var isLocal = false
    var answer = Answer.none
    /// Bytes of the answers' data, at most 4095.
    var answerLength = 0
    /// How long the first answer may be kept, as log2(seconds + 1); `nil` where it is not known.
    var timeToLive: UInt8?

    /// Seconds.
    var secondsToLive: Double? { timeToLive.map { Double((1 as UInt64) << $0) - 1 } }
    var hasFailed: Bool? { code.map { $0 != 0 } }
}

extension Question {
    static let mostAnswerBytes = 4095
    private static let noCode: UInt64 = 31
    private static let noTime: UInt64 = 63

    /// In 58 bits.
    var packed: Int64 {
        var bits: UInt64 = 0
        func put(_ value: UInt64, _ width: UInt64) { bits = bits << width | (value & (1 << width - 1)) }
        func put(_ flag: Bool) { put(flag ? 1 : 0, 1) }
        put(UInt64(min(255, nameLength)), 8)
        put(UInt64(min(63, longestLabel)), 6)
        put(UInt64(min(63, entropy)), 6)
        put(looksDrawn)
        put(holdsAddress)
        put(holdsHash)
        put(UInt64(type.rawValue), 5)
        put(code.map { UInt64(min($0, 30)) } ?? Self.noCode, 5)
        put(isAnswer)
        put(isLocal)
        put(UInt64(answer.rawValue), 2)
        put(UInt64(min(Self.mostAnswerBytes, answerLength)), 12)
        put(timeToLive.map { UInt64(min($0, 62)) } ?? Self.noTime, 6)
        return Int64(bits)
    }

    init(packed: Int64) {
        var bits = UInt64(bitPattern: packed)
        func take(_ width: UInt64) -> UInt64 {
            defer { bits >>= width }
            return bits & (1 << width - 1)
        }
        let time = take(6)
        timeToLive = time == Self.noTime ? nil : UInt8(time)
        answerLength = Int(take(12))
        answer = Answer(rawValue: UInt8(take(2))) ?? .none
        isLocal = take(1) == 1
        isAnswer = take(1) == 1
        let code = take(5)
        self.code = code == Self.noCode ? nil : UInt8(code)
        type = RecordType(rawValue: UInt8(take(5))) ?? .unknown
        holdsHash = take(1) == 1
        holdsAddress = take(1) == 1
        looksDrawn = take(1) == 1
        entropy = Int(take(6))
        longestLabel = Int(take(6))
        nameLength = Int(take(8))
    }
}

/// The types of records that are told apart (IANA, "Domain Name System (DNS) Parameters").
enum RecordType: UInt8, CaseIterable {
    case unknown, a, aaaa, cname, mx, ns, null, ptr, soa, srv, txt, https, svcb, any, key, naptr, hinfo, privateUse,
        other

    /// What it is called.
    var name: String {
        switch self {
        case .unknown: "?"
        case .any: "ANY"
        case .privateUse: "PRIVATE"
        case .other: "other types"
        default: "\(self)".uppercased()
        }
    }

    private static let byName: [String: RecordType] = {
        var table = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
        // What sensors call them beside that.
        for name in ["*", "ALL"] { table[name] = .any }
        for name in ["DNSKEY", "KEY", "SIG"] { table[name] = .key }
        table["SPF"] = .txt
        table["DNAME"] = .cname
        table[""] = .unknown
        return table
    }()

    /// As sensors write it: `TXT`, `TYPE65399`, `query-65399`, `65399`.
    init(_ text: String) {
        if let known = Self.byName[text] {
            self = known
        } else if let number = Int(text.drop { !$0.isASCII || !$0.isNumber }) {
            // RFC 6895, 3.1: 65280 to 65534 are for private use.
            self = (65_280...65_534).contains(number) ? .privateUse : number == 10 ? .null : .other
        } else {
            self = text == "NULL" ? .null : .other
        }
    }

    /// Types in which data is carried, and which programs seldom ask for.
    var carriesData: Bool { [.txt, .null, .cname, .mx, .srv, .key, .naptr, .privateUse].contains(self) }
    /// Those that no client asks for.
    var isOdd: Bool { self == .null || self == .privateUse }
}
