import FlareModel
import FlareOptions
import FlarePlugins

/// What an external plugin needs of a run and offers to it, by its kind; each part has a default.
public struct ExternalTraits: Sendable, Hashable {
    /// How a detector's fewest records are said.
    public enum Count: Sendable, Hashable {
        case number(Int)
        /// The name of an option, a whole number.
        case option(String)
    }

    /// How the numbers of a channel are written.
    public enum Arrays: String, Sendable, Codable, CaseIterable {
        /// Lists of numbers.
        case json
        /// Base64 of 64-bit floating point, little-endian; NaN where a size is not known.
        case base64
    }

    /// A detector's channels.
    public var groupBy: Grouping.PeerForm?
    public var ignore: Set<Grouping.Part>?
    /// A detector is given no channel with fewer records.
    public var minFlows: Count?
    /// Columns of numbers that a detector wants beside times and bytes.
    public var columns: [String]?
    /// Whether a detector makes its findings of all judgements together.
    public var settles: Bool?
    public var arrays: Arrays?
    /// Names of the fields that an enricher reads.
    public var reads: [String]?
    /// Whether an enricher in a library is given findings in FlareKit's own form beside their columns.
    public var wholeFindings: Bool?
    /// The kinds of record that a source offers; flows if it says nothing.
    public var offers: [String]?
    public var rereadable: Bool?
    public var endsNow: Bool?
    /// How a sink's output grows; whole if it says nothing.
    public var mode: SinkMode?

    public init() {}
}

extension ExternalTraits: Codable {
    private enum CodingKeys: String, CodingKey {
        case groupBy = "group_by"
        case minFlows = "min_flows"
        case endsNow = "ends_now"
        case wholeFindings = "whole_findings"
        case ignore, columns, settles, arrays, reads, offers, rereadable, mode
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        groupBy = try container.decodeIfPresent(Grouping.PeerForm.self, forKey: .groupBy)
        ignore = try container.decodeIfPresent(Set<Grouping.Part>.self, forKey: .ignore)
        minFlows = try container.decodeIfPresent(Count.self, forKey: .minFlows)
        columns = try container.decodeIfPresent([String].self, forKey: .columns)
        settles = try container.decodeIfPresent(Bool.self, forKey: .settles)
        arrays = try container.decodeIfPresent(Arrays.self, forKey: .arrays)
        reads = try container.decodeIfPresent([String].self, forKey: .reads)
        wholeFindings = try container.decodeIfPresent(Bool.self, forKey: .wholeFindings)
        offers = try container.decodeIfPresent([String].self, forKey: .offers)
        rereadable = try container.decodeIfPresent(Bool.self, forKey: .rereadable)
        endsNow = try container.decodeIfPresent(Bool.self, forKey: .endsNow)
        mode = try container.decodeIfPresent(SinkMode.self, forKey: .mode)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(groupBy, forKey: .groupBy)
        try container.encodeIfPresent(ignore?.sorted { $0.rawValue < $1.rawValue }, forKey: .ignore)
        try container.encodeIfPresent(minFlows, forKey: .minFlows)
        try container.encodeIfPresent(columns, forKey: .columns)
        try container.encodeIfPresent(settles, forKey: .settles)
        try container.encodeIfPresent(arrays, forKey: .arrays)
        try container.encodeIfPresent(reads, forKey: .reads)
        try container.encodeIfPresent(wholeFindings, forKey: .wholeFindings)
        try container.encodeIfPresent(offers, forKey: .offers)
        try container.encodeIfPresent(rereadable, forKey: .rereadable)
        try container.encodeIfPresent(endsNow, forKey: .endsNow)
        try container.encodeIfPresent(mode, forKey: .mode)
    }
}

extension ExternalTraits.Count: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let name = try? container.decode(String.self) {
            self = .option(name)
        } else {
            let number = try container.decode(Int.self)
            guard number >= 1 else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(number) is below 1")
            }
            self = .number(number)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .option(let name): try container.encode(name)
        }
    }
}

extension ExternalTraits {
    /// What a detector needs of a run.
    package func demand(_ options: OptionValues) -> Demand {
        let least =
            switch minFlows {
            case .number(let count): count
            case .option(let name): if case .integer(let count)? = options[name] { Int(count) } else { 1 }
            case nil: 1
            }
        return Demand(
            grouping: Grouping(by: groupBy ?? .address, ignoring: ignore ?? []), minimumCount: max(1, least),
            columns: Set((columns ?? []).map(ColumnName.number)).union([.bytesToServer, .bytesToClient]))
    }
}
