import FlareKit

/// How many sources of the site share what was said on findings.
struct SiteSharing {
    private let counts: [SharedValue: Int]
    /// Hosts of the site that call in the window.
    let hosts: Int

    init(_ stories: [Story], _ context: GatheredContext, _ run: RunContext) async throws {
        var values: Set<SharedValue> = []
        for story in stories {
            for key in Set(story.finding.channels) {
                guard let said = context[key] else { continue }
                values.formUnion(Self.values(of: said))
            }
            if let name = story.name { values.insert(SharedValue(kind: .dns, column: .query, value: name.name)) }
        }
        // Other certificates may name the same subject.
        let subjects = Set(stories.flatMap { $0.context.shown.values.filter(\.isSelfSigned).map(\.subject) })
        for certificate in context.selfSigned(by: subjects) {
            values.insert(SharedValue(kind: .tls, column: .fingerprint, value: certificate.hash))
        }
        let asked = Array(values)
        var counts: [SharedValue: Int] = [:]
        for source in run.contextSources {
            do {
                for (value, count) in try await source.sources(sharing: asked, in: run.window) {
                    // Two sensors see the same hosts as a rule.
                    counts[value] = max(counts[value] ?? 0, count)
                }
            } catch  where !(error is CancellationError) {
                run.ledger.remark("\(run.stage): how many hosts share what was said is not known: \(error)")
            }
        }
        self.counts = counts
        hosts = run.censuses.values.map(\.hosts).max() ?? 0
    }

    private static func values(of context: ChannelContext) -> [SharedValue] {
        context.agents.counts.keys.map { SharedValue(kind: .http, column: .userAgent, value: $0) }
            + context.ja3.counts.keys.map { SharedValue(kind: .tls, column: .ja3, value: $0) }
            + context.ja4.counts.keys.map { SharedValue(kind: .tls, column: .ja4, value: $0) }
            + context.certificates.counts.keys.map { SharedValue(kind: .tls, column: .fingerprint, value: $0) }
    }

    /// How many sources share a value; `nil` where that was not counted.
    func sources(_ kind: RecordKind, _ column: ColumnName, _ value: String) -> Int? {
        counts[SharedValue(kind: kind, column: column, value: value)]
    }
}
