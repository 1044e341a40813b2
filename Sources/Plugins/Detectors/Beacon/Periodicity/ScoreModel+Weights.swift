extension ScoreModel {
    /// The weights, fitted on seeds that no figure in the documentation is measured on: `detection-benchmark tune`.
    public static let fitted = ScoreModel(
        intercept: -18.862,
        parts: [
            Part(
                .votes, knots: [-3.109, 0.002, 2.904, 3.201, 5.068, 9.922, 10.484, 23.506, 69.106],
                weights: [0.0, 0.263, 0.098, 1.446, 2.52, 0.168, 0.541, 1.265]),
            Part(
                .meanEvidence, knots: [-0.449, -0.234, -0.143, 0.083, 0.629, 0.797, 1.594, 2.002, 2.553],
                weights: [0.0, 0.267, 0.0, 0.0, 0.0, 0.0, 0.0, 0.143]),
            Part(
                .blocks, knots: [-0.202, -0.162, 1.374, 1.411, 3.634, 4.656, 9.861, 14.378, 36.887],
                weights: [0.0, 0.0, 0.0, 0.774, 0.0, 0.0, 0.0, 0.0]),
            Part(
                .bestStretch, knots: [0.282, 0.603, 0.649, 1.178, 1.944, 2.71, 3.784, 4.747, 4.949],
                weights: [0.854, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            Part(
                .regularHours, knots: [0.0, 0.306, 1.151, 2.084, 5.237, 6.216, 21.896],
                weights: [0.0, 0.0, 0.228, 0.0, 0.0, 0.0]),
            Part(
                .longestRun, knots: [0.153, 1.405, 1.754, 2.123, 2.805, 3.121, 3.192, 3.213, 4.694],
                weights: [0.0, 2.041, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            Part(
                .runCallbacks, knots: [1.792, 2.197, 2.708, 3.135, 4.762, 4.977, 5.864, 6.378, 7.854],
                weights: [0.0, 0.0, 0.0, 0.0, 0.0, 0.865, 1.1, 8.58]),
            Part(
                .fewCallbacks, knots: [-9.732, -9.053, -8.302, -6.363, -4.927, -3.689, -2.303, -1.609, -1.386],
                weights: [0.927, 0.0, 5.8, 1.0, 0.0, 0.192, 0.0, 0.0]),
            Part(
                .secondPairs, knots: [-3.303, -2.134, 1.13, 1.502, 2.793, 8.885, 19.536, 40.913, 46.751],
                weights: [0.0, 0.0, 0.542, 1.087, 0.0, 0.0, 0.0, 0.0]),
            Part(.unambiguous, knots: [-0.143, 0.21, 0.411, 0.69, 0.905, 1.0], weights: [0.159, 0.0, 0.0, 0.0, 0.0]),
            Part(.evenBursts, knots: [0.0, 0.341, 0.752, 1.0], weights: [0.0, 1.082, 1.161]),
            Part(
                .lateness, knots: [-2.256, -1.63, -1.39, -0.978, -0.467, -0.17, -0.068, -0.03],
                weights: [0.638, 0.0, 0.0, 0.0, 0.0, 0.241, 0.402]),
            Part(.presence, knots: [0.06, 0.397, 0.662, 1.0], weights: [0.0, 1.444, 0.225]),
            Part(
                .tightness, knots: [0.71, 0.913, 1.168, 1.833, 2.526, 3.219, 4.2],
                weights: [0.246, 0.0, 0.0, 0.0, 0.0, 0.0]),
        ],
        others: [
            ScoreModel(intercept: -3.2, parts: [Part(.rhythm, knots: [3.5, 4.1], weights: [8])]),
            ScoreModel(intercept: -3.2, parts: [Part(.steadyCounts, knots: [3, 5], weights: [8])]),
        ])
}
