/// What a generated channel is, in truth.
public enum ChannelLabel: String, Sendable, CaseIterable {
    /// An implant that calls home.
    case beacon
    /// Periodic and harmless: time alone cannot tell it from a beacon.
    case benignPeriodic = "benign periodic"
    /// No period.
    case background
}

/// The family a generated channel was drawn from; the names stand in the benchmark's tables.
public enum ChannelFamily: String, Sendable, CaseIterable {
    case sleep, twoSleeps = "two sleeps", slots, mixed = "mixed with human", campaign, shortLived = "hours of a week"
    case fastBursts = "fast bursts", twoImplants = "two implants", changedSleep = "changed sleep"
    case longCalls = "long or kept connections"
    case ntp, updateCheck = "update check", telemetry, mail, monitoring, cron
    case human, poisson, gamma, logNormal = "log-normal", heavyTail = "heavy tail", chatty, backOff = "back-off"
    case trains, scan, retries, downloads, held = "held connections", polls = "sessions of polls"

    public var label: ChannelLabel {
        switch self {
        case .sleep, .twoSleeps, .slots, .mixed, .campaign, .shortLived, .fastBursts, .twoImplants, .changedSleep,
            .longCalls:
            .beacon
        case .ntp, .updateCheck, .telemetry, .mail, .monitoring, .cron: .benignPeriodic
        default: .background
        }
    }
}

/// One channel of a generated set, as a detector sees it, and the truth about it.
public struct LabelledChannel: Sendable {
    public var family: ChannelFamily
    /// Nanoseconds since 1970, UTC, ascending.
    public var times: [Int64]
    /// Nanoseconds that each flow lasts, in the order of `times`; empty where the sensor does not tell.
    public var durations: [Int64]
    /// Bytes of each flow, in the order of `times`.
    public var bytesToServer: [Int64]
    public var bytesToClient: [Int64]
    /// The window the channel was generated in.
    public var span: TimeSpan
    /// How it calls, if it is a beacon or benign periodic.
    public var plan: BeaconPlan?
    /// Callbacks that happened, if `plan` is there.
    public var callbacks: Int

    public var label: ChannelLabel { family.label }
}
