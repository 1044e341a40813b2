import ElasticsearchClient
import FlareKit
import RecordSchemas

/// A link to the records of a channel in Kibana's Discover or OpenSearch Dashboards' (elastic/kibana
/// src/plugins/discover/common/locator.ts, pull request 182321; OpenSearch-Dashboards
/// src/plugins/discover/public/migrate_state.ts).
struct KibanaLink: Sendable {
    /// How the application takes its state.
    enum Form: Sendable, Equatable {
        /// Kibana to 8.14, OpenSearch Dashboards to 2.9: the data view is `index`.
        case index
        /// Kibana 8.15 and later: the data view is `dataSource`.
        case dataSource
        /// OpenSearch Dashboards 2.10 and later: data-explorer, with the query in `_q`.
        case dataExplorer
    }

    /// Kibana's address, without a slash at its end; with `/s/SPACE` for a space.
    let url: String
    /// The data view's id.
    let dataView: String
    let form: Form
    let map: RecordSchema

    /// How long before the first and after the last record the time range goes on, in nanoseconds: records in an index
    /// may be filtered by the time they were logged.
    static let margin: Int64 = 3_600_000_000_000

    func link(to finding: Finding) -> String? {
        guard let channel = finding.channel, let first = finding.firstSeen, let last = finding.lastSeen else {
            return nil
        }
        let since = first.advanced(by: -Self.margin).description
        let until = last.advanced(by: Self.margin.addingClamped(map.logDelay.nanoseconds)).description
        let time = Rison.object([
            (
                name: "time",
                value: .object([(name: "from", value: .text(since)), (name: "to", value: .text(until))])
            )
        ])
        let query = Rison.object([
            (name: "language", value: .word("kuery")), (name: "query", value: .text(kuery(channel, finding))),
        ])
        switch form {
        case .index:
            let state = Rison.object([(name: "index", value: .text(dataView)), (name: "query", value: query)])
            return "\(url)/app/discover#/?_g=\(Self.encoded(time))&_a=\(Self.encoded(state))"
        case .dataSource:
            let source = Rison.object([
                (name: "dataViewId", value: .text(dataView)), (name: "type", value: .word("dataView")),
            ])
            let state = Rison.object([(name: "dataSource", value: source), (name: "query", value: query)])
            return "\(url)/app/discover#/?_g=\(Self.encoded(time))&_a=\(Self.encoded(state))"
        case .dataExplorer:
            let discover = Rison.object([
                (name: "columns", value: .array([.word("_source")])), (name: "isDirty", value: .flag(false)),
                (name: "sort", value: .array([])),
            ])
            let metadata = Rison.object([
                (name: "indexPattern", value: .text(dataView)), (name: "view", value: .word("discover")),
            ])
            let state = Rison.object([(name: "discover", value: discover), (name: "metadata", value: metadata)])
            let question = Rison.object([(name: "filters", value: .array([])), (name: "query", value: query)])
            return "\(url)/app/data-explorer/discover#?_a=\(Self.encoded(state))&_g=\(Self.encoded(time))"
                + "&_q=\(Self.encoded(question))"
        }
    }

    private static func encoded(_ value: Rison) -> String { PercentEncoding.encode(value.text, keeping: "!'(),:*@") }

    /// The channel in the Kibana Query Language.
    private func kuery(_ channel: ChannelKey, _ finding: Finding) -> String {
        var parts: [String] = []
        func add(_ column: String, _ value: String) {
            if let field = map.flow[column].first { parts.append("\(field):\"\(value)\"") }
        }
        add("source", channel.source.description)
        if let address = channel.peer.address {
            add("destination", address.description)
        } else if let field = map.flow["destination"].first {
            // A name has no field in flows: its addresses stand for it.
            let some = finding.addresses.prefix(Self.mostAddresses).map { "\"\($0)\"" }.joined(separator: " or ")
            if !some.isEmpty { parts.append("\(field):(\(some))") }
        }
        if let port = channel.port, port != 0 { add("port", String(port)) }
        return parts.joined(separator: " and ")
    }

    /// A URL has to stay short enough for browsers.
    private static let mostAddresses = 20
}
