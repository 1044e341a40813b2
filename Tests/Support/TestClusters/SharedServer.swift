import FlareKit
import FlareKitTesting

/// One server of each kind for all suites, loaded once with all that they read.
package actor SharedServer {
    private static let all: [ClusterServer.Kind: SharedServer] = [
        .noida: SharedServer(.noida), .osmem: SharedServer(.osmem),
    ]

    /// Made-up flows: 1,500 channels of few flows and six beacons.
    package static let flows = SampleFlowDocuments.generated(channels: 1500, beacons: 6)
    /// Few enough for a test of a fault each.
    package static let fewFlows = SampleFlowDocuments.generated(channels: 300, beacons: 4)
    /// The day of both.
    package static let window = TimeWindow(
        since: Timestamp(seconds: 1_714_521_600), until: Timestamp(seconds: 1_714_521_600 + 90_000))
    /// Addresses as keywords: osmem confuses some addresses of the type `ip` when it groups by them.
    package static let keywords = SampleFlowDocuments.mapping.replacing("\"type\":\"ip\"", with: "\"type\":\"keyword\"")

    private let kind: ClusterServer.Kind
    private var server: Task<ClusterServer, any Error>?
    private var records: Task<ClusterServer, any Error>?

    private init(_ kind: ClusterServer.Kind) { self.kind = kind }

    /// A server with `logstash-flow-many` of `flows` and `logstash-flow-few` of `fewFlows`; osmem also has the latter with other
    /// types of fields.
    package static func of(_ kind: ClusterServer.Kind) async throws -> ClusterServer {
        guard let shared = all[kind] else { return try await ClusterServer(kind) }
        return try await shared.started().value
    }

    /// The fields of other records that are searched, as Logstash leaves them to the cluster: texts with a keyword of each.
    private static let withRecords: String = {
        let text = #"{"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256}}}"#
        let words = #"""
            "src_port":{"type":"integer"},"dns":{"properties":{"type":T,"rrname":T,"answers":{"properties":{"rdata":T}}}},
            "tls":{"properties":{"sni":T,"fingerprint":T,"ja3":{"properties":{"hash":T}}}},
            "http":{"properties":{"hostname":T,"http_user_agent":T}},"flow_id":
            """#
        let typed = words.replacing("T,", with: text + ",").replacing("T}", with: text + "}")
        return keywords.replacing("\"flow_id\":", with: typed)
    }()

    /// A server that also has `real-2023.09`: all that the real home sensor wrote but its statistics.
    package static func withRecords(_ kind: ClusterServer.Kind) async throws -> ClusterServer {
        let server = try await of(kind)
        return try await all[kind]?.loaded(server).value ?? server
    }

    private func loaded(_ server: ClusterServer) -> Task<ClusterServer, any Error> {
        if let records { return records }
        let task = Task {
            let documents = try SampleFlowDocuments.homeSensor { !$0.contains(#""event_type":"stats""#) }.documents
            try await server.load(documents, into: "real-2023.09", mapping: Self.withRecords)
            return server
        }
        records = task
        return task
    }

    private func started() -> Task<ClusterServer, any Error> {
        if let server { return server }
        let kind = kind
        let task = Task {
            let server = try await ClusterServer(kind)
            try await server.load(Self.flows.documents, into: "logstash-flow-many", mapping: Self.keywords)
            try await server.load(
                Self.fewFlows.documents, into: "logstash-flow-few", mapping: SampleFlowDocuments.mapping)
            guard kind == .osmem else { return server }
            try await server.load(Self.fewFlows.documents, into: "logstash-keyword-few", mapping: Self.keywords)
            // As where nobody told the index that a flow's start is a date.
            let text = Self.keywords.replacing(#""start":{"type":"date"}"#, with: #""start":{"type":"keyword"}"#)
            try await server.load(Self.fewFlows.documents, into: "logstash-text-few", mapping: text)
            return server
        }
        server = task
        return task
    }
}
