import FlareKit
import Testing

@testable import Links

@Suite("links to Kibana and EveBox")
struct LinkTests {
    private static func finding() -> Finding {
        let key = ChannelKey(
            source: IPAddress(v4: 0xC000_0205), peer: .address(IPAddress(v4: 0xC633_6401)), port: 443, proto: 6)
        var finding = Finding(detector: "beacon", subject: .channel(key), score: 1, summary: "")
        finding.firstSeen = Timestamp(seconds: 1_767_225_600)
        finding.lastSeen = Timestamp(seconds: 1_767_229_200)
        return finding
    }

    private static func link(_ options: String) async throws -> String? {
        let enricher = try KibanaEnricher(
            .read("url: https://kibana:5601/\ndata_view: logstash-flow-*\n\(options)"), PluginContext())
        var findings = [finding()]
        let header = RunHeader(pipeline: "", version: "", started: Timestamp(seconds: 0), sources: [])
        try await enricher.enrich(&findings, RunContext(header: header, window: .all))
        return findings[0].evidence["kibana_url"]?.description
    }

    private static let time = "_g=(time:(from:'2025-12-31T23:00:00Z',to:'2026-01-01T03:00:00Z'))"
    private static let query =
        "query:(language:kuery,query:'src_ip:%22192.0.2.5%22%20and%20dest_ip:%22198.51.100.1%22%20and%20dest_port:%22443%22')"

    @Test("Kibana takes the data view as index until 8.14, as a data source later")
    func kibana() async throws {
        #expect(
            try await Self.link("version: '7.17'")
                == "https://kibana:5601/app/discover#/?\(Self.time)&_a=(index:'logstash-flow-*',\(Self.query))")
        #expect(
            try await Self.link("version: '9.1'")
                == "https://kibana:5601/app/discover#/?\(Self.time)&_a=(dataSource:(dataViewId:'logstash-flow-*',type:dataView),\(Self.query))"
        )
    }

    @Test("OpenSearch Dashboards takes the query apart since its data explorer")
    func dashboards() async throws {
        let link = try await Self.link("application: opensearch-dashboards\nversion: '2.18'")
        #expect(
            link?.hasPrefix("https://kibana:5601/app/data-explorer/discover#?_a=(discover:(columns:!(_source)") == true)
        #expect(link?.contains("metadata:(indexPattern:'logstash-flow-*',view:discover)") == true)
        #expect(link?.hasSuffix("&_q=(filters:!(),\(Self.query))") == true)
    }

    @Test("EveBox is asked for both addresses")
    func evebox() throws {
        let modern = try EveBoxEnricher(.read("url: https://evebox:5636"), PluginContext())
        #expect(
            modern.link(to: Self.finding())
                == "https://evebox:5636/#/events?q=%40ip%3A192.0.2.5%20%40ip%3A198.51.100.1&event_type=flow")
        let old = try EveBoxEnricher(.read("url: https://selks/evebox\nversion: '0.16'"), PluginContext())
        #expect(
            old.link(to: Self.finding())
                == "https://selks/evebox/#/events?q=src_ip%3A%22192.0.2.5%22%20dest_ip%3A%22198.51.100.1%22")
    }
}
