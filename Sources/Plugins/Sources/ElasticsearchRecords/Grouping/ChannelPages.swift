import ElasticsearchClient
import FlareKit

/// The channels of a window as the cluster groups them: a composite aggregation, page by page.
struct ChannelPages: Sendable {
    let context: SearchContext
    let fields: GroupingFields
    let grouping: Grouping
    /// Channels a page.
    let page: Int
    /// Channels with fewer records stay in the cluster; 1 brings all.
    let minimumCount: Int

    /// Reads all pages.
    func read(_ query: JSON) async throws -> ClusterChannels {
        var channels = ClusterChannels(ignoring: grouping.ignoring)
        try await context.buckets(of: composite, query) { try channels.add($0) }
        return channels
    }

    private var composite: JSON {
        func source(_ name: String, _ field: String, mayBeMissing: Bool) -> JSON {
            var terms: JSON = ["field": .text(field)]
            if mayBeMissing { terms = terms.with("missing_bucket", true) }
            return .object([.init(name: name, value: ["terms": terms])])
        }
        var sources = [
            source("s", fields.source, mayBeMissing: false), source("d", fields.destination, mayBeMissing: false),
        ]
        if let port = fields.port { sources.append(source("p", port, mayBeMissing: true)) }
        if let proto = fields.proto { sources.append(source("t", proto, mayBeMissing: true)) }
        let composite: JSON = ["size": .integer(Int64(page)), "sources": .array(sources)]
        var aggregation: JSON = ["composite": composite]
        if minimumCount > 1 {
            let selector: JSON = [
                "buckets_path": ["n": "_count"], "script": .text("params.n >= \(minimumCount)"),
            ]
            aggregation = aggregation.with("aggs", ["m": ["bucket_selector": selector]])
        }
        return aggregation
    }
}

extension SearchContext {
    /// Reads all buckets of a composite aggregation, page by page.
    ///
    /// A page may be short, or empty, and still have a key to go on from: only a page without one is the last
    /// (elastic/elasticsearch 28358).
    ///
    /// - Throws: what `take` throws, and `PluginError` where the cluster comes back to a page.
    func buckets(of aggregation: JSON, _ query: JSON, _ take: (JSON) throws -> Void) async throws {
        var page = aggregation
        var keys: Set<JSON> = []
        while true {
            let answer = try await search(
                ["size": 0, "track_total_hits": false, "query": query, "aggs": ["c": page]],
                for: "aggregations.c.after_key,aggregations.c.buckets.key,aggregations.c.buckets.doc_count")
            for bucket in answer["aggregations", "c", "buckets"]?.elements ?? [] { try take(bucket) }
            guard let next = answer["aggregations", "c", "after_key"] else { return }
            guard keys.insert(next).inserted else {
                throw PluginError(
                    "the cluster gives the same page of \(index) again in place of the next one",
                    remedy: "grouping: off groups here")
            }
            page = aggregation.with("composite", aggregation["composite"]?.with("after", next))
        }
    }
}

/// Channels and their counts, as they came from a cluster.
///
/// A key here may stand for several of the cluster's: protocols in capitals and not, a port that is 0 and one that is
/// missing, two ways to write one address.
struct ClusterChannels: Sendable {
    private(set) var keys: [ChannelKey] = []
    private(set) var counts: [Int] = []
    private var places: [ChannelKey: Int] = [:]
    /// The words for each protocol that came; `null` among them where it was missing.
    private(set) var protoWords: [UInt8: Set<JSON>] = [:]
    /// How addresses are written that are not written as here.
    private(set) var addressWords: [IPAddress: Set<String>] = [:]
    /// Records whose key cannot be read, by the reason.
    private(set) var unreadable: [String: Int] = [:]
    /// Records in all channels.
    private(set) var records = 0
    private let hasPort: Bool
    private let hasProto: Bool

    init(ignoring: Set<Grouping.Part>) {
        hasPort = !ignoring.contains(.port)
        hasProto = !ignoring.contains(.proto)
    }

    /// The records of a channel; 0 for one that did not come.
    func count(of key: ChannelKey) -> Int { places[key].map { counts[$0] } ?? 0 }

    /// Takes a bucket of the aggregation.
    ///
    /// - Throws: `PluginError` where it is none.
    mutating func add(_ bucket: JSON) throws {
        guard let key = bucket["key"], let count = bucket["doc_count"]?.integer, count >= 0 else {
            throw PluginError("the cluster's channels are not of the form that was asked for: \(bucket)")
        }
        guard let source = address(key["s"]) else { return reject("no readable source address", count) }
        guard let destination = address(key["d"]) else { return reject("no readable destination address", count) }
        guard let port = port(key["p"]) else { return reject("no readable port", count) }
        let proto = proto(key["t"])
        if hasProto { protoWords[proto, default: []].insert(key["t"] ?? .null) }
        let channel = ChannelKey(
            source: source, peer: .address(destination), port: hasPort ? port : nil, proto: hasProto ? proto : nil)
        records.addClamped(Int(clamping: count))
        if let place = places[channel] {
            counts[place].addClamped(Int(clamping: count))
        } else {
            places[channel] = keys.count
            keys.append(channel)
            counts.append(Int(count))
        }
    }

    private mutating func reject(_ reason: String, _ count: Int64) {
        unreadable[reason, default: 0].addClamped(Int(clamping: count))
    }

    private mutating func address(_ value: JSON?) -> IPAddress? {
        guard let text = value?.text, let address = IPAddress(text) else { return nil }
        if text != address.description { addressWords[address, default: []].insert(text) }
        return address
    }

    private func port(_ value: JSON?) -> UInt16? {
        switch value {
        case nil, .null?: 0
        case .text(let text)?: UInt16(text)
        case let value?: value.integer.flatMap(UInt16.init(exactly:))
        }
    }

    private func proto(_ value: JSON?) -> UInt8 {
        switch value {
        case nil, .null?: TransportProtocol.unknown
        case .text(let text)?: ProtocolWord.number(text)
        case let value?: value.integer.flatMap(UInt8.init(exactly:)) ?? TransportProtocol.unknown
        }
    }
}
