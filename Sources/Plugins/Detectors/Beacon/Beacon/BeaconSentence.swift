/// The one plain sentence of a finding:
/// `calls every 61 s ± 4 %, 1,402 of 1,440 expected callbacks, day and night, 312 bytes each`.
enum BeaconSentence {
    /// Sizes are worth a word where this share of the flows is alike.
    private static let steadySizes = 0.8
    /// Hours of the day with callbacks from which on it is day and night.
    private static let dayAndNight = 20

    /// - Parameter addresses: how many addresses take turns; 0 for one alone.
    static func text(_ judgement: BeaconJudgement, addresses: Int = 0) -> String {
        var parts = [
            "calls every \(duration(judgement.period)) ± \(percent(judgement.jitter)) %",
            "\(judgement.callbacks.grouped) of \(max(judgement.expected, judgement.callbacks).grouped) expected callbacks"
                + (judgement.days.map { " in \($0) days" } ?? ""),
            judgement.hoursOfDay >= dayAndNight ? "day and night" : "in \(judgement.hoursOfDay) hours of the day",
        ]
        if addresses > 1 { parts.append("\(addresses.grouped) addresses in turn") }
        if judgement.burst > 1 { parts.append("\(judgement.burst) flows each") }
        if !judgement.rhythms.isEmpty {
            let each = judgement.rhythms.map { "\($0.callbacks.grouped) every \(duration($0.period))" }
            parts.append("\(each.count) rhythms: " + each.joined(separator: " and "))
        }
        if let second = judgement.secondPeriod { parts.append("at times every \(duration(second))") }
        if let share = judgement.sizeRegularity, let size = judgement.typicalSize, share >= steadySizes {
            parts.append("\(size.grouped) bytes each")
        }
        return parts.joined(separator: ", ")
    }

    /// `0.5 s`, `61 s`, `12 min`, `2 h 5 min`
    static func duration(_ seconds: Double) -> String {
        if seconds < 10 { return "\((seconds * 10).rounded() / 10) s" }
        let whole = Int(seconds.rounded())
        if whole < 600 { return "\(whole) s" }
        let minutes = Int((seconds / 60).rounded())
        if minutes < 120 { return "\(minutes) min" }
        return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
    }

    private static func percent(_ share: Double) -> String {
        share > 0 && share < 0.01 ? "<1" : String(Int((share * 100).rounded()))
    }
}
