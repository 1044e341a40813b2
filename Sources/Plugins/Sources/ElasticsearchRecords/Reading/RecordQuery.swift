import ElasticsearchClient
import FlareKit
import RecordSchemas

/// Which documents of an index are asked for: the records of one kind in a window, as the pipeline filters them.
struct RecordQuery: Sendable {
    let kind: RecordKind
    let index: String
    let map: KindSchema
    /// When documents were written.
    let logged: String
    let types: FieldTypes
    /// Whether the time of a record is when it was logged.
    let usesLogged: Bool
    /// Nanoseconds.
    let logDelay: Int64
    var filter: String?

    /// How the window is put to the cluster.
    enum TimeFilter: Equatable {
        /// On the very time that the run looks at: what comes is what is wanted.
        case exact
        /// On the time of writing, later by the log's delay at most.
        case widened
        /// Not at all: no time of the documents is a date.
        case none
    }

    /// The date that the run looks at.
    var time: String { usesLogged ? logged : map.start ?? logged }

    var timeFilter: TimeFilter {
        if types[time]?.isDate == true { return .exact }
        return types[logged]?.isDate == true ? .widened : .none
    }

    /// Whether some documents may lack the time that the run looks at and have the one of writing.
    var mayFallBack: Bool { time != logged && types[logged]?.isDate == true }

    /// The whole query.
    func query(in window: TimeWindow) -> JSON { query(time: clause(for: window)) }

    /// The query with another clause about the time.
    func query(time clause: JSON?, further: [JSON] = []) -> JSON {
        var filters = map.select.sorted { $0.key < $1.key }.map { self.clause($0.key, $0.value) }
        if let clause { filters.append(clause) }
        if let filter { filters.append(Self.lucene(filter)) }
        filters += further
        let excluded = map.exclude.sorted { $0.key < $1.key }.map { self.clause($0.key, $0.value) }
        var bool: JSON = ["filter": .array(filters)]
        if !excluded.isEmpty { bool = bool.with("must_not", .array(excluded)) }
        return ["bool": bool]
    }

    /// Documents with one of some values. Text is compared word by word, in the way that it was indexed.
    private func clause(_ field: String, _ values: [String]) -> JSON {
        if let exact = types.exact(field) { return ["terms": .object([.init(name: exact, value: .texts(values))])] }
        let matches = values.map {
            JSON.object([.init(name: "match", value: .object([.init(name: field, value: .text($0))]))])
        }
        return matches.count == 1 ? matches[0] : ["bool": ["should": .array(matches), "minimum_should_match": 1]]
    }

    /// The clause about the window; `nil` where nothing can be said.
    func clause(for window: TimeWindow) -> JSON? {
        guard window.since != nil || window.until != nil else { return nil }
        switch timeFilter {
        case .none: return nil
        case .widened:
            return Self.range(
                logged, TimeWindow(since: window.since, until: window.until?.advanced(by: logDelay)))
        case .exact:
            let range = Self.range(time, window)
            guard mayFallBack else { return range }
            let fallback: JSON = [
                "bool": [
                    "filter": .array([Self.range(logged, window)]),
                    "must_not": .array([["exists": ["field": .text(time)]]]),
                ]
            ]
            return ["bool": ["should": .array([range, fallback]), "minimum_should_match": 1]]
        }
    }

    /// The millisecond is the unit of dates in an index: an end inside one is rounded outward, and the exact cut is made
    /// by the run.
    static func range(_ field: String, _ window: TimeWindow) -> JSON {
        var bounds: JSON = ["format": "epoch_millis"]
        bounds = bounds.with("gte", window.since.map { .integer(Milliseconds.floor($0)) })
        bounds = bounds.with("lt", window.until.map { .integer(Milliseconds.ceiling($0)) })
        return ["range": .object([.init(name: field, value: bounds)])]
    }

    private static func lucene(_ query: String) -> JSON {
        ["query_string": ["query": .text(query), "analyze_wildcard": true]]
    }
}

/// Milliseconds since 1970, the unit of dates in an index.
enum Milliseconds {
    static let nanoseconds: Int64 = 1_000_000

    static func floor(_ time: Timestamp) -> Int64 {
        let (quotient, remainder) = time.nanoseconds.quotientAndRemainder(dividingBy: nanoseconds)
        return remainder < 0 ? quotient - 1 : quotient
    }

    static func ceiling(_ time: Timestamp) -> Int64 {
        isWhole(time) ? floor(time) : floor(time) + 1
    }

    static func isWhole(_ time: Timestamp) -> Bool { time.nanoseconds.isMultiple(of: nanoseconds) }
}
