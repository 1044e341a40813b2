import CompressedFiles
import FlareKit
import Foundation
import TestKit

@testable import Suricata

/// One flow as the source yields it.
struct Row: Hashable, Comparable {
    var origin: String
    var position: Int64
    var start: Timestamp
    var source: IPAddress
    var destination: IPAddress
    var port: UInt16
    var proto: UInt8
    var numbers: [ColumnName: Int64]

    static func < (a: Row, b: Row) -> Bool { (a.origin, a.position) < (b.origin, b.position) }
}

/// What a scan yielded.
struct Yield {
    var rows: [Row] = []
    var ingest = IngestCounts()
    var error: (any Error)?
}

/// Drives cursors in turn, as threads of equal speed would, until all have ended.
///
/// - Parameter capacity: of a batch, so small that regions are read in parts.
func drain(_ cursors: [any Cursor], columns: Set<ColumnName> = [], capacity: Int = 100) -> Yield {
    var yield = Yield()
    var batch = RecordBatch([.flow: columns], capacity: capacity)
    var active = cursors
    while !active.isEmpty {
        active.removeAll { cursor in
            batch.removeAll()
            do {
                let goesOn = try cursor.next(into: &batch)
                yield.rows += rows(of: batch)
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

private func rows(of batch: RecordBatch) -> [Row] {
    let table = batch.tables[0]
    return (0..<table.count).map { row in
        Row(
            origin: batch.origin, position: table.position[row], start: Timestamp(nanoseconds: table.start[row]),
            source: table.source[row], destination: table.destination[row], port: table.port[row],
            proto: table.proto[row], numbers: table.numbers.mapValues { $0[row] })
    }
}

let allColumns: Set<ColumnName> = [.bytesToServer, .bytesToClient, .packetsToServer, .packetsToClient, .duration, .id]

/// Reads with the source as a pipeline would make it.
func read(
    _ paths: [String], options: String = "", cursors: Int = 1, columns: Set<ColumnName> = allColumns
) async throws -> Yield {
    let list = paths.map { "\"\($0)\"" }.joined(separator: ", ")
    let source = try EVESource(try EVESourceOptions.read("paths: [\(list)]\n\(options)"), PluginContext())
    let scan = Scan(kinds: [.flow: columns], parallelism: cursors, now: Timestamp(nanoseconds: 0))
    return drain(try await source.open(scan), columns: columns)
}

/// Reads lines, each given a line feed.
func read(lines: [String], options: String = "", columns: Set<ColumnName> = allColumns) async throws -> Yield {
    let folder = TemporaryFolder()
    let path = try folder.write(lines.map { $0 + "\n" }.joined(), as: "eve.json")
    return try await read([path], options: options, columns: columns)
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
    static let eve = folder + "/eve-58h/eve.json.gz"
    static let small = folder + "/eve-58h/eve-small.json"
}

extension IngestCounts {
    /// The reasons of rejection with their counts.
    var reasons: [String: Int] { rejected.mapValues(\.count) }
    var skips: [String: Int] { skipped.mapValues(\.count) }
}
