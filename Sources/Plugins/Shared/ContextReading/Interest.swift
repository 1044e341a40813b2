import ContextWords
import FlareKit
import SensorText

/// What is asked for, as scanners read it: shared by the threads of a reading.
///
/// `@unchecked`: it is complete once made, and only read afterwards.
package final class Interest: @unchecked Sendable {
    package let pointer: OpaquePointer?

    /// - Parameter only: count the sources of these values and of no others; empty for all.
    package init(_ queries: [ContextQuery], _ scan: Scan, countingOnly only: [SharedValue] = []) {
        pointer = ContextInterestCreate(
            Self.bits(of: Set(scan.kinds.keys)), scan.window.since?.nanoseconds ?? .min,
            scan.window.until?.nanoseconds ?? .max)
        for column in scan.kinds.values.joined() {
            if let column = WordKinds.column(column) { ContextInterestAddColumn(pointer, column) }
        }
        for query in queries {
            if let source = query.source.map(SensorAddress.init) {
                if case .address(let peer)? = query.peer {
                    ContextInterestAddPair(pointer, source, SensorAddress(peer))
                } else {
                    let kinds = query.kinds ?? Set(WordKinds.kinds)
                    let compared = kinds.filter { Self.comparisons[$0] == query.compared[$0] }
                        .intersection(query.compared.keys)
                    ContextInterestAddSource(pointer, source, Self.bits(of: kinds.subtracting(compared)))
                    ContextInterestCompareSource(pointer, source, Self.bits(of: compared))
                }
            } else if case .address(let answer) = query.peer {
                ContextInterestAddAnswer(pointer, SensorAddress(answer))
            }
        }
        for value in only {
            guard let kind = WordKinds.kind(value.kind), let column = WordKinds.column(value.column) else { continue }
            var text = value.value
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    ContextInterestCountOnly(pointer, kind, column, $0.baseAddress, $0.count)
                }
            }
        }
    }

    /// Asks for all records of a scan; of look-ups for the questions alone.
    package convenience init(all scan: Scan) {
        self.init([], scan)
        ContextInterestTakeAll(pointer)
    }

    /// Asks for some kinds, whatever they are about.
    package convenience init(_ kinds: Set<RecordKind>) {
        let asked = Dictionary(kinds.map { ($0, Set<ColumnName>()) }) { first, _ in first }
        self.init([], Scan(kinds: asked, now: Timestamp(nanoseconds: 0)))
    }

    deinit { ContextInterestDestroy(pointer) }

    /// The comparisons by which the scanners can leave something out (`ContextInterest::compares`, `ContextBook::begin`).
    package static let comparisons: [RecordKind: Comparison] = [
        .dns: Comparison(sharing: [.query]),
        .tls: Comparison(
            columns: [.ja3, .ja4, .fingerprint, .subject, .issuer, .serial],
            sharing: [.ja3, .ja4, .fingerprint, .subject], contrast: [.ja3, .ja4]),
        .http: Comparison(columns: [.userAgent]),
    ]

    /// A bit for each kind.
    private static func bits(of kinds: Set<RecordKind>) -> UInt32 {
        kinds.compactMap(WordKinds.kind).reduce(0) { $0 | 1 << $1.rawValue }
    }
}

extension SensorAddress {
    fileprivate init(_ address: IPAddress) { self.init(high: address.high, low: address.low) }
}

/// The kinds and columns of scanners in FlareKit's words.
package enum WordKinds {
    /// In the order of `ContextKind`.
    static let kinds: [RecordKind] = [.dns, .tls, .certificate, .http, .file, .ssh, .alert, .notice]
    /// In the order of `ContextColumn`.
    static let columns: [ColumnName] = [
        .query, .queryType, .answers, .responseCode, .host, .subject, .issuer, .serial, .fingerprint, .alternativeNames,
        .validFrom, .validUntil, .version, .ja3, .ja3s, .ja4, .method, .url, .userAgent, .contentType, .status, .length,
        .fileName, .hash, .clientSoftware, .serverSoftware, .signature, .signatureID, .category, .alertSeverity,
        .action,
        .metadata,
    ]
    private static let places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })

    static func kind(_ kind: RecordKind) -> ContextKind? {
        kinds.firstIndex(of: kind).map { ContextKind(rawValue: UInt32($0)) }
    }

    static func column(_ column: ColumnName) -> ContextColumn? {
        places[column].map { ContextColumn(rawValue: UInt32($0)) }
    }

    static func place(_ column: ColumnName) -> Int? { places[column] }
}
