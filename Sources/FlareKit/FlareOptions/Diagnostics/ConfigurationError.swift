/// Everything that is wrong with a configuration, so that it can be mended in one go.
public struct ConfigurationError: Error, Sendable {
    /// All complaints, warnings too, by file in the order they were read, then by line and column.
    public let diagnostics: [Diagnostic]

    /// - Parameter diagnostics: in any order; at least one is an error.
    public init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = Self.sorted(diagnostics)
    }

    init(sorted diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
    }

    /// The complaints by place. Those without a place come first, since they are about the whole. A default in a
    /// plugins.yaml is looked at there and in each pipeline that goes by it; what is wrong with it is said once.
    static func sorted(_ diagnostics: [Diagnostic], first: SourceText? = nil) -> [Diagnostic] {
        var sources: [ObjectIdentifier: Int] = [:]
        if let first { sources[ObjectIdentifier(first)] = 0 }
        for diagnostic in diagnostics {
            guard let source = diagnostic.mark?.source else { continue }
            let place = sources.count
            sources[ObjectIdentifier(source), default: place] += 0
        }
        func key(_ index: Int) -> (Int, Int, Int, Int) {
            guard let mark = diagnostics[index].mark else { return (-1, 0, 0, index) }
            return (sources[ObjectIdentifier(mark.source)] ?? 0, mark.line, mark.column, index)
        }
        var said: Set<String> = []
        return diagnostics.indices.sorted { key($0) < key($1) }.map { diagnostics[$0] }.filter { diagnostic in
            diagnostic.mark.map { said.insert("\($0): \(diagnostic.message)").inserted } ?? true
        }
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// More complaints than this are counted, not shown: nobody reads them, and a hostile file may cause very many.
    private static let mostShown = 200

    /// The complaints as they are printed, one below the other.
    public var description: String {
        var lines = diagnostics.prefix(Self.mostShown).map(\.description)
        let rest = diagnostics.count - lines.count
        if rest > 0 { lines.append("and \(rest) more") }
        return lines.joined(separator: "\n")
    }
}
