import Foundation

/// The score: a sum of parts, one a statistic, each growing with its statistic and cut off below and above.
///
/// logit = intercept + Σ over parts Σ over segments weight · clip((value − low) / (high − low), 0, 1), all weights at least 0;
/// score = 1 / (1 + exp(−logit)). The score is the share of beacons among channels of that score in the set it was fitted on
/// (one beacon to some twenty others), so 0.5 is where as many are beacons as are not.
public struct ScoreModel: Sendable, Hashable {
    /// The part of one statistic: a line in segments between the knots.
    public struct Part: Sendable, Hashable {
        public var statistic: Statistic
        /// Ascending values of the statistic.
        public var knots: [Double]
        /// What each segment adds when the value is above it; one fewer than knots, each at least 0.
        public var weights: [Double]

        public init(_ statistic: Statistic, knots: [Double], weights: [Double]) {
            precondition(knots.count == weights.count + 1, "a part needs one weight a segment")
            self.statistic = statistic
            self.knots = knots
            self.weights = weights
        }

        /// What a value adds to the logit: 0 at and below the first knot, the sum of the weights at and above the last.
        public func amount(_ value: Double) -> Double {
            var amount = 0.0
            for segment in weights.indices {
                let low = knots[segment]
                if value <= low { break }
                amount += weights[segment] * min(1, (value - low) / (knots[segment + 1] - low))
            }
            return amount
        }
    }

    public var intercept: Double
    public var parts: [Part]
    /// Models of fewer statistics, which count where they have anything to say and are surer: a sum knows no statistic that is enough by itself.
    public var others: [ScoreModel]

    public init(intercept: Double, parts: [Part], others: [ScoreModel] = []) {
        self.intercept = intercept
        self.parts = parts
        self.others = others
    }

    /// The sum of the intercept and all parts, or that of another model where it is larger.
    package func logit(_ statistics: Statistics) -> Double { deciding(statistics).sum(statistics) }

    /// The model that is surest.
    func deciding(_ statistics: Statistics) -> ScoreModel {
        others.filter { $0.sum(statistics) > $0.intercept }
            .reduce(self) { $0.sum(statistics) >= $1.sum(statistics) ? $0 : $1 }
    }

    /// The sum of the intercept and all parts, by which views are compared.
    func sum(_ statistics: Statistics) -> Double {
        parts.reduce(intercept) { $0 + $1.amount(statistics[$1.statistic]) }
    }

    /// The sum of a rhythm below which no model takes it into account.
    var leastRhythm: Double {
        ([self] + others).flatMap(\.parts).filter { $0.statistic == .rhythm }.map { exp($0.knots[0]) - 1 }.min()
            ?? .infinity
    }

    /// 1 / (1 + exp(−logit)).
    static func score(ofLogit logit: Double) -> Double { 1 / (1 + exp(-logit)) }
}
