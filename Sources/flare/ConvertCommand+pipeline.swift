import FlareKit

/// A configuration of original Flare as a pipeline file, and what could not be carried over.
struct IniConversion {
    /// The text of the pipeline file.
    private(set) var pipeline = ""
    /// A sentence each.
    private(set) var remarks: [String] = []

    private let ini: IniSection

    /// Every name that original Flare's configurations have.
    private static let known: Set<String> = [
        "es_host", "es_port", "es_index", "es_timeout", "use_ssl", "ssl", "min_occur", "min_interval", "min_percent",
        "window", "threads", "period", "kibana_version", "verbose", "debug", "filter", "field_source_ip",
        "field_destination_ip", "field_destination_port", "field_timestamp", "field_flow_bytes_toserver",
        "field_flow_id", "event_key", "event_type", "username", "password", "suricata_defaults", "domain_field",
    ]

    /// - Parameter file: how complaints name it.
    init(_ text: String, file: String) throws {
        ini = try IniSection("beacon", of: text, file: file)
        for entry in ini.entries where !Self.known.contains(entry.name) {
            remark("line \(entry.line): \(entry.name) is nothing that original Flare knows; left out")
        }
        let name = file.split(separator: "/").last.map(String.init) ?? file
        pipeline = """
            # Made of original Flare's \(name) by flare convert.
            version: 1
            name: \(OptionDatum.text(name.split(separator: ".").first.map(String.init) ?? name))

            # period: the last hours before now.
            window: \(number("period", 24))h
            threads: \(number("threads", 8))

            sources:
              - plugin: elasticsearch
            \(connection)
            \(fields)
            detectors:
              # Original Flare's method.
              - plugin: beacon-classic
                min_occur: \(number("min_occur", 10))
                min_interval: \(number("min_interval", 30))
                min_percent: \(number("min_percent", 5))
                window: \(number("window", 2))

            sinks:
              - plugin: table

            """
        leftOut()
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
            let host = ini["es_host"] ?? "localhost"
            let url = "\(isEncrypted ? "https" : "http")://\(host):\(number("es_port", 9200))"
            var lines = ["    urls: [\(OptionDatum.text(url))]"]
            if isEncrypted {
                lines += [
                    "    # Original Flare did not check certificates. Name the cluster's authority, or see what is at stake:",
                    "    # tls: {ca: /etc/elasticsearch/certs/http_ca.crt}",
                ]
                remark("use_ssl: the certificate is checked now; set tls.ca to the cluster's authority")
            }
            if let user = ini["username"] {
                lines.append("    # The password stays out of this file.")
                lines.append("    auth: {username: \(OptionDatum.text(user)), password: \"${FLARE_ES_PASSWORD}\"}")
                remark("the password was not copied: set FLARE_ES_PASSWORD, or auth.password_file")
            }
            lines.append("    timeout: \(number("es_timeout", 480))s")
            if let index = ini["es_index"] { lines.append("    index: \(OptionDatum.text(index))") }
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
            lines += fields.map { "      \($0.0): \(OptionDatum.text($0.1))" }
            lines.append("    # Original Flare looks at the time a flow was logged. Its start is the better one: time: start")
            lines.append("    time: logged")
            lines += choice(isBro: isBro, isECS: isECS)
            if let filter = ini["filter"] { lines.append("    filter: \(OptionDatum.text(filter))") }
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
        return ["    select: {\(OptionDatum.text(key)): [\(OptionDatum.text(type))]}"]
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
        if ini["min_percent"] == nil { remark("min_percent is not given; 5 is original Flare's") }
    }
}
