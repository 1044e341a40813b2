extension PValueTable {
    /// Simulated by `detection-benchmark calibrate` for ``ScoreModel/fitted``; to be made anew whenever that changes.
    public static let simulated = PValueTable(classes: [
        .init(fewest: 6, logits: [-4.47, -3.51, -2.86, -2.11, -1.45], scale: 0.827),
        .init(fewest: 10, logits: [-4.62, -3.69, -2.90, -2.39, -1.15], scale: 1.242),
        .init(fewest: 16, logits: [-4.91, -3.54, -2.96, -2.36, -1.13], scale: 0.937),
        .init(fewest: 31, logits: [-7.72, -3.23, -2.64, -2.25, -1.28], scale: 0.876),
        .init(fewest: 61, logits: [-7.65, -2.97, -2.42, -2.17, -1.55], scale: 0.726),
        .init(fewest: 151, logits: [-8.07, -3.04, -2.57, -2.24, -1.53], scale: 0.681),
        .init(fewest: 501, logits: [-9.88, -7.08, -5.09, -3.85, -2.81], scale: 1.051),
    ])
}
