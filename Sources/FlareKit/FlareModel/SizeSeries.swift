/// Sizes of the records of a channel, in bytes, in the order of their times; some may be unknown.
public struct SizeSeries: Sendable, Hashable, Codable {
    /// The sizes, `RecordTable.unknown` where the sensor did not say.
    public var raw: [Int64]

    public init(raw: [Int64]) { self.raw = raw }

    public init(_ sizes: [Int64?]) { raw = sizes.map { $0 ?? RecordTable.unknown } }

    public var count: Int { raw.count }

    /// A size in bytes; `nil` where it is not known.
    public subscript(index: Int) -> Int64? {
        raw[index] == RecordTable.unknown ? nil : raw[index]
    }

    /// The sizes that are known.
    public var known: [Int64] { raw.filter { $0 != RecordTable.unknown } }

    /// The sum of the sizes that are known; `nil` where none is. Stops at the largest number.
    public var sum: Int64? {
        var total: Int64?
        for size in raw where size != RecordTable.unknown {
            let (sum, overflow) = (total ?? 0).addingReportingOverflow(size)
            total = overflow ? .max : sum
        }
        return total
    }
}
