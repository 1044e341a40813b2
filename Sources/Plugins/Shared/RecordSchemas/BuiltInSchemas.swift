import FlareKit

/// The schemas that this command carries: the files of configs/fields.
package enum BuiltInSchemas {
    /// The text of each by its name.
    package static let texts: [String: [UInt8]] = [
        "arkime": PackageResources.arkime_yaml,
        "bro-logstash": PackageResources.bro_logstash_yaml,
        "corelight-ecs": PackageResources.corelight_ecs_yaml,
        "elastiflow": PackageResources.elastiflow_yaml,
        "malcolm": PackageResources.malcolm_yaml,
        "netflow": PackageResources.netflow_yaml,
        "packetbeat": PackageResources.packetbeat_yaml,
        "security-onion": PackageResources.security_onion_yaml,
        "security-onion-suricata": PackageResources.security_onion_suricata_yaml,
        "suricata": PackageResources.suricata_yaml,
        "suricata-ecs": PackageResources.suricata_ecs_yaml,
        "wazuh": PackageResources.wazuh_yaml,
        "zeek": PackageResources.zeek_yaml,
        "zeek-ecs": PackageResources.zeek_ecs_yaml,
    ]

    package static var names: [String] { texts.keys.sorted() }

    /// Reads a schema; `nil` where there is none of the name.
    package static func schema(_ name: String) throws -> RecordSchema? {
        guard let bytes = texts[name] else { return nil }
        return try RecordSchema.read(String(decoding: bytes, as: UTF8.self), file: "builtin:\(name)")
    }

    /// Suricata's own.
    package static func suricata() throws -> RecordSchema { try suricataRead.get() }
    /// Zeek's own.
    package static func zeek() throws -> RecordSchema { try zeekRead.get() }

    // Each is read once.
    private static let suricataRead = Result { try schema("suricata") ?? RecordSchema() }
    private static let zeekRead = Result { try schema("zeek") ?? RecordSchema() }

    /// All schemas, by name.
    package static func all() throws -> [(name: String, schema: RecordSchema)] {
        try names.compactMap { name in try schema(name).map { (name, $0) } }
    }
}
