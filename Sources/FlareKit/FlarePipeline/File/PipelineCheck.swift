import FlareEngine
import FlareModel
import FlareOptions
import FlarePlugins

extension PipelineDefinition {
    /// What does not fit together although each plugin is right by itself.
    ///
    /// - Kinds of record that a plugin reads and no source offers.
    /// - Kinds that an enricher asks for again, and no source can be asked again.
    /// - Fields that an enricher reads and nobody writes.
    /// - One name for two different fields, or for a field and something else in an output.
    /// - Enrichers that wait for each other.
    /// - What enrichers say of configuration of their own.
    /// - Two sinks that write to one place.
    /// - Columns that a sink names and no finding has.
    ///
    /// - Parameter installed: the plugins of the installation that may be used.
    public func complaints(installed: [PluginDescriptor] = []) -> [Diagnostic] {
        unofferedKinds() + unansweredContext(installed) + unwrittenFields() + ambiguousFields() + circles()
            + sharedOutputs() + unknownColumns(installed) + enricherComplaints()
    }

    private func unknownColumns(_ installed: [PluginDescriptor]) -> [Diagnostic] {
        let fields = detectors.flatMap(\.instance.evidence) + enrichers.flatMap(\.instance.writes)
        let known = Column.all(with: fields).map(\.name) + Column.originNames
        return sinks.flatMap { sink in
            sink.instance.namedColumns.filter { !known.contains($0.name) }.map { column in
                let others = installed.filter { $0.evidence.contains { $0.name == column.name } }.map(\.phrase)
                let message = "\(column.option): no finding of this pipeline has a column \"\(column.name)\""
                let mark = sink.mark(of: column.option)
                // A table may be ready for an enricher that is not in every pipeline.
                if !others.isEmpty {
                    return Diagnostic(
                        message, at: mark, suggestion: "\(others.joined(separator: " and ")) would write it",
                        level: .warning)
                }
                let nearest = NearestName.find(column.name, among: known)
                return Diagnostic(
                    message, at: mark, expected: nearest == nil ? "one of " + known.joined(separator: ", ") : nil,
                    suggestion: nearest.map { "did you mean \"\($0)\"?" })
            }
        }
    }

    private func unofferedKinds() -> [Diagnostic] {
        let offered = sources.reduce(into: Set<RecordKind>()) { $0.formUnion($1.instance.offers) }
        var complaints: [Diagnostic] = []
        for detector in detectors {
            let grouping = detector.grouping ?? detector.instance.demand.grouping
            var kinds = Set(detector.instance.demand.kinds.keys)
            kinds.insert(grouping.subject)
            complaints += kinds.subtracting(offered).sorted { $0.name < $1.name }.map { kind in
                unoffered(kind, by: offered, reader: detector.descriptor, at: detector.mark)
            }
            if grouping.by == .host, offered.isDisjoint(with: [.tls, .http]) {
                complaints.append(
                    Diagnostic(
                        "channels are grouped by host, and no source offers the tls or http records that name hosts",
                        at: detector.mark, suggestion: "only flows that carry a name themselves get one",
                        level: .warning))
            }
        }
        return complaints
    }

    private func unoffered(
        _ kind: RecordKind, by offered: Set<RecordKind>, reader: PluginDescriptor, at mark: SourceMark
    ) -> Diagnostic {
        let names = offered.map(\.name).sorted().joined(separator: ", ")
        return Diagnostic(
            "\(reader.phrase) reads records of the kind \"\(kind)\", which no source offers", at: mark,
            suggestion: names.isEmpty ? nil : "the sources offer \(names)")
    }

    /// Kinds that an enricher asks for after detection. It can do without some of them; without any it is of no use.
    private func unansweredContext(_ installed: [PluginDescriptor]) -> [Diagnostic] {
        let provided = sources.reduce(into: Set<RecordKind>()) { kinds, source in
            if let source = source.instance as? any ContextSource { kinds.formUnion(source.contextKinds) }
        }
        return enrichers.compactMap { enricher in
            // A sensor on the wire knows no programs; that is no fault of a pipeline.
            let wanted = Set(enricher.instance.kinds.keys).subtracting([.flow, .process])
            let missing = wanted.subtracting(provided)
            guard !missing.isEmpty else { return nil }
            let names = missing.map { "\"\($0)\"" }.sorted().joined(separator: ", ")
            let others = installed.filter { !$0.contextKinds.isDisjoint(with: missing) }.map(\.name)
            let suggestion =
                others.isEmpty
                ? "take it out, or add a source that can be asked again"
                : "\(others.joined(separator: " and ")) would"
            return Diagnostic(
                "\(enricher.descriptor.phrase) asks for records of the kind \(names) about findings, which no source "
                    + "provides",
                at: enricher.mark, suggestion: suggestion, level: missing == wanted ? .error : .warning)
        }
    }

    private func unwrittenFields() -> [Diagnostic] {
        let standard = Column.standard.map(\.name)
        let byDetectors = detectors.flatMap { $0.instance.evidence.map(\.name) }
        var complaints: [Diagnostic] = []
        for (index, enricher) in enrichers.enumerated() {
            let others = enrichers.enumerated().filter { $0.offset != index }
            let written = standard + byDetectors + others.flatMap { $0.element.instance.writes.map(\.name) }
            for field in enricher.instance.reads.subtracting(written).sorted() {
                complaints.append(
                    Diagnostic(
                        "\(enricher.descriptor.phrase) reads the field \"\(field)\", which nobody writes",
                        at: enricher.mark,
                        suggestion: NearestName.suggestion(for: field, among: written)
                            ?? "add an enricher that writes it"))
            }
        }
        return complaints
    }

    private func enricherComplaints() -> [Diagnostic] {
        let byDetectors = Set(detectors.flatMap { $0.instance.evidence.map(\.name) })
        let groupings = Set(detectors.map { $0.grouping ?? $0.instance.demand.grouping })
        return enrichers.enumerated().flatMap { index, enricher in
            let others = enrichers.enumerated().filter { $0.offset != index }
            let written = others.reduce(into: byDetectors) { $0.formUnion($1.element.instance.writes.map(\.name)) }
            let setting = EnricherSetting(written: written, groupings: groupings)
            return enricher.instance.complaints(in: setting).map { complaint in
                complaint.mark != nil
                    ? complaint
                    : Diagnostic(
                        complaint.message, at: enricher.mark, expected: complaint.expected,
                        suggestion: complaint.suggestion, level: complaint.level)
            }
        }
    }

    private func ambiguousFields() -> [Diagnostic] {
        var known: [String: (field: Field, writer: String)] = [:]
        var complaints: [Diagnostic] = []
        for column in Column.standard { known[column.name] = (column.field, "Flare itself") }
        let detected = detectors.map { ($0.descriptor, $0.mark, $0.instance.evidence) }
        let enriched = enrichers.map { ($0.descriptor, $0.mark, $0.instance.writes) }
        for (writer, mark, fields) in detected + enriched {
            for field in fields {
                if Field.reserved.contains(field.name), field != .modifiers {
                    complaints.append(
                        Diagnostic(
                            "\(writer.phrase) writes a field \"\(field.name)\", a name that outputs have for something else",
                            at: mark, suggestion: "give the field another name"))
                }
                guard let other = known[field.name] else {
                    known[field.name] = (field, writer.phrase)
                    continue
                }
                if other.field.type != field.type || other.field.unit != field.unit {
                    complaints.append(
                        Diagnostic(
                            "\(writer.phrase) writes \"\(field.name)\" as \(Self.shape(of: field)), "
                                + "\(other.writer) as \(Self.shape(of: other.field))",
                            at: mark, suggestion: "use one of the two"))
                }
            }
        }
        return complaints
    }

    private static func shape(of field: Field) -> String {
        field.type.rawValue + (field.unit.map { " in \($0)" } ?? "")
    }

    private func circles() -> [Diagnostic] {
        do {
            _ = try EnricherOrder.sorted(enrichers.map { .init($0.descriptor.name, $0.instance) })
            return []
        } catch {
            return [Diagnostic("\(error)", at: enrichers.first?.mark)]
        }
    }

    private func sharedOutputs() -> [Diagnostic] {
        var known: [String: Int] = [:]
        return sinks.compactMap { sink in
            guard let destination = sink.instance.destination,
                let line = known.updateValue(sink.mark.line, forKey: destination)
            else { return nil }
            return Diagnostic(
                "\(sink.descriptor.phrase) writes to \(destination), as the sink in line \(line) does", at: sink.mark,
                suggestion: "give each its own path")
        }
    }
}
