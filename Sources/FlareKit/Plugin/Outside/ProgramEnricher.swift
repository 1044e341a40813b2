/// An enricher that is a program. What it says about a finding it says under the finding's id.
struct ProgramEnricher: Enricher, ClosablePlugin {
    let program: OutsideProgram

    /// The most findings of a question.
    private static let mostFindings = 256

    var reads: Set<String> { Set(program.record.traits.reads ?? []) }
    var writes: [Field] { program.descriptor.evidence }
    var failure: String? { program.failure }
    func cancel() { program.cancel() }
    func close() async { await program.close() }

    func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        let all = findings
        findings = try await program.guarded(otherwise: all) {
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
            throw OutsideFault.nonsense("there is no list \"findings\"")
        }
        var changesByID: [String: JSONValue] = [:]
        for change in changes {
            guard let id = change["id"]?.text else { throw OutsideFault.nonsense("a finding has no \"id\"") }
            guard changesByID.updateValue(change, forKey: id) == nil else {
                throw OutsideFault.nonsense("the finding \(id) occurs twice")
            }
        }
        let unknown = changesByID.keys.first { id in !findings.contains { $0.id == id } }
        if let unknown { throw OutsideFault.nonsense("there is no finding \"\(unknown)\"") }
        return try findings.compactMap { finding in
            guard let change = changesByID[finding.id] else { return finding }
            return try Self.changed(finding, by: change, writes)
        }
    }

    /// The finding with what was added; `nil` if it is dropped.
    private static func changed(
        _ finding: Finding, by change: JSONValue, _ fields: [Field]
    ) throws(OutsideFault) -> Finding? {
        let known = ["id", "drop", "host", "evidence", "modifiers"]
        for name in (change.values ?? [:]).keys.sorted() where !known.contains(name) {
            throw .nonsense("a finding has an unknown entry \"\(name)\"; known: \(known.joined(separator: ", "))")
        }
        if change["drop"]?.boolean == true { return nil }
        var finding = finding
        if let host = change["host"]?.text { finding.host = host }
        try OutsideAnswer.addEvidence(change["evidence"], to: &finding, fields)
        for modifier in change["modifiers"]?.elements ?? [] {
            finding.modifiers.append(try OutsideAnswer.modifier(modifier))
        }
        return finding
    }
}
