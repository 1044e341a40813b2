import FlareKit
import PeerMatching

extension AllowlistEnricher {
    /// What can be said of the lists without a run: that they can be read and are right, and that somebody supplies what
    /// their entries need.
    public func complaints(in setting: EnricherSetting) -> [Diagnostic] {
        let loader = ListLoader(options: options)
        var complaints: [Diagnostic] = []
        var rules = ((try? loader.inlineList())?.rules ?? []).map {
            (list: ListLoader.inlineName, rule: $0, isBundled: false)
        }
        for reference in options.lists where loader.isOwn(reference) {
            do {
                for list in try loader.ownLists(reference) {
                    rules += list.rules.map { (list: list.name, rule: $0, isBundled: reference.isBundled) }
                }
            } catch let error as ConfigurationError {
                complaints += error.diagnostics
            } catch {
                complaints.append(Diagnostic("\(error)", at: nil, level: .warning))
            }
        }
        return complaints + unsupplied(rules, setting)
    }

    private func unsupplied(_ rules: [(list: String, rule: Rule, isBundled: Bool)], _ setting: EnricherSetting)
        -> [Diagnostic]
    {
        var complaints: [Diagnostic] = []
        if setting.written.isDisjoint(with: ["dest_asn", "dest_as_name"]),
            let (list, rule, _) = rules.first(where: \.rule.needsAS)
        {
            complaints.append(
                Diagnostic(
                    "allowlist \(list): the entry \(rule.title) needs the AS of the destination, which nobody looks up",
                    at: nil, suggestion: "add the enricher whois"))
        }
        let namesAreKnown = setting.written.contains("host") || setting.groupings.contains { $0.by != .address }
        // Bundled lists are for all pipelines: what of them serves this one does.
        if !namesAreKnown, let (list, rule, _) = rules.first(where: { $0.rule.needsName && !$0.isBundled }) {
            complaints.append(
                Diagnostic(
                    "allowlist \(list): the entry \(rule.title) needs the name of the destination, and no detector groups "
                        + "by name", at: nil, suggestion: "say group_by: host or group_by: domain in a detector",
                    level: .warning))
        }
        return complaints
    }
}
