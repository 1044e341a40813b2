import FlareKit
import PCAPScanner

/// What a connection said, as the reader of captures holds it: valid until it is forgotten or kept.
struct PacketRecord {
    private let pointer: OpaquePointer?
    let head: PCAPHead

    /// In the order of `PCAPKind`.
    private static let kinds: [RecordKind] = [.dns, .tls, .http, .ssh]
    /// In the order of `PCAPColumn`.
    private static let columns: [ColumnName] = [
        .query, .queryType, .answers, .answerTTLs, .responseCode, .host, .subject, .issuer, .serial, .fingerprint,
        .alternativeNames, .validFrom, .validUntil, .version, .ja3, .ja3s, .ja4, .method, .url, .userAgent,
        .contentType, .declaredType, .status, .length,
        .clientSoftware, .serverSoftware, .isProxied,
    ]

    init(_ pointer: OpaquePointer?) {
        self.pointer = pointer
        head = PCAPRecordHead(pointer)
    }

    var kind: RecordKind { Self.kinds[Int(head.kind.rawValue)] }
    var start: Timestamp { Timestamp(nanoseconds: head.start) }
    var source: IPAddress { IPAddress(high: head.source.high, low: head.source.low) }
    var destination: IPAddress { IPAddress(high: head.destination.high, low: head.destination.low) }

    /// The addresses that a lookup was answered with.
    var answers: [IPAddress] {
        (0..<PCAPRecordAnswers(pointer)).map { number in
            let address = PCAPRecordAnswer(pointer, number)
            return IPAddress(high: address.high, low: address.low)
        }
    }

    /// Its columns, texts and numbers.
    var values: (texts: [ColumnName: String], numbers: [ColumnName: Int64]) {
        var texts: [ColumnName: String] = [:]
        var numbers: [ColumnName: Int64] = [.id: head.id, .sourcePort: Int64(head.sourcePort)]
        for number in 0..<PCAPRecordValues(pointer) {
            let value = PCAPRecordValue(pointer, number)
            let column = Self.columns[Int(value.column.rawValue)]
            if value.isNumber {
                numbers[column] = value.number
            } else {
                let bytes = UnsafeRawBufferPointer(start: value.text, count: value.length)
                texts[column] = String(decoding: bytes, as: UTF8.self)
            }
        }
        return (texts, numbers)
    }
}

extension RecordTable {
    mutating func append(_ word: PacketRecord) {
        let (texts, numbers) = word.values
        append(
            start: word.start, source: word.source, destination: word.destination, port: word.head.port,
            proto: word.head.protocol, position: Int64(clamping: word.head.position), numbers: numbers, texts: texts)
    }
}

/// Which words were asked for: those of some sources, toward some peers or all, and lookups that were answered with an address.
struct RecordQuestions: Sendable {
    private struct Pair: Hashable {
        var source: IPAddress
        var peer: IPAddress
    }

    private var sources: [IPAddress: Set<RecordKind>] = [:]
    private var pairs: Set<Pair> = []
    private var answers: Set<IPAddress> = []
    private let window: TimeWindow

    init(_ queries: [ContextQuery], _ scan: Scan) {
        window = scan.window
        for query in queries {
            if let source = query.source {
                if case .address(let peer)? = query.peer {
                    pairs.insert(Pair(source: source, peer: peer))
                } else {
                    sources[source, default: []].formUnion(query.kinds ?? Set(scan.kinds.keys))
                }
            } else if case .address(let answer)? = query.peer {
                answers.insert(answer)
            }
        }
    }

    func ask(for word: PacketRecord) -> Bool {
        guard window.contains(word.start) else { return false }
        let (source, destination) = (word.source, word.destination)
        if sources[source]?.contains(word.kind) == true || sources[destination]?.contains(word.kind) == true {
            return true
        }
        if pairs.contains(Pair(source: source, peer: destination))
            || pairs.contains(Pair(source: destination, peer: source))
        {
            return true
        }
        return word.kind == .dns && !answers.isEmpty && word.answers.contains { answers.contains($0) }
    }
}
