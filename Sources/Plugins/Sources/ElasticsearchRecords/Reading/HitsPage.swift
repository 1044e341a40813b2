import ElasticsearchClient
import FlareKit

/// One answer of a search: what it says of itself, and where its hits stand. It was checked to be JSON to its end.
struct HitsPage: Sendable {
    /// The body of the answer.
    let bytes: [UInt8]
    /// Where each hit begins.
    let hits: [Int]
    /// Where the next page begins: the sort values of the last hit.
    let lastSort: JSON?
    /// The last hit, as it is written.
    var lastHit: ArraySlice<UInt8> { bytes[(hits.last ?? bytes.endIndex)..<lastHitEnd] }
    private let lastHitEnd: Int
    /// How many documents match in all, where the server counted them to the end.
    let total: Int?
    /// The id under which the search goes on.
    let contextID: String?
    /// What of the index the answer leaves out.
    let gap: Gap

    /// Reads an answer.
    ///
    /// - Parameters:
    ///   - answer: of a search.
    ///   - allowPartial: whether an answer without some of the shards will do.
    /// - Throws: `ClusterError` where it is malformed or covers only a part.
    init(_ answer: ClusterClient.Answer, allowPartial: Bool) throws(ClusterError) {
        var envelope = Envelope()
        let error = answer.body.withUnsafeBufferPointer { buffer -> JSONError? in
            var scanner = JSONScanner(buffer)
            do throws(JSONError) {
                try envelope.read(&scanner)
                try scanner.finish()
                return nil
            } catch {
                return error
            }
        }
        if let error {
            throw ClusterError(.malformed, "the answer is not what a search answers: \(error)", at: answer.place)
        }
        guard envelope.shards != nil else {
            throw ClusterError(.malformed, "the answer is not what a search answers", at: answer.place)
        }
        gap = try Gap(
            envelope.shards, ranOutOfTime: envelope.timedOut, allowPartial: allowPartial, at: answer.place)
        bytes = answer.body
        hits = envelope.hits
        lastSort = envelope.lastSort
        lastHitEnd = envelope.lastHitEnd
        contextID = envelope.contextID
        total = envelope.isExact ? envelope.total.map(Int.init) : nil
    }

    private struct Envelope {
        var hits: [Int] = []
        var lastSort: JSON?
        var lastHitEnd = 0
        var total: Int64?
        var isExact = true
        var contextID: String?
        var timedOut = false
        var shards: JSON?

        mutating func read(_ scanner: inout JSONScanner) throws(JSONError) {
            try scanner.object { name, scanner throws(JSONError) in
                switch String(decoding: name, as: UTF8.self) {
                case "timed_out": timedOut = try scanner.value().boolean ?? false
                case "_shards": shards = try scanner.value()
                case "pit_id", "_scroll_id": contextID = try scanner.value().text
                case "hits": try readHits(&scanner)
                default: try scanner.skip()
                }
            }
        }

        private mutating func readHits(_ scanner: inout JSONScanner) throws(JSONError) {
            try scanner.object { name, scanner throws(JSONError) in
                switch String(decoding: name, as: UTF8.self) {
                case "total":
                    let value = try scanner.value()
                    total = value.integer ?? value["value"]?.integer
                    isExact = value["relation"]?.text ?? "eq" == "eq"
                case "hits":
                    try scanner.array { scanner throws(JSONError) in
                        _ = scanner.peek()
                        hits.append(scanner.position)
                        try scanner.object { name, scanner throws(JSONError) in
                            if name.elementsEqual("sort".utf8) {
                                lastSort = try scanner.value()
                            } else {
                                try scanner.skip()
                            }
                        }
                        lastHitEnd = scanner.position
                    }
                default: try scanner.skip()
                }
            }
        }
    }
}
