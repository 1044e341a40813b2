import ElasticsearchClient
import FlareKit

/// The evidence of a finding in the fields of ECS 8.11 that its columns name. What ECS has no field for is under `flare`
/// alone.
struct ECSFields {
    private let finding: Finding
    private let columns: [Column]

    init(_ finding: Finding, _ columns: [Column]) {
        self.finding = finding
        self.columns = columns.filter { $0.field.ecs != nil }
    }

    /// Where a name of the destination belongs, by where it is from.
    private static let hosts = ["dns": "dns.question.name", "sni": "tls.client.server_name", "http": "url.domain"]
    private static let url = (original: "url.original", full: "url.full")
    private static let hash = "tls.server.hash"
    /// By the digits of a hash.
    private static let hashes = [32: "md5", 40: "sha1", 64: "sha256"]
    private static let rule = "rule.name"
    /// Fields of ECS that are numbers; others are keywords.
    private static let numbers: Set<String> = [
        "http.response.status_code", "source.as.number", "destination.as.number",
    ]

    // MARK: Types

    /// Adds the types of these fields to the properties of a mapping.
    static func added(to properties: JSON, for columns: [Column], keyword: JSON, number: JSON) -> JSON {
        var paths = columns.compactMap(\.field.ecs).flatMap { path -> [String] in
            switch path {
            case hash: hashes.values.sorted().map { "\(hash).\($0)" }
            case url.original: [path, url.full]
            default: [path]
            }
        }
        paths += hosts.values.sorted()
        return paths.reduce(into: properties) { properties, path in
            let names = path.split(separator: ".").map(String.init)
            let steps = names.dropLast().flatMap { [$0, "properties"] } + names.suffix(1)
            properties = properties.with(steps[...], numbers.contains(path) ? number : keyword)
        }
    }

    // MARK: Values

    /// Adds the values to a finding's document.
    func added(to document: JSON) -> JSON {
        var document = document
        for column in columns {
            guard let path = column.field.ecs, let value = column.value(of: finding) else { continue }
            switch path {
            case Self.hash: for (name, some) in hashes(values(value)) { set("\(path).\(name)", some, &document) }
            case Self.rule: set(path, signatures(values(value)), &document)
            case Self.url.original:
                set(path, values(value), &document)
                set(Self.url.full, values(value).compactMap(fullURL), &document)
            default: set(path, values(value), &document, isList: column.field.type == .texts)
            }
        }
        if let host = finding.host, let origin = finding.texts("host_from").first?.prefix(while: { $0 != "-" }),
            let path = Self.hosts[String(origin)]
        {
            set(path, [host], &document, isList: false, atFront: true)
        }
        return document
    }

    /// Puts texts at a path, beside those that are there.
    private func set(
        _ path: String, _ texts: [String], _ document: inout JSON, isList: Bool = true, atFront: Bool = false
    ) {
        let steps = path.split(separator: ".").map(String.init)
        let place = steps.reduce(document as JSON?) { $0?[$1] }
        let present = place?.elements?.compactMap(\.text) ?? place?.text.map { [$0] } ?? []
        let added = texts.filter { !present.contains($0) }
        guard !added.isEmpty else { return }
        let all = atFront ? added + present.filter { !added.contains($0) } : present + added
        let isNumber = Self.numbers.contains(path)
        let values = all.compactMap { text in isNumber ? Int64(text).map(JSON.integer) : .text(text) }
        document = document.with(steps[...], isList || values.count > 1 ? .array(values) : values.first ?? .null)
    }

    /// The texts of a value, without the word on how many more there are.
    private func values(_ value: Value) -> [String] {
        guard case .texts(let texts) = value else { return [value.description] }
        guard let last = texts.last, last.wholeMatch(of: /\+\d+ more/) != nil else { return texts }
        return texts.dropLast()
    }

    /// Alerts without how often each was raised.
    private func signatures(_ texts: [String]) -> [String] {
        texts.map { text in
            let parts = text.split(separator: " × ", omittingEmptySubsequences: false)
            return parts.count > 1 ? parts.dropLast().joined(separator: " × ") : text
        }
    }

    private func fullURL(_ text: String) -> String? {
        if text.contains("://") { return text }
        // What a sensor reads is no HTTPS.
        let isOfHTTP = finding.texts("host_from").first?.hasPrefix("http") == true
        let host = isOfHTTP ? finding.host : finding.channel?.peer.address?.description
        guard text.hasPrefix("/"), let host else { return nil }
        return "http://\(host)\(text)"
    }

    /// By their lengths, in capitals and without colons, as ECS asks for them.
    private func hashes(_ texts: [String]) -> [(name: String, texts: [String])] {
        let all = texts.map { $0.filter { $0 != ":" }.uppercased() }
        return Self.hashes.map { length, name in (name, all.filter { $0.utf8.count == length }) }
    }
}
