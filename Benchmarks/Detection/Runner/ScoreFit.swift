import Foundation
import Periodicity

/// Fits the weights of ``ScoreModel``: logistic regression on clipped segments, all weights at least 0.
///
/// A channel is seen in up to three views and scored by the best of them, which depends on the weights: so the fit is repeated, each
/// round with the views that the last round's weights chose (the first round's are chosen by the hourly votes alone).
struct ScoreFit {
    /// A channel to learn from: the statistics of its views, and whether it is a beacon.
    struct Example: Sendable {
        var views: [Statistics]
        var isBeacon: Bool
    }

    /// The knots are quantiles: of the beacons mostly low ones, of the others high ones, for there the two meet.
    static let beaconKnots = [0.01, 0.05, 0.15, 0.4, 0.8]
    static let otherKnots = [0.5, 0.9, 0.97, 0.993]
    static let rounds = 3
    static let sweeps = 300
    /// Penalty on squared weights, against wild weights of alike statistics.
    static let penalty = 2e-6

    static func fit(_ examples: [Example], _ statistics: [Statistic]) -> ScoreModel {
        var chosen = examples.map { $0.views.max { $0[.votes] < $1[.votes] } ?? Statistics() }
        let labels = examples.map { $0.isBeacon ? 1.0 : 0 }
        var model = ScoreModel(intercept: 0, parts: [])
        for _ in 0..<rounds {
            model = fit(chosen, labels, statistics)
            chosen = examples.map { $0.views.max { model.logit($0) < model.logit($1) } ?? Statistics() }
        }
        return rounded(model)
    }

    private static func fit(_ rows: [Statistics], _ labels: [Double], _ statistics: [Statistic]) -> ScoreModel {
        let knots = statistics.map { statistic in Self.knots(of: statistic, rows, labels) }
        var matrix: [[Double]] = []
        for (statistic, marks) in zip(statistics, knots) {
            for (low, high) in zip(marks, marks.dropFirst()) {
                matrix.append(rows.map { min(1, max(0, ($0[statistic] - low) / (high - low))) })
            }
        }
        let solution = minimize(matrix, labels)
        var parts: [ScoreModel.Part] = []
        var place = 1
        for (statistic, marks) in zip(statistics, knots) {
            parts.append(.init(statistic, knots: marks, weights: Array(solution[place..<(place + marks.count - 1)])))
            place += marks.count - 1
        }
        return ScoreModel(intercept: solution[0], parts: parts)
    }

    private static func knots(of statistic: Statistic, _ rows: [Statistics], _ labels: [Double]) -> [Double] {
        func quantiles(_ shares: [Double], ofBeacons: Bool) -> [Double] {
            var values: [Double] = []
            for (index, row) in rows.enumerated() where (labels[index] == 1) == ofBeacons && row[statistic].isFinite {
                values.append(row[statistic])
            }
            values.sort()
            return shares.map { (values[Int($0 * Double(values.count - 1))] * 1000).rounded() / 1000 }
        }
        let wanted = quantiles(beaconKnots, ofBeacons: true) + quantiles(otherKnots, ofBeacons: false)
        var marks: [Double] = []
        for mark in wanted.sorted() where marks.isEmpty || mark > marks[marks.count - 1] + 0.005 { marks.append(mark) }
        return marks.count > 1 ? marks : [marks[0], marks[0] + 1]
    }

    /// Cyclic coordinate descent: one Newton step a weight and sweep, cut off at 0 (Friedman, Hastie, Tibshirani, JSS 33, 2010,
    /// section 3, with a bound in place of the lasso).
    ///
    /// - Parameter matrix: column by column.
    /// - Returns: the intercept, then the weights.
    private static func minimize(_ matrix: [[Double]], _ labels: [Double]) -> [Double] {
        let ones = [Double](repeating: 1, count: labels.count)
        let columns = [ones] + matrix
        let occupied = columns.map { column in column.indices.filter { column[$0] > 0 } }
        var solution = [Double](repeating: 0, count: columns.count)
        var logits = [Double](repeating: 0, count: labels.count)
        let count = Double(labels.count)
        for _ in 0..<sweeps {
            var largest = 0.0
            for (index, column) in columns.enumerated() where !occupied[index].isEmpty {
                let ridge = index == 0 ? 0 : penalty * count
                var slope = ridge * solution[index]
                var curvature = ridge + 1e-9
                for row in occupied[index] {
                    let p = 1 / (1 + exp(-logits[row]))
                    slope += (p - labels[row]) * column[row]
                    curvature += max(1e-4, p * (1 - p)) * column[row] * column[row]
                }
                let wanted = solution[index] - min(2, max(-2, slope / curvature))
                let change = (index == 0 ? wanted : max(0, wanted)) - solution[index]
                guard change != 0 else { continue }
                solution[index] += change
                largest = max(largest, abs(change))
                for row in occupied[index] { logits[row] += change * column[row] }
            }
            if largest < 0.003 { break }
        }
        return solution
    }

    /// Weights to three decimals; parts without any weight are left out.
    private static func rounded(_ model: ScoreModel) -> ScoreModel {
        var result = ScoreModel(intercept: (model.intercept * 1000).rounded() / 1000, parts: [])
        for part in model.parts {
            let weights = part.weights.map { ($0 * 1000).rounded() / 1000 }
            if weights.contains(where: { $0 > 0.005 }) {
                result.parts.append(.init(part.statistic, knots: part.knots, weights: weights))
            }
        }
        return result
    }

    /// The model as Swift source.
    static func source(of model: ScoreModel) -> String {
        var text = """
            extension ScoreModel {
                /// The weights, fitted on seeds that no figure in the documentation is measured on: `detection-benchmark tune`.
                public static let fitted = ScoreModel(
                    intercept: \(model.intercept),
                    parts: [

            """
        text += source(of: model.parts)
        text += "        ],\n        others: [\n"
        for other in model.others {
            text += "        ScoreModel(\n        intercept: \(other.intercept),\n        parts: [\n"
            text += source(of: other.parts) + "        ]),\n"
        }
        return text + "        ])\n}\n"
    }

    private static func source(of parts: [ScoreModel.Part]) -> String {
        var text = ""
        for part in parts {
            let knots = part.knots.map { "\($0)" }.joined(separator: ", ")
            let weights = part.weights.map { "\($0)" }.joined(separator: ", ")
            text += "            Part(.\(part.statistic), knots: [\(knots)], weights: [\(weights)]),\n"
        }
        return text
    }
}
