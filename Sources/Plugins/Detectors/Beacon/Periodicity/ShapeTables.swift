import Foundation
import ShapeMatching

/// Logarithms of densities on the grid, one row a shape, laid out for matching.
///
/// Entry j of a row is the log density at a time of `exp((reach − j) · step)` scales, so that for an
/// interval in bin i the densities under all scales s are the contiguous entries from `reach − i`.
struct ShapeTables: Sendable {
    /// Entries on either side of scale 1.
    static let reach = LogGrid.bins
    static let rowLength = 2 * reach + 16
    /// Log density that stands for impossible: no single interval can count for more than this against a shape.
    static let floor: Float = -14

    let rows: [Float]
    /// The largest of each 16 entries in a row: those that begin at 0, 16, 32 … one after the other, then those from 1, 17, 33 …, and so on,
    /// so that the groups of scales of an interval lie side by side.
    let largest: [Float]
    let count: Int
    static let groupsLength = rowLength / lanes + reach / lanes + lanes

    init(_ densities: [(Double) -> Double]) {
        count = densities.count
        var rows: [Float] = []
        rows.reserveCapacity(densities.count * Self.rowLength)
        for density in densities {
            for entry in 0..<Self.rowLength {
                let time = exp(Double(Self.reach - entry) * LogGrid.step)
                rows.append(max(Self.floor, Float(log(density(time)))))
            }
        }
        self.rows = rows
        var largest = [Float](repeating: Self.floor, count: densities.count * Self.lanes * Self.groupsLength)
        for row in 0..<densities.count {
            for entry in 0...(Self.rowLength - Self.lanes) {
                let begin = row * Self.rowLength + entry
                let place = (row * Self.lanes + entry % Self.lanes) * Self.groupsLength + entry / Self.lanes
                largest[place] = rows[begin..<(begin + Self.lanes)].max() ?? Self.floor
            }
        }
        self.largest = largest
    }

    /// Log density of an interval in `bin` under row `row` with the scale in bin `scale`.
    func value(row: Int, bin: Int, scale: Int) -> Float {
        rows[row * Self.rowLength + Self.reach - bin + scale]
    }

    static let beacons = ShapeTables(IntervalShape.all.map { shape in { shape.density(about: $0) } })
    static let nulls = ShapeTables(NullShape.all.map { shape in { shape.density(about: $0) } })

    static let held = ShapeTables(NullShape.held.map { shape in { shape.density(about: $0) } })

    /// The best fit of one row and scale to counted intervals.
    struct Fit: Sendable, Hashable {
        var row: Int
        /// Bin of the scale: the period of a beacon's shape.
        var scale: Int
        /// Log likelihood of all intervals, per logarithm of time.
        var likelihood: Double
        /// Logarithm of the mean likelihood over all rows and the scales looked at (each as likely as the other), of which those that are
        /// less likely than the best by more than the margin count as impossible.
        var average: Double
    }

    /// Nats below the best fit at which others no longer count in the mean.
    static let margin: Float = 12

    /// Tries all shapes at all scales of a range.
    ///
    /// - Parameters:
    ///   - histogram: bins with counts above 0.
    ///   - scales: bins of the scales tried, inside the grid.
    ///   - margin: ``margin``, or 0 where only the best fit is wanted: then there is no average.
    func bestFit(to histogram: [ShapeBin], scales: Range<Int>, margin: Float = Self.margin) -> Fit {
        let fit = rows.withUnsafeBufferPointer { rows in
            largest.withUnsafeBufferPointer { largest in
                var tables = ShapeRows(
                    rows: rows.baseAddress, largest: largest.baseAddress, count: Int32(count), reach: Int32(Self.reach),
                    rowLength: Int32(Self.rowLength), groupsLength: Int32(Self.groupsLength))
                return ShapeFitFind(
                    &tables, histogram, Int32(histogram.count), Int32(scales.lowerBound), Int32(scales.count), margin)
            }
        }
        let top = Double(fit.likelihood)
        return Fit(
            row: Int(fit.row), scale: Int(fit.scale), likelihood: top,
            average: top + log(fit.mass / Double(scales.count * count)))
    }

    private static let lanes = ShapeLanes
}
