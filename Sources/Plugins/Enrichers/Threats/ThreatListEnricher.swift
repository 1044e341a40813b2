import FlareKit
import Glibc
import PeerMatching

/// Marks findings whose address, name, URL, fingerprint or certificate is on a threat list.
///
/// Files only: no network is used. Of what the sensor said it looks at the values that `context` lists.
public struct ThreatListEnricher: Enricher, BuiltInPlugin {
    public static let name = "threat-list"
    public static let summary =
        "Marks findings that are on threat lists: addresses, names, URLs, JA3/JA4, certificates."
    public static let evidence = [
        Field(
            "threats", .texts, "Hits on threat lists: list, value, reason, date, confidence.", section: .alerts)
    ]

    /// The weight of a hit, in decibans: the odds are a hundred times as high.
    private static let amount = 20.0

    private let options: ThreatListOptions
    /// `nil` until a run has begun.
    private var index: IndicatorIndex?

    public init(_ options: ThreatListOptions, _ context: PluginContext = PluginContext()) { self.options = options }

    public func uses(_ field: Field) -> Bool { field.name == "host" || field.indicator != nil }

    public func prepared(for run: RunPreparation) async throws -> PreparedEnricher {
        var builder = IndicatorIndex.Builder()
        var remarks: [String] = []
        for reference in options.lists {
            let path = reference.path.file ?? reference.path.text
            do {
                let content = try ThreatListFile.read(path, reference)
                builder.add(content.indicators, list: reference.title)
                remarks += Self.remarks(content, reference, path, run.started, options.maxAge)
            } catch {
                throw PluginError(error.what, at: path, remedy: "fetch the list anew, or take it out")
            }
        }
        for entry in builder.tooBroad {
            remarks.append("threat-list: \(entry) is too broad to be a threat, and left out")
        }
        var enricher = self
        enricher.index = IndicatorIndex(builder)
        return PreparedEnricher(enricher, remarks: remarks)
    }

    private static func remarks(
        _ content: ThreatListContent, _ reference: ThreatListReference, _ path: String, _ now: Timestamp,
        _ maxAge: OptionDuration
    ) -> [String] {
        var remarks: [String] = []
        if content.indicators.isEmpty { remarks.append("threat-list \(reference.title): the list is empty") }
        if content.unreadable > 0 {
            remarks.append(
                "threat-list \(reference.title): \(content.unreadable) entries mean nothing here, such as "
                    + content.examples.joined(separator: ", "))
        }
        var status = stat()
        if stat(path, &status) == 0 {
            let age = (now.nanoseconds / 1_000_000_000).subtractingClamped(Int64(status.st_mtim.tv_sec))
            if Double(age) > maxAge.seconds {
                remarks.append("threat-list \(reference.title): the list is \(age / 86_400) days old")
            }
        }
        return remarks
    }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        guard let index else { return }
        for place in findings.indices {
            let hits = index.hits(Sighting(findings[place], run.fields))
            guard let first = hits.first else { continue }
            findings[place].evidence["threats"] = .texts(hits)
            findings[place].add([Finding.Modifier("threat_list", Self.amount, first, side: .list)])
        }
    }
}

/// What of a finding can be on a list.
struct Sighting {
    var addresses: Set<IPAddress> = []
    var names: Set<String> = []
    var urls: Set<String> = []
    var hashes: Set<String> = []

    /// - Parameter fields: the fields of evidence that the finding may have.
    init(_ finding: Finding, _ fields: [Field]) {
        for key in finding.channels {
            switch key.peer {
            case .address(let address): addresses.insert(address)
            case .name(let name): names.insert(name)
            }
        }
        if let host = finding.host, IPAddress(host) == nil { names.insert(host) }
        var paths: [String] = []
        for field in fields {
            guard let kind = field.indicator else { continue }
            for text in finding.texts(field.name) {
                switch kind {
                case .address: if let address = IPAddress(text) { addresses.insert(address) }
                case .host: if IPAddress(text) == nil { names.insert(text) }
                case .hash: hashes.insert(text.filter { $0 != ":" }.lowercased())
                case .url:
                    if let key = Indicator.Target.urlKey(text) { urls.insert(key) }
                    if text.hasPrefix("/") { paths.append(text) }
                }
            }
        }
        for host in names.union(addresses.map(\.description)) {
            for path in paths { urls.insert(host.lowercased() + path) }
        }
    }
}

/// All indicators of all lists, to be looked up.
struct IndicatorIndex: Sendable {
    struct Builder {
        fileprivate var matcher = PeerMatcher.Builder()
        fileprivate var entries: [(list: String, indicator: Indicator)] = []
        fileprivate var exact: [Indicator.Target: [UInt32]] = [:]

        var tooBroad: [String] { matcher.tooBroad }

        mutating func add(_ indicators: [Indicator], list: String) {
            for indicator in indicators {
                let item = UInt32(entries.count)
                switch indicator.target {
                case .network(let text):
                    guard let network = CIDR(text) ?? IPAddress(text).map({ CIDR($0, bits: 128) }) else { continue }
                    matcher.add(network, item: item)
                case .name(let text):
                    guard let name = HostName(text) else { continue }
                    matcher.add(name, item: item)
                case .url, .hash: exact[indicator.target, default: []].append(item)
                }
                entries.append((list, indicator))
            }
        }
    }

    private let matcher: PeerMatcher
    private let entries: [(list: String, indicator: Indicator)]
    private let exact: [Indicator.Target: [UInt32]]

    init(_ builder: Builder) {
        matcher = PeerMatcher(builder.matcher)
        entries = builder.entries
        exact = builder.exact
    }

    /// What lists say of a sighting, a line each, in the order of the lists.
    func hits(_ sighting: Sighting) -> [String] {
        var items: [UInt32: String] = [:]
        for address in sighting.addresses {
            matcher.forEach(matching: address) { match in
                items[match.item] = address.description
                return true
            }
        }
        for name in sighting.names {
            matcher.forEach(matching: name) { match in
                items[match.item] = name
                return true
            }
        }
        for url in sighting.urls { for item in exact[.url(url)] ?? [] { items[item] = url } }
        for hash in sighting.hashes { for item in exact[.hash(hash)] ?? [] { items[item] = hash } }
        return items.sorted { $0.key < $1.key }.map { line(Int($0.key), $0.value) }
    }

    /// `feodo.csv: 203.0.113.5, Heodo, 2022-06-04 21:24:53, confidence 75 %`
    private func line(_ item: Int, _ value: String) -> String {
        let (list, indicator) = entries[item]
        var parts = [value]
        if !indicator.reason.isEmpty { parts.append(indicator.reason) }
        if !indicator.date.isEmpty { parts.append(indicator.date) }
        if let confidence = indicator.confidence { parts.append("confidence \(confidence) %") }
        return "\(list): " + parts.joined(separator: ", ")
    }
}
