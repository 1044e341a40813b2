import Foundation
import SyntheticTraffic

/// C2 whose rhythm says little and whose words say more, among harmless calls that look like it: requests that lie, and
/// frameworks with their published defaults. The command itself judges a sensor's log of each look, by `flare hunt`.
struct HuntedC2 {
    /// Somebody who calls one destination again and again.
    struct Caller: Sendable {
        let title: String
        /// Seconds and jitter by which it sleeps; drawn for each look where it is `nil`.
        var sleep: (period: Double, jitter: BeaconPlan.Jitter)?
        /// Of the server's address.
        let channel: @Sendable (String, inout SeededGenerator) -> Channel

        init(
            _ title: String, every period: Double? = nil, _ jitter: BeaconPlan.Jitter = .none,
            _ channel: @escaping @Sendable (String, inout SeededGenerator) -> Channel
        ) {
            self.title = title
            sleep = period.map { ($0, jitter) }
            self.channel = channel
        }
    }

    /// Where the calls go, how large they are and what they say.
    struct Channel {
        var port: Int
        /// What its address was looked up as; `nil` where nobody looked.
        var name: String?
        var out = 350...900
        var back = 300...4000
        /// How many hosts make such calls.
        var hosts = 1
        /// Of the call's number.
        var speech: (Int, inout SeededGenerator) -> Speech
    }

    /// Seconds of each look. What calls at a documented pace is as regular in an hour as in four.
    private static let hour = 3600.0
    private static let longLook = 14_400.0
    private static let drawsPerSeed = 5
    private static let began = 1_700_000_000.0
    private static let implant = "10.0.0.10"
    private static let browsing = 12

    /// The tables of docs/detection.md: what was caught of each kind, and what of the harmless was called as urgent.
    ///
    /// - Parameter only: how the titles of the kinds begin that are looked at.
    static func tables(seeds: [UInt64], only: String = "") throws -> String {
        var caught = "| implant | look | implants | found | at high or above | critical |\n"
        caught += "| --- | --- | --- | --- | --- | --- |\n"
        var harmless = Tallies()
        for (number, caller) in (Caller.plain + Caller.lies + Caller.frameworks).enumerated()
        where caller.title.hasPrefix(only) {
            for look in caller.sleep == nil ? [hour, longLook] : [hour] {
                var (found, high, critical, count) = (0, 0, 0, 0)
                for seed in seeds {
                    for draw in 0..<drawsPerSeed {
                        var dice = SeededGenerator(seed: seed).fork(UInt64(number * drawsPerSeed + draw))
                        let result = try Look(caller, look, &dice).hunted()
                        let own = result.rows.filter { $0.title == nil }
                        count += 1
                        found += own.isEmpty ? 0 : 1
                        high += own.contains { $0.isUrgent } ? 1 : 0
                        critical += own.contains { $0.severity == "critical" } ? 1 : 0
                        harmless.add(result.rows, channels: result.harmless)
                    }
                }
                caught +=
                    "| \(caller.title) | \(look == hour ? "1 h" : "4 h") | \(count) | \(found) | \(high) | \(critical) |\n"
            }
        }
        return caught + "\n" + harmless.table
    }

    /// How many channels of each kind there were, were reported, and were called urgent.
    private struct Tallies {
        var channels: [String: Int] = [:]
        var reported: [String: Int] = [:]
        var urgent: [String: Int] = [:]

        mutating func add(_ rows: [Row], channels titles: [String]) {
            for title in titles { channels[title, default: 0] += 1 }
            for row in rows {
                guard let title = row.title else { continue }
                reported[title, default: 0] += 1
                if row.isUrgent { urgent[title, default: 0] += 1 }
            }
        }

        var table: String {
            var text = "| harmless | channels | reported | at high or above |\n| --- | --- | --- | --- |\n"
            for title in Set(channels.keys).union(reported.keys).sorted() {
                text += "| \(title) | \(channels[title] ?? 0) | \(reported[title] ?? 0) | \(urgent[title] ?? 0) |\n"
            }
            return text
        }
    }

    /// A finding of `flare hunt`.
    private struct Row {
        /// Who of the harmless it is about; `nil` where it is about the implant.
        let title: String?
        let severity: String

        var isUrgent: Bool { ["high", "critical"].contains(severity) }
    }

    /// One look at the site: an implant, those that resemble it, regular programs, and people who browse.
    private struct Look {
        private var log: SensorLog
        /// By source and destination.
        private var titles: [String: String] = [:]
        private(set) var harmless: [String] = []
        private let server: String

        init(_ caller: Caller, _ seconds: Double, _ dice: inout SeededGenerator) {
            log = SensorLog(dice.chance(0.5) ? .suricata : .zeek, began: HuntedC2.began)
            server = "193.149.176.\(1 + dice.below(250))"
            let span = TimeSpan(start: Int64(HuntedC2.began) * 1_000_000_000, hours: seconds / 3600)
            browse(seconds, &dice)
            call(caller, [HuntedC2.implant], server, span, &dice)
            for (number, caller) in Caller.harmless.enumerated() {
                // Half of them call from the machines of people, and the others from machines of their own.
                let last = number.isMultiple(of: 2) ? 11 + number % (HuntedC2.browsing - 1) : 100 + number
                let server = "52.84.\(number).\(1 + dice.below(250))"
                let hosts = (0..<8).map { "10.0.0.\(last < 100 ? last : last + $0 * 30)" }
                let used = call(caller, hosts, server, span, &dice)
                for host in used {
                    titles["\(host) \(server)"] = caller.title
                    harmless.append(caller.title)
                }
            }
        }

        /// - Returns: the hosts that called.
        @discardableResult
        private mutating func call(
            _ caller: Caller, _ hosts: [String], _ server: String, _ span: TimeSpan, _ dice: inout SeededGenerator
        ) -> [String] {
            let channel = caller.channel(server, &dice)
            let used = Array(hosts.prefix(channel.hosts))
            for host in used {
                let calls = dice.logUniform(14, span.seconds > 7200 ? 100 : 60)
                let plan = BeaconPlan(
                    period: caller.sleep?.period ?? span.seconds / calls,
                    jitter: caller.sleep?.jitter ?? .uniform(dice.uniform(0.1, 0.6)), latency: 0.5)
                var known = -1.0
                for (number, time) in plan.times(in: span, using: &dice).enumerated() {
                    let time = Double(time - span.start) / 1e9
                    if let name = channel.name, time > known {
                        log.look(up: name, server, by: host, at: max(0, time - 0.1), lasting: 300)
                        known = time + 300
                    }
                    log.see(
                        SeenCall(
                            time: time, client: host, server: server, port: channel.port,
                            bytesOut: dice.within(channel.out), bytesBack: dice.within(channel.back),
                            speech: channel.speech(number, &dice)))
                }
            }
            return used
        }

        /// People: a page after the other, each with what it loads from several servers.
        private mutating func browse(_ seconds: Double, _ dice: inout SeededGenerator) {
            for last in 10..<(10 + HuntedC2.browsing) {
                let host = "10.0.0.\(last)"
                var now = dice.exponential(mean: 60)
                while now < seconds {
                    for _ in 0..<(1 + dice.below(5)) {
                        let site = dice.below(60)
                        let (name, server) = (
                            "www.\(Names.sites[site % Names.sites.count])\(site).com", "104.18.9.\(site + 1)"
                        )
                        let time = now + dice.uniform(0, 3)
                        log.look(up: name, server, by: host, at: time, lasting: 300)
                        let isPlain = dice.chance(0.15)
                        let speech: Speech =
                            isPlain
                            ? .request(Request(host: name, url: "/p/\(dice.below(1000))"))
                            : .handshake(Handshake(name: name, certificate: dice.chance(0.5) ? .trusted(name) : nil))
                        log.see(
                            SeenCall(
                                time: time + 0.1, client: host, server: server, port: isPlain ? 80 : 443,
                                bytesOut: dice.within(500...3000), bytesBack: dice.within(2000...200_000),
                                speech: speech))
                    }
                    now += dice.exponential(mean: seconds > 7200 ? 400 : 120)
                }
            }
        }

        /// What the command says of it, in its order.
        func hunted() throws -> (rows: [Row], harmless: [String]) {
            let folder = FileManager.default.temporaryDirectory.appending(path: "flare-look-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            let logs = folder.appending(path: "logs")
            try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
            try log.write(to: logs)
            let output = folder.appending(path: "findings.json")
            let flare = Process()
            flare.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
                .appending(path: "flare")
            if let given = ProcessInfo.processInfo.environment["FLARE"] { flare.executableURL = URL(filePath: given) }
            flare.arguments = ["hunt", logs.path, "--quiet", "--top", "0", "--json", output.path]
            flare.standardOutput = FileHandle.nullDevice
            try flare.run()
            flare.waitUntilExit()
            guard flare.terminationStatus == 0 else { throw Failed(status: flare.terminationStatus) }
            let lines = try Data(contentsOf: output).split(separator: UInt8(ascii: "\n"))
            let rows = try lines.map { try JSONDecoder().decode(Finding.self, from: $0) }
            return (
                rows.map { row in
                    Row(
                        title: row.dest_ip == server
                            ? nil : titles["\(row.src_ip ?? "") \(row.dest_ip ?? "")"] ?? "people who browse",
                        severity: row.severity)
                }, harmless
            )
        }
    }

    private struct Finding: Decodable {
        let src_ip, dest_ip: String?
        let severity: String
    }

    private struct Failed: Error, CustomStringConvertible {
        let status: Int32
        var description: String {
            "flare hunt ended with \(status); build it beside detection-benchmark (swift build --product flare), or name it "
                + "in FLARE"
        }
    }
}

extension SeededGenerator {
    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }
}
