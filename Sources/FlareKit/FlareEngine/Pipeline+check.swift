import FlareModel
import FlarePlugins

extension Pipeline {
    /// What a check or a diagnosis asks of the pipeline's sources.
    public func checkQuestion(of source: any Source, now: Timestamp) -> CheckQuestion {
        let window: TimeWindow =
            switch window {
            case .all: .all
            case .between(let window): window
            case .last(let length): .endingNow(now, length: length)
            }
        let plan = ReadPlan(
            detectors.map(\.demand),
            enricherKinds: enrichers.reduce(into: [:]) { $0.merge($1.plugin.kinds) { $0.union($1) } })
        return CheckQuestion(window: window, kinds: plan.kinds.filter { source.offers.contains($0.key) }, now: now)
    }
}
