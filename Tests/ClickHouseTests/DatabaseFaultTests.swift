import FlareKit
import Foundation
import HTTP
import Synchronization
import TestClusters
import Testing

@testable import ClickHouse

/// What goes wrong between Flare and a server ends in right findings or in one clear error, never in a short result.
@Suite("faults between Flare and ClickHouse", .serialized, .enabled(if: DatabaseServer.areThere))
struct DatabaseFaultTests {
    private static let tables = "database: suricata_db\nschema: suricata"

    private static func run(
        _ options: String = tables, plan: @escaping @Sendable (FaultProxy.Passed) -> FaultProxy.Fault
    ) async throws -> (result: Result<DatabaseRunTests.Outcome, any Error>, requests: [FaultProxy.Passed]) {
        let server = try await SharedDatabase.of(.debian)
        let proxy = try FaultProxy(to: server.port, plan: plan)
        defer { proxy.stop() }
        var policy = RetryPolicy(retries: 4)
        policy.pause = { _ in }
        let source = try ClickHouseSource(
            .read("urls: [\"\(proxy.url)\"]\n\(options)"), PluginContext(), policy: policy,
            pages: .init(records: 1000, channels: 200))
        do {
            return (.success(try await DatabaseRunTests.run(source)), proxy.requests)
        } catch {
            return (.failure(error), proxy.requests)
        }
    }

    /// Faults that pass.
    private static let passing: [(name: String, fault: FaultProxy.Fault)] = [
        ("late answers", .delay(0.02)), ("resets inside bodies", .resetInBody), ("truncated bodies", .truncated),
        ("lost answers", .lostAnswer), ("bodies without their ends", .body { Array($0.dropLast(3)) }),
        ("429", .status(429, retryAfter: 0)), ("503", .status(503, retryAfter: nil)),
    ]

    @Test("that pass leave findings right and count no record twice", arguments: passing.indices, ["channels", "off"])
    func passingFaults(_ place: Int, grouping: String) async throws {
        let file = try DatabaseRunTests.suricata()
        let expected = try await DatabaseRunTests.run(file.source)
        let (name, fault) = Self.passing[place]
        // Each request meets it the first time it is made, but for the one that asks what answers there.
        let seen = Mutex(Set<String>())
        let (result, requests) = try await Self.run("\(Self.tables)\ngrouping: \(grouping)") { passed in
            seen.withLock { $0.insert(passed.line + passed.body).inserted } && passed.number > 0 ? fault : .none
        }
        let outcome = try result.get()
        #expect(outcome.rows == expected.rows, "\(name)")
        #expect(outcome.used == expected.used)
        #expect(outcome.warnings.allSatisfy { !$0.contains("changed") })
        #expect(requests.count > 6)
    }

    private static let outOfMemory =
        "Code: 241. DB::Exception: Memory limit (for query) exceeded: would use 9.31 GiB. (MEMORY_LIMIT_EXCEEDED)"

    /// Answers that are an error, and what it says.
    private static let lasting: [(name: String, fault: FaultProxy.Fault, says: [String])] = [
        ("503 without end", .status(503, retryAfter: nil), ["status 503"]),
        ("bodies that always break off", .truncated, ["broke off"]),
        ("bodies without their ends", .body { Array($0.dropLast(3)) }, ["not whole"]),
        (
            "an error behind rows of a whole answer", .body { $0 + Array(outOfMemory.utf8) },
            ["Memory limit", "code 241", "window"]
        ),
        ("an error in place of rows", .answer(200, body: outOfMemory), ["Memory limit", "code 241"]),
        (
            "an error with its status", .answer(500, body: outOfMemory),
            ["Memory limit", "code 241", "max_memory_usage"]
        ),
        (
            "a right that is missing",
            .answer(403, body: "Code: 497. DB::Exception: flare: Not enough privileges. (ACCESS_DENIED)"),
            ["Not enough privileges", "GRANT SELECT"]
        ),
        (
            "an answer of somebody else", .answer(200, body: "<html>Welcome</html>"), ["not whole"]
        ),
    ]

    @Test("that last are one clear error", arguments: lasting.indices)
    func lastingFaults(_ place: Int) async throws {
        let (name, fault, says) = Self.lasting[place]
        let (result, _) = try await Self.run { $0.body.contains("flare_minute") || $0.number > 6 ? fault : .none }
        let error = #expect(throws: PluginError.self, "\(name)") { try result.get() }
        for words in says { #expect(error?.description.contains(words) == true, "\(error?.description ?? "")") }
    }

    /// Options that do not fit the server, and what the error says.
    private static let wrong: [(options: String, says: [String])] = [
        (
            "database: suricata-db\nschema: suricata",
            ["there is no database suricata-db", "did you mean \"suricata_db\"?"]
        ),
        ("\(tables)\ntable: surikata", ["there is no table surikata", "did you mean \"suricata\"?"]),
        ("\(tables)\nfields: {source: src_ipp}", ["no column src_ipp", "did you mean \"src_ip\"?"]),
        ("\(tables)\nfields: {bytes_toserver: bytes}", ["no column bytes", "bytes_toserver", "the table has"]),
        ("\(tables)\nfilter: dst_port = 443", ["dst_port", "code 47"]),
        ("\(tables)\nfilter: \"1) UNION ALL SELECT (1\"", ["code"]),
        ("\(tables)\nauth: {username: flare, password_file: PASSWORD}", ["code 193", "auth"]),
        ("\(tables)\nauth: {username: nobody, password_file: PASSWORD}", ["code 192", "auth"]),
    ]

    @Test("what does not fit the server is one clear error that names the nearest", arguments: wrong.indices)
    func wrongOptions(_ place: Int) async throws {
        let (options, says) = Self.wrong[place]
        let folder = try Scratch()
        let file = try folder.file("password", "wrong-one")
        let (result, _) = try await Self.run(options.replacing("PASSWORD", with: file)) { _ in .none }
        let error = #expect(throws: PluginError.self) { try result.get() }
        for words in says { #expect(error?.description.contains(words) == true, "\(error?.description ?? "")") }
        #expect(error?.description.contains("wrong-one") != true)
    }

    @Test("a user who may only read and set nothing reads all the same")
    func readOnlyUser() async throws {
        let folder = try Scratch()
        let login = "auth: {username: flare, password_file: \(try folder.file("password", DatabaseServer.password))}"
        let (result, requests) = try await Self.run("\(Self.tables)\n\(login)") { _ in .none }
        #expect(try result.get().rows.count > 1)
        #expect(requests.allSatisfy { !$0.line.contains("readonly") && !$0.line.contains("geheim") })
    }

    @Test("a condition cannot write")
    func noWriting() async throws {
        let (_, requests) = try await Self.run { _ in .none }
        #expect(requests.dropFirst().allSatisfy { $0.line.contains("readonly=2") })
    }

    @Test("a server that is not there, and one that is no ClickHouse, are errors that say so")
    func noServer() async throws {
        let dead = try ClusterServer.freePort()
        let source = try ClickHouseSource(.read("urls: [\"http://127.0.0.1:\(dead)\"]"), PluginContext())
        let refused = await #expect(throws: PluginError.self) { try await DatabaseRunTests.run(source) }
        #expect(refused?.description.contains("127.0.0.1:\(dead)") == true)
        let (result, _) = try await Self.run { _ in .answer(200, body: "{\"version\":{\"number\":\"8.15.0\"}}") }
        let other = #expect(throws: PluginError.self) { try result.get() }
        #expect(other?.description.contains("no ClickHouse server") == true)
    }

    @Test("a run that waits for an answer ends soon after SIGTERM")
    func termination() async throws {
        let server = try await SharedDatabase.of(.debian)
        let proxy = try FaultProxy(to: server.port) { $0.body.contains("flare_minute") ? .stall : .none }
        defer { proxy.stop() }
        let folder = try Scratch()
        try folder.file(
            "p.yaml",
            """
            version: 1
            window: {since: 2017-06-08T00:00:00Z, until: 2017-06-11T00:00:00Z}
            sources: [{plugin: clickhouse, urls: ["\(proxy.url)"], database: suricata_db, schema: suricata}]
            detectors: [{plugin: beacon-classic}]
            sinks: [{plugin: csv}]
            """)
        let begin = ContinuousClock.now
        let ended = try await Command.run(
            ["/usr/bin/timeout", "-s", "TERM", "2", try Command.program(), "run", "p.yaml"], in: folder)
        #expect(ended.code == 124)
        #expect(ContinuousClock.now - begin < .seconds(6))
        #expect(proxy.requests.count == 3)
    }

    @Test("flare check says what is there and where rows are lost")
    func check() async throws {
        let server = try await SharedDatabase.of(.chDB)
        let source = try DatabaseRunTests.database(server, "database: rita_db\nfilter: dst_port = 1")
        let question = CheckQuestion(
            window: DatabaseRunTests.window, kinds: [.flow: [.bytesToServer], .tls: [.host]], now: Timestamp(seconds: 0)
        )
        let remarks = await source.check(question)
        let texts = remarks.map(\.text)
        #expect(texts.contains { $0.contains("is ClickHouse 2") })
        #expect(
            texts.contains {
                $0.contains("rows are left after the schema's choice (missing_host_header: not true or 1)")
            })
        #expect(texts.contains("source: src is IPv6"))
        #expect(remarks.filter { $0.state == .wrong }.map(\.text) == ["0 rows are left after filter dst_port = 1"])
        await source.close()
    }
}
