import FlareKit
import Foundation
import GRDB

/// What a history remembers of a channel over runs, also of one that nobody reported. Moments are seconds since 1970, UTC.
///
/// All of it can be told twice: a call that is known changes nothing.
public struct RememberedChannel: Sendable, Equatable {
    public let key: ChannelKey
    public private(set) var firstCall: Int64
    public private(set) var lastCall: Int64
    public private(set) var calls: Int64
    /// Bit n: it called on the day n days before that of the last call.
    private(set) var days: Int64
    /// When its latest calls began, rising, in steps of ``step`` s; empty where they are too many to matter.
    public private(set) var times: [Int64]
    /// All calls of the run that saw it.
    private var ownCalls: [Int64] = []

    /// Times are kept to so many seconds: intervals of an hour and more are looked at.
    public static let step: Int64 = 10
    /// Calls that follow within so many seconds are one: several connections of one callback.
    static let burst: Int64 = 60
    /// The latest calls that are kept.
    static let mostTimes = 64
    /// Days back that are told apart.
    static let mostDays: Int64 = 62
    private static let day: Int64 = 86_400

    /// A channel as one run saw it.
    ///
    /// - Parameters:
    ///   - times: of its calls in nanoseconds since 1970, rising; not empty.
    ///   - mostTimes: with more calls than this, bursts counted as one, it is not worth its times.
    public init(_ key: ChannelKey, times: [Int64], mostTimes: Int) {
        let seconds = times.map { Timestamp(nanoseconds: $0).wholeSeconds }
        self.key = key
        firstCall = seconds.first ?? 0
        lastCall = seconds.last ?? 0
        calls = Int64(seconds.count)
        days = 0
        self.times = []
        let today = Self.dayNumber(lastCall)
        for second in seconds { setDay(today.subtractingClamped(Self.dayNumber(second))) }
        ownCalls = seconds
        let starts = Self.starts(seconds)
        if starts.count <= mostTimes { self.times = Array(starts.suffix(Self.mostTimes)) }
    }

    init(_ row: Row) {
        let (port, proto) = (row["port"] as Int64, row["proto"] as Int64)
        let peer = row["peer"] as String
        key = ChannelKey(
            source: IPAddress(row["source"] as String) ?? IPAddress(v4: 0),
            peer: IPAddress(peer).map(Peer.address) ?? .name(peer), port: UInt16(exactly: port),
            proto: UInt8(exactly: proto))
        firstCall = row["first_call"]
        lastCall = row["last_call"]
        calls = row["calls"]
        days = row["days"]
        times = Self.decoded(row["times"] as Data)
    }

    /// How many days it called on, of the last 62.
    public var dayCount: Int { days.nonzeroBitCount }

    /// How many of its latest calls were in each hour of the day (UTC), of the hours that had any.
    public var callsByHour: [(hour: Int, calls: Int)] {
        let hours = Dictionary(grouping: times) { Int(($0 - Self.dayNumber($0) * Self.day) / 3600) }
        return hours.map { (hour: $0.key, calls: $0.value.count) }.sorted { $0.hour < $1.hour }
    }

    /// How much a channel matters that there is no room for all: the days it called on, times the share of the days since its
    /// first that they are. So one that calls every day comes before one that called once.
    func weight(on day: Int64) -> Double {
        let age = min(Self.mostDays, max(1, day.subtractingClamped(Self.dayNumber(firstCall)).addingClamped(1)))
        return Double(dayCount) * Double(dayCount) / Double(age)
    }

    static func dayNumber(_ second: Int64) -> Int64 {
        second >= 0 ? second / day : (second - day + 1) / day
    }

    /// Adds what an earlier run saw. Of its times those within this run's window are left out, which this run knows better.
    mutating func add(_ earlier: RememberedChannel, window: ClosedRange<Int64>) {
        let today = max(Self.dayNumber(lastCall), Self.dayNumber(earlier.lastCall))
        var all = RememberedChannel(key, times: [], mostTimes: 0)
        for part in [self, earlier] {
            let shift = today - Self.dayNumber(part.lastCall)
            for bit in 0..<Self.mostDays where part.days >> bit & 1 == 1 { all.setDay(bit.addingClamped(shift)) }
        }
        days = all.days
        // Calls that an earlier run counted are not counted again.
        calls = earlier.calls.addingClamped(Int64(ownCalls.count { $0 > earlier.lastCall }))
        firstCall = min(firstCall, earlier.firstCall)
        lastCall = max(lastCall, earlier.lastCall)
        // A channel that is busy now begins anew when it is quiet again.
        guard !times.isEmpty else { return }
        let kept = earlier.times.filter { !window.contains($0) } + times
        times = Array(Self.starts(kept.sorted()).suffix(Self.mostTimes))
    }

    private mutating func setDay(_ ago: Int64) {
        if (0..<Self.mostDays).contains(ago) { days |= 1 << ago }
    }

    /// The first call of each burst, in whole steps.
    private static func starts(_ seconds: [Int64]) -> [Int64] {
        var starts: [Int64] = []
        var previous: Int64?
        for second in seconds {
            let isNext = previous.map { second.subtractingClamped($0) <= burst } ?? false
            if !isNext { starts.append(second.subtractingClamped(((second % step) + step) % step)) }
            previous = second
        }
        return starts
    }

    // MARK: Bytes

    /// The first time and then each distance, in steps, seven bits a byte, the lowest first.
    var encodedTimes: Data {
        var data = Data()
        var previous: Int64 = 0
        for time in times {
            var rest = UInt64(max(0, time.subtractingClamped(previous) / Self.step))
            previous = time
            while rest >= 128 {
                data.append(UInt8(rest & 127) | 128)
                rest >>= 7
            }
            data.append(UInt8(rest))
        }
        return data
    }

    /// Of bytes that nobody wrote so, what can be read.
    static func decoded(_ data: Data) -> [Int64] {
        var times: [Int64] = []
        var (time, value, shift): (Int64, Int64, Int64) = (0, 0, 0)
        for byte in data.prefix(mostTimes * 10) {
            value |= Int64(byte & 127) << shift
            shift += 7
            if byte & 128 != 0 {
                if shift > 42 { break }
                continue
            }
            time.addClamped(value.multipliedClamped(by: step))
            times.append(time)
            (value, shift) = (0, 0)
        }
        return times
    }
}
