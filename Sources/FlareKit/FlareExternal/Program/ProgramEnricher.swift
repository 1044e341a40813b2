import FlareModel
import FlarePlugins

/// An enricher that is a program. What it says about a finding it says under the finding's id.
struct ProgramEnricher: Enricher, ClosablePlugin {
    var takesCandidates: Bool { false }

    let program: ExternalProgram

    /// The most findings of a question.
    private static let mostFindings = 256

    var reads: Set<String> { Set(program.record.traits.reads ?? []) }
    var writes: [Field] { program.descriptor.evidence }
    var failure: String? { program.health.failure }
    func cancel() { program.cancel() }
    func close() async { await program.close() }

    func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        let all = findings
        findings = try await program.health.guarded(otherwise: all) {
            var kept: [Finding] = []
            // A question is asked even where there is nothing to enrich, so that a broken plugin shows.
            for start in stride(from: 0, to: max(1, all.count), by: Self.mostFindings) {
                kept += try await enrich(all[start..<min(all.count, start + Self.mostFindings)], run)
            }
            return kept
        }
    }

    private func enrich(_ findings: ArraySlice<Finding>, _ run: RunContext) async throws -> [Finding] {
        let fields = Set(findings.flatMap(\.evidence.keys)).sorted().map { Field($0, .text, "") }
        let columns = Column.all(with: fields)
        let answer = try await program.ask("enrich") { text in
            text.key("window")
            text.append(run.window)
            text.key("findings")
            text.list { list in for finding in findings { list.append(finding, columns, withSeries: false) } }
        }
        guard let changes = answer["findings"]?.elements else {
            throw ExternalFault.nonsense("there is no list \"findings\"")
        }
        return try ExternalChanges(changes).applied(to: findings, writes)
    }
}
