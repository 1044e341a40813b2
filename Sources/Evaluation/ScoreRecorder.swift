import FlareKit
import Synchronization

/// Stands last among a pipeline's enrichers and keeps what detectors made of channels that became no finding.
public final class ScoreRecorder: Enricher {
    private let kept = Mutex<[String: [ChannelKey: Double]]>([:])

    public init() {}

    /// The score of every judgement, by the name of the detector's stage.
    public var scores: [String: [ChannelKey: Double]] { kept.withLock { $0 } }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        kept.withLock { $0 = run.scores }
    }
}
