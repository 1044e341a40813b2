import ContextReading
import FlareKit
import LineFiles
import RecordSchemas

extension TableSource: ContextSource {
    public static var contextKinds: Set<RecordKind> { Set(RecordKind.known).subtracting([.flow]) }

    public func records(about queries: [ContextQuery], _ scan: Scan) async throws -> [any Cursor] {
        if !isRereadable { return [KeptRowsCursor(kept, queries, scan)] }
        let cursors = try cursors(inputs.open(), scan) { try Interest(queries, scan, $0.recordSchema) }
        counts.begin(cursors.map(\.scanner), scan)
        return cursors.map(\.cursor)
    }

    public func sources(sharing values: [SharedValue], in window: TimeWindow) async throws -> [SharedValue: Int] {
        guard isRereadable else { return [:] }
        return try await counts.sources(sharing: values) { scan, values in
            let cursors = try cursors(inputs.open(), scan) {
                try Interest([], scan, $0.recordSchema, countingOnly: values)
            }
            try drain(cursors.map(\.cursor), scan)
            return cursors.map(\.scanner)
        }
    }
}
