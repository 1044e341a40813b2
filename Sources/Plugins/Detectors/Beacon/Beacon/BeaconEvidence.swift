import FlareKit
import HistoryDatabase

/// The fields that the detector writes about a finding.
enum BeaconEvidence {
    static let fields: [Field] = [
        Field(
            "exact_interval", .number, unit: "s",
            "The exact interval; the column interval is in whole seconds from 10 s on."),
        Field("jitter", .number, unit: "%", "Deviation of the interval, as a share of it."),
        Field("jitter_s", .number, unit: "s", "Deviation of the interval."),
        Field("callbacks", .integer, "Number of callbacks seen; one callback can be several flows."),
        Field("callbacks_expected", .integer, "Number of callbacks that the period predicts outside silences."),
        Field("callbacks_missed", .integer, "Expected callbacks that were not seen."),
        Field("burst_size", .integer, "Median number of flows of a callback."),
        Field("active_hours", .integer, "Hours of the day (UTC) with a callback."),
        Field("active_from", .time, "First callback of the best active stretch."),
        Field("active_until", .time, "Last callback of the best active stretch."),
        Field("drift", .number, unit: "%", "Change of the interval from the first half to the second."),
        Field("second_interval", .number, unit: "s", "The second interval of a channel with two alternating ones."),
        Field("rhythms", .texts, "Rhythms of the channel with their callbacks, if it has several."),
        Field("typical_size", .integer, unit: "bytes", "Median bytes of a flow, both ways."),
        Field("size_regularity", .number, unit: "%", "Share of the flows within 5 % of the typical size."),
        Field("p_value", .number, "Probability that traffic without a period scores as high."),
        Field("q_value", .number, "Smallest false discovery rate at which the channel is a discovery."),
        Field("method", .text, "Statistic that added most to the score."),
        Field("score_parts", .texts, "Parts of the score, on the logit scale."),
        Field("prevalence", .number, unit: "%", "Share of the hosts that talk to the destination."),
        Field("campaign_hosts", .integer, "Number of hosts that call the destination at the same pace."),
        Field("new_in_window", .boolean, "Whether the channel began well after the start of the window."),
        Field(
            "series_days", .integer, unit: "days",
            "Days over which calls were judged together, where the run's own were too few (memory)."),
        Field("first_called", .time, "First call that memory knows, of any run."),
        Field("days_called", .integer, unit: "days", "Days with calls, of the last 62 that memory knows."),
        Field.modifiers,
    ]

    static func fill(_ finding: inout Finding, _ judgement: BeaconJudgement, qValue: Double) {
        finding.occurrences = judgement.callbacks
        finding.percent = (judgement.fitting * 100).rounded(.down)
        finding.interval = judgement.period < 10 ? rounded(judgement.period) : judgement.period.rounded()
        finding.evidence["exact_interval"] = .number((judgement.period * 1000).rounded() / 1000)
        finding.evidence["jitter"] = .number(rounded(judgement.jitter * 100))
        finding.evidence["jitter_s"] = .number(rounded(judgement.jitterSeconds))
        finding.evidence["callbacks"] = .integer(Int64(judgement.callbacks))
        finding.evidence["callbacks_expected"] = .integer(Int64(judgement.expected))
        finding.evidence["callbacks_missed"] = .integer(Int64(max(0, judgement.expected - judgement.callbacks)))
        finding.evidence["burst_size"] = .integer(Int64(judgement.burst))
        finding.evidence["active_hours"] = .integer(Int64(judgement.hoursOfDay))
        finding.evidence["active_from"] = .time(judgement.activeFrom)
        finding.evidence["active_until"] = .time(judgement.activeUntil)
        finding.evidence["drift"] = .number(rounded(judgement.drift * 100))
        finding.evidence["second_interval"] = judgement.secondPeriod.map { .number(rounded($0)) }
        if !judgement.rhythms.isEmpty {
            finding.evidence["rhythms"] = .texts(
                judgement.rhythms.map { "\($0.callbacks) every \(BeaconSentence.duration($0.period))" })
        }
        finding.evidence["typical_size"] = judgement.typicalSize.map(Value.integer)
        finding.evidence["size_regularity"] = judgement.sizeRegularity.map { .number(rounded($0 * 100)) }
        finding.evidence["p_value"] = .number(judgement.pValue)
        finding.evidence["q_value"] = .number(qValue)
        finding.evidence["method"] = judgement.method.map(Value.text)
        finding.evidence["series_days"] = judgement.days.map { .integer(Int64($0)) }
        finding.evidence["score_parts"] = .texts(judgement.parts)
    }

    /// - Parameter known: what earlier runs saw of the channel.
    static func fill(_ finding: inout Finding, _ known: RememberedChannel?) {
        guard let known else { return }
        let first = Timestamp(nanoseconds: known.firstCall.multipliedClamped(by: 1_000_000_000))
        finding.evidence["first_called"] = .time(min(first, finding.firstSeen ?? first))
        finding.evidence["days_called"] = .integer(Int64(known.dayCount))
    }

    /// To hundredths.
    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
