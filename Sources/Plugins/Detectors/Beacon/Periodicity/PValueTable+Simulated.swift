extension PValueTable {
    /// Simulated by `detection-benchmark calibrate` for ``ScoreModel/fitted``; to be made anew whenever that changes.
    public static let simulated = PValueTable(windows: [
        .init(
            hours: 0.0833,
            classes: [
                .init(fewest: 6, logits: [-4.05, -3.24, -2.44, -1.79, -0.80], scale: 1.042),
                .init(fewest: 10, logits: [-4.35, -3.33, -2.62, -1.67, -0.58], scale: 1.102),
                .init(fewest: 16, logits: [-4.40, -3.12, -2.58, -1.97, -1.05], scale: 0.996),
                .init(fewest: 31, logits: [-3.65, -2.72, -2.29, -1.76, -1.06], scale: 0.761),
                .init(fewest: 61, logits: [-3.56, -2.64, -2.16, -1.72, -1.02], scale: 0.800),
            ]),
        .init(
            hours: 0.5,
            classes: [
                .init(fewest: 6, logits: [-4.07, -3.22, -2.41, -1.76, -0.72], scale: 1.160),
                .init(fewest: 10, logits: [-4.33, -3.50, -2.66, -1.98, -1.06], scale: 1.079),
                .init(fewest: 16, logits: [-4.64, -3.39, -2.82, -2.34, -1.26], scale: 1.120),
                .init(fewest: 31, logits: [-4.88, -3.20, -2.62, -2.27, -1.51], scale: 0.768),
                .init(fewest: 61, logits: [-5.80, -2.65, -2.30, -1.86, -1.13], scale: 0.776),
                .init(fewest: 151, logits: [-3.51, -2.57, -1.90, -1.33, -0.93], scale: 0.364),
            ]),
        .init(
            hours: 4.0,
            classes: [
                .init(fewest: 6, logits: [-4.15, -3.24, -2.37, -1.77, -0.56], scale: 1.174),
                .init(fewest: 10, logits: [-4.46, -3.52, -2.88, -2.20, -1.47], scale: 0.989),
                .init(fewest: 16, logits: [-4.80, -3.56, -2.96, -2.29, -1.21], scale: 1.006),
                .init(fewest: 31, logits: [-5.01, -3.34, -2.64, -2.07, -1.30], scale: 0.888),
                .init(fewest: 61, logits: [-7.42, -2.82, -2.37, -1.86, -1.31], scale: 0.720),
                .init(fewest: 151, logits: [-7.84, -3.28, -2.66, -2.25, -1.69], scale: 0.614),
                .init(fewest: 501, logits: [-8.25, -4.59, -3.52, -2.72, -2.06], scale: 0.677),
            ]),
        .init(
            hours: 24.0,
            classes: [
                .init(fewest: 6, logits: [-4.34, -3.49, -2.93, -2.31, -0.90], scale: 1.446),
                .init(fewest: 10, logits: [-4.58, -3.83, -3.14, -2.65, -1.42], scale: 1.184),
                .init(fewest: 16, logits: [-5.02, -3.61, -3.00, -2.51, -1.60], scale: 1.071),
                .init(fewest: 31, logits: [-7.76, -3.29, -2.70, -2.31, -1.35], scale: 1.139),
                .init(fewest: 61, logits: [-7.60, -3.10, -2.54, -2.16, -1.61], scale: 0.573),
                .init(fewest: 151, logits: [-7.99, -3.44, -2.91, -2.40, -1.83], scale: 0.634),
                .init(fewest: 501, logits: [-9.74, -6.94, -4.97, -3.67, -2.60], scale: 1.112),
            ]),
        .init(
            hours: 168.0,
            classes: [
                .init(fewest: 16, logits: [-8.63, -7.46, -4.52, -2.91, -2.11], scale: 1.004),
                .init(fewest: 31, logits: [-8.20, -4.37, -3.44, -2.95, -1.84], scale: 0.963),
                .init(fewest: 61, logits: [-7.80, -2.90, -2.39, -1.91, -1.52], scale: 0.752),
                .init(fewest: 151, logits: [-8.09, -3.02, -2.55, -2.06, -1.54], scale: 0.553),
                .init(fewest: 501, logits: [-10.07, -6.93, -5.29, -4.36, -3.22], scale: 1.193),
            ]),
    ])
}
