import ElasticsearchClient
import FlareKit

/// The types of a finding's fields, as an index template.
struct FindingTemplate {
    let columns: [Column]
    let server: Server

    static let name = "flare-findings"
    /// Elasticsearch's own template for logs-*-* has 100, and its documentation asks for more than 500 to win.
    static let priority: Int64 = 501

    /// Goes up with each change of the fields of ECS.
    private static let edition = 5

    /// The mapping. What no declaration knows stays a keyword, and never makes a field of its own name a date.
    var mappings: JSON {
        let keyword: JSON = ["type": "keyword", "ignore_above": 1024]
        let date: JSON = ["type": "date"]
        let address: JSON = ["type": "ip"]
        let long: JSON = ["type": "long"]
        func object(_ properties: JSON) -> JSON { ["properties": properties] }
        let event: JSON = [
            "kind": keyword, "category": keyword, "type": keyword, "module": keyword, "dataset": keyword,
            "provider": keyword, "id": keyword, "reason": keyword, "severity": long,
            "risk_score": ["type": "float"], "start": date, "end": date, "duration": long,
        ]
        let end: JSON = [
            "ip": address, "address": keyword, "domain": keyword, "port": long, "bytes": long,
        ]
        var properties: JSON = [
            "@timestamp": date, "message": ["type": "text"], "ecs": object(["version": keyword]),
            "event": object(event),
            "rule": object(["name": keyword, "ruleset": keyword, "description": keyword]),
            "source": object(end), "destination": object(end), "network": object(["transport": keyword]),
            "related": object(["ip": address, "hosts": keyword]), "threat": object(["framework": keyword]),
            "flare": object(own),
        ]
        properties = ECSFields.added(to: properties, for: columns, keyword: keyword, number: long)
        return [
            "date_detection": false,
            "_meta": ["managed_by": "flare", "fields": .text(fingerprint)],
            "properties": properties,
        ]
    }

    private var own: JSON {
        var own: JSON = [
            "version": ["type": "keyword"],
            "window": ["properties": ["since": ["type": "date"], "until": ["type": "date"]]],
            Field.modifiers.name: [
                "properties": [
                    "name": ["type": "keyword"], "amount": ["type": "float"], "reason": ["type": "keyword"],
                    "side": ["type": "keyword"],
                ]
            ],
        ]
        for column in columns where column.name != Field.modifiers.name {
            own = own.with(column.name, Self.type(column.field.type))
        }
        return own
    }

    private static func type(_ type: FieldType) -> JSON {
        switch type {
        case .text, .texts: ["type": "keyword", "ignore_above": 1024]
        case .integer: ["type": "long"]
        case .number: ["type": "double"]
        case .boolean: ["type": "boolean"]
        case .time: ["type": "date"]
        case .address: ["type": "ip"]
        }
    }

    /// Which fields it has, so that a template of other plugins' fields is told apart.
    var fingerprint: String {
        let own = columns.map { "\($0.name):\($0.field.type.rawValue)" }.sorted().joined(separator: ",")
        return FNV.digits("\(Self.edition) \(own)")
    }

    /// The request that installs it.
    ///
    /// - Parameter pattern: the names of indices it is for.
    func request(pattern: String, isDataStream: Bool) -> ClusterClient.Request {
        guard server.hasComposableTemplates else {
            let mappings: JSON = server.needsTypes ? ["_doc": self.mappings] : self.mappings
            return ClusterClient.Request(
                .put, "/_template/\(Self.name)", ["index_patterns": [.text(pattern)], "mappings": mappings])
        }
        var template: JSON = [
            "index_patterns": [.text(pattern)], "priority": .integer(Self.priority),
            "template": ["mappings": mappings], "_meta": ["managed_by": "flare", "fields": .text(fingerprint)],
        ]
        if isDataStream { template = template.with("data_stream", [:]) }
        return ClusterClient.Request(.put, path(isDataStream), template)
    }

    /// Where it stands.
    func path(_ isDataStream: Bool) -> String {
        server.hasComposableTemplates
            ? "/_index_template/\(Self.name)\(isDataStream ? "-stream" : "")" : "/_template/\(Self.name)"
    }

    /// Whether a template that is there already is Flare's and has these fields, or is somebody else's to keep.
    func isKept(_ answer: JSON) -> Bool {
        let template = answer["index_templates"]?.elements?.first?["index_template"]
        let meta = template?["_meta"] ?? template?["template", "mappings", "_meta"]
        guard meta?["managed_by"]?.text == "flare" else { return template != nil || !server.hasComposableTemplates }
        return meta?["fields"]?.text == fingerprint
    }
}
