import ElasticsearchClient
import FlareKit
import HTTP
import Synchronization

/// Findings as documents of an Elasticsearch or OpenSearch cluster.
public struct ElasticsearchSink: Sink, BuiltInPlugin {
    public static let name = "elasticsearch"
    public static let summary = "Writes findings as ECS documents into an Elasticsearch or OpenSearch cluster."

    /// What is kept until the commit.
    private final class Waiting: Sendable {
        struct State {
            var columns: [Column] = []
            var findings: [Finding] = []
            /// The id of the run's document, which a live run keeps over restarts.
            var run = ""
        }

        let state = Mutex(State())
    }

    let options: ElasticsearchSinkOptions
    let session: ClusterSession
    private let deadLetter: DeadLetter
    private let waiting = Waiting()

    private let policy: RetryPolicy
    private let batch: Int

    /// Within such a period a finding has one document, in nanoseconds.
    private static let idPeriod: Int64 = 24 * 3600 * 1_000_000_000

    public init(_ options: ElasticsearchSinkOptions, _ context: PluginContext) throws {
        try self.init(options, context, batch: 500)
    }

    /// - Parameter batch: the most documents of one request.
    init(
        _ options: ElasticsearchSinkOptions, _ context: PluginContext, policy: RetryPolicy = RetryPolicy(), batch: Int
    ) throws {
        try options.connection.check(codeFolders: context.codeFolders)
        _ = try DatedName(options.index, option: "index")
        self.options = options
        self.policy = policy
        self.batch = batch
        session = ClusterSession(options.connection, policy: policy)
        deadLetter = DeadLetter(
            path: options.deadLetter?.file ?? OptionPath("flare-refused.jsonl", in: context.folder).file ?? "")
    }

    public var mode: SinkMode { .upsert }

    public var destination: String? { "\(options.connection.urls.first ?? "")/\(options.dataStream ?? options.index)" }

    public func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {
        waiting.state.withLock {
            $0.columns = columns
            $0.findings = []
            $0.run = resume?.state[Self.runKey] ?? FNV.digits("\(run.sensor) \(run.pipeline) \(run.started)")
        }
    }

    private static let runKey = "run"

    public func mark() async throws -> SinkMark? { SinkMark([Self.runKey: waiting.state.withLock(\.run)]) }

    /// Keeps the findings: which documents they are is known when the window's end is.
    public func write(_ findings: [Finding]) async throws { waiting.state.withLock { $0.findings += findings } }

    public func commit(_ run: Run) async throws -> SinkMark? {
        let (columns, findings) = waiting.state.withLock { state in
            defer { state.findings = [] }
            return (state.columns, state.findings)
        }
        do {
            try await send(findings, columns, run)
            await session.close()
            return try await mark()
        } catch {
            await session.close()
            if let error = error as? ClusterError { throw PluginError(error) }
            throw error
        }
    }

    public func abort() async {
        waiting.state.withLock { $0.findings = [] }
        await session.close()
    }

    private func send(_ findings: [Finding], _ columns: [Column], _ run: Run) async throws {
        let cluster = try await session.cluster()
        let name = try DatedName(options.index, option: "index")
        if options.installTemplate { try await install(columns, name, cluster) }
        let end = run.window.until ?? run.header.started
        let documents = FindingDocument(header: run.header, window: run.window, columns: columns)
        var items = findings.map { finding -> Bulk.Item in
            let document = documents.document(of: finding)
            // What another sensor says of the same channel is another document.
            let day = end.nanoseconds / Self.idPeriod * Self.idPeriod
            let id = FNV.digits("\(run.header.sensor) \(finding.id) \(day)")
            guard let stream = options.dataStream else {
                return Bulk.Item(index: name.name(at: end), id: id, document: document)
            }
            // A data stream takes no changes: a changed finding is a further document.
            let revision = FNV.digits(document.description)
            return Bulk.Item(index: stream, id: "\(id)-\(revision)", document: document, onlyCreates: true)
        }
        if let runs = options.runs {
            let id = waiting.state.withLock(\.run)
            items.append(Bulk.Item(index: runs, id: id, document: RunDocument.document(of: run)))
        }
        let bulk = Bulk(cluster: cluster, policy: policy, batch: batch)
        var outcome = Bulk.Outcome()
        do {
            try await bulk.write(items, into: &outcome)
        } catch {
            if !outcome.refused.isEmpty { try deadLetter.write(outcome.refused) }
            throw error
        }
        guard outcome.refused.isEmpty else { throw try refusal(outcome, of: items.count, at: cluster.client.name) }
    }

    private func refusal(_ outcome: Bulk.Outcome, of count: Int, at place: String) throws -> PluginError {
        try deadLetter.write(outcome.refused)
        let first = outcome.refused.first
        return PluginError(
            "\(outcome.refused.count.grouped) of \(count.grouped) documents were refused: \(first?.reason ?? "")"
                + " (document \(first?.item.document.description ?? ""))", at: place,
            remedy: "they were added to \(deadLetter.path)")
    }

    private func install(_ columns: [Column], _ name: DatedName, _ cluster: Cluster) async throws {
        let template = FindingTemplate(columns: columns, server: cluster.server)
        let isStream = options.dataStream != nil
        do {
            let present = try await cluster.client.json(ClusterClient.Request(.get, template.path(isStream)))
            if template.isKept(present) { return }
        } catch let error as ClusterError where error.kind == .status(404) {
            // There is none yet.
        }
        _ = try await cluster.client.json(
            template.request(pattern: options.dataStream ?? name.pattern, isDataStream: isStream))
    }
}

extension ElasticsearchSink: ClosablePlugin {
    public var failure: String? { nil }

    public func cancel() { session.cancel() }

    public func close() async { await session.close() }
}

/// The name of an index with a date in it: `flare-findings-{yyyy.MM.dd}`.
struct DatedName: Equatable {
    private let before: String
    private let form: String?
    private let after: String

    private static let forms = ["yyyy.MM.dd", "yyyy.MM", "yyyy"]

    /// - Throws: a complaint where the date's form is none, or the name none of an index.
    init(_ text: String, option: String) throws {
        let parts = text.split(separator: "{", maxSplits: 1, omittingEmptySubsequences: false)
        before = String(parts[0])
        if parts.count == 2 {
            let rest = parts[1].split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
            guard rest.count == 2, Self.forms.contains(String(rest[0])) else {
                throw OptionComplaint(
                    "\"\(text)\" has a date of an unknown form", option: option,
                    expected: Self.forms.map { "{\($0)}" }.joined(separator: " or "))
            }
            form = String(rest[0])
            after = String(rest[1])
        } else {
            form = nil
            after = ""
        }
        let letters = before + after
        guard !before.isEmpty, letters == letters.lowercased(),
            !letters.contains(where: { " \"*\\<|,>/?#:".contains($0) })
        else { throw OptionComplaint("\"\(text)\" is no name of an index", option: option) }
    }

    func name(at time: Timestamp) -> String {
        guard let form else { return before }
        // 2026-01-31T…
        let date = time.description.prefix(10).map { $0 == "-" ? "." : $0 }
        return before + String(date.prefix(form.count)) + after
    }

    /// What matches the name at every time.
    var pattern: String { form == nil ? before : before + "*" + after }
}
