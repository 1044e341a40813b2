/// When a request is made again.
package struct RetryPolicy: Sendable {
    /// How often at most, after the first time.
    package var retries: Int
    /// The first pause in seconds; each further one is up to twice as long.
    package var firstPause: Double
    /// The longest pause in seconds.
    package var longestPause: Double
    /// A number in 0..<1, anew each time: pauses of many clients must not fall together.
    package var dice: @Sendable () -> Double
    /// Waits for some seconds.
    package var pause: @Sendable (Double) async throws -> Void

    package init(
        retries: Int = 5, firstPause: Double = 0.25, longestPause: Double = 30,
        dice: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        pause: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
    ) {
        self.retries = retries
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.dice = dice
        self.pause = pause
    }

    /// Answers that say "later": the cluster is too busy, or a node between is gone for the moment.
    package static let passingStatuses: Set<Int> = [429, 502, 503, 504]

    /// The pause before a retry in seconds: exponential, with full jitter over its upper half
    /// (M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
    ///
    /// - Parameters:
    ///   - attempt: 0 for the first retry.
    ///   - wish: what the server asked for by `Retry-After`, in seconds.
    package func pause(before attempt: Int, wish: Double? = nil) -> Double {
        let ceiling = min(longestPause, firstPause * Double(1 << min(attempt, 20)))
        let pause = ceiling / 2 + ceiling / 2 * dice()
        guard let wish, wish > 0 else { return pause }
        return max(pause, min(wish, longestPause))
    }
}
