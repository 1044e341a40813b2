import FlareKit
import Foundation
import Glibc
import HTTP
import OutputFiles

/// Why a message was not delivered.
struct DeliveryFailure: Error {
    var reason: String
    /// Whether it may be taken later.
    var isPassing: Bool
    /// What the receiver asked for, in seconds.
    var retryAfter: Double?
}

/// Sends messages somewhere: all that one sink that tells has of its own.
protocol Courier: Sendable {
    /// Delivers a message.
    ///
    /// - Throws: `DeliveryFailure` or `HTTPFailure`; anything else is a failure that later attempts do not mend.
    func deliver(_ message: Message) async throws
    /// Ends connections; they are opened again when needed.
    func close() async
}

extension Courier {
    func close() async {}
}

/// What all sinks that tell share: they choose what is told, keep to the limit an hour, make digests, try again, and keep
/// in a file what could not be delivered.
actor Teller {
    /// An entry of the file of undelivered notices.
    private struct Entry: Codable {
        /// Whose it is: the pipeline's, and the sink's by its destination.
        var sink: String
        var reason: String
        /// Whether the receiver refused it for good: it stays for a person.
        var isRefused: Bool
        var notice: Notice
    }

    private let options: TellOptions
    private let name: String
    private let file: String
    private let policy: RetryPolicy
    private let clock: @Sendable () -> Timestamp
    private let courier: any Courier
    private nonisolated let calls = PendingCalls()
    private var columns: [Column] = []
    private var pipeline = ""
    private var findings: [Finding] = []
    /// When messages were sent, of the last hour.
    private var sent: [Timestamp] = []

    private static let hour: Int64 = 3600 * 1_000_000_000
    /// More notices than that do not wait.
    private static let mostWaiting = 10_000

    /// - Parameters:
    ///   - name: of the sink and where it tells, without secrets: entries in the file are told apart by it.
    init(
        _ options: TellOptions, name: String, _ context: PluginContext, _ courier: any Courier,
        policy: RetryPolicy? = nil,
        clock: @escaping @Sendable () -> Timestamp = { Timestamp(seconds: Date().timeIntervalSince1970) }
    ) {
        self.options = options
        self.name = name
        let folder = ProcessEnvironment.current["STATE_DIRECTORY"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        file =
            options.deadLetter?.file
            ?? OptionPath("flare-undelivered.jsonl", in: folder ?? context.folder).file ?? "flare-undelivered.jsonl"
        self.courier = courier
        self.policy = policy ?? RetryPolicy(retries: 4, firstPause: 0.5)
        self.clock = clock
    }

    func begin(_ run: RunHeader, _ columns: [Column]) {
        self.columns = columns
        pipeline = run.pipeline
        findings = []
    }

    /// What calls by nature is not told, nor what is less severe than asked for.
    func write(_ findings: [Finding]) {
        self.findings += findings.filter { $0.severity >= options.minSeverity && !$0.isExpected }
    }

    func abort() { findings = [] }

    nonisolated func cancel() { calls.cancel() }

    /// Delivers what is news and what waited.
    ///
    /// - Throws: where not all was delivered; the file has the rest then.
    func commit(_ run: Run) async throws {
        let notices = findings.map { Notice($0, of: run, columns) }
        findings = []
        let waiting = try lines().compactMap(waitingNotice)
        guard !notices.isEmpty || !waiting.isEmpty else { return }
        let outcome = await deliver(waiting + notices)
        await courier.close()
        let left = outcome.refused + outcome.waiting.prefix(Self.mostWaiting)
        if !(left.isEmpty && waiting.isEmpty) { try keep(left) }
        if let failure = outcome.failure {
            let lost = outcome.waiting.count - min(outcome.waiting.count, Self.mostWaiting)
            throw PluginError(
                "\((left.count + lost).grouped) findings could not be told: \(failure)"
                    + (lost > 0 ? "; \(lost.grouped) of them are lost, since too many wait" : ""),
                remedy: "they are in \(file), and what was not refused is told with the next news")
        }
    }

    /// Says that somebody is there, by a labelled test.
    func test() async -> CheckRemark {
        do {
            try await calls.run { [self] in
                try await send(Message([Notice(testAt: clock())], pipeline: "flare check"))
            }
            await courier.close()
            return CheckRemark(.fine, "a test message was sent to \(name)")
        } catch {
            await courier.close()
            let reason = (error as? DeliveryFailure)?.reason ?? "\(error)"
            return CheckRemark(.wrong, "no test message could be sent to \(name): \(Redaction.redacted(reason))")
        }
    }

    // MARK: Delivery

    private struct Outcome {
        var waiting: [Entry] = []
        var refused: [Entry] = []
        var failure: String?
    }

    private func deliver(_ notices: [Notice]) async -> Outcome {
        var outcome = Outcome()
        var messages = self.messages(of: notices)
        let sending = messages.reduce(0) { $0 + $1.notices.count }
        // Beyond the limit, without a failure: it is told within an hour.
        outcome.waiting = notices.dropFirst(sending).map {
            Entry(sink: key, reason: "the limit of \(options.limit) messages an hour", isRefused: false, notice: $0)
        }
        while !messages.isEmpty {
            let message = messages.removeFirst()
            do {
                try await calls.run { [self] in try await send(message) }
                sent.append(clock())
            } catch {
                let failure = error as? DeliveryFailure
                let reason = Redaction.redacted(
                    failure?.reason ?? (error is CancellationError ? "the run was ended" : "\(error)"))
                outcome.failure = outcome.failure ?? reason
                let isRefused = failure.map { !$0.isPassing } ?? !(error is CancellationError)
                func entries(_ message: Message) -> [Entry] {
                    message.notices.map { Entry(sink: key, reason: reason, isRefused: isRefused, notice: $0) }
                }
                if isRefused {
                    outcome.refused += entries(message)
                } else {
                    // Who does not answer now is not asked again for each message.
                    outcome.waiting = ([message] + messages).flatMap(entries) + outcome.waiting
                    return outcome
                }
            }
        }
        return outcome
    }

    /// As many messages as there is room for in this hour; the last one is a digest of what has no room of its own.
    private func messages(of notices: [Notice]) -> [Message] {
        let now = clock()
        sent.removeAll { now.nanoseconds.subtractingClamped($0.nanoseconds) >= Self.hour }
        let room = options.limit - sent.count
        guard room > 0 else { return [] }
        let single = options.digest ? 0 : notices.count <= room ? notices.count : room - 1
        let digest = notices.dropFirst(single)
        return notices.prefix(single).map { Message([$0], pipeline: pipeline) }
            + (digest.isEmpty ? [] : [Message(Array(digest), pipeline: pipeline)])
    }

    /// Sends a message as often as it takes.
    private func send(_ message: Message) async throws {
        var attempt = 0
        while true {
            do {
                return try await deliverOnce(message)
            } catch let failure as DeliveryFailure where failure.isPassing && attempt < policy.retries {
                try await policy.pause(policy.pause(before: attempt, wish: failure.retryAfter))
                attempt += 1
            }
        }
    }

    private func deliverOnce(_ message: Message) async throws {
        do {
            try await courier.deliver(message)
        } catch let failure as HTTPFailure {
            throw DeliveryFailure(reason: failure.description, isPassing: failure.isPassing)
        }
    }

    // MARK: What was not delivered

    private func lines() throws -> [String] {
        FileSystem.status(file) == nil ? [] : try TextFile.read(file).split(separator: "\n").map(String.init)
    }

    /// What a line of the file holds of what waits for this sink; `nil` for all other lines.
    private func waitingNotice(_ line: String) -> Notice? {
        guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(line.utf8)), !entry.isRefused else {
            return nil
        }
        return entry.sink == key ? entry.notice : nil
    }

    /// Writes the file anew: with these in place of what waited for this sink. Sinks of other runs may do the same.
    private func keep(_ entries: [Entry]) throws {
        _ = try FileSystem.makeFolders(FileSystem.folder(of: file))
        let folder = try FileSystem.open(FileSystem.folder(of: file), O_RDONLY | O_DIRECTORY)
        defer { close(folder) }
        while flock(folder, LOCK_EX) != 0, errno == EINTR {}
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let own = try entries.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
        var whole = WholeFile(file)
        do {
            try whole.open()
            for line in try lines().filter({ waitingNotice($0) == nil }) + own { try whole.write((line + "\n").utf8) }
            try whole.commit()
        } catch {
            whole.abort()
            throw error
        }
    }

    /// Whose an entry is.
    private var key: String { "\(pipeline): \(name)" }
}

/// A sink that tells somebody: everything but its courier is the teller's.
protocol TellingSink: Sink, CheckablePlugin, ClosablePlugin {
    var teller: Teller { get }
}

extension TellingSink {
    public var mode: SinkMode { .tell }
    public var failure: String? { nil }

    public func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {
        await teller.begin(run, columns)
    }

    public func write(_ findings: [Finding]) async throws { await teller.write(findings) }

    public func commit(_ run: Run) async throws -> SinkMark? {
        try await teller.commit(run)
        return nil
    }

    public func abort() async { await teller.abort() }
    public func cancel() { teller.cancel() }
    public func close() async {}

    /// Sends nothing unless asked to.
    public func check(_ question: CheckQuestion) async -> [CheckRemark] {
        question.sendsTest
            ? [await teller.test()] : [CheckRemark(.fine, "flare check --send-test sends a test message")]
    }
}
