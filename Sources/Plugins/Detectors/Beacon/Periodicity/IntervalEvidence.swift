import Foundation
import ShapeMatching

/// A view's idle times under the best shape of a beacon and under the best shape without a period.
///
/// All times are matched on the logarithmic grid: a beacon's shape against e, the null against e and against e − g (the burst gap
/// g is no part of a memoryless rest), the better of the two. What an idle time says for the beacon is the difference of the two
/// log densities, in nats.
struct IntervalEvidence: Sendable {
    /// The shape that fits best, and its period in seconds.
    var shape: IntervalShape
    var period: Double
    /// Log of the mean likelihood ratio over all shapes and periods: evidence that has paid for the search.
    var evidence: Double
    /// Nats for the beacon of each idle time, 0 for a silence of the sensor.
    var nats: [Double]
    /// An idle time longer than this many seconds is a silence: neither for nor against.
    var silence: Double

    /// Log of the likelihood under all shapes of a beacon, summed over their periods.
    private let likelihood: Double
    private let histogram: [ShapeBin]
    private let restHistogram: [ShapeBin]
    private let restShift: Double
    private let nullScales: Range<Int>

    /// Nats by which a beacon explains the idle times better than connections do that are held, one after the other. Both are averaged over
    /// their shapes and summed over all scales, so that among such connections the mean of exp(nats) is 1: as many nats or more
    /// come up in exp(−nats) of them at most (Markov). As none is of exactly such a shape, each idle time has to say a
    /// little more; from ends twice as much, for an end just before the next call is not seen.
    func beyondHeld(fromEnds: Bool) -> Double {
        let held = ShapeTables.held.bestFit(to: histogram, scales: nullScales)
        let count = histogram.reduce(0) { $0 + Double($1.count) }
        let rest = ShapeTables.held.bestFit(to: restHistogram, scales: nullScales)
        return likelihood - max(held.average, rest.average + restShift) - log(Double(nullScales.count))
            - (fromEnds ? 2 : 1) * Self.tolerance * count
    }

    /// Nats an idle time by which a null's shape may miss the truth.
    private static let tolerance = 0.02

    /// Silences are longer than this many expected intervals.
    static let silentPeriods = 6.0

    init(of view: BurstView, shortest: Double, longest: Double) {
        var occupied = [Float](repeating: 0, count: LogGrid.bins)
        var occupiedRests = occupied
        var bins: [Int32] = []
        var restBins: [Int32] = []
        bins.reserveCapacity(view.idle.count)
        restBins.reserveCapacity(view.idle.count)
        var shift = 0.0
        for idle in view.idle {
            guard idle.isFinite else {
                bins.append(-1)
                restBins.append(-1)
                continue
            }
            let rest = max(idle - view.burstGap, 0.02 * idle)
            let bin = LogGrid.bin(ofLog: log(idle))
            let restBin = LogGrid.bin(ofLog: log(rest))
            occupied[bin] += 1
            occupiedRests[restBin] += 1
            shift += Double(bin - restBin) * LogGrid.step
            bins.append(Int32(bin))
            restBins.append(Int32(restBin))
        }
        let low = LogGrid.bin(ofLog: log(shortest))
        let high = LogGrid.bin(ofLog: log(longest))
        let scales = max(0, low - 4)..<min(LogGrid.bins, high + 20)
        let nullScales = max(0, low - 40)..<min(LogGrid.bins, high + 50)
        let histogram = Self.sparse(occupied)
        let restHistogram = Self.sparse(occupiedRests)
        let beacon = ShapeTables.beacons.bestFit(to: histogram, scales: scales)
        let rest = ShapeTables.nulls.bestFit(to: restHistogram, scales: nullScales, margin: 0)
        let plain = ShapeTables.nulls.bestFit(to: histogram, scales: nullScales, margin: 0)
        (self.histogram, self.restHistogram, restShift, self.nullScales) = (histogram, restHistogram, shift, nullScales)
        likelihood = beacon.average + log(Double(scales.count))
        let isShifted = rest.likelihood + shift > plain.likelihood
        let null = isShifted ? rest : plain
        let nullLikelihood = isShifted ? rest.likelihood + shift : plain.likelihood

        shape = IntervalShape.all[beacon.row]
        period = LogGrid.time(ofBin: beacon.scale)
        // The prior of a period is the whole grid, not only the part looked at.
        evidence = beacon.average + log(Double(scales.count) / Double(LogGrid.bins)) - nullLikelihood
        silence = Self.silentPeriods * period * shape.moments.mean / (1 - shape.missed)
        nats = zip(bins, restBins).map { bin, restBin in
            guard bin >= 0 else { return 0 }
            let forBeacon = ShapeTables.beacons.value(row: beacon.row, bin: Int(bin), scale: beacon.scale)
            let nullBin = Int(isShifted ? restBin : bin)
            let forNull = ShapeTables.nulls.value(row: null.row, bin: nullBin, scale: null.scale)
            let jacobian = isShifted ? Double(bin - restBin) * LogGrid.step : 0
            return Double(forBeacon) - Double(forNull) - jacobian
        }
    }

    private static func sparse(_ counts: [Float]) -> [ShapeBin] {
        var result: [ShapeBin] = []
        for (bin, count) in counts.enumerated() where count > 0 {
            result.append(ShapeBin(bin: Int32(bin), count: count))
        }
        return result
    }
}
