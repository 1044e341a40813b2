extension ScoreModel {
    /// The weights, fitted on seeds that no figure in the documentation is measured on: `detection-benchmark tune`.
    public static let fitted = ScoreModel(
        intercept: -22.932,
        parts: [
            Part(
                .votes, knots: [-69.131, -2.278, 0.678, 3.261, 23.405, 71.788],
                weights: [0.0, 0.0, 1.217, 2.968, 1.219]),
            Part(
                .meanEvidence, knots: [-0.948, -0.412, -0.174, -0.062, 0.448, 1.879],
                weights: [0.0, 0.0, 1.456, 0.0, 0.0]),
            Part(
                .blocks, knots: [-1.674, 0.294, 2.153, 5.077, 12.739, 70.59], weights: [0.0, 0.0, 0.628, 1.115, 0.0]),
            Part(.bestStretch, knots: [0.0, 0.595, 1.108, 2.006, 3.454, 5.645], weights: [0.0, 0.0, 0.0, 0.129, 0.0]),
            Part(.longestRun, knots: [0.218, 2.037, 2.5, 2.95, 3.167, 3.732], weights: [5.711, 0.0, 0.0, 0.0, 0.0]),
            Part(
                .runCallbacks, knots: [1.609, 2.708, 3.738, 4.949, 6.652, 9.034],
                weights: [0.0, 0.0, 0.0, 2.296, 7.208]),
            Part(
                .fewCallbacks, knots: [-9.238, -6.65, -4.644, -3.466, -2.565, -1.609],
                weights: [4.699, 3.364, 0.977, 0.0, 0.0]),
            Part(
                .secondPairs, knots: [-5.137, -0.577, 0.578, 1.669, 9.447, 80.672],
                weights: [0.0, 0.0, 1.409, 1.805, 0.0]),
            Part(.evenBursts, knots: [0.0, 0.167, 0.425, 0.951, 1.0], weights: [0.0, 0.0, 0.955, 3.175]),
            Part(
                .lateness, knots: [-3.227, -1.285, -0.87, -0.589, -0.281, -0.018],
                weights: [0.849, 0.613, 0.0, 0.0, 0.0]),
            Part(.tightness, knots: [0.71, 0.913, 1.273, 1.519, 2.495, 4.2], weights: [0.12, 0.0, 0.059, 0.168, 0.0]),
        ])
}
