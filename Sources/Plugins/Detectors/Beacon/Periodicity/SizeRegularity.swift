/// How steady the sizes of a channel's flows are: evidence beside the score, for timing alone decides that.
public struct SizeRegularity: Sendable, Hashable {
    /// Median of the bytes of a flow, both ways added.
    public var typical: Int64
    /// Share of flows within 5 % of it, 0…1.
    public var share: Double

    /// - Parameters:
    ///   - toServer: bytes of each flow; not empty.
    ///   - toClient: as many.
    public init?(toServer: [Int64], toClient: [Int64]) {
        guard !toServer.isEmpty, toServer.count == toClient.count else { return nil }
        let totals = zip(toServer, toClient).map(Self.sum).sorted()
        let middle = totals[totals.count / 2]
        let margin = abs(Double(middle)) * 0.05
        let near = totals.count { abs(Double($0) - Double(middle)) <= margin }
        typical = middle
        share = Double(near) / Double(totals.count)
    }

    /// Cut to the range: a sensor may say any number.
    private static func sum(_ a: Int64, _ b: Int64) -> Int64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? (a > 0 ? .max : .min) : sum
    }
}
