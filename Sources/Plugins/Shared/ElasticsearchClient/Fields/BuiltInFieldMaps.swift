import FlareKit

/// The field maps that this command carries: the files of configs/fields.
package enum BuiltInFieldMaps {
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
        "zeek-ecs": PackageResources.zeek_ecs_yaml,
    ]

    package static var names: [String] { texts.keys.sorted() }

    /// Reads a map; `nil` where there is none of the name.
    package static func map(_ name: String) throws -> FieldMap? {
        guard let bytes = texts[name] else { return nil }
        return try FieldMap.read(String(decoding: bytes, as: UTF8.self), file: "builtin:\(name)")
    }

    /// All maps, by name.
    package static func all() throws -> [(name: String, map: FieldMap)] {
        try names.compactMap { name in try map(name).map { (name, $0) } }
    }
}
