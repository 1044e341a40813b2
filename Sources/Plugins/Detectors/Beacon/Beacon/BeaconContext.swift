import FlareKit

/// Several hosts with the same period toward the same destination: one name, wherever it is, or one address where a name is not
/// known to both.
struct Campaigns {
    /// A call at a pace.
    private struct Caller {
        let source: IPAddress
        let period: Double
        let port: UInt16?
        let name: String?
        let addresses: [IPAddress]

        init(_ channel: ChannelView, period: Double) {
            source = channel.key.source
            self.period = period
            port = channel.key.port
            name = channel.key.peer.name ?? channel.host
            addresses = channel.addresses.isEmpty ? channel.key.peer.address.map { [$0] } ?? [] : channel.addresses
        }
    }

    private var byName: [String: [Caller]] = [:]
    private var byAddress: [IPAddress: [Caller]] = [:]

    /// How far two periods may lie apart, as a share.
    private static let tolerance = 0.05

    init(_ judged: [Judged<BeaconJudgement>], _ channels: ChannelTable, dial: FalseAlarmDial) {
        for entry in judged where entry.judgement.pValue <= dial.largestPValue {
            let caller = Caller(channels.view(entry.channel), period: entry.judgement.period)
            if let name = caller.name { byName[name, default: []].append(caller) }
            for address in caller.addresses { byAddress[address, default: []].append(caller) }
        }
    }

    /// How many hosts call the same destination at the same pace, this one included.
    func hosts(of channel: ChannelView, period: Double) -> Int {
        let own = Caller(channel, period: period)
        let callers =
            (own.name.flatMap { byName[$0] } ?? [])
            + own.addresses.flatMap { byAddress[$0] ?? [] }.filter { own.name == nil || $0.name == nil }
        let alike = callers.filter {
            $0.port == own.port && abs($0.period - period) <= Self.tolerance * period
        }
        return Set(alike.map(\.source)).union([own.source]).count
    }
}

/// What the rest of the network says about a channel: it moves a finding, visibly, and hides none.
struct BeaconContext {
    /// Share of the hosts that talk to the destination, 0...1; `nil` with too few hosts to tell.
    let prevalence: Double?
    /// Hosts that call the destination at the same pace.
    let campaignHosts: Int
    /// Whether the channel's first record comes well after the window's beginning.
    let isNew: Bool
    let destinationDegree: Int
    /// Hosts of the site that call at all.
    let hosts: Int

    /// With fewer hosts a share of them means little.
    private static let fewestHosts = 10
    /// A destination that half of all hosts talk to is a service of the house.
    private static let common = 0.5
    private static let commonAmount = -15.0
    /// One that a tenth of them talk to is shared by too many to be an implant's alone.
    private static let shared = 0.1
    private static let sharedAmount = -5.0
    /// A destination of one host alone, or of one in a hundred.
    private static let rare = 0.01
    private static let rareAmount = 2.0
    private static let campaignAmount = 3.0
    private static let newAmount = 1.0
    /// The part of the window after which a first appearance is late, and the shortest window that can tell.
    private static let lateShare = 0.25
    private static let shortestWindow: Int64 = 6 * 3600 * 1_000_000_000

    init(
        _ channel: ChannelView, _ judgement: BeaconJudgement, _ finding: Finding, _ census: Census,
        _ campaigns: Campaigns
    ) {
        destinationDegree = census.sources(of: channel.key.peer)
        hosts = census.hosts
        prevalence = hosts >= Self.fewestHosts ? min(1, Double(destinationDegree) / Double(hosts)) : nil
        campaignHosts = campaigns.hosts(of: channel, period: judgement.period)
        var first = finding.firstSeen
        if case .time(let called)? = finding.evidence["first_called"] { first = called }
        if let first, let since = census.window.since, let length = census.window.duration,
            length >= Self.shortestWindow
        {
            isNew = Double(first.nanoseconds(since: since)) > Self.lateShare * Double(length)
        } else {
            isNew = false
        }
    }

    var modifiers: [Finding.Modifier] {
        var modifiers: [Finding.Modifier] = []
        if let prevalence {
            let percent = (prevalence * 1000).rounded() / 10
            if prevalence >= Self.common {
                modifiers.append(
                    .init("common_destination", Self.commonAmount, "\(percent) % of the hosts talk to it", side: .site))
            } else if prevalence >= Self.shared {
                modifiers.append(
                    .init("shared_destination", Self.sharedAmount, "\(percent) % of the hosts talk to it", side: .site))
            } else if destinationDegree == 1 || prevalence <= Self.rare {
                modifiers.append(
                    .init(
                        "rare_destination", Self.rareAmount,
                        "\(destinationDegree) of \(hosts.grouped) hosts talk\(destinationDegree == 1 ? "s" : "") to it",
                        side: .site))
            }
        }
        if campaignHosts > 1 {
            modifiers.append(
                .init(
                    "campaign", Self.campaignAmount, "\(campaignHosts) hosts call it at the same pace", side: .site,
                    label: "same pace on several hosts"))
        }
        if isNew {
            modifiers.append(.init("new_in_window", Self.newAmount, "first seen well into the window", side: .time))
        }
        return modifiers
    }

    func fill(_ finding: inout Finding) {
        finding.evidence["prevalence"] = prevalence.map { .number(($0 * 10_000).rounded() / 100) }
        finding.evidence["campaign_hosts"] = .integer(Int64(campaignHosts))
        finding.evidence["new_in_window"] = .boolean(isNew)
    }
}
