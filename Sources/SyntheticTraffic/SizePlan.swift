/// How many bytes a channel's flows carry.
public struct SizePlan: Sendable, Hashable {
    /// Typical bytes of a flow to the server and to the client.
    public var typicalToServer: Double
    public var typicalToClient: Double
    public var shape: Shape
    /// Share of flows that carry a large tasking or an upload, up to 1,000 times the typical size.
    public var taskings: Double

    public init(typicalToServer: Double, typicalToClient: Double, shape: Shape, taskings: Double = 0) {
        self.typicalToServer = typicalToServer
        self.typicalToClient = typicalToClient
        self.shape = shape
        self.taskings = taskings
    }

    /// How sizes vary around the typical one.
    public enum Shape: Sendable, Hashable {
        /// The same number of bytes each time.
        case steady
        /// Padded by up to this share.
        case padded(Double)
        /// Log-normal with this deviation of the logarithm.
        case logNormal(Double)
        /// Two sizes, the second with this share.
        case twoValued(Double)
    }

    /// Bytes of one flow: to the server, to the client.
    public func draw(using generator: inout SeededGenerator) -> (toServer: Int64, toClient: Int64) {
        let factor: (Double, Double)
        switch shape {
        case .steady: factor = (1, 1)
        case .padded(let share):
            factor = (1 + share * generator.uniform(), 1 + share * generator.uniform())
        case .logNormal(let sigma):
            factor = (
                generator.logNormal(median: 1, sigma: sigma), generator.logNormal(median: 1, sigma: sigma)
            )
        case .twoValued(let share): factor = generator.chance(share) ? (1.7, 4.2) : (1, 1)
        }
        var toServer = typicalToServer * factor.0
        var toClient = typicalToClient * factor.1
        if taskings > 0 && generator.chance(taskings) {
            if generator.chance(0.5) {
                toServer *= generator.logUniform(5, 1000)
            } else {
                toClient *= generator.logUniform(5, 1000)
            }
        }
        return (Int64(max(40, toServer)), Int64(max(40, toClient)))
    }

    /// Sizes at random: a beacon's are a little more often steady than other traffic's, so that they hint and do not decide.
    public static func random(forBeacon isBeacon: Bool, using generator: inout SeededGenerator) -> SizePlan {
        let steadyShare = isBeacon ? 0.35 : 0.22
        let roll = generator.uniform()
        let shape: Shape =
            if roll < steadyShare {
                .steady
            } else if roll < steadyShare + 0.2 {
                .padded(generator.uniform(0.05, 1))
            } else if roll < steadyShare + 0.32 {
                .twoValued(generator.uniform(0.1, 0.5))
            } else {
                .logNormal(generator.uniform(0.3, 1.6))
            }
        return SizePlan(
            typicalToServer: generator.logUniform(80, 3000), typicalToClient: generator.logUniform(80, 20_000),
            shape: shape, taskings: generator.pick([0, 0, 0.002, 0.01, 0.03]))
    }
}
