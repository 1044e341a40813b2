import Foundation
import TestClusters
import Testing

/// A server of ClickHouse's HTTP interface on this machine, which scripts/setup --tests installs.
final class DatabaseServer: Sendable {
    enum Kind: String, CaseIterable, Sendable, CustomTestStringConvertible {
        /// Debian's server, 18.16: no parameters, few types.
        case debian
        /// chDB, the engine of a current version, behind a small server of these tests.
        case chDB

        var testDescription: String { rawValue }
    }

    private static let environment = Repository.root.appending(path: ".venv")
    private static let debian = environment.appending(path: "clickhouse/usr/sbin/clickhouse-server").path

    /// Whether both are installed.
    static let areThere: Bool = {
        let libraries = environment.appending(path: "lib")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: libraries.path)) ?? []
        let hasEngine = names.contains {
            FileManager.default.fileExists(atPath: libraries.appending(path: "\($0)/site-packages/chdb").path)
        }
        return hasEngine && FileManager.default.isExecutableFile(atPath: debian)
    }()

    let kind: Kind
    let port: Int
    private let child: ChildServer

    var url: String { "http://127.0.0.1:\(port)" }

    /// Starts a server on a free port, with a user `flare` where it knows users, and waits until it answers.
    init(_ kind: Kind) async throws {
        self.kind = kind
        let port = try ClusterServer.freePort()
        self.port = port
        child = try ChildServer { folder in
            switch kind {
            case .debian:
                let configuration = Self.configuration(folder, port)
                try? configuration.write(toFile: folder + "/config.xml", atomically: false, encoding: .utf8)
                try? Self.users.write(toFile: folder + "/users.xml", atomically: false, encoding: .utf8)
                return [Self.debian, "--config-file=\(folder)/config.xml"]
            case .chDB:
                let script = Repository.root.appending(path: "Tests/ClickHouseTests/chdb_server.py").path
                return [Self.environment.appending(path: "bin/python3").path, script, String(port), folder + "/data"]
            }
        }
        for _ in 0..<1200 {
            if (try? await PlainHTTP.request(port: port, method: "GET", path: "/", body: nil, type: "text/plain"))?
                .status == 200
            {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw CocoaError(.featureUnsupported)
    }

    private static func configuration(_ folder: String, _ port: Int) -> String {
        """
        <yandex><logger><level>none</level><console>true</console></logger><listen_host>127.0.0.1</listen_host>
        <http_port>\(port)</http_port><path>\(folder)/data/</path><tmp_path>\(folder)/tmp/</tmp_path>
        <mark_cache_size>100000000</mark_cache_size><users_config>\(folder)/users.xml</users_config>
        <default_profile>default</default_profile><default_database>default</default_database></yandex>
        """
    }

    static let password = "gehe'im"
    private static let users = """
        <yandex><profiles><default/><reading><readonly>1</readonly></reading></profiles><quotas><default/></quotas><users>
        <default><password/><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default>
        <flare><password>\(password)</password><networks><ip>127.0.0.1</ip></networks><profile>reading</profile>
        <quota>default</quota></flare></users></yandex>
        """

    /// Has the server do something past all that is tested.
    @discardableResult
    func run(_ query: String) async throws -> String {
        let answer = try await PlainHTTP.request(port: port, method: "POST", path: "/", body: query, type: "text/plain")
        #expect(answer.status == 200, "\(answer.text.prefix(500)) of \(query.prefix(200))")
        return answer.text
    }

    /// Makes a table and fills it.
    ///
    /// - Parameters:
    ///   - columns: names and types; types that the server does not know are replaced by what was usual before.
    ///   - rows: their values by the names of the columns; what the table has no column for is left out.
    func make(_ table: String, _ columns: [(name: String, type: String)], _ rows: [SampleTables.Row]) async throws {
        let known = columns.map { "`\($0.name)` \(kind == .debian ? Self.older($0.type) : $0.type)" }
        try await run(
            "CREATE TABLE \(table) (\(known.joined(separator: ", "))) ENGINE = MergeTree() "
                + "\(kind == .debian ? "PARTITION BY tuple() " : "")ORDER BY `\(columns[0].name)`")
        let names = Set(columns.map(\.name))
        for start in stride(from: 0, to: rows.count, by: 10_000) {
            let part = rows[start..<min(start + 10_000, rows.count)].map { row in
                SampleTables.text(row.filter { names.contains($0.key) })
            }
            try await run("INSERT INTO \(table) FORMAT JSONEachRow\n\(part.joined(separator: "\n"))\n")
        }
    }

    private static func older(_ type: String) -> String {
        switch type {
        case "IPv6", "IPv4", "LowCardinality(String)": "String"
        case "Bool": "UInt8"
        case _ where type.hasPrefix("DateTime64"): "Float64"
        default: type
        }
    }
}

/// One server of each kind for all suites.
actor SharedDatabase {
    private static let all = Dictionary(
        uniqueKeysWithValues: DatabaseServer.Kind.allCases.map { ($0, SharedDatabase($0)) })

    private let kind: DatabaseServer.Kind
    private var server: Task<DatabaseServer, any Error>?

    private init(_ kind: DatabaseServer.Kind) { self.kind = kind }

    /// A server with the databases of `SampleTables`.
    static func of(_ kind: DatabaseServer.Kind) async throws -> DatabaseServer {
        guard let shared = all[kind] else { return try await DatabaseServer(kind) }
        return try await shared.started().value
    }

    private func started() -> Task<DatabaseServer, any Error> {
        if let server { return server }
        let task = Task { [kind] in
            let server = try await DatabaseServer(kind)
            try await SampleTables.load(into: server)
            return server
        }
        server = task
        return task
    }
}
