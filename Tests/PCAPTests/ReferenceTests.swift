import FlareKit
import Foundation
import TestKit
import Testing

@testable import PCAP

/// Traffic of ordinary programs over the loopback interface, captured once by tshark.
enum Loopback {
    private static let folder = TemporaryFolder()
    private static let failure: String = {
        do {
            _ = try Program.run(
                Project.root.appending(path: ".venv/bin/python3").path,
                [Project.root.appending(path: "Tests/PCAPTests/programs.py").path, folder.url.path])
            return ""
        } catch {
            return "\(error)"
        }
    }()

    static func path() throws -> String {
        try #require(failure.isEmpty, "programs.py failed: \(failure)")
        return folder.path("loopback.pcapng")
    }
}

/// Sandbox runs of malware that others captured.
enum RealCaptures {
    static let folder = Project.root.deletingLastPathComponent().appending(path: "shared/data/c2/pcap").path
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
}

@Suite("Captures are read as tshark, softflowd and nfdump read them")
struct ReferenceTests {
    /// An end of a connection and what it sent.
    private struct End: Hashable, Comparable {
        var address: IPAddress
        var port: Int64
        var packets: Int64 = 0
        var bytes: Int64 = 0

        static func < (a: End, b: End) -> Bool { (a.address, a.port) < (b.address, b.port) }
    }

    /// A connection without regard to who opened it.
    private struct Conversation: Hashable {
        var ends: [End]
        /// In microseconds since 1970.
        var start: Int64
        var end: Int64
    }

    private static let made = ["link-ethernet", "http", "tls", "dns", "quic", "states", "tunnel"]

    private func ours(_ path: String) async throws -> [Flow] {
        try await read([path]) { $0.idle = .days(30) }.flows.filter { [6, 17].contains($0.proto) }
    }

    /// Adds up packets by tshark's own numbers of streams.
    private func conversations(_ path: String) throws -> [Conversation] {
        let fields = [
            "frame.time_epoch", "tcp.stream", "udp.stream", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport",
            "tcp.dstport", "udp.srcport", "udp.dstport", "ip.len", "ipv6.plen",
        ]
        let text = try Program.run(
            "tshark",
            ["-r", path, "-n", "-Y", "(tcp or udp) and not icmp and not icmpv6", "-T", "fields", "-E", "separator=;"]
                + ["-E", "occurrence=f"] + fields.flatMap { ["-e", $0] })
        var found: [String: Conversation] = [:]
        for line in text.split(separator: "\n") {
            let cells = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
            let value = { (places: [Int]) in places.map { cells[$0] }.first { !$0.isEmpty } ?? "" }
            let parts = cells[0].split(separator: ".")
            let time = try #require(Int64(parts[0] + parts[1].prefix(6)))
            let bytes = try #require(cells[11].isEmpty ? Int64(cells[12]).map { $0 + 40 } : Int64(cells[11]))
            let sender = End(
                address: try #require(IPAddress(value([3, 5]))), port: try #require(Int64(value([7, 9]))), packets: 1,
                bytes: bytes)
            let receiver = End(
                address: try #require(IPAddress(value([4, 6]))), port: try #require(Int64(value([8, 10]))))
            let stream = cells[1].isEmpty ? "udp \(cells[2])" : "tcp \(cells[1])"
            var conversation =
                found[stream] ?? Conversation(ends: [sender, receiver].sorted(), start: time, end: time)
            if found[stream] == nil {
                for place in 0..<2 { (conversation.ends[place].packets, conversation.ends[place].bytes) = (0, 0) }
            }
            let place =
                conversation.ends[0].address == sender.address && conversation.ends[0].port == sender.port ? 0 : 1
            conversation.ends[place].packets += 1
            conversation.ends[place].bytes += bytes
            conversation.start = min(conversation.start, time)
            conversation.end = max(conversation.end, time)
            found[stream] = conversation
        }
        return Array(found.values)
    }

    private func expectConversations(_ path: String) async throws {
        let expected = try Set(conversations(path))
        let found = try await Set(
            ours(path).map { flow in
                Conversation(
                    ends: [
                        End(
                            address: flow.source, port: flow.sourcePort, packets: flow.packets[0], bytes: flow.bytes[0]),
                        End(
                            address: flow.destination, port: Int64(flow.port), packets: flow.packets[1],
                            bytes: flow.bytes[1]),
                    ].sorted(), start: flow.start / 1000, end: (flow.start + flow.duration) / 1000)
            })
        #expect(!expected.isEmpty)
        #expect(found.subtracting(expected).isEmpty)
        #expect(expected.subtracting(found).isEmpty)
    }

    @Test("connections, bytes, packets and times are those of tshark's conversations", arguments: made)
    func conversations(name: String) async throws { try await expectConversations(Frames.path("\(name).pcap")) }

    @Test("connections of ordinary programs are those of tshark's conversations")
    func loopback() async throws { try await expectConversations(Loopback.path()) }

    @Test(
        "connections of real records, malware's, are those of tshark's conversations",
        .enabled(if: !RealCaptures.names.isEmpty),
        arguments: RealCaptures.names)
    func real(name: String) async throws { try await expectConversations("\(RealCaptures.folder)/\(name)") }

    // MARK: Names

    private func fields(_ path: String, _ filter: String, _ names: [String], occurrence: String = "f") throws
        -> [String]
    {
        try Program.run(
            "tshark",
            ["-r", path, "-n", "-Y", filter, "-T", "fields", "-E", "separator= ", "-E", "occurrence=\(occurrence)"]
                + names.flatMap { ["-e", $0] }
        ).split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }.sorted()
    }

    private func expectNames(_ path: String) async throws {
        let found = try await read([path])
        let hellos = try fields(
            path, "tls.handshake.type == 1 and tcp",
            ["tls.handshake.extensions_server_name", "tls.handshake.ja3"])
        let handshakes = found.words(.tls).filter { !$0[.ja4].hasPrefix("q") && !$0[.ja3].isEmpty }
        #expect(
            handshakes.map { ($0[.host] + " " + $0[.ja3]).split(separator: " ").joined(separator: " ") }.sorted()
                == hellos)
        let answers = try fields(path, "tls.handshake.type == 2 and tcp", ["tls.handshake.ja3s"])
        #expect(handshakes.map { $0[.ja3s] }.filter { !$0.isEmpty }.sorted() == answers)
        let requests = try fields(path, "http.request and tcp", ["http.request.method", "http.user_agent"])
        #expect(
            found.words(.http).map { ($0[.method] + " " + $0[.userAgent]).split(separator: " ").joined(separator: " ") }
                .sorted() == requests)
        let questions = try fields(
            path, "dns.flags.response == 0 and not icmp and udp.port == 53", ["dns.qry.name"])
        let lookups = found.words(.dns).filter { $0.port == 53 && $0[.query] != "tcp.example.com" }
        // A question that was asked once more is one.
        #expect(Set(lookups.map { $0[.query] }) == Set(questions.map { $0.lowercased() }))
    }

    @Test("names, agents and fingerprints are those that tshark reads", arguments: ["tls", "dns"])
    func names(name: String) async throws { try await expectNames(Frames.path("\(name).pcap")) }

    @Test("names of ordinary programs are those that tshark reads")
    func loopbackNames() async throws { try await expectNames(Loopback.path()) }

    @Test(
        "names of real records, malware's, are those that tshark reads", .enabled(if: !RealCaptures.names.isEmpty),
        arguments: RealCaptures.names)
    func realNames(name: String) async throws { try await expectNames("\(RealCaptures.folder)/\(name)") }

    // MARK: NetFlow

    private func expectNetFlow(_ path: String) async throws {
        let text = try Program.run(
            Project.root.appending(path: ".venv/bin/python3").path,
            [Project.root.appending(path: "Tests/PCAPTests/netflow.py").path, path])
        var expected: [[String]: [Int64]] = [:]
        for line in text.split(separator: "\n") {
            let cells = line.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 7, let packets = Int64(cells[5]), let bytes = Int64(cells[6]) else { continue }
            let key = ["\(IPAddress(cells[1])!)", cells[2], "\(IPAddress(cells[3])!)", cells[4], cells[0]]
            expected[key] = zip(expected[key] ?? [0, 0], [packets, bytes]).map(+)
        }
        var found: [[String]: [Int64]] = [:]
        for flow in try await ours(path) {
            let ends = [["\(flow.source)", "\(flow.sourcePort)"], ["\(flow.destination)", "\(flow.port)"]]
            for (sender, receiver) in [(0, 1), (1, 0)] where flow.packets[sender] > 0 {
                let key = ends[sender] + ends[receiver] + ["\(flow.proto)"]
                found[key] = zip(found[key] ?? [0, 0], [flow.packets[sender], flow.bytes[sender]]).map(+)
            }
        }
        #expect(!expected.isEmpty)
        #expect(found == expected)
    }

    @Test("bytes and packets each way are those of softflowd and nfdump", arguments: made)
    func netFlow(name: String) async throws { try await expectNetFlow(Frames.path("\(name).pcap")) }

    @Test("bytes and packets of ordinary programs are those of softflowd and nfdump")
    func loopbackNetFlow() async throws { try await expectNetFlow(Loopback.path()) }

    @Test(
        "bytes and packets of real records, malware's, are those of softflowd and nfdump",
        .enabled(if: !RealCaptures.names.isEmpty), arguments: RealCaptures.names)
    func realNetFlow(name: String) async throws { try await expectNetFlow("\(RealCaptures.folder)/\(name)") }
}
