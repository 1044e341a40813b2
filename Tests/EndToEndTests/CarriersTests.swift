import FlareKit
import Foundation
import TestKit
import Testing

/// One implant, whatever carries its calls and whichever sensor wrote them down: one finding about the right thing, with the right
/// period.
@Suite("Every call, whatever carries it")
struct CarriersTests {
    private let folder = TemporaryFolder()

    /// How calls reach the command.
    enum Input: String, CaseIterable { case eve, eveStream, zeek, zeekStream }

    /// What carries an implant's calls to eight addresses.
    enum Carrier: String, CaseIterable {
        case sni, proxy, lookup, certificateName, certificateFile, sharedCertificate, sharedFingerprint, sharedNetwork

        /// The peer that the finding is about; `nil` for the first of its addresses.
        var peer: String? {
            switch self {
            case .sni, .proxy, .lookup, .certificateName, .certificateFile: "c2.evil.example"
            case .sharedCertificate, .sharedFingerprint, .sharedNetwork: nil
            }
        }

        var addresses: Int { self == .proxy ? 1 : 8 }
    }

    @Test("is one finding that lists the addresses, its period right", arguments: Carrier.allCases, Input.allCases)
    func table(carrier: Carrier, input: Input) throws {
        let calls = Self.calls(carrier)
        let paths = try write(calls, input)
        let arguments = ["hunt"] + paths + ["--quiet", "--json", "out.json", "--focus", "all", "--no-allowlist"]
        let source = input == .eveStream ? ["--source", "eve"] : input == .zeekStream ? ["--source", "zeek"] : []
        let isStream = paths == ["-"]
        let handle = isStream ? try FileHandle(forReadingFrom: folder.url.appending(path: "stream")) : nil
        let result = try BuiltCommand.run(
            arguments + (isStream ? source : []), in: folder.url,
            environment: ["XDG_CONFIG_HOME": folder.url.path], input: handle)
        #expect([0, 3].contains(result.exitCode), "\(result.errors)")
        let findings = try folder.read("out.json").split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        #expect(findings.count == 1, "\(findings.map { $0["dest_ip"] ?? "" }) \(result.errors)")
        let finding = try #require(findings.first)
        #expect(finding["src_ip"] as? String == "10.0.0.66")
        let period = try #require(finding["interval"] as? Double)
        #expect(abs(period - 60) <= 3, "\(period)")
        if let peer = carrier.peer {
            #expect(finding["host"] as? String == peer)
        } else {
            #expect((finding["dest_ip"] as? String)?.hasPrefix("203.") == true)
        }
        let addresses = finding["addresses"] as? [String] ?? []
        #expect(addresses.count == carrier.addresses, "\(addresses)")
    }

    // MARK: Records

    private struct Call {
        var time: Double
        var id: Int
        var address: String
        var carrier: Carrier
    }

    private static func calls(_ carrier: Carrier) -> [Call] {
        var dice = SeededDice(seed: 5)
        var time = 1_704_067_200.0
        return (0..<240).map { place in
            time += 60 + 12 * (2 * dice.share() - 1)
            // Goes over the addresses in no order.
            let address = place * 5 % 8 ^ (place / 8 % 2)
            let network = carrier == .sharedNetwork ? "203.0.113" : "203.\(address * 9).113"
            return Call(
                time: time, id: 1000 + place,
                address: carrier == .proxy ? "10.0.0.1" : "\(network).\(10 + address)", carrier: carrier)
        }
    }

    private func write(_ calls: [Call], _ input: Input) throws -> [String] {
        switch input {
        case .eve, .eveStream:
            let lines = calls.flatMap(Self.eve).sorted { $0.0 < $1.0 }.map(\.1).joined(separator: "\n") + "\n"
            try folder.file(input == .eve ? "eve.json" : "stream", lines)
            return [input == .eve ? "eve.json" : "-"]
        case .zeek:
            for (log, records) in Dictionary(grouping: calls.flatMap(Self.zeek), by: \.0) {
                try folder.file("\(log).log", Self.table(log, records.map(\.2)))
            }
            return folder.names.filter { $0.hasSuffix(".log") }
        case .zeekStream:
            let lines = calls.flatMap(Self.zeek).sorted { $0.1 < $1.1 }.map { log, _, fields in
                Self.object(fields.merging(["_path": log]) { $1 })
            }
            try folder.file("stream", lines.joined(separator: "\n") + "\n")
            return ["-"]
        }
    }

    private static func object(_ fields: [String: Any]) -> String {
        let data = (try? JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys])) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    private static func eve(_ call: Call) -> [(Double, String)] {
        func time(_ seconds: Double) -> String { Timestamp(seconds: seconds).description }
        let port = call.carrier == .proxy ? 3128 : 443
        var head: [String: Any] = [
            "flow_id": call.id, "src_ip": "10.0.0.66", "src_port": 20_000 + call.id, "dest_ip": call.address,
            "dest_port": port, "proto": "TCP",
        ]
        func line(_ type: String, at seconds: Double, _ inner: [String: Any]) -> (Double, String) {
            head["timestamp"] = time(seconds)
            head["event_type"] = type
            // Suricata writes the type before what belongs to it.
            let begin = object(head).dropLast()
            return (seconds, "\(begin),\"\(type)\":\(object(inner))}")
        }
        var lines = [
            line(
                "flow", at: call.time + 61,
                [
                    "start": time(call.time), "end": time(call.time + 1), "bytes_toserver": 900,
                    "bytes_toclient": 4000, "pkts_toserver": 9, "pkts_toclient": 9,
                ])
        ]
        switch call.carrier {
        case .sni: lines.append(line("tls", at: call.time + 0.1, ["sni": "c2.evil.example"]))
        case .proxy:
            lines.append(
                line(
                    "http", at: call.time + 0.1,
                    ["hostname": "c2.evil.example", "url": "c2.evil.example:443", "http_method": "CONNECT"]))
        case .certificateName, .certificateFile:
            lines.append(
                line("tls", at: call.time + 0.1, ["subject": "CN=c2.evil.example", "fingerprint": "aa:bb"]))
        case .sharedCertificate:
            lines.append(
                line(
                    "tls", at: call.time + 0.1,
                    ["subject": "CN=localhost", "serial": "01", "ja3s": ["hash": "e1e1"], "fingerprint": "aa:bb"]))
        case .sharedFingerprint: lines.append(line("tls", at: call.time + 0.1, ["ja3s": ["hash": "e1e1"]]))
        case .sharedNetwork: break
        case .lookup:
            head["dest_ip"] = "10.0.0.1"
            head["dest_port"] = 53
            head["flow_id"] = call.id + 5000
            lines.append(
                line(
                    "dns", at: call.time - 0.1,
                    [
                        "version": 2, "type": "answer", "rrname": "C2.evil.example", "rrtype": "A",
                        "answers": [["rrname": "c2.evil.example", "rrtype": "A", "ttl": 60, "rdata": call.address]],
                    ]))
        }
        return lines
    }

    private static let fields: [String: [String]] = [
        "conn": [
            "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "duration", "orig_bytes",
            "resp_bytes", "conn_state",
        ],
        "ssl": [
            "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "server_name", "established", "subject",
            "ja3s", "cert_chain_fps", "cert_chain_fuids",
        ],
        "http": [
            "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "trans_depth", "method", "host", "uri",
            "tags",
        ],
        "x509": ["ts", "fingerprint", "id", "certificate.serial", "certificate.subject"],
        "dns": [
            "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "query", "qtype_name",
            "rcode_name", "answers", "TTLs",
        ],
    ]

    private static func table(_ log: String, _ records: [[String: Any]]) -> String {
        let fields = (Self.fields[log] ?? []).filter { field in records.contains { $0[field] != nil } }
        let head = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t\(log)\n"
        let rows = records.map { record in
            fields.map { field in
                if let list = record[field] as? [Any] { return list.map { "\($0)" }.joined(separator: ",") }
                return record[field].map { "\($0)" } ?? "-"
            }.joined(separator: "\t")
        }
        return head + "#fields\t\(fields.joined(separator: "\t"))\n" + rows.joined(separator: "\n") + "\n"
    }

    private static func zeek(_ call: Call) -> [(String, Double, [String: Any])] {
        func record(_ log: String, at seconds: Double, _ inner: [String: Any]) -> (String, Double, [String: Any]) {
            let head: [String: Any] = [
                "ts": seconds, "uid": "C\(call.id)x", "id.orig_h": "10.0.0.66", "id.orig_p": 20_000 + call.id,
                "id.resp_h": call.address, "id.resp_p": call.carrier == .proxy ? 3128 : 443,
            ]
            return (log, seconds, head.merging(inner) { $1 })
        }
        var records = [
            record(
                "conn", at: call.time,
                ["proto": "tcp", "duration": 1.0, "orig_bytes": 900, "resp_bytes": 4000, "conn_state": "SF"])
        ]
        switch call.carrier {
        case .sni:
            records.append(
                record("ssl", at: call.time + 0.1, ["server_name": "c2.evil.example", "established": true]))
        case .proxy:
            records.append(
                record(
                    "http", at: call.time + 0.1,
                    [
                        "method": "CONNECT", "host": "c2.evil.example", "uri": "c2.evil.example:443", "trans_depth": 1,
                        "tags": [String](),
                    ]))
        case .certificateName:
            // What it says of itself stands in another log.
            records.append(
                record("ssl", at: call.time + 0.1, ["cert_chain_fps": ["aabb"], "established": true]))
            records.append(
                record(
                    "x509", at: call.time + 0.1,
                    ["fingerprint": "aabb", "certificate.serial": "01", "certificate.subject": "CN=c2.evil.example"]))
        case .certificateFile:
            // Older Zeeks name the file that the certificate was in the connection.
            records.append(
                record("ssl", at: call.time + 0.1, ["cert_chain_fuids": ["F\(call.id)xYz"], "established": true]))
            records.append(
                record(
                    "x509", at: call.time + 0.1,
                    [
                        "id": "F\(call.id)xYz", "certificate.serial": "01",
                        "certificate.subject": "CN=c2.evil.example",
                    ]))
        case .sharedCertificate:
            records.append(
                record(
                    "ssl", at: call.time + 0.1,
                    [
                        "subject": "CN=localhost", "ja3s": "e1e1", "cert_chain_fps": ["aabb", "ccdd"],
                        "established": true,
                    ]))
        case .sharedFingerprint:
            records.append(record("ssl", at: call.time + 0.1, ["ja3s": "e1e1", "established": true]))
        case .sharedNetwork: break
        case .lookup:
            records.append(
                record(
                    "dns", at: call.time - 0.1,
                    [
                        "uid": "D\(call.id)x", "id.resp_h": "10.0.0.1", "id.resp_p": 53, "proto": "udp",
                        "query": "c2.evil.example", "qtype_name": "A", "rcode_name": "NOERROR",
                        "answers": ["alias.example", call.address], "TTLs": [300.0, 60.0],
                    ]))
        }
        return records
    }
}
