import CFlarePlugin
import FlareModel
import FlareOptions
import FlarePlugins
import FoundationEssentials

/// An enricher in Swift behind the C functions.
final class ExportedEnricher<E: Enricher>: ExportedPlugin, @unchecked Sendable {
    private let enricher: E

    init(_ enricher: E, _ host: ExportHost) {
        self.enricher = enricher
        super.init(host)
    }

    /// What the host writes of a finding.
    private struct Entry: Decodable {
        let finding: Finding
    }

    override func enrich(_ findings: UnsafeRawBufferPointer, _ call: OpaquePointer) throws {
        let before = try JSONDecoder().decode([Entry].self, from: Data(findings)).map(\.finding)
        let enricher = enricher
        let after = try wait {
            var changed = before
            let header = RunHeader(pipeline: "", version: "", started: Timestamp(nanoseconds: 0), sources: [])
            try await enricher.enrich(&changed, RunContext(header: header, window: .all))
            return changed
        }
        let kept = Dictionary(after.map { ($0.id, $0) }) { first, _ in first }
        for finding in before {
            guard let words = Self.change(of: finding, to: kept[finding.id]) else { continue }
            host.pass(words.bytes) { host.table.pointee.change(call, $0) }
        }
    }

    /// What became of a finding, as the host takes it; `nil` where nothing did.
    private static func change(of before: Finding, to after: Finding?) -> JSONText? {
        var text = JSONText()
        var isChanged = false
        text.object { text in
            text.key("id")
            text.append(before.id)
            guard let after else {
                text.key("drop")
                text.append(true)
                isChanged = true
                return
            }
            if let host = after.host, host != before.host {
                text.key("host")
                text.append(host)
                isChanged = true
            }
            let news = after.evidence.filter { before.evidence[$0.key] != $0.value }
            if !news.isEmpty {
                text.append(evidence: news)
                isChanged = true
            }
            let modifiers = after.modifiers.filter { !before.modifiers.contains($0) }
            if !modifiers.isEmpty {
                text.append(modifiers: modifiers)
                isChanged = true
            }
        }
        return isChanged ? text : nil
    }
}

extension Finding {
    /// What a detector says of a finding, as the host takes it from `settle`.
    ///
    /// - Throws: `PluginError` where the finding is about a channel that is not in the table.
    func words(_ channels: ChannelTable) throws -> JSONText {
        func id(_ key: ChannelKey) throws -> Int {
            guard let id = channels.id(of: key) else {
                throw PluginError("a finding is about \(key), which is no channel")
            }
            return id.index
        }
        let ids: [Int] =
            switch subject {
            case .channel(let key): [try id(key)]
            case .group(let keys): try keys.map(id)
            case .source: []
            }
        var text = JSONText()
        text.object { text in
            switch subject {
            case .channel:
                text.key("channel")
                text.append(ids[0])
            case .group:
                text.key("channels")
                text.list { list in for id in ids { list.append(id) } }
            case .source(let address):
                text.key("source")
                text.append(address.description)
            }
            text.key("score")
            text.append(score)
            text.key("summary")
            text.append(summary)
            if let interval {
                text.key("interval")
                text.append(interval)
            }
            if let percent {
                text.key("percent")
                text.append(percent)
            }
            if let occurrences {
                text.key("occurrences")
                text.append(occurrences)
            }
            if let host {
                text.key("host")
                text.append(host)
            }
            if !evidence.isEmpty { text.append(evidence: evidence) }
            if !modifiers.isEmpty { text.append(modifiers: modifiers) }
        }
        return text
    }
}

extension JSONText {
    /// The entry `evidence`.
    mutating func append(evidence: [String: Value]) {
        key("evidence")
        object { text in
            for (name, value) in evidence.sorted(by: { $0.key < $1.key }) {
                text.key(name)
                text.append(value)
            }
        }
    }

    /// The entry `modifiers`.
    mutating func append(modifiers: [Finding.Modifier]) {
        key("modifiers")
        list { list in
            for modifier in modifiers {
                list.object { text in
                    text.key("name")
                    text.append(modifier.name)
                    text.key("amount")
                    text.append(modifier.amount)
                    text.key("reason")
                    text.append(modifier.reason)
                    guard !modifier.techniques.isEmpty else { return }
                    text.key("techniques")
                    text.list { list in for id in modifier.techniques { list.append(id) } }
                }
            }
        }
    }
}
