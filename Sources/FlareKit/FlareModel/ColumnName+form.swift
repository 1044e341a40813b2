/// What a column holds.
public enum ColumnForm: Sendable {
    /// A whole number.
    case number
    /// Nanoseconds since 1970.
    case time
    case text
    /// A host or a domain: in lower case, without a port and the dot at the end.
    case host
    /// Several texts, a line each.
    case lines
    /// Members with their texts, a line each: `key: text, text`.
    case entries
}

extension ColumnName {
    /// A further column needs an entry here where it is neither a plain text nor a number.
    public var form: ColumnForm {
        switch self {
        case .validFrom, .validUntil: .time
        case .host, .query: .host
        case .answers, .answerTTLs, .alternativeNames, .contentType: .lines
        case .metadata: .entries
        default: isText ? .text : .number
        }
    }

    /// The columns that schemas may name.
    public static let known: [ColumnName] = [
        .bytesToServer, .bytesToClient, .packetsToServer, .packetsToClient, .duration, .id, .sourcePort,
        .query, .queryType, .answers, .answerTTLs, .responseCode,
        .host, .subject, .issuer, .serial, .fingerprint, .alternativeNames, .validFrom, .validUntil, .version,
        .ja3, .ja3s, .ja4,
        .method, .url, .userAgent, .contentType, .declaredType, .status, .length,
        .fileName, .hash, .clientSoftware, .serverSoftware,
        .signature, .signatureID, .category, .alertSeverity, .action, .metadata,
        .process, .user, .commandLine, .machine,
    ]
}

extension RecordKind {
    /// The kinds that Flare knows by name.
    public static let known: [RecordKind] = [
        .flow, .dns, .tls, .certificate, .http, .file, .ssh, .alert, .notice, .process,
    ]
}
