import FlareKit
import Testing

@testable import DNS

@Suite("What is kept of a lookup")
struct QuestionTests {
    @Test("a question is the same once it was packed into a number")
    func packing() {
        var question = Question()
        question.nameLength = 253
        question.longestLabel = 63
        question.entropy = 47
        question.looksDrawn = true
        question.holdsHash = true
        question.type = .privateUse
        question.code = 3
        question.isAnswer = true
        question.answer = .text
        question.answerLength = 4095
        question.timeToLive = 40
        #expect(Question(packed: question.packed) == question)
        #expect(Question(packed: Question().packed) == Question())
    }

    @Test(
        "types are known by the names that sensors give them",
        arguments: [
            ("TXT", RecordType.txt), ("NULL", .null), ("TYPE65399", .privateUse), ("query-65399", .privateUse),
            ("*", .any), ("", .unknown), ("HTTPS", .https), ("TYPE64999", .other), ("DNSKEY", .key), ("WALLET", .other),
        ])
    func types(text: String, type: RecordType) { #expect(RecordType(text) == type) }

    static func question(
        _ name: String, type: String = "A", answers: String = "", code: String = "", ttl: String = "", port: UInt16 = 53
    ) -> Question {
        let columns = QuestionColumns.all.reduce(into: Set<ColumnName>()) { $0.formUnion($1.sources) }
        var table = RecordTable(kind: .dns, columns: columns, capacity: 1)
        table.append(
            start: Timestamp(seconds: 0), source: IPAddress(v4: 1), destination: IPAddress(v4: 2), port: port,
            texts: [.query: name, .queryType: type, .answers: answers, .responseCode: code, .answerTTLs: ttl])
        return Question(packed: QuestionColumns.all[1].values(table, 0..<1)[0])
    }

    @Test("names that hold an address or a hash are told, and those that a machine drew")
    func shapes() {
        #expect(Self.question("4.3.2.1.zen.spamhaus.org").holdsAddress)
        #expect(Self.question("1.168.192.in-addr.arpa").holdsAddress)
        #expect(Self.question((0..<32).map { "\($0 % 10)." }.joined() + "ip6.arpa").holdsAddress)
        #expect(!Self.question("1.2.example.com").holdsAddress)
        #expect(Self.question("d41d8cd98f00b204e9800998ecf8427e.hashes.example.com").holdsHash)
        #expect(!Self.question("d41d8cd98f00b204e9800998ecf8427.hashes.example.com").holdsHash)
        #expect(Self.question("q7zk2vx9w3jh5f8d1p0n.example.com").looksDrawn)
        #expect(!Self.question("customer-support-center.example.com").looksDrawn)
        #expect(Self.question("aaaa.example.com").entropy == 0)
        #expect(Self.question("printer._ipp._tcp.local", port: 5353).isLocal)
    }

    @Test("answers count as the bytes that they carry")
    func answers() {
        #expect(Self.question("a.b.c", answers: "192.0.2.1\n192.0.2.2").answerLength == 8)
        #expect(Self.question("a.b.c", answers: "2001:db8::1").answerLength == 16)
        #expect(Self.question("a.b.c", answers: "TXT 12 hello world!").answerLength == 12)
        #expect(Self.question("a.b.c", answers: "\\# 3 abcdef").answerLength == 3)
        #expect(Self.question("a.b.c", answers: "mail.example.com").answer == .text)
        #expect(Self.question("a.b.c", ttl: "300.000000,60").secondsToLive == 255)
        #expect(Self.question("a.b.c", ttl: "0").secondsToLive == 0)
        #expect(Self.question("a.b.c", code: "NXDOMAIN").hasFailed == true)
        #expect(Self.question("a.b.c").hasFailed == nil)
    }
}
