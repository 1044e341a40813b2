import FlareKit

/// One row of a table of records that were read again.
struct WordRow {
    private let table: RecordTable
    private let row: Int

    init(_ table: RecordTable, _ row: Int) {
        self.table = table
        self.row = row
    }

    var kind: RecordKind { table.kind }
    var time: Int64 { table.start[row] }
    var source: IPAddress { table.source[row] }
    var destination: IPAddress { table.destination[row] }
    var port: UInt16 { table.port[row] }
    var proto: UInt8 { table.proto[row] }

    /// Empty where the sensor did not say.
    func text(_ column: ColumnName) -> String { table.texts[column]?[row] ?? "" }

    func number(_ column: ColumnName) -> Int64? {
        guard let value = table.numbers[column]?[row], value != RecordTable.unknown else { return nil }
        return value
    }

    /// The channel of the record by its own addresses, seen from its source.
    var channel: ChannelKey {
        ChannelKey(source: source, peer: .address(destination), port: port, proto: proto)
    }

    /// The same seen from the other end: rules and file loggers write down what came back the other way round.
    var channelBack: ChannelKey {
        let port = UInt16(truncatingIfNeeded: number(.sourcePort) ?? 0)
        return ChannelKey(source: destination, peer: .address(source), port: port, proto: proto)
    }

    /// The columns that the enricher reads, by kind.
    static let columns: [RecordKind: Set<ColumnName>] = [
        .dns: [.id, .sourcePort, .query, .answers],
        .tls: [
            .id, .sourcePort, .host, .subject, .issuer, .serial, .fingerprint, .alternativeNames, .validFrom,
            .validUntil, .ja3, .ja4,
        ],
        .certificate: [.fingerprint, .subject, .issuer, .serial, .alternativeNames, .validFrom, .validUntil],
        .http: [.id, .sourcePort, .host, .method, .url, .userAgent, .contentType, .status],
        .file: [.id, .sourcePort, .fileName, .contentType, .hash],
        .ssh: [.id, .sourcePort, .clientSoftware, .serverSoftware],
        .alert: [.id, .sourcePort, .signature],
        .notice: [.id, .sourcePort, .signature],
    ]
}
