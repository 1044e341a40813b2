import FlareModel
import FlareOptions

/// What an enricher from outside says about findings, by their ids.
struct ExternalChanges {
    private var changes: [String: JSONValue] = [:]

    /// - Parameter words: an object for each finding that changes.
    init(_ words: [JSONValue]) throws(ExternalFault) {
        for change in words {
            guard let id = change["id"]?.text else { throw .nonsense("a finding has no \"id\"") }
            guard changes.updateValue(change, forKey: id) == nil else {
                throw .nonsense("the finding \(id) occurs twice")
            }
        }
    }

    /// The findings with what was added to them, without those that are dropped.
    ///
    /// - Parameter fields: what the enricher declared.
    func applied(to findings: some Collection<Finding>, _ fields: [Field]) throws(ExternalFault) -> [Finding] {
        let known = Set(findings.map(\.id))
        if let unknown = changes.keys.first(where: { !known.contains($0) }) {
            throw .nonsense("there is no finding \"\(unknown)\"")
        }
        var kept: [Finding] = []
        for finding in findings {
            if let change = changes[finding.id] {
                if let changed = try Self.changed(finding, by: change, fields) { kept.append(changed) }
            } else {
                kept.append(finding)
            }
        }
        return kept
    }

    /// The finding with what was added; `nil` if it is dropped.
    private static func changed(
        _ finding: Finding, by change: JSONValue, _ fields: [Field]
    ) throws(ExternalFault) -> Finding? {
        let known = ["id", "drop", "host", "evidence", "modifiers"]
        for name in (change.values ?? [:]).keys.sorted() where !known.contains(name) {
            throw .nonsense("a finding has an unknown entry \"\(name)\"; known: \(known.joined(separator: ", "))")
        }
        if change["drop"]?.boolean == true { return nil }
        var finding = finding
        if let host = change["host"]?.text { finding.host = host }
        try ExternalAnswer.addEvidence(change["evidence"], to: &finding, fields)
        finding.add(try (change["modifiers"]?.elements ?? []).map(ExternalAnswer.modifier))
        return finding
    }
}
