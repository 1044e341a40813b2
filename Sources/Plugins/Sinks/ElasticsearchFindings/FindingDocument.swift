import ElasticsearchClient
import FlareKit

/// A finding as a document of the Elastic Common Schema (ECS 8.11): what ECS has a field for stands there, all that is
/// Flare's own under `flare`.
struct FindingDocument {
    let header: RunHeader
    let window: TimeWindow
    let columns: [Column]

    /// The version of ECS whose names are used.
    static let ecsVersion = "8.11.0"

    func document(of finding: Finding) -> JSON {
        var document: JSON = [
            "@timestamp": .text((finding.lastSeen ?? window.until ?? header.started).description),
            "ecs": ["version": .text(Self.ecsVersion)], "message": .text(finding.summary),
        ]
        document = document.with("event", event(finding))
        document = document.with(
            "rule",
            ["name": .text(finding.detector), "ruleset": "flare", "description": .text(finding.summary)])
        document = document.with("source", source(finding))
        document = document.with("destination", destination(finding))
        if let proto = finding.channel?.proto, proto != TransportProtocol.unknown {
            document = document.with("network", ["transport": .text(TransportProtocol.name(of: proto))])
        }
        document = document.with("related", related(finding))
        if !finding.texts(Field.techniques.name).isEmpty {
            document = document.with("threat", ["framework": "MITRE ATT&CK"])
        }
        return ECSFields(finding, columns).added(to: document).with("flare", own(finding))
    }

    private func event(_ finding: Finding) -> JSON {
        var event: JSON = [
            "kind": "alert", "category": ["network"], "type": ["connection", "info"], "module": "flare",
            "dataset": "flare.findings", "provider": .text(finding.detector), "id": .text(finding.id),
            "reason": .text(finding.summary), "risk_score": .number(finding.priority * 100),
            "severity": .integer(Int64(finding.severity.step + 1)),
        ]
        event = event.with("start", finding.firstSeen.map { .text($0.description) })
        event = event.with("end", finding.lastSeen.map { .text($0.description) })
        if let first = finding.firstSeen, let last = finding.lastSeen {
            event = event.with("duration", .integer(last.nanoseconds(since: first)))
        }
        return event
    }

    private func source(_ finding: Finding) -> JSON? {
        finding.source.map { ["ip": .text($0.description), "address": .text($0.description)] as JSON }?
            .with("bytes", finding.bytesToServer.map(JSON.integer))
    }

    private func destination(_ finding: Finding) -> JSON? {
        guard let channel = finding.channel else { return nil }
        var destination: JSON = ["address": .text(channel.peer.description)]
        destination = destination.with("ip", channel.peer.address.map { .text($0.description) })
        destination = destination.with("domain", (finding.host ?? channel.peer.name).map(JSON.text))
        destination = destination.with("port", channel.port.map { .integer(Int64($0)) })
        return destination.with("bytes", finding.bytesToClient.map(JSON.integer))
    }

    private func related(_ finding: Finding) -> JSON {
        var addresses: [String] = []
        var hosts: [String] = finding.host.map { [$0] } ?? []
        switch finding.subject {
        case .source(let address): addresses = [address.description]
        case .channel(let key): Self.collect([key], &addresses, &hosts)
        case .group(let keys): Self.collect(keys, &addresses, &hosts)
        }
        let related: JSON = ["ip": .texts(addresses)]
        return hosts.isEmpty ? related : related.with("hosts", .texts(hosts))
    }

    private static func collect(_ keys: [ChannelKey], _ addresses: inout [String], _ hosts: inout [String]) {
        for key in keys {
            let ends = [key.source.description, key.peer.address?.description].compactMap { $0 }
            for end in ends where !addresses.contains(end) { addresses.append(end) }
            if let name = key.peer.name, !hosts.contains(name) { hosts.append(name) }
        }
    }

    /// All columns, the run, and what moved the finding in the list.
    private func own(_ finding: Finding) -> JSON {
        var own: JSON = ["version": .text(header.version)]
        var span: JSON = [:]
        span = span.with("since", window.since.map { .text($0.description) })
        span = span.with("until", window.until.map { .text($0.description) })
        own = own.with("window", span)
        // The modifiers are objects here, not the column of their words.
        for column in columns where column.name != Field.modifiers.name {
            own = own.with(column.name, column.value(of: finding).map(Self.json))
        }
        let modifiers = finding.modifiers.map { modifier -> JSON in
            [
                "name": .text(modifier.name), "amount": .number(modifier.amount), "reason": .text(modifier.reason),
                "side": .text(modifier.side.rawValue),
            ]
        }
        return modifiers.isEmpty ? own : own.with(Field.modifiers.name, .array(modifiers))
    }

    private static func json(_ value: Value) -> JSON {
        switch value {
        case .text(let text): .text(text)
        case .integer(let number): .integer(number)
        case .number(let number): .number(number)
        case .boolean(let flag): .boolean(flag)
        case .time(let time): .text(time.description)
        case .address(let address): .text(address.description)
        case .texts(let texts): .texts(texts)
        }
    }
}
