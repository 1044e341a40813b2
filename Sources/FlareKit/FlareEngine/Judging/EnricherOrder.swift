import FlarePlugins

/// Puts enrichers after those that write what they read, whatever their order in the file.
package enum EnricherOrder {
    /// Enrichers that wait for each other in a circle.
    struct Circle: Error, CustomStringConvertible {
        let names: [String]
        var description: String {
            "the enrichers \(names.joined(separator: ", ")) each read what another of them writes; remove one"
        }
    }

    /// The stages in an order in which each field is written before it is read or used; otherwise as they came.
    package static func sorted(_ stages: [Pipeline.Stage<any Enricher>]) throws -> [Pipeline.Stage<any Enricher>] {
        var waiting = stages
        var ready: [Pipeline.Stage<any Enricher>] = []
        while !waiting.isEmpty {
            let next = waiting.indices.first { candidate in
                let plugin = waiting[candidate].plugin
                return !waiting.indices.contains { other in
                    other != candidate
                        && waiting[other].plugin.writes.contains { plugin.reads.contains($0.name) || plugin.uses($0) }
                }
            }
            guard let next else { throw Circle(names: waiting.map(\.name)) }
            ready.append(waiting.remove(at: next))
        }
        return ready
    }
}
