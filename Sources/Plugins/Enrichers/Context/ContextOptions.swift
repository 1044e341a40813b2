import FlareKit

/// What a user sets of `context`.
public struct ContextOptions: PluginOptions {
    public var values = 5
    public var rareHosts = 3
    public var fewestHosts = 10
    public var youngCertificate = OptionDuration.days(7)
    public var nameEntropy = 3.5
    public var lateName = OptionShare(0.25)
    public var lateNameWindow = OptionDuration.hours(6)
    public var manyAgents = 3
    public var toolAgents = [
        "curl", "wget", "python", "powershell", "go-http-client", "libwww-perl", "java/", "okhttp", "ruby", "winhttp",
        "certutil", "bitsadmin", "httpie", "aiohttp", "axios", "node-fetch",
    ]
    public var tlsPorts = [
        443, 465, 563, 587, 636, 853, 989, 990, 992, 993, 994, 995, 2083, 2087, 2096, 5061, 5223, 5228, 6697, 8443,
    ]
    public var httpPorts = [80, 591, 3128, 8000, 8008, 8080, 8081, 8888]
    public var lookupsWithin = OptionDuration.seconds(5)
    public var lookupsShare = OptionShare(0.5)
    public var lookupsTolerance = OptionShare(0.1)
    public var sharedPeers = 32
    public var foldLookups = true
    public var modifiers = true

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("values", \.values, "How many values of a kind are listed; of more it says how many.", range: 1...),
            Option(
                "rare_hosts", \.rareHosts,
                "A name, an agent, a fingerprint or a certificate is rare if no more hosts of the site use it.",
                unit: "hosts", range: 1...),
            Option(
                "fewest_hosts", \.fewestHosts,
                "On a site with fewer hosts nothing is called rare for its agents, fingerprints and names.",
                unit: "hosts", range: 2...),
            Option(
                "young_certificate", \.youngCertificate,
                "A certificate that was valid for less time before it was first seen is young."),
            Option(
                "name_entropy", \.nameEntropy,
                "A name whose longest label has a Shannon entropy of so many bits a character looks drawn by chance.",
                unit: "bit", range: 1...8),
            Option(
                "late_name", \.lateName,
                "A name that was first looked up after so much of the window is new."),
            Option(
                "late_name_window", \.lateNameWindow, "In a shorter window no name is called new."),
            Option(
                "many_agents", \.manyAgents, "So many user agents of one source toward one host are several.",
                unit: "agents", range: 2...),
            Option(
                "tool_agents", \.toolAgents,
                "How the user agents of tools begin, in any case; on a host that browses they stand out."),
            Option("tls_ports", \.tlsPorts, "Ports on which TLS is no surprise.", range: 0...65535),
            Option("http_ports", \.httpPorts, "Ports on which HTTP is no surprise.", range: 0...65535),
            Option(
                "lookups_within", \.lookupsWithin,
                "A look-up belongs to a call that follows it within this time."),
            Option(
                "lookups_share", \.lookupsShare,
                "Look-ups are a finding's own if they precede so many of its calls."),
            Option(
                "lookups_tolerance", \.lookupsTolerance,
                "How far the periods of a finding and of its look-ups may lie apart; 2 s always may."),
            Option(
                "shared_peers", \.sharedPeers,
                "A JA3 or JA4 that a source uses toward more addresses is a browser's, and makes no group.",
                unit: "addresses", range: 2...),
            Option(
                "fold_lookups", \.foldLookups,
                "Whether a finding that is the look-ups of another one is shown under that one alone."),
            Option("modifiers", \.modifiers, "Whether what was said moves the priority of findings."),
        ]
    }
}
