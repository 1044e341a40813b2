import FlareKit

/// The incidents of what an output holds, with their findings.
///
/// An output that gets only what is news may hold part of an incident, and findings of earlier evaluations: those stand for
/// themselves.
package struct IncidentList {
    package struct Entry {
        package let incident: Incident
        /// The most urgent first; at least one.
        package let findings: [Finding]
    }

    /// The most urgent first, those that are folded last.
    package let entries: [Entry]

    package init(_ run: Run, _ findings: [Finding]) {
        let byID = Dictionary(findings.map { ($0.id, $0) }) { _, last in last }
        let known = Set(run.incidents.flatMap(\.findings))
        var others = findings.filter { !known.contains($0.id) }.byUrgency()
        let incidents = run.incidents + Incident.gather(&others)
        entries = incidents.compactMap { incident in
            let members = incident.findings.compactMap { byID[$0] ?? nil }
            return members.isEmpty ? nil : Entry(incident: incident, findings: members)
        }
    }

    /// What is folded, with its counts; `nil` where nothing is.
    package var foldedLine: String? { entries.map(\.incident).foldedLine }
}
