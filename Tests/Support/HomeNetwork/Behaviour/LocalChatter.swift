/// What never leaves the house: names announced by multicast, searches for renderers, NetBIOS, leases.
extension Home {
    mutating func localChatter(_ host: Host) {
        switch host.kind {
        case .bulb, .plug, .reader: break
        case .windows:
            announce(host, to: Household.broadcast, port: 138, pace: 720, give: 20, bytes: 243)
            announce(host, to: "239.255.255.250", port: 1900, pace: 3600, give: 3600, bytes: 868)
        case .television, .stick, .console, .storage:
            announce(host, to: "239.255.255.250", port: 1900, pace: 1800, give: 900, bytes: 1420)
        default:
            announce(host, to: "224.0.0.251", port: 5353, pace: 3600, give: 7200, bytes: 1149)
        }
        lease(host)
    }

    private mutating func announce(_ host: Host, to group: String, port: Int, pace: Int, give: Int, bytes: Int) {
        var dice = self.dice(for: "announcing \(port) \(host.name)")
        var moment = dawn + dice.below(pace * Span.second)
        while isToday(moment) {
            let packets = dice.between(1...5)
            see(
                Conversation(
                    start: moment, duration: packets == 1 ? 0 : packets * dice.between(1...4) * Span.second,
                    transport: .udp, client: host.address, clientPort: port, server: group, serverPort: port,
                    state: .new, application: "failed", packetsOut: packets, bytesOut: packets * bytes / 3))
            moment = moment + pace * Span.second + dice.below(give * Span.second)
        }
    }

    /// A lease for a day, renewed at half of it.
    private mutating func lease(_ host: Host) {
        var dice = self.dice(for: "lease \(host.name)")
        let hardware = "b8:27:eb:" + (0..<3).map { _ in padded(dice.below(100), 2) }.joined(separator: ":")
        let first = dawn + dice.below(12 * Span.hour)
        for moment in [first, first + 12 * Span.hour + dice.below(20 * Span.second)] {
            see(
                Conversation(
                    start: moment, duration: dice.between(300...900), transport: .udp, client: host.address,
                    clientPort: 68, server: Household.router, serverPort: 67, state: .established,
                    application: "dhcp", packetsBack: 1, bytesOut: 342, bytesBack: 356,
                    words: [.lease(address: host.address, hardware: hardware, id: dice.below(1 << 32))]))
        }
    }
}
