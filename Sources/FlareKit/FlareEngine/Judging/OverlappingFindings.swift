import FlareModel
import FlarePlugins

/// Findings of one detector that rest on the same calls: toward a name, and toward an address behind it.
struct OverlappingFindings {
    /// What is left, and how many others rest on the same calls.
    struct Resolved {
        var findings: [Finding]
        var folded = 0
    }

    private let channels: KeptChannels
    private let table: ChannelTable

    init(_ channels: KeptChannels, _ table: ChannelTable) { (self.channels, self.table) = (channels, table) }

    /// A finding, and the records that it rests on.
    private struct Entry {
        var place: Int
        var isNamed: Bool
        var interval: Double
        var records: Set<UInt32>
    }

    /// Names that take turns at an address call at multiples of the address's own interval, to within this share.
    private static let turnsTolerance = 0.3

    /// Keeps one finding of those that rest on the same calls.
    ///
    /// A finding toward a name stands for those toward addresses most of whose calls it holds. Where an address is called
    /// under several names in turn, the finding toward the address stands for those toward the names.
    func resolved(_ findings: [Finding]) -> Resolved {
        guard table.grouping.by == .both else { return Resolved(findings: findings) }
        var isDropped: Set<Int> = []
        for entries in bySource(findings) {
            let named = entries.filter(\.isNamed)
            for address in entries where !address.isNamed {
                let sharing = named.filter { !$0.records.isDisjoint(with: address.records) }
                guard !sharing.isEmpty else { continue }
                let inside = sharing.filter { $0.records.isSubset(of: address.records) }
                let covered = sharing.reduce(into: Set<UInt32>()) { $0.formUnion($1.records) }
                    .intersection(address.records)
                if takeTurns(inside, address) {
                    isDropped.formUnion(inside.map(\.place))
                } else if covered.count * 2 >= address.records.count {
                    isDropped.insert(address.place)
                }
            }
        }
        guard !isDropped.isEmpty else { return Resolved(findings: findings) }
        return Resolved(
            findings: findings.enumerated().filter { !isDropped.contains($0.offset) }.map(\.element),
            folded: isDropped.count)
    }

    /// Those candidates that share no call with a finding, and of several that rest on the same calls one.
    func candidates(_ candidates: [Finding], beside findings: [Finding]) -> [Finding] {
        guard table.grouping.by == .both, !candidates.isEmpty else { return candidates }
        let sources = Set(candidates.compactMap(\.source))
        let held = Set(
            findings.flatMap(\.channels).filter { sources.contains($0.source) }.compactMap(table.id)
                .flatMap(channels.records))
        let apart = candidates.filter { candidate in
            candidate.channels.compactMap(table.id).allSatisfy { held.isDisjoint(with: channels.records(of: $0)) }
        }
        return resolved(apart).findings
    }

    /// The findings about channels of each source that has one toward a name.
    private func bySource(_ findings: [Finding]) -> [[Entry]] {
        let places = findings.indices.filter { findings[$0].channels.count == 1 }
        return Dictionary(grouping: places) { findings[$0].source }
            .filter { $0.value.contains { findings[$0].channel?.peer.name != nil } }
            .values.map { $0.compactMap { entry(of: findings[$0], at: $0) } }
    }

    private func entry(of finding: Finding, at place: Int) -> Entry? {
        guard case .channel(let key) = finding.subject, let channel = table.id(of: key) else { return nil }
        return Entry(
            place: place, isNamed: key.peer.name != nil, interval: finding.interval ?? 0,
            records: Set(channels.records(of: channel)))
    }

    /// Whether calls under several names are one rhythm toward an address.
    private func takeTurns(_ named: [Entry], _ address: Entry) -> Bool {
        guard named.count > 1, address.interval > 0 else { return false }
        let turns = address.interval * Double(named.count)
        return named.allSatisfy { abs($0.interval - turns) <= Self.turnsTolerance * turns }
    }
}
