import Allowlist
import Beacon
import Elasticsearch
import FlareKit
import Focus
import HTML
import Suricata
import Tabular
import Zeek

/// The plugins that this command carries: one line each.
enum BuiltInPlugins {
    static let registry: PluginRegistry = {
        var registry = PluginRegistry()
        registry.register(EVESource.self, as: .source)
        registry.register(ZeekSource.self, as: .source)
        registry.register(ElasticsearchSource.self, as: .source)
        registry.register(FocusEnricher.self, as: .enricher)
        registry.register(AllowlistEnricher.self, as: .enricher)
        registry.register(KibanaEnricher.self, as: .enricher)
        registry.register(EveBoxEnricher.self, as: .enricher)
        registry.register(ClassicBeaconDetector.self, as: .detector)
        registry.register(TableSink.self, as: .sink)
        registry.register(CSVSink.self, as: .sink)
        registry.register(JSONSink.self, as: .sink)
        registry.register(HTMLSink.self, as: .sink)
        registry.register(ElasticsearchSink.self, as: .sink)
        registry.outside = OutsidePlugins.maker
        return registry
    }()
}
