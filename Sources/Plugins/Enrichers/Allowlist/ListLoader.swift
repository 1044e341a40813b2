import FlareKit
import PeerMatching

/// Reads the lists of an allowlist.
struct ListLoader {
    let options: AllowlistOptions

    /// What came of reading.
    struct Loaded: Sendable {
        let ruleset: Ruleset
        let remarks: [String]
    }

    /// A list with entries of Flare's own form.
    struct OwnList {
        let name: String
        let action: AllowlistAction
        let allowsBroad: Bool
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
                    name: own.name, action: own.action, isHosting: false, allowsBroad: own.allowsBroad, first: 0))
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
            name: Self.inlineName, action: options.action, allowsBroad: false,
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
        case .auto: reference.isBundled || [".yaml", ".yml"].contains { reference.path.text.hasSuffix($0) }
        default: false
        }
    }

    /// Reads a list of Flare's own form, and those that it includes.
    func ownLists(_ reference: ListReference) throws -> [OwnList] {
        var seen: Set<OptionPath.Location> = []
        return try ownLists(reference.path, reference, &seen)
    }

    /// - Parameter seen: lists that were read already; each counts once.
    private func ownLists(_ path: OptionPath, _ reference: ListReference, _ seen: inout Set<OptionPath.Location>)
        throws -> [OwnList]
    {
        guard seen.insert(path.location).inserted else { return [] }
        let file = try Self.file(path)
        let folder = file.path.lastIndex(of: "/").map { String(file.path[..<$0]) } ?? "."
        let document = try AllowlistDocument.read(
            String(decoding: file.bytes, as: UTF8.self), folder: folder, file: file.path)
        let rules: [Rule]
        do throws(OptionComplaint) {
            rules = try Self.rules(document.entries)
        } catch {
            throw ListError(file.path, "\(error.option): \(error.message)" + (error.suggestion.map { "; \($0)" } ?? ""))
        }
        var lists: [OwnList] = []
        if !rules.isEmpty {
            lists.append(
                OwnList(
                    name: document.name ?? path.text, action: reference.action ?? document.action ?? options.action,
                    allowsBroad: reference.allowBroad, rules: rules))
        }
        for other in document.include {
            lists += try ownLists(other, reference, &seen)
        }
        return lists
    }

    private func bareList(
        _ reference: ListReference, from item: UInt32, _ builder: inout PeerMatcher.Builder, _ remarks: inout [String]
    ) throws(ListError) -> (list: Ruleset.List, entries: Int) {
        let file = try Self.file(reference.path)
        let name = reference.path.text
        let allowsBroad = reference.allowBroad
        builder.takesBroad = allowsBroad
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
                "allowlist \(name): the entry \(broad) was refused: it takes in a large part of the internet; set allow_broad: "
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
            allowsBroad: allowsBroad, first: item)
        return (list, content.entries)
    }

    /// A list's content.
    private static func file(_ path: OptionPath) throws(ListError) -> ListFile {
        switch path.location {
        case .file(let file): return try ListFile(path: file)
        case .standardStream: return try ListFile(path: "/dev/stdin")
        case .builtIn(let name):
            guard let bytes = BuiltInLists.texts[name] else {
                throw ListError(path.text, "there is no such list in Flare; it has \(BuiltInLists.names)")
            }
            return ListFile(path: path.text, bytes: bytes)
        }
    }

    /// - Throws: a complaint about the first built-in list that is none.
    func checkBuiltInLists() throws(OptionComplaint) {
        for (index, reference) in options.lists.enumerated() {
            guard case .builtIn(let name) = reference.path.location, BuiltInLists.texts[name] == nil else { continue }
            throw OptionComplaint(
                "there is no list \"\(reference.path)\" in Flare", option: "lists.\(index)",
                expected: "one of \(BuiltInLists.names), or a file",
                suggestion: NearestName.find(name, among: BuiltInLists.texts.keys.sorted()).map {
                    "did you mean \"builtin:\($0)\"?"
                })
        }
    }
}

/// The lists that this command carries: the files of configs/allowlists.
enum BuiltInLists {
    /// The text of each by its name.
    static let texts: [String: [UInt8]] = [
        "certificate-status": PackageResources.certificate_status_yaml,
        "connectivity-checks": PackageResources.connectivity_checks_yaml,
        "public-dns": PackageResources.public_dns_yaml,
        "system-updates": PackageResources.system_updates_yaml,
        "time": PackageResources.time_yaml,
        "well-known": PackageResources.well_known_yaml,
    ]

    static var names: String { texts.keys.sorted().map { "builtin:\($0)" }.joined(separator: ", ") }
}
