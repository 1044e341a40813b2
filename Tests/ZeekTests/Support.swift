import FlareKit
import Foundation
import TestKit

@testable import Zeek

/// One record as the source yields it.
struct Row: Hashable, Comparable {
    var kind: RecordKind
    var origin: String
    var position: Int64
    var start: Timestamp
    var source: IPAddress
    var destination: IPAddress
    var port: UInt16
    var proto: UInt8
    var numbers: [ColumnName: Int64]
    var texts: [ColumnName: String]

    static func < (a: Row, b: Row) -> Bool { (a.origin, a.position, a.kind.name) < (b.origin, b.position, b.kind.name) }
}

/// What a scan yielded.
struct Yield {
    var rows: [Row] = []
    var ingest = IngestCounts()
    var error: (any Error)?

    func rows(_ kind: RecordKind) -> [Row] { rows.filter { $0.kind == kind } }
}

/// Drives cursors in turn, as threads of equal speed would, until all have ended.
///
/// - Parameter capacity: of a batch, so small that regions are read in parts.
func drain(_ cursors: [any Cursor], _ kinds: [RecordKind: Set<ColumnName>], capacity: Int = 100) -> Yield {
    var yield = Yield()
    var batch = RecordBatch(kinds, capacity: capacity)
    var active = cursors
    while !active.isEmpty {
        active.removeAll { cursor in
            batch.removeAll()
            do {
                let goesOn = try cursor.next(into: &batch)
                yield.rows += batch.tables.flatMap { rows(of: $0, batch.origin) }
                return !goesOn
            } catch {
                yield.error = error
                return true
            }
        }
    }
    for cursor in cursors { yield.ingest.merge(cursor.ingest) }
    yield.rows.sort()
    return yield
}

private func rows(of table: RecordTable, _ origin: String) -> [Row] {
    (0..<table.count).map { row in
        Row(
            kind: table.kind, origin: origin, position: table.position[row],
            start: Timestamp(nanoseconds: table.start[row]), source: table.source[row],
            destination: table.destination[row], port: table.port[row], proto: table.proto[row],
            numbers: table.numbers.mapValues { $0[row] }, texts: table.texts.mapValues { $0[row] })
    }
}

let flowColumns: Set<ColumnName> = [
    .bytesToServer, .bytesToClient, .packetsToServer, .packetsToClient, .duration, .id, .host,
]

/// Reads with the source as a pipeline would make it.
func read(
    _ paths: [String], options: String = "", cursors: Int = 1,
    kinds: [RecordKind: Set<ColumnName>] = [.flow: flowColumns]
) async throws -> Yield {
    let list = paths.map { "\"\($0)\"" }.joined(separator: ", ")
    let source = try ZeekSource(try ZeekSourceOptions.read("paths: [\(list)]\n\(options)"))
    let scan = Scan(kinds: kinds, parallelism: cursors, now: Timestamp(nanoseconds: 0))
    return drain(try await source.open(scan), kinds)
}

/// Reads the text of one log.
func read(
    text: String, options: String = "", kinds: [RecordKind: Set<ColumnName>] = [.flow: flowColumns]
) async throws -> Yield {
    let folder = TemporaryFolder()
    return try await read([try folder.write(text, as: "a.log")], options: options, kinds: kinds)
}

/// The real records beside the checkout.
enum RealRecords {
    static let folder: String = {
        var url = URL(fileURLWithPath: #filePath)
        while url.path != "/" {
            url.deleteLastPathComponent()
            if FileManager.default.fileExists(atPath: url.appendingPathComponent("Package.swift").path) { break }
        }
        return url.deletingLastPathComponent().appendingPathComponent("shared/data").path
    }()

    static let areThere = FileManager.default.fileExists(atPath: folder)
}

extension IngestCounts {
    /// The reasons of rejection with their counts.
    var reasons: [String: Int] { rejected.mapValues(\.count) }
    var skips: [String: Int] { skipped.mapValues(\.count) }
}
