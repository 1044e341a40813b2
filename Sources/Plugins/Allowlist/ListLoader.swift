import FlareKit
import PeerMatching

/// Reads the lists of an allowlist.
struct ListLoader {
    let options: AllowlistOptions
    let context: PluginContext

    /// What came of reading.
    struct Loaded: Sendable {
        let ruleset: Ruleset
        let remarks: [String]
    }

    /// A list with entries of Flare's own form.
    struct OwnList {
        let name: String
        let action: AllowlistAction
        let isForced: Bool
        let rules: [Rule]
    }

    static let inlineName = "entries"

    /// Lists of cloud ranges, which anybody can rent, by what MISP calls them.
    private static let hostingWords = [
        "amazon aws", "azure", "google cloud platform", "(gcp", "akamai", "cloudflare", "fastly",
    ]

    /// Reads all lists.
    ///
    /// - Throws: `ConfigurationError` for a list of Flare's own form that is wrong, `ListError` for one that cannot be
    ///   read.
    func load(at now: Timestamp) throws -> Loaded {
        var remarks: [String] = []
        var builder = PeerMatcher.Builder()
        var lists: [Ruleset.List] = []
        var rules: [(rule: Rule, list: Int)] = []
        func take(_ own: OwnList) {
            for rule in own.rules {
                if rule.hasExpired(at: now) {
                    let day = rule.expires.map { "\($0)".prefix(10) } ?? ""
                    remarks.append(
                        "allowlist \(own.name): the entry \(rule.title) expired on \(day) and no longer counts")
                } else {
                    rules.append((rule, lists.count))
                }
            }
            lists.append(
                Ruleset.List(
                    name: own.name, action: own.action, isHosting: false, isForced: own.isForced, first: 0))
        }
        take(try inlineList())
        for reference in options.lists where isOwn(reference) {
            for list in try ownLists(reference) { take(list) }
        }

        builder.takesBroad = true
        for (place, entry) in rules.enumerated() {
            for network in entry.rule.networks { builder.add(network, item: UInt32(place)) }
            if entry.rule.networks.isEmpty {
                for host in entry.rule.hosts { builder.add(host, item: UInt32(place)) }
            }
        }
        var bareLists: [Ruleset.List] = []
        var next = UInt32(rules.count)
        for reference in options.lists where !isOwn(reference) {
            let list = try bareList(reference, from: next, &builder, &remarks)
            bareLists.append(list.list)
            next += UInt32(list.entries)
        }
        return Loaded(
            ruleset: Ruleset(rules: rules, lists: lists, bareLists: bareLists, builder), remarks: remarks)
    }

    /// The entries of the pipeline file itself.
    func inlineList() throws(OptionComplaint) -> OwnList {
        OwnList(
            name: Self.inlineName, action: options.action, isForced: options.force,
            rules: try Self.rules(options.entries))
    }

    private static func rules(_ entries: [AllowlistEntry]) throws(OptionComplaint) -> [Rule] {
        var rules: [Rule] = []
        for (index, entry) in entries.enumerated() {
            do throws(OptionComplaint) {
                rules.append(try Rule(entry))
            } catch {
                let place = "entries.\(index)" + (error.option.isEmpty ? "" : ".\(error.option)")
                throw OptionComplaint(
                    error.message, option: place, expected: error.expected, suggestion: error.suggestion)
            }
        }
        return rules
    }

    /// Whether a list is of Flare's own form.
    func isOwn(_ reference: ListReference) -> Bool {
        switch reference.format {
        case .flare: true
        case .auto: path(of: reference).hasSuffix(".yaml") || path(of: reference).hasSuffix(".yml")
        default: false
        }
    }

    /// Reads a list of Flare's own form, and those that it includes.
    func ownLists(_ reference: ListReference) throws -> [OwnList] {
        var seen: Set<String> = []
        return try ownLists(path(of: reference), named: reference.path.text, reference, &seen)
    }

    /// - Parameter seen: lists that were read already; each counts once.
    private func ownLists(_ path: String, named name: String, _ reference: ListReference, _ seen: inout Set<String>)
        throws -> [OwnList]
    {
        guard seen.insert(path).inserted else { return [] }
        let file = try ListFile(path: path)
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let document = try AllowlistDocument.read(
            String(decoding: file.bytes, as: UTF8.self), folder: folder, file: path)
        let rules: [Rule]
        do throws(OptionComplaint) {
            rules = try Self.rules(document.entries)
        } catch {
            throw ListError(path, "\(error.option): \(error.message)" + (error.suggestion.map { "; \($0)" } ?? ""))
        }
        var lists: [OwnList] = []
        if !rules.isEmpty {
            lists.append(
                OwnList(
                    name: document.name ?? name, action: reference.action ?? document.action ?? options.action,
                    isForced: options.force || reference.force, rules: rules))
        }
        for other in document.include {
            lists += try ownLists(other.file ?? other.text, named: other.text, reference, &seen)
        }
        return lists
    }

    private func bareList(
        _ reference: ListReference, from item: UInt32, _ builder: inout PeerMatcher.Builder, _ remarks: inout [String]
    ) throws(ListError) -> (list: Ruleset.List, entries: Int) {
        let file = try ListFile(path: path(of: reference))
        let name = reference.path.text
        let isForced = options.force || reference.force
        builder.takesBroad = isForced
        let broadBefore = builder.tooBroad.count
        let format: ListFormat? =
            switch reference.format {
            case .plain: .plain
            case .csv: .csv
            case .misp: .misp
            case .auto, .flare: nil
            }
        let content = try file.read(as: format, cutoff: reference.cutoff, into: &builder, from: item)
        for broad in builder.tooBroad[broadBefore...] {
            remarks.append(
                "allowlist \(name): the entry \(broad) was refused: it takes in a large part of the internet; say force: "
                    + "true if it is meant")
        }
        if content.unreadable > 0 {
            remarks.append(
                "allowlist \(name): \(content.unreadable) entries could not be read, "
                    + content.examples.joined(separator: ", "))
        }
        let title = content.name?.lowercased() ?? ""
        let isHosting = Self.hostingWords.contains { title.contains($0) }
        let list = Ruleset.List(
            name: name, action: reference.action ?? (isHosting ? .tag : options.action), isHosting: isHosting,
            isForced: isForced, first: item)
        return (list, content.entries)
    }

    /// Where a list's file is.
    func path(of reference: ListReference) -> String {
        switch reference.path.location {
        case .file(let path): path
        case .builtIn(let name): (context.installation ?? ".") + "/configs/allowlists/\(name).yaml"
        case .standardStream: "/dev/stdin"
        }
    }
}
