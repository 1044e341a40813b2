import FlareKit

/// Several hosts with the same period toward the same destination.
struct Campaigns {
    /// Periods by destination, of the channels that pass the dial.
    private var periods: [Target: [(source: IPAddress, period: Double)]] = [:]

    private struct Target: Hashable {
        let peer: Peer
        let port: UInt16?
    }

    /// How far two periods may lie apart, as a share.
    private static let tolerance = 0.05

    init(_ judged: [(key: ChannelKey, judgement: BeaconJudgement)], dial: FalseAlarmDial) {
        for (key, judgement) in judged where judgement.pValue <= dial.largestPValue {
            periods[Target(peer: key.peer, port: key.port), default: []].append((key.source, judgement.period))
        }
    }

    /// How many hosts call the same destination at the same pace, this one included.
    func hosts(of key: ChannelKey, period: Double) -> Int {
        let alike = periods[Target(peer: key.peer, port: key.port), default: []]
            .filter { abs($0.period - period) <= Self.tolerance * period }
        return Set(alike.map(\.source)).union([key.source]).count
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
        _ key: ChannelKey, _ judgement: BeaconJudgement, _ finding: Finding, _ census: Census, _ campaigns: Campaigns
    ) {
        destinationDegree = census.sources(of: key.peer)
        hosts = census.hosts
        prevalence = hosts >= Self.fewestHosts ? min(1, Double(destinationDegree) / Double(hosts)) : nil
        campaignHosts = campaigns.hosts(of: key, period: judgement.period)
        if let first = finding.firstSeen, let since = census.window.since, let length = census.window.duration,
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
