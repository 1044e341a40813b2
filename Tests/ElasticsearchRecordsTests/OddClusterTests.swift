import FlareKit
import Foundation
import TestClusters
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchFindings
@testable import ElasticsearchRecords

/// The command over a cluster that does one thing wrong: `odd_cluster.py`, by Python alone.
@Suite("the command over a cluster that does not behave", .serialized)
struct OddClusterTests {
    private let scratch: Scratch
    private static let python = ["\(Repository.root.path)/.venv/bin/python3", "/usr/bin/python3"]
        .first(where: FileManager.default.isExecutableFile)

    init() throws { scratch = try Scratch() }

    /// Runs lines of a shell beside the server. p.yaml is a pipeline, `requests` what the server was asked; `flare` is the
    /// command, after which `code N` follows. PORT in options and sinks is where the server listens.
    private func beside(
        _ way: String, _ options: String = "grouping: off", readsFile: Bool = false, sinks: String = "",
        _ lines: String = "flare run p.yaml"
    ) async throws -> String {
        let python = try #require(Self.python, "there is no python3")
        let port = try ClusterServer.freePort()
        let server = Repository.root.appending(path: "Tests/ElasticsearchRecordsTests/odd_cluster.py").path
        let cluster =
            "{plugin: elasticsearch, urls: [\"http://127.0.0.1:PORT\"], index: flows, connections: 1, \(options)}"
        let pipeline = """
            version: 1
            window: all
            sources: [\(readsFile ? "{plugin: eve, paths: [eve.json]}" : cluster)]
            detectors: [{plugin: beacon-classic}]
            sinks: [{plugin: csv, path: o.csv}\(sinks)]
            """
        try scratch.file("p.yaml", pipeline.replacing("PORT", with: "\(port)"))
        let result = try await Command.run(
            [
                "/bin/bash", "-c",
                """
                '\(python)' '\(server)' \(port) \(way) >requests 2>/dev/null & server=$!
                trap 'kill -KILL $server' EXIT
                for try in $(seq 400); do (: </dev/tcp/127.0.0.1/\(port)) 2>/dev/null && break; sleep 0.05; done
                flare() { '\(try Command.program())' "$@"; echo "code $?" >&2; }
                \(lines)
                """,
            ], in: scratch)
        return result.errors
    }

    /// Ends a run once the server was asked for something.
    private func end(_ signal: Int32, after request: String) throws -> String {
        """
        start=$(date +%s%N); '\(try Command.program())' --version >version
        ruler=$(( ($(date +%s%N) - start) / 1000000 ))
        '\(try Command.program())' run p.yaml 2>run & run=$!
        for try in $(seq 400); do grep -q \(request) requests && break; sleep 0.05; done
        start=$(date +%s%N)
        kill -\(signal) $run; wait $run
        echo "ended with $? after $(( ($(date +%s%N) - start) / 1000000 )) ms, a start took $ruler ms" >&2
        """
    }

    private func expectEnd(_ signal: Int32, _ said: String) throws {
        let words = said.split(separator: " ")
        #expect(said.hasPrefix("ended with \(128 + signal) after "), "\(said)")
        // Two seconds, and on a busy machine more: a bare start of the command is the measure of that.
        let (took, ruler) = (Int(words.dropFirst(4).first ?? ""), Int(words.dropLast().last ?? ""))
        #expect(try #require(took) < 2500 + 5 * (try #require(ruler)), "\(said)")
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        #expect(!names.contains { $0.contains("partial") }, "\(names)")
    }

    private var hasFindings: Bool { ((try? scratch.read("o.csv")) ?? "").contains("203.0.113.9") }

    private func requests(_ wanted: String) throws -> Int {
        try scratch.read("requests").split(separator: "\n").count { $0.contains(wanted) }
    }

    @Test("an answer of which a byte comes every half second is asked for twice, however many retries there are")
    func drip() async throws {
        let start = ContinuousClock.now
        let said = try await beside("drip", "grouping: off, timeout: 2s")
        // Six times would take 12 s and the pauses between.
        #expect(ContinuousClock.now - start < .seconds(12))
        #expect(said.contains("the answer did not come in time (asked 2 times)"), "\(said)")
        #expect(said.contains("code 1\n"))
        #expect(try requests("_search") == 2)
    }

    @Test(
        "one signal ends a run that waits for a server, within two seconds, and leaves nothing behind",
        arguments: ["stall", "mute", "drip"], [SIGTERM, SIGINT])
    func signals(_ way: String, _ signal: Int32) async throws {
        try expectEnd(signal, try await beside(way, "grouping: off", try end(signal, after: "_search")))
        #expect(!hasFindings)
        // The search was closed.
        #expect(try requests("DELETE /_pit") == 1)
    }

    @Test("one signal ends a run that waits for the cluster of a sink, and leaves no half file")
    func signalInSink() async throws {
        try scratch.file("eve.json", SharedServer.fewFlows.eve.joined(separator: "\n") + "\n")
        let sink = ", {plugin: elasticsearch, urls: [\"http://127.0.0.1:PORT\"]}"
        try expectEnd(
            SIGTERM, try await beside("mute-all", readsFile: true, sinks: sink, try end(SIGTERM, after: "GET")))
    }

    @Test(
        "a page that does not move on is one error, after few requests",
        arguments: ["same-page", "same-two-pages", "backward", "unsorted", "same-scroll"])
    func samePage(_ way: String) async throws {
        let said = try await beside(way)
        #expect(said.contains("gives the same documents again in place of the next page"), "\(said)")
        #expect(said.contains("code 1\n"))
        #expect(try requests("_search") <= 5)
        #expect(!hasFindings)
    }

    @Test("pages of channels that do not move on are one error, after few requests")
    func sameChannels() async throws {
        let said = try await beside("same-channels", "grouping: channels")
        #expect(said.contains("gives the same page of flows again"), "\(said)")
        #expect(said.contains("code 1\n"))
        #expect(try requests("_search") <= 8)
    }

    @Test(
        "what a cluster leaves out is named, the rest is used, and the run ends with 3",
        arguments: [
            ("red", "1 of 5 shards of flows did not answer; their records are missing"),
            ("uncounted", "the cluster does not say how many documents of flows match; records may be missing"),
        ])
    func partial(_ way: String, _ says: String) async throws {
        let said = try await beside(way)
        #expect(said.contains(says), "\(said)")
        #expect(said.contains("code 3\n"))
        #expect(hasFindings)
        // Where it will do, it is still said.
        let allowed = try await beside(way, "grouping: off, allow_partial: true")
        #expect(allowed.contains(says), "\(allowed)")
        #expect(allowed.contains("code 0\n"))
    }

    @Test("shards that failed are an error; where that will do, they are counted")
    func failed() async throws {
        let said = try await beside("failed")
        #expect(said.contains("2 of 5 shards failed: a disk broke"), "\(said)")
        #expect(said.contains("code 1\n"))
        let allowed = try await beside("failed", "grouping: off, allow_partial: true")
        #expect(allowed.contains("2 of 5 shards of flows did not answer"), "\(allowed)")
        #expect(allowed.contains("code 0\n"))
    }

    @Test("a port that speaks TLS alone is asked without it once, and the error says what to write")
    func plainToTLS() async throws {
        let said = try await beside("tls")
        #expect(said.contains("write https:// in the URL") && said.contains("code 1\n"), "\(said)")
        #expect(!said.contains("asked"), "\(said)")
        // One of them sees whether the server is there.
        #expect(try requests("CONNECTION") == 2)
    }

    @Test("a server that is not there is asked once, and the error has the words of this command alone")
    func refused() async throws {
        let dead = try ClusterServer.freePort()
        let address = "http://127.0.0.1:\(dead)"
        try scratch.file("p.yaml", Self.pipeline("urls: [\"\(address)\"]"))
        for arguments in [["run", "p.yaml"], ["check", "p.yaml"], ["hunt", address]] {
            let result = try await Command.run([try Command.program()] + arguments, in: scratch)
            #expect(result.code == 1)
            let said = result.output + result.errors
            #expect(said.contains("\(address)/: the connection was refused; nothing listens there"), "\(said)")
            #expect(!said.contains("asked"))
            for debris in ["curl", "Error(", "HTTPFailure", "/build", "errno"] { #expect(!said.contains(debris)) }
        }
    }

    @Test("a proxy that is not there, or that refuses, is one error that names the proxy")
    func lostProxy() async throws {
        let dead = try ClusterServer.freePort()
        try scratch.file("p.yaml", Self.pipeline("urls: [\"http://es:9200\"], proxy: \"http://127.0.0.1:\(dead)\""))
        let result = try await Command.run([try Command.program(), "run", "p.yaml"], in: scratch)
        #expect(result.code == 1)
        #expect(result.errors.contains("the proxy cannot be reached (Connection refused)"), "\(result.errors)")
        #expect(!result.errors.contains("asked"))
        // The server of these tests knows no CONNECT.
        let refusing = try await beside("whole", "proxy: http://127.0.0.1:PORT, grouping: off")
        #expect(refusing.contains("the proxy does not let the connection through (status 501)"), "\(refusing)")
    }

    private static func pipeline(_ options: String) -> String {
        """
        version: 1
        sources: [{plugin: elasticsearch, \(options)}]
        detectors: [{plugin: beacon-classic}]
        sinks: [{plugin: csv, path: o.csv}]
        """
    }

    @Test(
        "a proxy that cannot be used is a complaint before a run",
        arguments: [
            ("http://u:geheim@proxy:3128", "a user or password stands in the URL"), ("http://proxy", "is no URL"),
            ("socks5://proxy:1080", "\"socks5\" is no scheme for this"), ("http://proxy:3128/x", "a path stands in"),
            ("https://proxy:3128", "\"https\" is no scheme for this"), ("http://proxy:99999", "is no URL"),
        ])
    func proxies(_ proxy: String, _ says: String) async throws {
        try scratch.file("p.yaml", Self.pipeline("urls: [\"http://es:9200\"], proxy: \"\(proxy)\""))
        let result = try await Command.run([try Command.program(), "validate", "p.yaml"], in: scratch)
        #expect(result.code == 78)
        #expect(result.errors.contains("sources.0.proxy") || result.errors.contains("proxy"), "\(result.errors)")
        #expect(result.errors.contains(says), "\(result.errors)")
        #expect(!result.errors.contains("geheim"))
    }
}
