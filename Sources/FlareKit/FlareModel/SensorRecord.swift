/// What a sensor says of the packets that it was given, and of those that it lost: Suricata's `stats`, Zeek's stats.log and
/// capture_loss.log.
public struct SensorRecord: Sendable, Equatable {
    /// What was lost where.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Packets that the sensor was given, and could not take.
        case dropped
        /// Packets that never reached the sensor, as gaps in what hosts confirmed to each other show.
        case missing
    }

    /// Counters at a moment, or of the time since the one before.
    public struct Sample: Sendable, Hashable, Comparable {
        /// Seconds since 1970.
        public var time: Int64
        /// Packets that there were: taken and lost.
        public var packets: Int64
        public var lost: Int64

        public init(time: Int64, packets: Int64, lost: Int64) {
            self.time = time
            self.packets = packets
            self.lost = lost
        }

        public static func < (a: Self, b: Self) -> Bool {
            (a.time, a.packets, a.lost) < (b.time, b.packets, b.lost)
        }
    }

    private struct Series: Sendable, Hashable {
        let name: String
        let kind: Kind
        /// Whether counters go on from sample to sample, and begin at 0 as the sensor does.
        let isTotal: Bool
    }

    private var series: [Series: [Sample]] = [:]

    /// Of counters that go on, the last of each minute is kept; of three months at most.
    private static let mostSamples = 130_000

    public init() {}

    public var isEmpty: Bool { series.isEmpty }

    /// Takes counters that a sensor told.
    ///
    /// - Parameters:
    ///   - name: of the sensor or its part that counts by itself.
    ///   - isTotal: whether they go on since the sensor began, or are those since the sample before.
    public mutating func add(_ sample: Sample, of name: String, kind: Kind, isTotal: Bool) {
        let key = Series(name: name, kind: kind, isTotal: isTotal)
        guard sample.packets >= 0, sample.lost >= 0 else { return }
        var samples = series.removeValue(forKey: key) ?? []
        if isTotal, samples.count > 1, let last = samples.last, last.time / 60 == sample.time / 60,
            last.packets <= sample.packets
        {
            samples[samples.count - 1] = sample
        } else {
            if samples.count >= Self.mostSamples { samples.removeFirst(Self.mostSamples / 10) }
            samples.append(sample)
        }
        series[key] = samples
    }

    /// Whether both say the same of each hour, however the lines were shared out.
    public static func == (a: Self, b: Self) -> Bool { a.hours() == b.hours() }

    public mutating func merge(_ other: SensorRecord) {
        series.merge(other.series) { $0 + $1 }
    }

    /// What was lost, hour by hour, in the order of time; hours without a word from the sensor are not among them.
    public func hours(in window: TimeWindow = .all) -> [SensorHour] {
        var hours: [SensorHour.Place: (packets: Int64, lost: Int64)] = [:]
        for (key, samples) in series {
            var before: Sample?
            for sample in Set(samples).sorted() {
                var (packets, lost) = (sample.packets, sample.lost)
                if key.isTotal {
                    // The first tells nothing of when, and after a restart counters begin at 0.
                    defer { before = sample }
                    guard let last = before else { continue }
                    if packets >= last.packets, lost >= last.lost {
                        packets -= last.packets
                        lost -= last.lost
                    }
                }
                guard packets > 0 || lost > 0 else { continue }
                // What is told at a moment was lost before it.
                let moment = Timestamp(nanoseconds: max(0, sample.time - 1).multipliedClamped(by: 1_000_000_000))
                guard window.contains(moment) else { continue }
                let place = SensorHour.Place(hour: moment.minute / 60, kind: key.kind)
                hours[place, default: (0, 0)].packets.addClamped(packets)
                hours[place, default: (0, 0)].lost.addClamped(lost)
            }
        }
        return hours.map { place, count in
            SensorHour(
                start: Timestamp(minute: place.hour * 60), kind: place.kind, packets: count.packets, lost: count.lost)
        }.sorted { ($0.start, $0.kind.rawValue) < ($1.start, $1.kind.rawValue) }
    }
}

/// What a sensor lost in an hour.
public struct SensorHour: Sendable, Codable, Hashable {
    struct Place: Hashable {
        let hour: Int64
        let kind: SensorRecord.Kind
    }

    public var start: Timestamp
    public var kind: SensorRecord.Kind
    /// Packets that there were, taken and lost; of `missing` segments that were confirmed.
    public var packets: Int64
    public var lost: Int64

    /// Whether some of it lies in a window.
    package func overlaps(_ window: TimeWindow) -> Bool {
        (window.since.map { $0 < start.advanced(by: Self.hour) } ?? true) && (window.until.map { start < $0 } ?? true)
    }

    /// 0...1
    public var share: Double { packets > 0 ? min(1, Double(lost) / Double(packets)) : 0 }

    /// What was lost over hours, 0...1; `nil` where no sensor said.
    package static func share(_ hours: [SensorHour], of kind: SensorRecord.Kind) -> Double? {
        let own = hours.filter { $0.kind == kind }
        let packets = own.reduce(0.0) { $0 + Double($1.packets) }
        return packets > 0 ? own.reduce(0.0) { $0 + Double($1.lost) } / packets : nil
    }

    /// A sensor that loses so much misses calls.
    private static let noteworthy = 0.01
    /// With so much lost, a call that was not seen was not missed.
    private static let blind = 0.5
    private static let mostStretches = 5

    private static let hour: Int64 = 3_600_000_000_000

    /// Hours in which the sensor lost so much that a call that is missing there says nothing; nanoseconds since 1970, rising.
    package static func blindness(_ hours: [SensorHour]) -> [Range<Int64>] {
        Set(hours.filter { $0.share >= blind }.map(\.start.nanoseconds)).sorted().map { $0..<$0.addingClamped(hour) }
    }

    /// What the reader of results has to know: when much was lost.
    package static func remarks(_ hours: [SensorHour]) -> [String] {
        SensorRecord.Kind.allCases.flatMap { kind -> [String] in
            var stretches: [[SensorHour]] = []
            for entry in hours where entry.kind == kind && entry.share >= noteworthy {
                if let last = stretches.last?.last, last.start.advanced(by: hour) == entry.start {
                    stretches[stretches.count - 1].append(entry)
                } else {
                    stretches.append([entry])
                }
            }
            let worst = stretches.sorted { lost(in: $0) > lost(in: $1) }.prefix(mostStretches)
            let told = stretches.filter { stretch in worst.contains { $0[0].start == stretch[0].start } }.map {
                stretch in
                let end = stretch[stretch.count - 1].start.advanced(by: hour)
                return "\(percent(stretch)) from \(stretch[0].start.dayAndTime) to \(end.dayAndTime)"
            }
            guard !told.isEmpty else { return [] }
            let more = stretches.count > told.count ? ", and in \(stretches.count - told.count) more stretches" : ""
            return ["the sensor \(words(kind)) \(told.joined(separator: ", "))\(more): calls may be missing there"]
        }
    }

    /// How much was lost in all, where that is little; `nil` where no sensor said.
    package static func statement(_ hours: [SensorHour]) -> String? {
        guard !hours.isEmpty else { return nil }
        let parts = SensorRecord.Kind.allCases.compactMap { kind -> String? in
            let own = hours.filter { $0.kind == kind }
            guard !own.isEmpty else { return nil }
            return "\(words(kind)) \(percent(own))"
        }
        return "Sensor: " + parts.joined(separator: ", ")
    }

    private static func words(_ kind: SensorRecord.Kind) -> String {
        switch kind {
        case .dropped: "dropped"
        case .missing: "never got"
        }
    }

    private static func lost(in stretch: [SensorHour]) -> Int64 { stretch.reduce(0) { $0.addingClamped($1.lost) } }

    /// `31 % of 1,204,000 packets`
    private static func percent(_ hours: [SensorHour]) -> String {
        let packets = hours.reduce(Int64(0)) { $0.addingClamped($1.packets) }
        let share = packets > 0 ? Double(lost(in: hours)) / Double(packets) * 100 : 0
        let rounded = share >= 10 ? share.rounded() : (share * 100).rounded() / 100
        let text = rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
        return "\(share > 0 && rounded == 0 ? "<0.01" : text) % of \(packets.grouped) packets"
    }
}
