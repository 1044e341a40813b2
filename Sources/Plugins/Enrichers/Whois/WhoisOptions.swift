import FlareKit

/// The options of `whois`.
public struct WhoisOptions: PluginOptions {
    public var providers: [ProviderOptions] = []
    public var hosts = HostOptions()
    public var deadline = OptionDuration.seconds(10)
    public var cache: OptionPath?

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "providers", \.providers,
                "Ownership sources, queried in the order given; a later one fills what earlier ones did not know. "
                    + "Without providers Flare tells only the kind of an address (private, multicast …). Only cymru, "
                    + "rdap and whois send addresses over the network, and only global ones."),
            Option("hosts", \.hosts, "Names of the own hosts."),
            Option(
                "deadline", \.deadline,
                "Maximum time of all network queries together; later answers count as \"lookup failed\"."),
            Option(
                "cache", \.cache,
                "SQLite file that keeps the answers of network providers for a week; by default whois.sqlite in "
                    + "the user's cache folder."),
        ]
    }
}

/// One provider.
public struct ProviderOptions: PluginOptions {
    public enum Kind: String, CaseIterable, OptionValue { case mmdb, tsv, cymru, rdap, whois }

    public var type = Kind.mmdb
    public var paths: [OptionPath] = []
    public var names: OptionPath?
    public var server: String?

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "type", \.type,
                "mmdb: MaxMind DB files (GeoLite2, DB-IP, IPinfo). tsv: ip2asn files of iptoasn.com, or pyasn's ipasn.dat "
                    + "with names. cymru: Team Cymru's whois. rdap: the registries' RDAP servers. whois: plain whois, by "
                    + "referral from IANA.", required: true),
            Option("paths", \.paths, "Files of mmdb or tsv; several complement each other. tsv can be gzip."),
            Option("names", \.names, "JSON file with the AS names by number, for files of pyasn."),
            Option("server", \.server, "First server of cymru or whois: host or host:port."),
        ]
    }
}

/// Names of one's own hosts.
public struct HostOptions: PluginOptions {
    public enum ReverseDNS: String, CaseIterable, OptionValue {
        /// No names are looked up.
        case off
        /// Names of addresses that are not global, of which one's own resolver knows.
        case `private`
        /// Names of all addresses of findings: they go to the resolver, and from there to their owners' servers.
        case all
    }

    public var names: OptionPath?
    public var reverseDNS = ReverseDNS.off

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("names", \.names, "CSV (network,name) or YAML (network: name) with names of networks and hosts."),
            Option(
                "reverse_dns", \.reverseDNS,
                "Addresses whose names the system's resolver looks up: none (off), those that are not global "
                    + "(private), or all; with all, their owners can see the lookups."),
        ]
    }
}
