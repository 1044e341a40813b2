import FlareModel
import FlareOptions
import FlarePlugins
import FoundationEssentials
import Synchronization

/// A sink that is a program.
final class ProgramSink: Sink, ClosablePlugin {
    let program: ExternalProgram
    private let columns = Mutex<[Column]>([])
    private let output = Mutex<String?>(nil)
    private let standing = Mutex<SinkMark?>(nil)

    /// The most findings of a question.
    private static let mostFindings = 256

    init(_ program: ExternalProgram) { self.program = program }

    var mode: SinkMode { program.record.traits.mode ?? .whole }
    var destination: String? { output.withLock { $0 } }
    /// The run names a sink's failure by itself.
    var failure: String? { nil }
    /// A sink is told to abort, and only then ended.
    func cancel() {}
    func close() async { await program.close() }

    func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {
        self.columns.withLock { $0 = columns }
        let (header, fields) = (try Self.json(run), try Self.json(columns.map(\.field)))
        let mark = try resume.map { try Self.json($0.state) }
        let answer = try await program.ask("begin") { text in
            text.key("run")
            text.append(raw: header)
            text.key("columns")
            text.append(raw: fields)
            text.key("mark")
            if let mark { text.append(raw: mark) } else { text.appendNull() }
        }
        if let destination = answer["destination"]?.text { output.withLock { $0 = destination } }
        standing.withLock { $0 = Self.mark(in: answer) }
    }

    func mark() async throws -> SinkMark? { standing.withLock { $0 } }

    func write(_ findings: [Finding]) async throws {
        let columns = self.columns.withLock { $0 }
        for start in stride(from: 0, to: findings.count, by: Self.mostFindings) {
            _ = try await program.ask("write") { text in
                text.key("findings")
                text.list { list in
                    for finding in findings[start..<min(findings.count, start + Self.mostFindings)] {
                        list.append(finding, columns, withSeries: true)
                    }
                }
            }
        }
    }

    func commit(_ run: Run) async throws -> SinkMark? {
        let report = try Self.json(run)
        let answer = try await program.ask("commit") { text in
            text.key("run")
            text.append(raw: report)
        }
        return Self.mark(in: answer)
    }

    private static func mark(in answer: JSONValue) -> SinkMark? {
        answer["mark"]?.values.map { SinkMark($0.compactMapValues(\.text)) }
    }

    func abort() async {
        // It runs when something already failed; a plugin that fails now has nothing left to say.
        _ = try? await program.ask("abort")
    }

    private static func json(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }
}
