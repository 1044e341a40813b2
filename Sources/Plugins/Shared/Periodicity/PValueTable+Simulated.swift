extension PValueTable {
    /// Placeholder until simulated.
    public static let simulated = PValueTable(classes: [.init(fewest: 6, logits: [-9, -5, -4, -3, -2], scale: 1)])
}
