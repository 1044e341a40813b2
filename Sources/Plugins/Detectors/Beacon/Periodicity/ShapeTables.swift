import Foundation

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
    let count: Int

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
    }

    /// Log density of an interval in `bin` under row `row` with the scale in bin `scale`.
    func value(row: Int, bin: Int, scale: Int) -> Float {
        rows[row * Self.rowLength + Self.reach - bin + scale]
    }

    static let beacons = ShapeTables(IntervalShape.all.map { shape in { shape.density(about: $0) } })
    static let nulls = ShapeTables(NullShape.all.map { shape in { shape.density(about: $0) } })

    /// The best fit of one row and scale to counted intervals.
    struct Fit: Sendable, Hashable {
        var row: Int
        /// Bin of the scale: the period of a beacon's shape.
        var scale: Int
        /// Log likelihood of all intervals, per logarithm of time.
        var likelihood: Double
        /// Logarithm of the mean likelihood over all rows and the scales looked at (each as likely as the other).
        var average: Double
    }

    /// Tries all shapes at all scales of a range.
    ///
    /// - Parameters:
    ///   - histogram: bins with counts above 0.
    ///   - scales: bins of the scales tried, inside the grid.
    /// - Complexity: rows × scales × occupied bins, without a logarithm.
    func bestFit(to histogram: [(bin: Int, count: Float)], scales: Range<Int>) -> Fit {
        let width = (scales.count + Self.lanes - 1) / Self.lanes * Self.lanes
        var sums = likelihoods(of: histogram, from: scales.lowerBound, width: width)
        // The last group of a row looks beyond the range: those are no candidates.
        for row in 0..<count {
            for beyond in (row * width + scales.count)..<(row * width + width) { sums[beyond] = -.infinity }
        }
        var best = 0
        for index in sums.indices where sums[index] > sums[best] { best = index }
        let top = sums[best]
        var mass = 0.0
        for sum in sums where sum > top - 12 { mass += exp(Double(sum - top)) }
        return Fit(
            row: best / width, scale: scales.lowerBound + best % width, likelihood: Double(top),
            average: Double(top) + log(mass / Double(scales.count * count)))
    }

    /// Scales summed at once, in registers.
    private static let lanes = SIMD16<Float>.scalarCount

    /// Log likelihoods of the histogram, rows × `width` scales from `first` on.
    ///
    /// Unchecked loads: an entry `reach − bin + scale` lies in its row, for bins and scales are below `reach`, and the row is padded by
    /// one group for scales beyond the grid; the last store ends where `sums` ends, as `width` is whole groups.
    private func likelihoods(of histogram: [(bin: Int, count: Float)], from first: Int, width: Int) -> [Float] {
        var sums = [Float](repeating: 0, count: width * count)
        rows.withUnsafeBytes { rows in
            sums.withUnsafeMutableBytes { sums in
                histogram.withUnsafeBufferPointer { histogram in
                    for row in 0..<count {
                        let begin = row &* Self.rowLength &+ Self.reach &+ first
                        for group in stride(from: 0, to: width, by: Self.lanes) {
                            var sum = SIMD16<Float>.zero
                            for entry in histogram {
                                let from = (begin &+ group &- entry.bin) &* MemoryLayout<Float>.size
                                sum += rows.loadUnaligned(fromByteOffset: from, as: SIMD16<Float>.self) * entry.count
                            }
                            let into = (row &* width &+ group) &* MemoryLayout<Float>.size
                            sums.storeBytes(of: sum, toByteOffset: into, as: SIMD16<Float>.self)
                        }
                    }
                }
            }
        }
        return sums
    }
}
