import FlareKit

extension Array where Element == MemoryRecord {
    /// The records of one channel, from the times of its flows.
    ///
    /// - Parameters:
    ///   - times: seconds since 1970, in any order.
    ///   - up: bytes to the destination of every flow, `down` bytes from it.
    ///   - lasting: seconds that every flow lasts; `nil` where the sensor does not say.
    public static func channel(
        from source: String, to destination: String, port: UInt16 = 443, proto: UInt8 = 6, times: [Double],
        up: Int64 = 100, down: Int64 = 200, lasting: Double? = nil
    ) -> [MemoryRecord] {
        times.map { time in
            var record = MemoryRecord(
                at: time, from: source, to: destination, port: port, proto: proto, up: up, down: down)
            if let lasting { record.numbers[.duration] = Int64(lasting * 1e9) }
            return record
        }
    }
}

/// Times of a beacon, the same for the same seed.
public struct SyntheticBeacon: Sendable {
    /// Seconds from one call to the next.
    public var period: Double
    /// How far a call comes early or late, as a share of the period, 0...1: evenly spread.
    public var jitter: Double
    /// Share of calls that do not happen, 0..<1.
    public var missed: Double
    public var seed: UInt64

    public init(every period: Double, jitter: Double = 0, missed: Double = 0, seed: UInt64 = 1) {
        self.period = period
        self.jitter = jitter
        self.missed = missed
        self.seed = seed
    }

    /// The times of its calls, rising.
    ///
    /// - Parameters:
    ///   - start: seconds since 1970.
    ///   - count: calls, those that do not happen among them.
    public func times(from start: Double = 1_700_000_000, count: Int) -> [Double] {
        var dice = SplitMix(state: seed)
        return (0..<count).compactMap { call in
            let shift = (dice.share() * 2 - 1) * jitter * period / 2
            return dice.share() < missed ? nil : start + Double(call) * period + shift
        }.sorted()
    }

    /// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
    private struct SplitMix {
        var state: UInt64

        /// A number from 0 to 1.
        mutating func share() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return Double((value ^ value >> 31) >> 11) / Double(1 << 53)
        }
    }
}

extension ChannelView {
    /// A channel from the times of its flows, to be judged without a run.
    ///
    /// - Parameter times: seconds since 1970, rising.
    public init(
        from source: String = "10.0.0.1", to destination: String = "203.0.113.9", port: UInt16 = 443, times: [Double],
        up: [Int64?]? = nil, down: [Int64?]? = nil
    ) {
        let peer = IPAddress(destination).map(Peer.address) ?? .name(destination)
        let count = times.count
        self.init(
            id: ChannelID(0),
            key: ChannelKey(source: IPAddress(source) ?? IPAddress(v4: 0), peer: peer, port: port, proto: 6),
            times: times.map { Timestamp(seconds: $0).nanoseconds },
            bytesToServer: SizeSeries(up ?? Array(repeating: 100, count: count)),
            bytesToClient: SizeSeries(down ?? Array(repeating: 200, count: count)))
    }
}
