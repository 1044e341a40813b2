import FlareModel

/// Names that addresses have by what their callers looked up before.
///
/// A call has the name of its source's latest lookup that was answered with the address before the call. An answer holds for its
/// TTL and as long again, at least five minutes more: programs keep answers for longer than they may. Where the sensor did not
/// tell the TTL, an answer holds for an hour. So on an address that serves many names a call has the name that was asked for last,
/// and none that was asked for yesterday.
///
/// 24 bytes an address in an answer, and one search among a source's answers with the address for each call without a name.
struct AnsweredNames: Sendable {
    private struct Answer {
        /// The number of the source and the address.
        var pair: UInt32
        var name: UInt32
        var time: Int64
        /// The last moment at which it holds.
        var end: Int64
    }

    private var pairs = KeyTable()
    private var answers: [Answer] = []
    /// Where the answers of a pair begin; one more element than pairs.
    private var starts: [Int] = [0]

    private static let second: Int64 = 1_000_000_000
    private static let leastAllowance = 300 * second
    private static let unknownLife = 3600 * second
    /// What is told to be kept for longer is kept for so long (RFC 8767, 4, asks for a cap of this order).
    private static let longestTTL = 604_800 * second

    /// - Parameters:
    ///   - store: the answers: who asked, the address, the name.
    ///   - table: takes the names in.
    init(_ store: RecordStore?, _ table: inout NameTable) {
        guard let store, !store.isEmpty else { return }
        let lives = store.layout.numbers.firstIndex(of: LookupRows.ttl)
        for shard in store.shards {
            let names = shard.names.names.map { table.number(of: $0) }
            let numbers = shard.table.keys.map { pairs.number(of: PackedKey.Mask.pair.applied(to: $0)) }
            for chunk in shard.chunks {
                for row in 0..<chunk.count {
                    let ttl = lives.map { chunk.numbers[$0][row] } ?? RecordTable.unknown
                    answers.append(
                        Answer(
                            pair: numbers[Int(chunk.keys[row])], name: names[Int(chunk.names[row])],
                            time: chunk.times[row], end: chunk.times[row].addingClamped(Self.life(ttl))))
                }
            }
        }
        answers.sort { ($0.pair, $0.time, $0.name) < ($1.pair, $1.time, $1.name) }
        starts = Array(repeating: 0, count: pairs.count + 1)
        for answer in answers { starts[Int(answer.pair) + 1] += 1 }
        for pair in 0..<pairs.count { starts[pair + 1] += starts[pair] }
    }

    var isEmpty: Bool { answers.isEmpty }

    /// - Parameter ttl: in nanoseconds.
    private static func life(_ ttl: Int64) -> Int64 {
        guard ttl != RecordTable.unknown else { return unknownLife }
        let ttl = min(max(0, ttl), longestTTL)
        return ttl + max(ttl, leastAllowance)
    }

    /// The number of a source and an address in `name`; `nil` where the source never asked for a name of the address.
    func pair(of key: PackedKey) -> UInt32? { pairs.existingNumber(of: PackedKey.Mask.pair.applied(to: key)) }

    /// The name of a call at a moment; `NameTable.none` where no answer holds.
    func name(_ pair: UInt32, at time: Int64) -> UInt32 {
        let own = answers[starts[Int(pair)]..<starts[Int(pair) + 1]]
        let next = own.firstPlace { $0.time > time }
        guard next > own.startIndex, own[next - 1].end >= time else { return NameTable.none }
        return own[next - 1].name
    }
}

/// Makes rows of the addresses in answers: who asked, the address, the name.
enum LookupRows {
    /// For how many nanoseconds an answer may be kept.
    static let ttl = ColumnName.number("ttl")
    /// The columns that a source is asked for.
    static let columns: Set<ColumnName> = [.query, .answers, .answerTTLs, .sourcePort]
    /// The port of resolvers.
    private static let resolver: UInt16 = 53

    static let layout = RecordLayout(kind: .lookup, columns: [ttl], hasNames: true)

    /// The addresses in the answers of some rows of lookups; of times that a policy refuses none.
    static func table(
        _ rows: RecordTable, _ range: Range<Int>, _ origin: String, _ policy: AdmissionPolicy,
        _ refused: inout Refusals
    ) -> RecordTable {
        var found: [(row: Int, address: IPAddress, ttl: Int64)] = []
        if let answers = rows.texts[.answers] {
            let ttls = rows.texts[.answerTTLs]
            for row in range {
                guard policy.firstRefused(rows, from: row, to: row + 1) > row else {
                    policy.refuse(rows, row, origin, &refused)
                    continue
                }
                guard !answers[row].isEmpty else { continue }
                forEachAddress(answers[row], ttls?[row] ?? "") { found.append((row, $0, $1)) }
            }
        }
        var table = RecordTable(kind: .lookup, columns: [ttl, .query], capacity: found.count)
        table.count = found.count
        table.start = found.map { rows.start[$0.row] }
        // What a resolver sent is the other's lookup.
        let sourcePorts = rows.numbers[.sourcePort]
        table.source = found.map { row, _, _ in
            let isAnswer = sourcePorts?[row] == Int64(resolver) && rows.port[row] != resolver
            return isAnswer ? rows.destination[row] : rows.source[row]
        }
        table.destination = found.map(\.address)
        table.numbers[ttl] = found.map(\.ttl)
        if let queries = rows.texts[.query] { table.texts[.query] = found.map { queries[$0.row] } }
        return table
    }

    /// The addresses among answers, each with its TTL in nanoseconds.
    private static func forEachAddress(_ answers: String, _ ttls: String, _ body: (IPAddress, Int64) -> Void) {
        var (answers, ttls) = (answers, ttls)
        answers.withUTF8 { answers in
            ttls.withUTF8 { ttls in
                var (answer, ttl) = (answers[...], ttls[...])
                while !answer.isEmpty {
                    let life = seconds(next(&ttl))
                    if let address = IPAddress(utf8: UnsafeBufferPointer(rebasing: next(&answer))) {
                        body(address, life.map { $0 * 1_000_000_000 } ?? RecordTable.unknown)
                    }
                }
            }
        }
    }

    /// Takes what stands before the next separator.
    private static func next(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>> {
        let end = rest.firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: ",") } ?? rest.endIndex
        defer { rest = rest[min(end + 1, rest.endIndex)...] }
        return rest[..<end]
    }

    /// Whole seconds, none below 0; `nil` where there is no number.
    private static func seconds(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        if text.first == UInt8(ascii: "-") { return seconds(text.dropFirst()).map { _ in 0 } }
        let digits = text.prefix { (48...57).contains($0) }
        return (1...9).contains(digits.count) ? digits.reduce(0) { $0 * 10 + Int64($1 - 48) } : nil
    }
}
