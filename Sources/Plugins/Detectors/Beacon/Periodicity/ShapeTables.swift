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
    /// Scales are tried in groups. First a bound on each group is summed up, from tables of the largest entries; only groups that might come
    /// within the margin of the best are tried one scale at a time. So the outcome is that of trying all.
    ///
    /// - Parameters:
    ///   - histogram: bins with counts above 0.
    ///   - scales: bins of the scales tried, inside the grid.
    ///   - margin: ``margin``, or 0 where only the best fit is wanted.
    /// - Complexity: rows × scales / 16 × occupied bins for the bounds, without a logarithm.
    func bestFit(to histogram: [(bin: Int, count: Float)], scales: Range<Int>, margin: Float = Self.margin) -> Fit {
        let groups = (scales.count + Self.lanes - 1) / Self.lanes
        let stride = (groups + Self.lanes - 1) / Self.lanes * Self.lanes
        let bounds = bounds(of: histogram, from: scales.lowerBound, stride: stride)
        var tried = [SIMD16<Float>]()
        var place = [Int32](repeating: -1, count: bounds.count)
        var top = -Float.infinity
        func attempt(_ row: Int, _ group: Int) {
            let index = row &* stride &+ group
            guard place[index] < 0 else { return }
            var sums = likelihoods(of: histogram, row: row, from: scales.lowerBound + group * Self.lanes)
            // The last group looks beyond the range: those are no candidates.
            for lane in max(0, min(Self.lanes, scales.count - group * Self.lanes))..<Self.lanes {
                sums[lane] = -.infinity
            }
            place[index] = Int32(tried.count)
            tried.append(sums)
            top = max(top, sums.max())
        }
        // The most promising of every few rows first: the nearer they come to the best, the more others are spared.
        for first in Swift.stride(from: 0, to: count, by: Self.together) {
            var best = first * stride
            for row in first..<min(count, first + Self.together) {
                for index in (row * stride)..<(row * stride + groups) where bounds[index] > bounds[best] {
                    best = index
                }
            }
            attempt(best / stride, best % stride)
        }
        for row in 0..<count {
            for group in 0..<groups {
                // Sums of other orders differ by the roundings.
                let least = top - margin - 0.01 - 1e-4 * abs(top)
                if bounds[row &* stride &+ group] >= least { attempt(row, group) }
            }
        }
        return fit(tried, place, stride: stride, scales: scales, margin: margin)
    }

    /// Rows of which the most promising group is tried first.
    private static let together = 15

    private func fit(
        _ tried: [SIMD16<Float>], _ place: [Int32], stride: Int, scales: Range<Int>, margin: Float
    ) -> Fit {
        var (row, scale, top) = (0, scales.lowerBound, -Float.infinity)
        for index in place.indices where place[index] >= 0 {
            let sums = tried[Int(place[index])]
            guard sums.max() > top else { continue }
            for lane in 0..<Self.lanes where sums[lane] > top {
                (row, scale, top) = (index / stride, scales.lowerBound + index % stride * Self.lanes + lane, sums[lane])
            }
        }
        var mass = 0.0
        for index in place.indices where place[index] >= 0 {
            let sums = tried[Int(place[index])]
            guard sums.max() > top - margin else { continue }
            for lane in 0..<Self.lanes where sums[lane] > top - margin { mass += exp(Double(sums[lane] - top)) }
        }
        return Fit(
            row: row, scale: scale, likelihood: Double(top),
            average: Double(top) + log(mass / Double(scales.count * count)))
    }

    /// Scales summed at once, in registers.
    private static let lanes = SIMD16<Float>.scalarCount

    /// What the log likelihoods of a row's groups of scales from `first` on cannot be above, rows × `stride` groups.
    ///
    /// Unchecked loads: the largest entries of a row are padded by as many groups as the grid has, and `stride` is whole vectors.
    private func bounds(of histogram: [(bin: Int, count: Float)], from first: Int, stride: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: count * stride) { bounds, initialized in
            let into = UnsafeMutableRawBufferPointer(bounds)
            largest.withUnsafeBytes { largest in
                histogram.withUnsafeBufferPointer { histogram in
                    for row in 0..<count {
                        for group in Swift.stride(from: 0, to: stride, by: Self.lanes) {
                            var sum = SIMD16<Float>.zero
                            for entry in histogram {
                                let from = Self.reach &- entry.bin &+ first
                                let at =
                                    ((row &* Self.lanes &+ from % Self.lanes) &* Self.groupsLength) &+ from / Self.lanes
                                sum +=
                                    largest.loadUnaligned(fromByteOffset: (at &+ group) &* 4, as: SIMD16<Float>.self)
                                    * entry.count
                            }
                            into.storeBytes(
                                of: sum, toByteOffset: (row &* stride &+ group) &* 4, as: SIMD16<Float>.self)
                        }
                    }
                }
            }
            initialized = count * stride
        }
    }

    /// Log likelihoods of the histogram under a row, at the scales from `first` on.
    ///
    /// Unchecked loads: an entry `reach − bin + scale` lies in its row, for bins and scales are below `reach`, and the row is padded by
    /// one group for scales beyond the grid.
    private func likelihoods(of histogram: [(bin: Int, count: Float)], row: Int, from first: Int) -> SIMD16<Float> {
        rows.withUnsafeBytes { rows in
            histogram.withUnsafeBufferPointer { histogram in
                let begin = row &* Self.rowLength &+ Self.reach &+ first
                var sum = SIMD16<Float>.zero
                for entry in histogram {
                    sum +=
                        rows.loadUnaligned(fromByteOffset: (begin &- entry.bin) &* 4, as: SIMD16<Float>.self)
                        * entry.count
                }
                return sum
            }
        }
    }
}
