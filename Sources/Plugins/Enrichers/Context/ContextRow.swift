import FlareKit

/// A table of records that were read again, its columns found once for all rows.
final class ContextTable {
    let table: RecordTable
    let kind: ContextKind
    /// By the place of their column in `Word.allCases`.
    fileprivate let texts: [[String]]
    fileprivate let numbers: [[Int64]]

    init(_ table: RecordTable) {
        self.table = table
        kind = ContextKind(table.kind)
        var texts: [[String]] = Array(repeating: [], count: Word.allCases.count)
        var numbers: [[Int64]] = Array(repeating: [], count: Word.allCases.count)
        for (column, values) in table.texts { if let word = Word.byColumn[column] { texts[word.rawValue] = values } }
        for (column, values) in table.numbers {
            if let word = Word.byColumn[column] { numbers[word.rawValue] = values }
        }
        (self.texts, self.numbers) = (texts, numbers)
    }
}

/// The kinds of record that the enricher reads, told apart faster than by their names.
enum ContextKind {
    case dns, tls, certificate, http, file, ssh, alert, process, notice

    init(_ kind: RecordKind) {
        switch kind {
        case .dns: self = .dns
        case .tls: self = .tls
        case .certificate: self = .certificate
        case .http: self = .http
        case .file: self = .file
        case .ssh: self = .ssh
        case .alert: self = .alert
        case .process: self = .process
        default: self = .notice
        }
    }
}

/// The columns that the enricher reads.
enum Word: Int, CaseIterable {
    case id, sourcePort, query, answers, host, subject, issuer, serial, fingerprint, alternativeNames, validFrom
    case validUntil, ja3, ja3s, ja4, method, url, userAgent, contentType, declaredType, status, fileName, hash
    case clientSoftware, serverSoftware, signature, process, user, commandLine, machine

    static let byColumn = Dictionary(uniqueKeysWithValues: allCases.map { ($0.column, $0) })

    var column: ColumnName {
        switch self {
        case .id: .id
        case .sourcePort: .sourcePort
        case .query: .query
        case .answers: .answers
        case .host: .host
        case .subject: .subject
        case .issuer: .issuer
        case .serial: .serial
        case .fingerprint: .fingerprint
        case .alternativeNames: .alternativeNames
        case .validFrom: .validFrom
        case .validUntil: .validUntil
        case .ja3: .ja3
        case .ja3s: .ja3s
        case .ja4: .ja4
        case .method: .method
        case .url: .url
        case .userAgent: .userAgent
        case .contentType: .contentType
        case .declaredType: .declaredType
        case .status: .status
        case .fileName: .fileName
        case .hash: .hash
        case .clientSoftware: .clientSoftware
        case .serverSoftware: .serverSoftware
        case .signature: .signature
        case .process: .process
        case .user: .user
        case .commandLine: .commandLine
        case .machine: .machine
        }
    }
}

/// One row of such a table.
struct ContextRow {
    private let context: ContextTable
    private let row: Int

    init(_ context: ContextTable, _ row: Int) {
        self.context = context
        self.row = row
    }

    var kind: ContextKind { context.kind }
    var time: Int64 { context.table.start[row] }
    var source: IPAddress { context.table.source[row] }
    var destination: IPAddress { context.table.destination[row] }
    var port: UInt16 { context.table.port[row] }
    var proto: UInt8 { context.table.proto[row] }

    /// Empty where the sensor did not say.
    func text(_ word: Word) -> String {
        // Not by a copy of the column, which would be counted up and down.
        context.texts[word.rawValue].isEmpty ? "" : context.texts[word.rawValue][row]
    }

    func number(_ word: Word) -> Int64? {
        guard !context.numbers[word.rawValue].isEmpty else { return nil }
        let number = context.numbers[word.rawValue][row]
        return number == RecordTable.unknown ? nil : number
    }

    /// The channel of the record by its own addresses, seen from its source.
    var channel: PackedKey {
        PackedKey(source: source, peer: destination, port: port, proto: proto, flags: [])
    }

    /// The same seen from the other end: rules and file loggers write down what came back the other way round.
    var channelBack: PackedKey {
        let port = UInt16(truncatingIfNeeded: number(.sourcePort) ?? 0)
        return PackedKey(source: destination, peer: source, port: port, proto: proto, flags: [])
    }

    /// The columns that the enricher reads, by kind.
    static let columns: [RecordKind: Set<ColumnName>] = [
        .dns: [.id, .sourcePort, .query, .answers],
        .tls: [
            .id, .sourcePort, .host, .subject, .issuer, .serial, .fingerprint, .alternativeNames, .validFrom,
            .validUntil, .ja3, .ja3s, .ja4,
        ],
        .certificate: [.fingerprint, .subject, .issuer, .serial, .alternativeNames, .validFrom, .validUntil],
        .http: [.id, .sourcePort, .host, .method, .url, .userAgent, .contentType, .declaredType, .status],
        .file: [.id, .sourcePort, .fileName, .contentType, .declaredType, .hash],
        .ssh: [.id, .sourcePort, .clientSoftware, .serverSoftware],
        .alert: [.id, .sourcePort, .signature],
        .notice: [.id, .sourcePort, .signature],
        .process: [.id, .sourcePort, .process, .user, .commandLine, .machine],
    ]
}
