extension PValueTable {
    /// Simulated by `detection-benchmark calibrate` for ``ScoreModel/fitted``; to be made anew whenever that changes.
    public static let simulated = PValueTable(classes: [
        .init(fewest: 6, logits: [-8.51, -2.51, -1.65, -1.05, -0.55], scale: 2.479),
        .init(fewest: 10, logits: [-5.45, -3.04, -2.24, -1.80, -1.14], scale: 1.011),
        .init(fewest: 16, logits: [-5.18, -3.39, -2.90, -2.32, -1.42], scale: 0.908),
        .init(fewest: 31, logits: [-4.87, -3.28, -2.67, -2.21, -1.50], scale: 0.925),
        .init(fewest: 61, logits: [-4.88, -3.37, -2.59, -1.86, -0.82], scale: 1.090),
        .init(fewest: 151, logits: [-5.09, -3.17, -2.56, -1.77, -1.16], scale: 1.004),
        .init(fewest: 501, logits: [-6.62, -4.83, -3.98, -3.23, 1.16], scale: 3.752),
    ])
}
