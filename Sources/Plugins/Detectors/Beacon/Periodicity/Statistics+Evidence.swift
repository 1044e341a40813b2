import Foundation

extension Statistics {
    /// Adds the statistics that need the best shape of a beacon.
    ///
    /// - Parameters:
    ///   - times: flow starts in seconds, ascending.
    ///   - scale: what an hour is, and where one begins.
    mutating func add(_ evidence: IntervalEvidence, of view: BurstView, times: [Double], scale: TimeScale) {
        self[.meanEvidence] = min(3, max(-1, evidence.evidence / Double(view.idle.count)))
        let moments = evidence.shape.moments
        self[.tightness] = -log(moments.deviation / moments.mean)
        self[.unmissed] = 1 - evidence.shape.missed
        let ends = view.next.map { times[Int($0)] + scale.offset }
        self[.votes] = Self.hourlyVotes(
            nats: evidence.nats, idle: view.idle, ends: ends, silence: evidence.silence, hour: scale.hour)
        addRun(of: view.idle, silence: evidence.silence, hour: scale.hour)
    }

    /// Σ over hours of (nats of the hour, cut to ±3) · (share of the hour covered)².
    ///
    /// A beacon is regular in every hour it lives, other traffic in few; so no hour may say much, and silence says nothing.
    ///
    /// - Parameters:
    ///   - nats: evidence of each idle time.
    ///   - ends: when each idle time ends, in seconds, ascending.
    ///   - silence: longer idle times are passed over.
    ///   - length: seconds of an hour.
    static func hourlyVotes(
        nats: [Double], idle: [Double], ends: [Double], silence: Double, hour length: Double = 3600
    ) -> Double {
        var hour = -Double.infinity
        var total = 0.0
        var covered = 0.0
        var votes = 0.0
        func close() {
            let share = min(1, covered / length)
            votes += min(3, max(-3, total)) * share * share
        }
        for index in idle.indices where idle[index] <= silence {
            let itsHour = (ends[index] / length).rounded(.down)
            if itsHour != hour {
                close()
                hour = itsHour
                total = 0
                covered = 0
            }
            total += nats[index]
            covered += min(length, idle[index])
        }
        close()
        return votes
    }

    private mutating func addRun(of idle: [Double], silence: Double, hour: Double) {
        var run = 0.0
        var callbacks = 0.0
        var longest = 0.0
        var most = 0.0
        var all = 0.0
        var silent = 0.0
        for time in idle where time.isFinite {
            all += time
            if time > silence {
                silent += time
                run = 0
                callbacks = 0
            } else {
                run += time
                callbacks += 1
            }
            longest = max(longest, run)
            most = max(most, callbacks)
        }
        self[.longestRun] = log(1 + longest / hour)
        self[.runCallbacks] = log(1 + most)
        self[.presence] = all > 0 ? 1 - silent / all : 0
    }
}
