import FlareKit
import PeerMatching

/// All lists of an allowlist, ready to be compared with channels.
struct Ruleset: Sendable {
    /// A list that was read.
    struct List: Sendable {
        let name: String
        let action: AllowlistAction
        /// Whether its addresses are rented to anybody, so that reports say so.
        let isHosting: Bool
        let allowsBroad: Bool
        /// The number of its first entry; those of bare lists have nothing but a network, a name or a pattern.
        let first: UInt32
    }

    /// The entry that fits, by the names that reports use.
    struct Hit: Hashable, Sendable {
        let list: String
        let rule: String
        var reason: String?
        var action: AllowlistAction
        var isHosting = false
    }

    private let matcher: PeerMatcher
    /// Entries with conditions; their numbers are their places here, and bare lists' entries follow.
    private let rules: [Rule]
    private let listOfRule: [Int]
    /// Rules that no address and no name leads to.
    private let others: [Int]
    private let lists: [List]
    private let bareLists: [List]
    /// Entries that took out too much.
    private(set) var refused: Set<RuleName> = []
    private let allowedBroad: Set<RuleName>

    /// An entry by the names that reports use.
    struct RuleName: Hashable, Sendable {
        let list: String
        let rule: String
    }

    init(rules: [(rule: Rule, list: Int)], lists: [List], bareLists: [List], _ builder: consuming PeerMatcher.Builder) {
        self.rules = rules.map(\.rule)
        listOfRule = rules.map(\.list)
        others = rules.indices.filter { rules[$0].rule.networks.isEmpty && rules[$0].rule.hosts.isEmpty }
        self.lists = lists
        self.bareLists = bareLists
        matcher = PeerMatcher(builder)
        allowedBroad = Set(
            rules.filter(\.rule.allowsBroad).map { RuleName(list: lists[$0.list].name, rule: $0.rule.title) })
    }

    /// The same without some rules.
    func refusing(_ names: Set<RuleName>) -> Ruleset {
        var ruleset = self
        ruleset.refused.formUnion(names)
        return ruleset
    }

    /// Whether a rule stays however much it takes out.
    func allowsBroad(_ name: RuleName) -> Bool {
        allowedBroad.contains(name) || (lists + bareLists).contains { $0.allowsBroad && $0.name == name.list }
    }

    /// The first rule that leaves out what is known so, or `nil`; calls `tagged` for each that would note it.
    ///
    /// The order: the smallest network first, then the longest name, then rules without either.
    func drop(_ facts: Facts, tagged: (Hit) -> Void = { _ in }) -> Hit? {
        var found: Hit?
        // A name has many addresses: a rule has to hold for all, so that the first leads to it if any does.
        if let address = facts.addresses.first {
            matcher.forEach(matching: address) { match in
                guard let hit = hit(match, facts, isForAll: facts.addresses.count > 1) else { return true }
                if hit.action == .drop { found = hit } else { tagged(hit) }
                return found == nil
            }
        }
        if let found { return found }
        if let name = facts.name {
            matcher.forEach(matching: name) { match in
                guard let hit = hit(match, facts, isForAll: false) else { return true }
                if hit.action == .drop { found = hit } else { tagged(hit) }
                return found == nil
            }
        }
        if let found { return found }
        for place in others where rules[place].holds(for: facts) {
            guard let hit = hit(ofRule: place) else { continue }
            if hit.action == .drop { return hit }
            tagged(hit)
        }
        return nil
    }

    /// - Parameter isForAll: whether further addresses have to lie in the matched network too.
    private func hit(_ match: PeerMatcher.Match, _ facts: Facts, isForAll: Bool) -> Hit? {
        if match.item < rules.count {
            let place = Int(match.item)
            return rules[place].holds(for: facts) ? hit(ofRule: place) : nil
        }
        guard let list = bareList(of: match.item) else { return nil }
        let text = matcher.text(of: match)
        if isForAll, let network = CIDR(text), !facts.addresses.allSatisfy({ network.contains($0) }) { return nil }
        guard refused.isEmpty || !refused.contains(RuleName(list: list.name, rule: text)) else { return nil }
        return Hit(list: list.name, rule: text, action: list.action, isHosting: list.isHosting)
    }

    private func hit(ofRule place: Int) -> Hit? {
        let list = lists[listOfRule[place]]
        let rule = rules[place]
        guard refused.isEmpty || !refused.contains(RuleName(list: list.name, rule: rule.title)) else { return nil }
        return Hit(list: list.name, rule: rule.title, reason: rule.reason, action: rule.action ?? list.action)
    }

    private func bareList(of item: UInt32) -> List? {
        let next = bareLists.firstPlace { $0.first > item }
        return next > 0 ? bareLists[next - 1] : nil
    }
}
