import FlareKit

/// What a user sets of `context`.
public struct ContextOptions: PluginOptions {
    public var maxValues = 5
    public var rareHosts = 3
    public var toolAgents = [
        "curl", "wget", "python", "powershell", "go-http-client", "libwww-perl", "java/", "okhttp", "ruby", "winhttp",
        "certutil", "bitsadmin", "httpie", "aiohttp", "axios", "node-fetch",
    ]

    /// Ports on which TLS is expected.
    var tlsPorts = [
        443, 465, 563, 587, 636, 853, 989, 990, 992, 993, 994, 995, 2083, 2087, 2096, 5061, 5223, 5228, 6697, 8443,
    ]
    /// Ports on which HTTP is expected.
    var httpPorts = [80, 591, 3128, 8000, 8008, 8080, 8081, 8888]
    /// A certificate is young if it became valid less than this before it was first seen.
    let youngCertificate = OptionDuration.days(7)

    /// On a site with fewer hosts nothing is rare. For tests, which have few hosts.
    var fewestHosts = 10
    /// From this many bits a character on, the longest label of a name looks random. Words of English have about 2.5 to 3.3.
    let randomLabelEntropy = 3.5
    /// A name first looked up after this share of the window is new; in a window shorter than `shortestWindow` none is.
    let newAfter = 0.25
    let shortestWindow = OptionDuration.hours(6)
    /// From this many user agents of one source toward one host on, there are several.
    let severalAgents = 3
    /// A lookup belongs to a call that follows it within this time.
    let lookupLead = OptionDuration.seconds(5)
    /// Lookups are a finding's own where they precede at least this share of its calls.
    let lookupShare = 0.5
    /// How far the periods of a finding and of its lookups may lie apart, as a share.
    let lookupTolerance = 0.1
    /// A fingerprint that a source uses toward more addresses is a browser's, and ties no findings together.
    let mostSharedPeers = 32

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "max_values", \.maxValues, "Maximum number of values listed per field; the rest are counted.",
                range: 1...),
            Option(
                "rare_hosts", \.rareHosts,
                "A name, user agent, fingerprint or certificate is rare if at most this many hosts of the site use it.",
                unit: "hosts", range: 1...),
            Option(
                "tool_agents", \.toolAgents,
                "Prefixes of the user agents of tools, without regard to case. They are suspicious on a host that also browses."
            ),
        ]
    }
}
