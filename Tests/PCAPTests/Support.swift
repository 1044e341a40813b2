import FlareKit
import Foundation
import TestKit
import Testing

@testable import PCAP

/// Captures of made-up traffic, written once by frames.py.
enum Frames {
    private static let folder = TemporaryFolder()
    private static let failure: String = {
        do {
            _ = try Program.run(
                Project.root.appending(path: ".venv/bin/python3").path,
                [Project.root.appending(path: "Tests/PCAPTests/frames.py").path, folder.url.path])
            return ""
        } catch {
            return "\(error)"
        }
    }()

    static func path(_ name: String) throws -> String {
        try #require(failure.isEmpty, "frames.py failed: \(failure)")
        return folder.path(name)
    }

    /// The names of all captures.
    static func names() throws -> [String] {
        _ = try path("")
        return try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
            .filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }.sorted()
    }
}

/// What a reading yielded.
struct Yield {
    /// Connections, by start and then by source port.
    var flows: [Flow] = []
    /// What they said, by kind, time and name.
    var words: [Word] = []
    var ingest = IngestCounts()
    var remarks: [String] = []

    func words(_ kind: RecordKind) -> [Word] { words.filter { $0.kind == kind } }
}

struct Flow: Hashable, CustomStringConvertible {
    var start: Int64
    var duration: Int64
    var source: IPAddress
    var sourcePort: Int64
    var destination: IPAddress
    var port: UInt16
    var proto: UInt8
    var state: String
    var service: String
    var bytes: [Int64]
    var packets: [Int64]
    var id: Int64

    var description: String {
        "\(source):\(sourcePort) > \(destination):\(port) \(proto) \(state) \(service) \(bytes) \(packets) "
            + "\(start) \(duration)"
    }
}

struct Word: Hashable {
    var kind: RecordKind
    var start: Int64
    var source: IPAddress
    var destination: IPAddress
    var port: UInt16
    var id: Int64
    var texts: [ColumnName: String]
    var numbers: [ColumnName: Int64]

    subscript(column: ColumnName) -> String { texts[column] ?? "" }
}

/// All columns of all kinds that the source knows.
let everything: [RecordKind: Set<ColumnName>] = [
    .flow: [
        .bytesToServer, .bytesToClient, .packetsToServer, .packetsToClient, .duration, .id, .sourcePort, .text("state"),
        .text("service"),
    ],
    .tls: [
        .id, .sourcePort, .host, .subject, .issuer, .serial, .fingerprint, .alternativeNames, .validFrom, .validUntil,
        .version, .ja3, .ja3s, .ja4,
    ],
    .http: [
        .id, .sourcePort, .host, .method, .url, .userAgent, .status, .contentType, .declaredType, .length, .isProxied,
    ],
    .dns: [.id, .sourcePort, .query, .queryType, .answers, .responseCode],
]

let moment = Timestamp(seconds: 1_800_000_000)

func read(
    _ paths: [String], kinds: [RecordKind: Set<ColumnName>] = everything, capacity: Int = 100,
    _ change: (inout PCAPSourceOptions) -> Void = { _ in }
) async throws -> Yield {
    var options = PCAPSourceOptions()
    options.paths = paths.map { OptionPath($0) }
    change(&options)
    let source = try PCAPSource(options)
    var yield = Yield()
    for cursor in try await source.open(Scan(kinds: kinds, parallelism: 2, now: moment)) {
        try yield.take(cursor, kinds, capacity: capacity)
    }
    yield.remarks = await source.remarks()
    return yield
}

extension Yield {
    mutating func take(_ cursor: any Cursor, _ kinds: [RecordKind: Set<ColumnName>], capacity: Int = 100) throws {
        var batch = RecordBatch(kinds, capacity: capacity)
        while true {
            batch.removeAll()
            let goesOn = try cursor.next(into: &batch)
            #expect(cursor.ingest.isBalanced)
            for table in batch.tables { for row in 0..<table.count { take(table, row) } }
            if !goesOn { break }
        }
        ingest.merge(cursor.ingest)
        flows.sort { ($0.start, $0.sourcePort, $0.port) < ($1.start, $1.sourcePort, $1.port) }
        words.sort {
            ($0.kind.name, $0.start, $0.id, $0[.url], $0[.query], $0[.queryType])
                < ($1.kind.name, $1.start, $1.id, $1[.url], $1[.query], $1[.queryType])
        }
    }

    private mutating func take(_ table: RecordTable, _ row: Int) {
        let number = { (column: ColumnName) in table.numbers[column]?[row] ?? RecordTable.unknown }
        if table.kind == .flow {
            flows.append(
                Flow(
                    start: table.start[row], duration: number(.duration), source: table.source[row],
                    sourcePort: number(.sourcePort), destination: table.destination[row], port: table.port[row],
                    proto: table.proto[row], state: table.texts[.text("state")]?[row] ?? "",
                    service: table.texts[.text("service")]?[row] ?? "",
                    bytes: [number(.bytesToServer), number(.bytesToClient)],
                    packets: [number(.packetsToServer), number(.packetsToClient)], id: number(.id)))
        } else {
            words.append(
                Word(
                    kind: table.kind, start: table.start[row], source: table.source[row],
                    destination: table.destination[row], port: table.port[row], id: number(.id),
                    texts: table.texts.mapValues { $0[row] }.filter { !$0.value.isEmpty },
                    numbers: table.numbers.mapValues { $0[row] }.filter {
                        $0.value != RecordTable.unknown && $0.key != .id && $0.key != .sourcePort
                    }))
        }
    }
}
