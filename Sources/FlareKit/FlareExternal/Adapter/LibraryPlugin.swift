import CFlarePlugin
import FlareModel
import FlareOptions
import FlarePipeline
import FlarePlugins
import FoundationEssentials
import Glibc
import Synchronization

/// Exports a plugin written in Swift from a dynamic library, with one line in a package that depends on FlareKit:
///
///     @_cdecl("flare_plugin_open")
///     public func open(_ host: UnsafeRawPointer) -> UnsafeRawPointer? { LibraryPlugin.detector(Mine.self, host) }
///
/// The plugin is the same type as one that is built in: a ``Detector`` or ``Enricher`` that is a ``BuiltInPlugin``. What
/// crosses to the command are plain arrays and texts, for the command has a FlareKit of its own, with types of its own.
/// What does not cross: kinds of record beside those of channels, the addresses behind a name, and an enricher's
/// ``RunContext`` beyond its logger. A library is one plugin.
public enum LibraryPlugin {
    /// Exports a detector.
    ///
    /// - Parameters:
    ///   - type: the detector.
    ///   - host: as `flare_plugin_open` was given it.
    /// - Returns: what `flare_plugin_open` is to return.
    public static func detector<D: Detector & BuiltInPlugin>(
        _ type: D.Type, _ host: UnsafeRawPointer
    ) -> UnsafeRawPointer? {
        let description = ExternalDescription(
            kind: .detector, name: D.name, summary: D.summary, options: D.Options.descriptions, evidence: D.evidence,
            traits: ExternalTraits(of: type))
        return export(description) { options, host in
            try ExportedDetector(D(D.Options(datum: options), PluginContext()), host)
        }
    }

    /// Exports an enricher.
    ///
    /// - Parameters:
    ///   - type: the enricher.
    ///   - host: as `flare_plugin_open` was given it.
    /// - Returns: what `flare_plugin_open` is to return.
    public static func enricher<E: Enricher & BuiltInPlugin>(
        _ type: E.Type, _ host: UnsafeRawPointer
    ) -> UnsafeRawPointer? {
        var traits = ExternalTraits()
        traits.wholeFindings = true
        let sample = try? E(E.Options(), PluginContext())
        traits.reads = sample.map { $0.reads.sorted() }
        let description = ExternalDescription(
            kind: .enricher, name: E.name, summary: E.summary, options: E.Options.descriptions, evidence: E.evidence,
            traits: traits)
        return export(description) { options, host in
            try ExportedEnricher(E(E.Options(datum: options), PluginContext()), host)
        }
    }

    typealias Maker = @Sendable (OptionDatum, ExportHost) throws -> ExportedPlugin

    private struct Export: Sendable {
        let maker: Maker
        let options: [OptionDescription]
        /// Lives as long as the library.
        nonisolated(unsafe) let table: UnsafePointer<flare_plugin>
    }

    /// The library's plugin. C functions cannot carry a type with them.
    private static let exported = Mutex<Export?>(nil)

    private static func export(_ description: ExternalDescription, _ maker: @escaping Maker) -> UnsafeRawPointer? {
        exported.withLock { exported in
            if let exported { return UnsafeRawPointer(exported.table) }
            guard let data = try? JSONEncoder().encode(description),
                let text = strdup(String(decoding: data, as: UTF8.self))
            else { return nil }
            let table = UnsafeMutablePointer<flare_plugin>.allocate(capacity: 1)
            table.initialize(to: Self.functions(describedBy: text))
            exported = Export(maker: maker, options: description.options, table: UnsafePointer(table))
            return UnsafeRawPointer(table)
        }
    }

    private static func functions(describedBy text: UnsafePointer<CChar>) -> flare_plugin {
        flare_plugin(
            abi: FLARE_PLUGIN_ABI, size: UInt32(MemoryLayout<flare_plugin>.size), description: text,
            make: { host, options, call in
                guard let host, let call else { return nil }
                return LibraryPlugin.make(host, options, call)
            },
            judge: { plugin, census, channels, count, call in
                guard let plugin, let census, let call, count == 0 || channels != nil else { return 1 }
                return ExportedPlugin.at(plugin).answer(call) { exported in
                    try exported.judge(census.pointee, UnsafeBufferPointer(start: channels, count: count), call)
                }
            },
            settle: { plugin, census, judged, count, call in
                guard let plugin, let census, let call, count == 0 || judged != nil else { return 1 }
                return ExportedPlugin.at(plugin).answer(call) { exported in
                    try exported.settle(census.pointee, UnsafeBufferPointer(start: judged, count: count), call)
                }
            },
            enrich: { plugin, findings, call in
                guard let plugin, let call else { return 1 }
                return ExportedPlugin.at(plugin).answer(call) { exported in
                    try exported.enrich(UnsafeRawBufferPointer(start: findings.bytes, count: findings.length), call)
                }
            },
            destroy: { plugin in
                if let plugin { Unmanaged<ExportedPlugin>.fromOpaque(plugin).release() }
            })
    }

    private static func make(
        _ host: UnsafePointer<flare_host>, _ options: flare_text, _ call: OpaquePointer
    ) -> UnsafeMutableRawPointer? {
        guard let export = exported.withLock({ $0 }) else { return nil }
        let host = ExportHost(table: host)
        do {
            let text = Array(UnsafeRawBufferPointer(start: options.bytes, count: options.length))
            guard let values = OptionDatum.object(try JSONReader.read(text), export.options) else {
                throw PluginError("the options do not fit their types")
            }
            return Unmanaged.passRetained(try export.maker(values, host)).toOpaque()
        } catch let complaint as OptionComplaint {
            host.fail(call, "\(complaint.option.isEmpty ? "" : complaint.option + ": ")\(complaint.message)")
        } catch {
            host.fail(call, "\(error)")
        }
        return nil
    }
}

extension ExternalTraits {
    /// What a detector in Swift needs, found by looking at its demand.
    ///
    /// Where the fewest records follow an option, that is found by trying: the demand moves with the option.
    init<D: Detector & BuiltInPlugin>(of type: D.Type) {
        self.init()
        // Its form of settling is the type's own, whatever it does.
        settles = true
        guard let demand = (try? D(D.Options(), PluginContext()))?.demand else { return }
        if demand.grouping.by != .address { groupBy = demand.grouping.by }
        if !demand.grouping.ignoring.isEmpty { ignore = demand.grouping.ignoring }
        let further = demand.columns.subtracting([.bytesToServer, .bytesToClient]).filter { !$0.isText }
        if !further.isEmpty { columns = further.map(\.name).sorted() }
        minFlows = demand.minimumCount > 1 ? .number(demand.minimumCount) : nil
        for option in D.Options.descriptions where option.type == .integer {
            guard case .integer(let value) = option.defaultValue, Int64(demand.minimumCount) == value else { continue }
            var moved = D.Options().datum
            guard case .object(var values) = moved else { continue }
            values[option.name] = .integer(value + 7)
            moved = .object(values)
            guard let options = try? D.Options(datum: moved), let other = try? D(options, PluginContext()) else {
                continue
            }
            if Int64(other.demand.minimumCount) == value + 7 { minFlows = .option(option.name) }
        }
    }
}
