import ElasticsearchClient
import FlareKit

/// What the sensor said of a finding, in the fields that ECS 8.11 has for it, by the names that the enricher `context`
/// writes. What ECS has no field for (JA4, files) is under `flare` alone.
struct SaidFields {
    private let finding: Finding

    init(_ finding: Finding) { self.finding = finding }

    /// The types of these fields.
    static func mappings(_ keyword: JSON, _ long: JSON) -> [(name: String, type: JSON)] {
        let hashes: JSON = ["md5": keyword, "sha1": keyword, "sha256": keyword]
        func object(_ properties: JSON) -> JSON { ["properties": properties] }
        return [
            ("dns", object(["question": object(["name": keyword])])),
            (
                "http",
                object([
                    "request": object(["method": keyword]), "response": object(["status_code": long]),
                ])
            ),
            (
                "tls",
                object([
                    "client": object(["server_name": keyword, "ja3": keyword]),
                    "server": object(["subject": keyword, "issuer": keyword, "hash": object(hashes)]),
                ])
            ),
            ("url", object(["full": keyword, "original": keyword, "domain": keyword])),
            ("user_agent", object(["original": keyword])),
        ]
    }

    /// Adds them to a finding's document.
    func added(to document: JSON) -> JSON {
        var document = document
        for (name, value) in [("dns", dns), ("http", http), ("tls", tls), ("url", url), ("user_agent", agents)] {
            if let value, value.members?.isEmpty == false { document = document.with(name, value) }
        }
        return document
    }

    /// The signatures of alerts on the finding's flows, without how often each was raised.
    var signatures: [String] {
        values("alerts").map { text in
            let parts = text.split(separator: " × ", omittingEmptySubsequences: false)
            return parts.count > 1 ? parts.dropLast().joined(separator: " × ") : text
        }
    }

    // MARK: One object each

    private var dns: JSON? {
        let own = isFrom("dns") ? host.map { [$0] } ?? [] : []
        let names = own + values("queries").filter { !own.contains($0) }
        return names.isEmpty ? nil : ["question": ["name": names.count == 1 ? .text(names[0]) : .texts(names)]]
    }

    private var agents: JSON? { ([:] as JSON).with("original", texts("user_agents")) }

    private var http: JSON? {
        var http: JSON = [:]
        if let methods = texts("methods") { http = http.with("request", ["method": methods]) }
        let statuses = values("statuses").compactMap { Int64($0) }.map(JSON.integer)
        return statuses.isEmpty ? http : http.with("response", ["status_code": .array(statuses)])
    }

    private var url: JSON? {
        var url: JSON = [:]
        url = url.with("original", texts("urls"))
        let full = values("urls").compactMap { text -> String? in
            if text.contains("://") { return text }
            // What a sensor reads is no HTTPS.
            guard text.hasPrefix("/"), let host = isFrom("http") ? host : address else { return nil }
            return "http://\(host)\(text)"
        }
        if !full.isEmpty { url = url.with("full", .texts(full)) }
        return url.with("domain", isFrom("http") ? host.map(JSON.text) : nil)
    }

    private var tls: JSON? {
        var client: JSON = [:]
        client = client.with("server_name", isFrom("sni") ? host.map(JSON.text) : nil)
        client = client.with("ja3", texts("ja3"))
        var server: JSON = [:]
        server = server.with("subject", texts("cert_subject"))
        server = server.with("issuer", texts("cert_issuer"))
        server = server.with("hash", hashes)
        var tls: JSON = [:]
        if client.members?.isEmpty == false { tls = tls.with("client", client) }
        if server.members?.isEmpty == false { tls = tls.with("server", server) }
        return tls
    }

    /// By their lengths, in capitals and without colons, as ECS asks for them.
    private var hashes: JSON? {
        let all = values("cert_hash").map { $0.filter { $0 != ":" }.uppercased() }
        var hashes: JSON = [:]
        for (name, length) in [("md5", 32), ("sha1", 40), ("sha256", 64)] {
            let some = all.filter { $0.utf8.count == length }
            if !some.isEmpty { hashes = hashes.with(name, .texts(some)) }
        }
        return hashes.members?.isEmpty == false ? hashes : nil
    }

    // MARK: Evidence

    private var host: String? { finding.host }
    private var address: String? { finding.channel?.peer.address?.description }

    /// Whether the name of the destination is from such records.
    private func isFrom(_ origin: String) -> Bool {
        if case .text(let text)? = finding.evidence["host_from"] { text.hasPrefix(origin) } else { false }
    }

    private func texts(_ name: String) -> JSON? {
        let values = values(name)
        return values.isEmpty ? nil : .texts(values)
    }

    /// The values of a field, without the word on how many more there are.
    private func values(_ name: String) -> [String] {
        guard case .texts(let texts)? = finding.evidence[name] else { return [] }
        guard let last = texts.last, last.wholeMatch(of: /\+\d+ more/) != nil else { return texts }
        return texts.dropLast()
    }
}
