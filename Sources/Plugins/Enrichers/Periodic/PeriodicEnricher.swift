import FlareKit
import PeerMatching

/// Says of findings which known program calls like that: by the destination's name, port and protocol, or by the shape of
/// a protocol that calls by nature.
public struct PeriodicEnricher: Enricher, BuiltInPlugin {
    public static let name = "periodic"
    public static let summary = "Recognizes known software that calls regularly: updates, notifications, time, devices."
    public static let evidence = [
        Field("known_as", .text, "Known program with such calls.", section: .identity),
        Field("known_by", .text, "Maker of the program.", section: .identity),
        Field(
            "known_kind", .text,
            "Kind of the program: update, notification, telemetry, time, certificate-status, protocol, "
                + "remote-management, site and others.",
            section: .identity),
        Field(
            "known_confirmed", .boolean,
            "Whether more than the client's own word names the program: a lookup, a certificate, the address "
                + "or its owner.",
            section: .identity),
        Field(
            "known_period_fits", .boolean,
            "Whether the interval is one of the program's, within 15 %; empty if its period is not known.",
            section: .identity),
    ]

    /// Of harmless software that calls regularly the catalogues are taken to know half: what they do not know is twice as
    /// likely to be harmful. In decibans.
    private static let unknown = 3.0

    private let options: PeriodicOptions
    /// Empty until a run has begun.
    private var catalogue = Catalogue()

    public init(_ options: PeriodicOptions, _ context: PluginContext = PluginContext()) {
        self.options = options
    }

    public var uses: Set<String> {
        [
            "host", "host_from", "hosts_seen", "host_confirmed_by", "host_denied_by", "user_agents", "cert_subject",
            "cert_issuer", "dest_as_name",
        ]
    }

    public func complaints(in setting: EnricherSetting) -> [Diagnostic] {
        CatalogueFiles.programs.complaints(options.catalogues, of: KnownProgram.self)
    }

    public func prepared(for run: RunPreparation) async throws -> PreparedEnricher {
        var enricher = self
        enricher.catalogue = try Catalogue(options.catalogues)
        return PreparedEnricher(enricher)
    }

    public func enrich(_ findings: inout [Finding], _ run: RunContext) async throws {
        for place in findings.indices {
            if let recognition = Recognition(findings[place], catalogue) {
                recognition.fill(&findings[place])
            } else if case .channel = findings[place].subject {
                findings[place].add([
                    Finding.Modifier(
                        "unknown", Self.unknown, "no known program calls it", side: .known, label: "no known program")
                ])
            }
        }
    }
}

/// The options of `periodic`.
public struct PeriodicOptions: PluginOptions {
    public var catalogues: [OptionPath] = ["builtin:known"]

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "catalogues", \.catalogues,
                "Catalogues of known programs: builtin:known is Flare's own; entries of further files win over "
                    + "it.")
        ]
    }
}

/// The known program that a finding is about.
struct Recognition {
    let program: KnownProgram
    /// What speaks for it beside the client's word.
    let confirmations: [String]
    let isConfirmed: Bool
    /// Whether it is a protocol that calls by nature, by its shape alone: what the sensor saw, not what the client said.
    let isShape: Bool
    /// Whether the interval is one of the program's; `nil` where either is not known.
    let fitsPeriod: Bool?

    /// How far an interval may lie from the program's.
    static let tolerance = 0.15

    init?(_ finding: Finding, _ catalogue: Catalogue) {
        guard case .channel(let key) = finding.subject else { return nil }
        let facts = ProgramFacts(finding, key)
        guard let (program, confirmations) = Self.match(facts, catalogue) else { return nil }
        self.program = program
        self.confirmations = confirmations
        // Names of others at the same address: something else may call under this one.
        let isShared =
            !program.entry.host.values.isEmpty
            && facts.otherNames.contains { catalogue.program(named: $0)?.entry.maker != program.entry.maker }
        let isOtherAgent =
            !program.agents.isEmpty && !facts.agents.isEmpty
            && !facts.agents.contains { agent in program.agents.contains { $0.matches(agent) } }
        isConfirmed = program.entry.isConfirmed && !confirmations.isEmpty && !isShared && !isOtherAgent
        isShape = program.entry.host.values.isEmpty && [.protocol, .time].contains(program.entry.kind)
        fitsPeriod = finding.interval.flatMap { interval in
            let periods = program.entry.period.values
            return periods.isEmpty ? nil : periods.contains { abs(interval - $0) <= Self.tolerance * $0 }
        }
    }

    /// The program by the destination's name, else by its certificate, else by the protocol's shape.
    private static func match(_ facts: ProgramFacts, _ catalogue: Catalogue) -> (KnownProgram, [String])? {
        let shape = catalogue.nameless(where: facts.fitShape).map { ($0, facts.shapeConfirmations(of: $0)) }
        if let name = facts.name, let program = catalogue.program(named: name, where: facts.fit) {
            // A time server's name says less than the packets that go there.
            if let shape, program.entry.kind == shape.0.entry.kind, !shape.1.isEmpty { return shape }
            let isOwn = program.owners.contains { owner in facts.owner.map(owner.matches) ?? false }
            return (program, facts.confirmations + (isOwn ? ["owner"] : []))
        }
        if facts.name == nil {
            for name in facts.certified {
                guard let program = catalogue.program(named: name, isOfCertificate: true, where: facts.fit) else {
                    continue
                }
                return (program, ["certificate"])
            }
        }
        return shape
    }

    /// What it adds to the priority: the one place that says so.
    private var amount: Double {
        if program.entry.kind == .remoteManagement { return 0 }
        // Anybody can say a site's name, and a site explains any rhythm.
        if program.entry.kind == .site { return isConfirmed ? -6 : 0 }
        if !isConfirmed { return -8 }
        return isShape ? -30 : -15
    }

    private var reason: String {
        let known = "\(program.entry.name) (\(program.entry.maker))"
        if program.entry.kind == .remoteManagement { return "\(known): remote management, legitimate and abused" }
        if program.entry.kind == .site {
            return isConfirmed
                ? "\(known), a top site, confirmed by \(confirmations.joined(separator: ", "))"
                : "\(known), a top site, not counted: nothing confirms it"
        }
        if isConfirmed { return "\(known), confirmed by \(confirmations.joined(separator: ", "))" }
        return "\(known), counted half: nothing confirms it"
    }

    func fill(_ finding: inout Finding) {
        finding.evidence["known_as"] = .text(program.entry.name)
        finding.evidence["known_by"] = .text(program.entry.maker)
        finding.evidence["known_kind"] = .text(program.entry.kind.rawValue)
        finding.evidence["known_confirmed"] = .boolean(isConfirmed)
        finding.evidence["known_period_fits"] = fitsPeriod.map(Value.boolean)
        // A protocol is counted by its own name.
        if isConfirmed, let counted = program.entry.kind.counted {
            finding.expectation = isShape ? program.entry.name : counted
        }
        let techniques = program.entry.kind == .remoteManagement ? ["T1219"] : []
        finding.add([Finding.Modifier("known", amount, reason, side: .known, techniques: techniques)])
    }
}

/// What is known of a finding, as programs are compared with it.
struct ProgramFacts {
    private let key: ChannelKey
    private let sizes: [Int64]
    /// The best name of the destination, or the name that was looked up; `nil` where there is none to go by.
    let name: String?
    /// Further names that were seen with it; one that is cut off counts as a name of others.
    let otherNames: [String]
    /// Whether the channel is lookups of one name, which tell no port and need nobody's word.
    let isLookup: Bool
    /// What agrees with the name.
    let confirmations: [String]
    let agents: [String]
    /// Common names of certificates that others signed.
    let certified: [String]
    let owner: String?

    private static let dnsPorts: Set<UInt16> = [53, 853, 5353]

    init(_ finding: Finding, _ key: ChannelKey) {
        self.key = key
        sizes = finding.sizes
        let origin = finding.texts("host_from").first
        isLookup = key.peer.name != nil && key.port.map(Self.dnsPorts.contains) ?? (origin == "dns-query")
        // A denied name is nobody's.
        let isDenied = finding.texts("host_denied_by").first != nil
        let best = isDenied ? nil : finding.host ?? key.peer.name
        name = best
        otherNames =
            isDenied || isLookup ? [] : finding.texts("hosts_seen").filter { $0.lowercased() != best?.lowercased() }
        confirmations = isLookup ? ["lookup"] : finding.texts("host_confirmed_by")
        agents = finding.texts("user_agents")
        let issuers = finding.texts("cert_issuer")
        certified =
            isDenied ? [] : finding.texts("cert_subject").filter { !issuers.contains($0) }.compactMap(Self.commonName)
        owner = finding.texts("dest_as_name").first
    }

    /// `*.push.apple.com` of `CN=*.push.apple.com, O=Apple Inc.` as `push.apple.com`.
    private static func commonName(_ subject: String) -> String? {
        let part = subject.split(separator: ",").map { $0.drop { $0 == " " } }.first { $0.hasPrefix("CN=") }
        return part.map { $0.dropFirst(3) }.map { String($0.hasPrefix("*.") ? $0.dropFirst(2) : $0) }
    }

    /// The IP protocol. Zeek says icmp of ICMPv6 too.
    private var protocolOfKey: UInt8? { key.proto == 1 && key.peer.address?.isV4 == false ? 58 : key.proto }

    /// Whether port, protocol, address and sizes are a program's, as far as it says them and they are known.
    func fit(_ program: KnownProgram) -> Bool {
        if isLookup { return true }
        if let proto = program.proto, let protocolOfKey, protocolOfKey != proto { return false }
        if let port = key.port, !program.entry.port.values.isEmpty {
            guard program.entry.port.contains(port) else { return false }
        }
        return program.entry.network.values.isEmpty || isIn(program.entry.network.values)
    }

    /// Whether it is a protocol's shape: what the protocol says has to be known, and right.
    func fitShape(_ program: KnownProgram) -> Bool {
        guard key.proto != nil, key.port != nil || program.entry.port.values.isEmpty, key.peer.address != nil,
            fit(program)
        else { return false }
        return program.agents.isEmpty || agents.contains { agent in program.agents.contains { $0.matches(agent) } }
    }

    /// What confirms a shape: sizes that are the protocol's, else an address that others cannot have, else a protocol
    /// that programs do not speak by a port.
    func shapeConfirmations(of program: KnownProgram) -> [String] {
        if !program.entry.sizes.isEmpty {
            let isSized =
                !sizes.isEmpty
                && sizes.allSatisfy { size in size > 0 && program.entry.sizes.contains { size % Int64($0) == 0 } }
            return isSized ? ["sizes"] : []
        }
        if !program.entry.network.values.isEmpty { return ["address"] }
        return program.proto == 6 || program.proto == 17 ? [] : ["protocol"]
    }

    /// 255.255.255.255 stands for the broadcast address of a private network too, which ends in 255 as good as always.
    private func isIn(_ networks: [CIDR]) -> Bool {
        guard let address = key.peer.address else { return false }
        if networks.contains(where: { $0.contains(address) }) { return true }
        return address.isV4 && address.scope == .private && address.low & 0xFF == 0xFF
            && networks.contains { $0.contains(Self.broadcast) }
    }

    private static let broadcast = IPAddress(v4: 0xFFFF_FFFF)
}
