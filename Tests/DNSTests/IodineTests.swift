import FlareKit
import FlareKitTesting
import Foundation
import PCAP
import TestKit
import Testing

@testable import DNS

/// A tunnel of iodine, made and captured by the test itself.
enum Iodine {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "iodine.sh").path
    private static let folder = TemporaryFolder()
    private static let failures: [String: String] = [:]

    /// Why it cannot be made here; `nil` where it can.
    static let missing: String? = {
        guard geteuid() == 0 else { return "it takes root to make network namespaces" }
        for program in ["iodine", "iodined", "tcpdump", "ip", "nsenter", "unshare"] {
            guard (try? Command(["/bin/sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; command -v \(program)"]))?.status == 0
            else {
                return "\(program) is not installed"
            }
        }
        guard FileManager.default.fileExists(atPath: "/dev/net/tun"),
            (try? Command(["/bin/sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; unshare --net ip link set lo up"]))?.status
                == 0
        else { return "no network namespace or tunnel can be made on this machine" }
        return nil
    }()

    /// - Parameter options: of the client, such as the type of records.
    static func capture(_ options: String) throws -> String {
        let path = folder.path("iodine\(options.filter(\.isLetter)).pcap")
        let run = try Command(
            [
                "/bin/sh", "-c",
                "PATH=$PATH:/usr/sbin:/sbin; exec timeout 400 unshare --net --pid --fork --kill-child --mount-proc sh '\(script)' "
                    + "'\(path)' '\(options)'",
            ], withErrors: true)
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        try #require(size > 5000, "\(run.status) \(String(decoding: run.output, as: UTF8.self))")
        return path
    }
}

@Suite("A real tunnel of iodine", .serialized, .enabled(if: Iodine.missing == nil, "\(Iodine.missing ?? "")"))
struct IodineTests {
    @Test("is one finding, the first", arguments: ["", "-TTXT", "-TCNAME"])
    func found(options: String) async throws {
        let capture = try Iodine.capture(options)
        let source = try PCAPSource(
            try PCAPSourceOptions.read("paths: [\"\(capture)\"]"), PluginContext())
        let pipeline = Pipeline(
            name: "iodine", sources: [.init("pcap", source)], enrichers: [],
            detectors: [.init("dns-c2", try detector())], sinks: [.init("memory", MemorySink())], threads: 2)
        let found = try await RunEngine(version: "test", now: Timestamp(seconds: Date().timeIntervalSince1970))
            .run(pipeline).findings
        #expect(found.count == 1)
        let first = try #require(found.first)
        #expect(first.channel?.peer == .name("tunnel-example.com"))
        #expect(first.severity >= .high, "\(first.summary) \(first.texts("dns_evidence") ?? [])")
        #expect(first.score > 0.95, "\(first.summary) \(first.texts("dns_evidence") ?? [])")
        #expect(first.bytesToServer ?? 0 > 3000)
    }
}
