import Foundation
import Glibc
import Testing

/// A server of the cluster's API on this machine, from the Python environment that scripts/setup --tests makes.
package final class ClusterServer: Sendable {
    package enum Kind: String, CaseIterable, Sendable, CustomTestStringConvertible {
        /// Elasticsearch 8.15's API. It has no composite aggregation.
        case noida
        /// OpenSearch 3.8's API.
        case osmem

        package var testDescription: String { rawValue }

        /// The program; `nil` where it is not installed.
        package var program: String? {
            let libraries = Repository.root.appending(path: ".venv/lib")
            let inside =
                switch self {
                case .noida: "noida_db/noida-db"
                case .osmem: "osmem_server/bin/osmem-server"
                }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: libraries.path)) ?? []
            return names.map { libraries.appending(path: "\($0)/site-packages/\(inside)").path }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
        }
    }

    /// Whether both servers are installed.
    package static var areThere: Bool { Kind.allCases.allSatisfy { $0.program != nil } }

    package let port: Int
    private let child: ChildServer

    package var url: String { "http://127.0.0.1:\(port)" }

    /// Starts a server on a free port, and waits until it answers.
    package init(_ kind: Kind) async throws {
        let program = try #require(kind.program, "scripts/setup --tests installs \(kind.rawValue)")
        let port = try Self.freePort()
        self.port = port
        child = try ChildServer { folder in
            switch kind {
            case .noida:
                [
                    program, "start", "--only", "elasticsearch", "--elasticsearch-port", String(port), "--data-dir",
                    folder,
                ]
            case .osmem: [program, "-addr", "127.0.0.1:\(port)", "-no-stdin-watch", "-no-ja"]
            }
        }
        for _ in 0..<1200 {
            if (try? await request("GET", "/"))?.status == 200 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw CocoaError(.featureUnsupported)
    }

    /// Asks the server past everything that is tested.
    @discardableResult
    package func request(_ method: String, _ path: String, _ body: String? = nil, type: String = "application/json")
        async throws -> (status: Int, text: String)
    {
        try await PlainHTTP.request(port: port, method: method, path: path, body: body, type: type)
    }

    /// Puts documents into an index by plain _bulk.
    package func load(_ lines: [String], into index: String, mapping: String) async throws {
        let made = try await request("PUT", "/\(index)", mapping)
        #expect(made.status == 200, "\(made.text)")
        for start in stride(from: 0, to: lines.count, by: 2000) {
            let body = lines[start..<min(start + 2000, lines.count)].map { "{\"index\":{}}\n\($0)\n" }.joined()
            let answer = try await request("POST", "/\(index)/_bulk", body, type: "application/x-ndjson")
            #expect(answer.status == 200 && answer.text.contains("\"errors\":false"), "\(answer.text.prefix(300))")
        }
        try await request("POST", "/\(index)/_refresh")
    }

    /// A port of the loopback that nobody listens at now. It lies below those that the system gives to connections, so that
    /// none of these takes it before a server does.
    package static func freePort() throws -> Int {
        for _ in 0..<100 {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(listener) }
            let port = Int.random(in: 15_000..<32_000)
            if Socket.withAddress(port, { bind(listener, $0, $1) }) == 0 { return port }
        }
        throw POSIXError(.EADDRINUSE)
    }
}

/// Where the tests' own files are.
package enum Repository {
    package static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The real records beside the project.
    package static let records = root.deletingLastPathComponent().appending(path: "shared/data")
    package static var hasRecords: Bool {
        FileManager.default.fileExists(atPath: records.appending(path: "README.md").path)
    }
}
