import Foundation
import Glibc

/// Flows as EVE lines and as documents of an index: the same records in both.
package struct SampleFlowDocuments: Sendable {
    /// EVE's lines.
    package let eve: [String]
    /// Documents for _bulk: the same with @timestamp, as Logstash writes it.
    package var documents: [String] {
        eve.map { line in
            guard let mark = line.range(of: #""timestamp":""#), let end = line[mark.upperBound...].firstIndex(of: "\"")
            else {
                return line
            }
            return "{\"@timestamp\":\"\(line[mark.upperBound..<end])\"," + line.dropFirst()
        }
    }

    package init(eve: [String]) { self.eve = eve }

    /// SELKS' types of the fields that are read.
    package static let mapping = """
        {"mappings":{"dynamic":false,"properties":{"@timestamp":{"type":"date"},"event_type":{"type":"keyword"},
        "src_ip":{"type":"ip"},"dest_ip":{"type":"ip"},"dest_port":{"type":"integer"},"proto":{"type":"keyword"},
        "flow_id":{"type":"long"},"flow":{"properties":{"start":{"type":"date"},"end":{"type":"date"},
        "bytes_toserver":{"type":"long"},"bytes_toclient":{"type":"long"}}}}}}
        """

    /// The records of the real home sensor; its flows unless others are asked for.
    package static func homeSensor(
        _ isWanted: (Substring) -> Bool = { $0.contains(#""event_type":"flow""#) }
    ) throws -> SampleFlowDocuments {
        let file = Repository.records.appending(path: "eve-58h/eve.json.gz").path
        guard let pipe = popen("gzip -dc '\(file)'", "r") else { throw POSIXError(.ENOENT) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes += buffer[..<count] }
        pclose(pipe)
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n").filter(isWanted)
        return SampleFlowDocuments(eve: lines.map(String.init))
    }

    /// Made-up flows: beacons among many channels of one to three flows.
    ///
    /// - Parameters:
    ///   - channels: how many channels of few flows.
    ///   - fewest: the fewest flows of such a channel; the most are two more.
    ///   - beacons: how many channels of `callbacks` flows, one each `interval` seconds.
    package static func generated(
        channels: Int, fewest: Int = 1, beacons: Int, callbacks: Int = 20, interval: Int = 60
    ) -> SampleFlowDocuments {
        var lines: [String] = []
        var dice = SystemOfLehmer(seed: 20_240_501)
        let begin = 1_714_521_600
        func add(_ source: String, _ destination: String, _ port: Int?, _ proto: String, at second: Int, _ bytes: Int) {
            let micro = dice.next(1_000_000)
            let start = Self.time(begin + second, micro)
            let port = port.map { "\"dest_port\":\($0)," } ?? ""
            lines.append(
                "{\"timestamp\":\"\(Self.time(begin + second + 90, micro))\",\"flow_id\":\(lines.count + 1),\"event_type\":\"flow\","
                    + "\"src_ip\":\"\(source)\",\"dest_ip\":\"\(destination)\",\(port)\"proto\":\"\(proto)\","
                    + "\"flow\":{\"bytes_toserver\":\(bytes),\"bytes_toclient\":\(bytes * 3),\"start\":\"\(start)\",\"end\":\"\(start)\",\"age\":0}}"
            )
        }
        for channel in 0..<channels {
            let source = "192.168.\(channel % 7).\(channel % 200 + 1)"
            let destination = "45.\(channel / 65_536).\(channel / 256 % 256).\(channel % 256)"
            for _ in 0..<fewest + dice.next(3) {
                let isTCP = channel % 5 > 0
                add(
                    source, destination, channel % 50 == 0 ? nil : 443 - channel % 3,
                    channel % 50 == 0 ? "ICMP" : isTCP ? "TCP" : "UDP", at: dice.next(80_000), 100 + dice.next(900))
            }
        }
        for beacon in 0..<beacons {
            for callback in 0..<callbacks {
                add(
                    "192.168.9.\(beacon % 200 + 1)", "185.141.62.\(beacon % 250 + 1)", beacon % 2 == 0 ? 443 : 8080,
                    "TCP",
                    at: 100 + beacon + callback * interval, 300)
            }
        }
        return SampleFlowDocuments(eve: lines)
    }

    private static func time(_ second: Int, _ micro: Int) -> String {
        let formatter = ISO8601DateFormatter()
        let text = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(second))).dropLast()
        return "\(text).\(String(format: "%06d", micro))+0000"
    }
}

/// Dice that fall the same way each time (Park and Miller, CACM 31, 1988).
package struct SystemOfLehmer {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next(_ limit: Int) -> Int {
        state = state * 48_271 % 2_147_483_647
        return Int(state % UInt64(limit))
    }
}
