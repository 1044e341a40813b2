import FlareKit
import HTTP

/// A server that answered: what a session is open with.
package protocol ReachedServer: Sendable {
    var client: ClusterClient { get }
    /// Asks what answers there.
    static func reach(_ client: ClusterClient) async throws -> Self
}

/// A cluster that answered: its client, and what it is.
package struct Cluster: ReachedServer {
    package let client: ClusterClient
    package let server: Server
    /// What its answers left open, for the run's report.
    package let remarks: [String]

    /// Asks a cluster what it is.
    ///
    /// A user without the right to ask that may still read an index; then what nearly every cluster of the last years
    /// understands is asked, and the report says so.
    package static func reach(_ client: ClusterClient) async throws -> Cluster {
        do {
            let root = try await client.json(ClusterClient.Request(.get, "/"))
            guard let server = Server(root: root) else {
                throw PluginError(
                    "what answers is no Elasticsearch or OpenSearch", at: client.name,
                    remedy: "see whether the URL and the port are right")
            }
            guard !server.isTooOld else {
                throw PluginError("\(server) is too old; Flare knows Elasticsearch 6 and later", at: client.name)
            }
            return Cluster(client: client, server: server, remarks: [])
        } catch let error as ClusterError where error.kind == .status(401) || error.kind == .status(403) {
            let server = Server(.elasticsearch, Server.Version(7, 10))
            return Cluster(
                client: client, server: server,
                remarks: [
                    "the cluster does not tell its version to this user (\(error.what)); it is read by sliced scroll"
                ])
        }
    }

    /// The types of fields in the indices of a pattern. No index at all has no fields.
    package func fieldTypes(_ index: String, _ names: [String]) async throws -> FieldTypes {
        let request = ClusterClient.Request(
            .get, "/\(PercentEncoding.index(index))/_field_caps",
            query: Self.lenient + [("fields", names.joined(separator: ","))])
        do {
            return FieldTypes(try await client.json(request))
        } catch let error as ClusterError where error.kind == .status(404) {
            return FieldTypes()
        }
    }

    /// Indices that are not there count as empty, and closed ones too.
    package static let lenient: [(name: String, value: String)] = [
        ("ignore_unavailable", "true"), ("allow_no_indices", "true"),
    ]
}

package typealias ClusterSession = ServerSession<Cluster>

/// The connection of one plugin, made when it is first needed and ended when the run is over.
package actor ServerSession<Server: ReachedServer> {
    private let options: ConnectionOptions
    private let policy: RetryPolicy?
    private let calls = PendingCalls()
    private var open: Server?
    private var tunnel: SSHTunnel?

    package init(_ options: ConnectionOptions, policy: RetryPolicy? = nil) {
        self.options = options
        self.policy = policy
    }

    /// The cluster, asked what it is at the first time.
    ///
    /// - Throws: `PluginError` with the cause and what to do.
    package func cluster() async throws -> Server {
        if let open { return open }
        var urls = try options.urls.map { try ClusterURL($0, port: options.usualPort) }
        if let ssh = options.ssh, let target = urls.first {
            tunnel = try await calls.run { try await SSHTunnel.open(ssh, to: target) }
            urls = [target]
        }
        let client: ClusterClient
        do {
            client = try ClusterClient(options, urls: urls, tunnelPort: tunnel?.port, policy: policy, calls: calls)
        } catch {
            endTunnel()
            throw error
        }
        do {
            let cluster = try await Server.reach(client)
            open = cluster
            return cluster
        } catch {
            await client.close()
            endTunnel()
            throw error
        }
    }

    /// Ends what is waited for, and whatever would be asked later but for farewells.
    package nonisolated func cancel() { calls.cancel() }

    package func close() async {
        let cluster = open
        open = nil
        await cluster?.client.close()
        endTunnel()
    }

    private func endTunnel() {
        tunnel?.close()
        tunnel = nil
    }
}
