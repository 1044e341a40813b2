import FlareKit
import LineFiles
import RecordSchemas

/// What a source over files of lines needs to be asked again: its files, where the fields of their records stand, and what
/// it remembers of the first reading.
package struct SecondReading: Sendable {
    package typealias Cursors = [(scanner: any ContextScanner, cursor: ContextCursor)]

    package let schema: RecordSchema
    private let paths: [OptionPath]
    /// In bytes, the line feed not counted.
    package let longestLine: Int
    /// Of the site, and of the files of the first reading.
    package let counts = SiteCounts()
    /// What was kept of standard input or followed files.
    private let kept: KeptLines

    /// - Parameter memory: for what is kept.
    /// - Throws: a complaint about the paths.
    package init(
        _ paths: [OptionPath], _ schema: RecordSchema, longestLine: ByteSize, memory: ByteSize
    ) throws(OptionComplaint) {
        try InputPaths.check(paths)
        self.paths = paths
        self.schema = schema
        self.longestLine = Int(clamping: longestLine.bytes)
        kept = KeptLines(bound: Int(clamping: memory.bytes))
    }

    package var inputs: InputPaths { InputPaths(paths) }

    /// The first reading begins.
    ///
    /// - Returns: where its lines go that will be asked for again; `nil` where they can be read again, or nobody asks.
    package func begin(_ scan: Scan) throws -> KeptLines? {
        guard scan.isLive || inputs.haveStreams, !scan.askedAgain.isEmpty else {
            kept.begin(nil)
            return nil
        }
        kept.begin(try Interest(scan.askedAgain, schema))
        return kept
    }

    /// What is read when it is asked again.
    package func input(_ scan: Scan) throws -> ContextInput { try ContextInput(kept, inputs, counts, scan) }

    package func records(
        about queries: [ContextQuery], _ scan: Scan, _ cursors: (Interest, Scan) throws -> Cursors
    ) throws -> [any Cursor] {
        let cursors = try cursors(Interest(queries, scan, schema), scan)
        counts.begin(cursors.map(\.scanner), scan)
        return cursors.map(\.cursor)
    }

    package func sources(
        sharing values: [SharedValue], _ cursors: (Interest, Scan) throws -> Cursors
    ) async throws -> [SharedValue: Int] {
        // A count of what is left would make rare what is not.
        guard !kept.hasLeftOut else { return [:] }
        return try await counts.sources(sharing: values) { scan, values in
            let cursors = try cursors(Interest([], scan, schema, countingOnly: values), scan)
            try drain(cursors.map(\.cursor), scan)
            return cursors.map(\.scanner)
        }
    }
}

extension PluginOption {
    /// The longest line of an input.
    package static func maxLine(_ path: WritableKeyPath<Owner, ByteSize> & Sendable) -> Self {
        Self(
            "max_line", path, "Maximum length of a line; longer lines are rejected.", range: ByteSize(bytes: 1)...)
    }

    /// The memory for what cannot be read twice.
    package static func contextMemory(_ path: WritableKeyPath<Owner, ByteSize> & Sendable) -> Self {
        Self(
            "context_memory", path,
            "Memory for protocol records of standard input and followed files, which Flare reads only once. If it is "
                + "full, the oldest records are dropped and counted in the report. Flare uses it only for enrichers "
                + "such as context.")
    }
}
