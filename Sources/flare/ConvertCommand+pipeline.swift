import FlareKit

/// A configuration of original Flare as a pipeline file, and what could not be carried over.
struct IniConversion {
    /// Original Flare's settings of the method, those that the file has.
    struct Method {
        /// Hours before now.
        var period = 24
        var threads = 8
        var minFlows = 10
        /// Seconds.
        var minInterval = 30
        var minPercent = 5
        /// Seconds.
        var window = 2
    }

    /// The source of the pipeline, a plugin of a list: lines without the first one's indentation.
    private(set) var source = ""
    private(set) var method = Method()
    /// A sentence each.
    private(set) var remarks: [String] = []

    private let ini: IniSection
    private let name: String

    /// Every name that original Flare's configurations have.
    private static let known: Set<String> = [
        "es_host", "es_port", "es_index", "es_timeout", "use_ssl", "ssl", "min_occur", "min_interval", "min_percent",
        "window", "threads", "period", "kibana_version", "verbose", "debug", "filter", "field_source_ip",
        "field_destination_ip", "field_destination_port", "field_timestamp", "field_flow_bytes_toserver",
        "field_flow_id", "event_key", "event_type", "username", "password", "suricata_defaults", "domain_field",
    ]

    /// - Parameter file: how complaints name it.
    init(_ text: String, file: String) throws {
        self.init(try IniSection("beacon", of: text, file: file), file: file)
    }

    init(_ ini: IniSection, file: String) {
        self.ini = ini
        name = file.split(separator: "/").last.map(String.init) ?? file
        for entry in ini.entries where !Self.known.contains(entry.name) {
            remark("line \(entry.line): \(entry.name) is nothing that original Flare knows; left out")
        }
        method.period = number("period", method.period)
        method.threads = number("threads", method.threads)
        method.minFlows = number("min_occur", method.minFlows)
        method.minInterval = number("min_interval", method.minInterval)
        method.minPercent = number("min_percent", method.minPercent)
        method.window = number("window", method.window)
        source = "plugin: elasticsearch\n\(connection)\n\(fields)"
        leftOut()
    }

    /// The text of the pipeline file.
    var pipeline: String {
        """
        # Made of original Flare's \(TerminalText.safe(name)) by flare convert.
        \(remarks.map { "# Note: \(TerminalText.safe($0))\n" }.joined())version: 1
        name: \(PipelineDraft.quoted(name.split(separator: ".").first.map(String.init) ?? name))

        # period: the last hours before now.
        window: \(method.period)h
        threads: \(max(1, method.threads))

        sources:
          - \(source)
        detectors:
          # Original Flare's method.
          - plugin: beacon-classic
            min_flows: \(method.minFlows)
            min_interval: \(method.minInterval)
            min_percent: \(method.minPercent)
            window: \(method.window)

        sinks:
          - plugin: table

        """
    }

    private mutating func remark(_ text: String) {
        if !remarks.contains(text) { remarks.append(text) }
    }

    private mutating func number(_ name: String, _ other: Int) -> Int {
        guard let text = ini[name] else { return other }
        guard let number = Int(text), number >= 0 else {
            remark("\(name) is \"\(text)\" and no number; \(other) is taken")
            return other
        }
        return number
    }

    private var connection: String {
        mutating get {
            let isEncrypted = ini.flag("use_ssl") ?? ini.flag("ssl") ?? false
            var host = ini["es_host"] ?? "localhost"
            var user = ini["username"]
            if let at = host.lastIndex(of: "@") {
                user = user ?? String(host[..<at].prefix { $0 != ":" })
                host = String(host[host.index(after: at)...])
            }
            let url = "\(isEncrypted ? "https" : "http")://\(host):\(number("es_port", 9200))"
            var lines = ["    urls: [\(PipelineDraft.quoted(url))]"]
            if isEncrypted {
                lines += [
                    "    # Original Flare did not check certificates. Name the cluster's authority:",
                    "    # tls: {ca: /etc/elasticsearch/certs/http_ca.crt}",
                ]
                remark("use_ssl: the certificate is checked now; set tls.ca to the cluster's authority")
            }
            if let user {
                lines.append("    # The password stays out of this file.")
                lines.append("    auth: {username: \(PipelineDraft.quoted(user)), password: \"${FLARE_ES_PASSWORD}\"}")
                remark("the password was not copied: set FLARE_ES_PASSWORD, or auth.password_file")
            }
            lines.append("    timeout: \(number("es_timeout", 480))s")
            if let index = ini["es_index"] { lines.append("    index: \(PipelineDraft.quoted(index))") }
            return lines.joined(separator: "\n")
        }
    }

    /// The fields, as the schema and what differs from it.
    private var fields: String {
        mutating get {
            let isBro = ini["field_flow_id"] == "uid" || ini["event_type"] == "conn"
            let isECS = ini["field_source_ip"] == "source.ip"
            var lines = ["    schema: \(isBro ? "bro-logstash" : isECS ? "suricata-ecs" : "suricata")"]
            var fields: [(String, String)] = []
            func take(_ column: String, _ name: String, _ usual: String) {
                let value = ini[name] ?? usual
                fields.append((column, value))
            }
            take("source", "field_source_ip", "src_ip")
            take("destination", "field_destination_ip", "dest_ip")
            take("port", "field_destination_port", "dest_port")
            take("logged", "field_timestamp", "@timestamp")
            if let bytes = ini["field_flow_bytes_toserver"] {
                // suricata_defaults puts flow. before the name.
                fields.append(("bytes_toserver", ini.flag("suricata_defaults") == true ? "flow.\(bytes)" : bytes))
            }
            if let id = ini["field_flow_id"] { fields.append(("id", id)) }
            lines.append("    fields:")
            lines += fields.map { "      \($0.0): \(PipelineDraft.quoted($0.1))" }
            lines.append("    # Original Flare looks at when a flow was logged. Its start tells more: time: start")
            lines.append("    time: logged")
            lines += choice(isBro: isBro, isECS: isECS)
            if let filter = ini["filter"] { lines.append("    filter: \(PipelineDraft.quoted(filter))") }
            return lines.joined(separator: "\n") + "\n"
        }
    }

    /// Which documents are flows.
    private mutating func choice(isBro: Bool, isECS: Bool) -> [String] {
        guard let key = ini["event_key"] else {
            if let type = ini["event_type"] {
                remark(
                    "event_type is \(type) and there is no event_key, without which original Flare does not start; "
                        + "the schema chooses the flows")
            }
            return ["    # Which documents are flows is the schema's choice; select: {FIELD: [VALUE]} is another."]
        }
        let type = ini["event_type"] ?? "flow"
        return ["    select: {\(PipelineDraft.quoted(key)): [\(PipelineDraft.quoted(type))]}"]
    }

    /// What has no place in a pipeline.
    private mutating func leftOut() {
        if ini["kibana_version"] != nil {
            remark("kibana_version chose between forms of a query, which the server's version does now; left out")
        }
        if let domain = ini["domain_field"] {
            remark("domain_field \(domain) was copied into the table; names come from tls and http records now")
        }
        if ini.flag("debug") == true { remark("debug is left out") }
        if ini.flag("verbose") == false { remark("verbose = false is --quiet on the command line") }
    }
}
