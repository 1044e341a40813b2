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
                "Who is asked for owners, in this order: later ones tell what those before did not know. Without any, only "
                    + "what can be told of an address itself is (private, multicast …). No address leaves this machine "
                    + "unless cymru, rdap or whois is named; addresses that are not global never do."),
            Option("hosts", \.hosts, "Names of one's own hosts."),
            Option(
                "deadline", \.deadline,
                "How long all questions over the network may take together; what is not answered by then is reported as "
                    + "\"lookup failed\"."),
            Option(
                "cache", \.cache,
                "An SQLite file that keeps the answers of network providers for a week; by default whois.sqlite in the user's "
                    + "cache folder for flare."),
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
                "Whose names the system's resolver is asked for: nobody's, those of addresses that are not global, or of "
                    + "all; the latter tells owners of addresses that somebody looks."),
        ]
    }
}
