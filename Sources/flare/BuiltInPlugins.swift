import Allowlist
import Beacon
import ClickHouse
import Context
import DNS
import Domain
import ElasticsearchFindings
import ElasticsearchRecords
import FlareKit
import Focus
import HTML
import History
import Links
import Messages
import PCAP
import Periodic
import SQLite
import Suricata
import Table
import Tabular
import Threats
import Traffic
import Whois
import Zeek

/// The plugins that this command carries: one line each.
enum BuiltInPlugins {
    static let registry: PluginRegistry = {
        var registry = PluginRegistry()
        registry.register(EVESource.self, as: .source)
        registry.register(ZeekSource.self, as: .source)
        registry.register(PCAPSource.self, as: .source)
        registry.register(TableSource.self, as: .source)
        registry.register(NetFlowSource.self, as: .source)
        registry.register(ElasticsearchSource.self, as: .source)
        registry.register(ClickHouseSource.self, as: .source)
        registry.register(FocusEnricher.self, as: .enricher)
        registry.register(AllowlistEnricher.self, as: .enricher)
        registry.register(KibanaEnricher.self, as: .enricher)
        registry.register(EveBoxEnricher.self, as: .enricher)
        registry.register(WhoisEnricher.self, as: .enricher)
        registry.register(DomainEnricher.self, as: .enricher)
        registry.register(ContextEnricher.self, as: .enricher)
        registry.register(PeriodicEnricher.self, as: .enricher)
        registry.register(FrameworkEnricher.self, as: .enricher)
        registry.register(ThreatListEnricher.self, as: .enricher)
        registry.register(HistoryEnricher.self, as: .enricher)
        registry.register(BeaconDetector.self, as: .detector)
        registry.register(ClassicBeaconDetector.self, as: .detector)
        registry.register(RITADetector.self, as: .detector)
        registry.register(DNSC2Detector.self, as: .detector)
        registry.register(RITADNSDetector.self, as: .detector)
        registry.register(LongConnectionDetector.self, as: .detector)
        registry.register(VolumeDetector.self, as: .detector)
        registry.register(ScanDetector.self, as: .detector)
        registry.register(StrobeDetector.self, as: .detector)
        registry.register(TableSink.self, as: .sink)
        registry.register(CSVSink.self, as: .sink)
        registry.register(JSONSink.self, as: .sink)
        registry.register(HTMLSink.self, as: .sink)
        registry.register(ElasticsearchSink.self, as: .sink)
        registry.register(MarkdownSink.self, as: .sink)
        registry.register(SQLiteSink.self, as: .sink)
        registry.register(PrometheusSink.self, as: .sink)
        registry.register(WebhookSink.self, as: .sink)
        registry.register(SyslogSink.self, as: .sink)
        registry.register(MailSink.self, as: .sink)
        registry.register(ExecSink.self, as: .sink)
        registry.outside = ExternalPlugins.maker
        return registry
    }()
}
