import FlareKit

/// The schemas of tables that this command carries: the files of configs/tables.
package enum BuiltInTables {
    /// The text of each by its name.
    package static let texts: [String: [UInt8]] = [
        "aws-vpc-flow": PackageResources.aws_vpc_flow_yaml,
        "azure-nsg-flow": PackageResources.azure_nsg_flow_yaml,
        "azure-vnet-flow": PackageResources.azure_vnet_flow_yaml,
        "bind-queries": PackageResources.bind_queries_yaml,
        "cef": PackageResources.cef_yaml,
        "checkpoint": PackageResources.checkpoint_yaml,
        "cisco-asa": PackageResources.cisco_asa_yaml,
        "cisco-ftd": PackageResources.cisco_ftd_yaml,
        "defender-network": PackageResources.defender_network_yaml,
        "dnsmasq": PackageResources.dnsmasq_yaml,
        "ecs": PackageResources.ecs_yaml,
        "filterlog": PackageResources.filterlog_yaml,
        "fortinet-cef": PackageResources.fortinet_cef_yaml,
        "fortinet-traffic": PackageResources.fortinet_traffic_yaml,
        "haproxy": PackageResources.haproxy_yaml,
        "juniper-srx": PackageResources.juniper_srx_yaml,
        "juniper-srx-text": PackageResources.juniper_srx_text_yaml,
        "leef": PackageResources.leef_yaml,
        "mikrotik": PackageResources.mikrotik_yaml,
        "nfdump": PackageResources.nfdump_yaml,
        "palo-alto-cef": PackageResources.palo_alto_cef_yaml,
        "palo-alto-traffic": PackageResources.palo_alto_traffic_yaml,
        "sonicwall": PackageResources.sonicwall_yaml,
        "sophos-firewall": PackageResources.sophos_firewall_yaml,
        "splunk": PackageResources.splunk_yaml,
        "squid": PackageResources.squid_yaml,
        "sysmon-json": PackageResources.sysmon_json_yaml,
        "sysmon-message": PackageResources.sysmon_message_yaml,
        "sysmon-xml": PackageResources.sysmon_xml_yaml,
        "umbrella-dns": PackageResources.umbrella_dns_yaml,
        "unbound": PackageResources.unbound_yaml,
        "watchguard": PackageResources.watchguard_yaml,
        "web-access": PackageResources.web_access_yaml,
        "windows-dns": PackageResources.windows_dns_yaml,
        "zscaler-dns": PackageResources.zscaler_dns_yaml,
        "zscaler-firewall": PackageResources.zscaler_firewall_yaml,
        "zscaler-nss": PackageResources.zscaler_nss_yaml,
    ]

    /// What all are called. The options' help lists them at every start, so that nothing is parsed for it.
    package static let names: [String] = texts.flatMap { name, bytes in
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let also = lines.first { $0.hasPrefix("also: [") }?.dropFirst(7).prefix { $0 != "]" } ?? ""
        return [name] + also.split(separator: ",").map { "\(name)-\($0.drop { $0 == " " })" }
    }
    .sorted()

    /// Reads a schema; `nil` where there is none of the name.
    package static func schema(_ name: String) throws -> TableSchema? {
        texts[name] == nil ? try all().first { $0.name == name }?.schema : try parse(name)
    }

    private static func parse(_ name: String) throws -> TableSchema? {
        guard let bytes = texts[name] else { return nil }
        return try TableSchema.read(String(decoding: bytes, as: UTF8.self), file: "builtin:\(name)")
    }

    /// All schemas, by name.
    package static func all() throws -> [(name: String, schema: TableSchema)] { try read.get() }

    // Each is read once.
    private static let read = Result {
        try texts.keys.sorted().flatMap { name -> [(name: String, schema: TableSchema)] in
            guard let schema = try parse(name) else { return [] }
            // The same columns in another form have a name of their own.
            return [(name, schema)]
                + schema.also.map { form in
                    var other = schema
                    other.form = form
                    return ("\(name)-\(form.rawValue)", other)
                }
        }
    }
}
