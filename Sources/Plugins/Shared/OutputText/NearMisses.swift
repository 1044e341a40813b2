import FlareKit

extension [NearMiss] {
    /// The channels that came nearest to being findings, for people; none where there are none.
    package var lines: [String] {
        isEmpty ? [] : ["The nearest misses:"] + map { "  " + $0.line }
    }
}

extension NearMiss {
    /// `10.0.0.5 → 45.77.0.7:443 tcp, by beacon: score 0.12, p 0.031; calls every 60 s …; missing: …`
    package var line: String {
        let p = pValue.map { ", p " + ($0 < 0.0001 && $0 > 0 ? "below 0.0001" : Readable.decimal($0, 4)) } ?? ""
        return SafeText.shown(
            "\(channel), by \(detector): score \(Readable.decimal(score, 2))\(p); \(summary); missing: \(missing)")
    }
}
