import RecordArenas
import FlareKit
import RecordSchemas
import SensorText

/// What is asked for, as scanners read it: shared by the threads of a reading.
///
/// `@unchecked`: it is complete once made, and only read afterwards.
package final class Interest: @unchecked Sendable {
    package let pointer: OpaquePointer?
    package let plan: ReadingPlan

    /// - Parameter only: count the sources of these values and of no others; empty for all.
    package init(
        _ queries: [ContextQuery], _ scan: Scan, _ schema: RecordSchema, countingOnly only: [SharedValue] = []
    ) throws {
        plan = try ReadingPlan(schema, scan.kinds, comparing: Self.comparisons(in: queries))
        pointer = ContextInterestCreate(
            plan.bits(of: plan.kinds), scan.window.since?.nanoseconds ?? .min, scan.window.until?.nanoseconds ?? .max)
        for query in queries {
            if let source = query.source.map(SensorAddress.init) {
                if case .address(let peer)? = query.peer {
                    ContextInterestAddPair(pointer, source, SensorAddress(peer))
                } else {
                    let kinds = query.kinds ?? Set(plan.kinds)
                    let compared = kinds.filter {
                        query.compared[$0] != nil && query.compared[$0] == plan.comparisons[$0]
                    }
                    ContextInterestAddSource(pointer, source, plan.bits(of: kinds.subtracting(compared)))
                    ContextInterestCompareSource(pointer, source, plan.bits(of: compared))
                }
            } else if case .address(let answer) = query.peer {
                ContextInterestAddAnswer(pointer, SensorAddress(answer))
            }
        }
        for value in only {
            guard let kind = plan.number(of: value.kind), let column = plan.number(of: value.column) else { continue }
            var text = value.value
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    ContextInterestCountOnly(pointer, kind, column, $0.baseAddress, $0.count)
                }
            }
        }
    }

    /// Asks for all records of a scan; of lookups for the questions alone.
    package convenience init(all scan: Scan, _ schema: RecordSchema) throws {
        try self.init([], scan, schema)
        ContextInterestTakeAll(pointer)
    }

    /// Asks for some kinds, whatever they are about.
    package convenience init(_ kinds: Set<RecordKind>, _ schema: RecordSchema) throws {
        let asked = Dictionary(kinds.map { ($0, Set<ColumnName>()) }) { first, _ in first }
        try self.init([], Scan(kinds: asked, now: Timestamp(nanoseconds: 0)), schema)
    }

    deinit { ContextInterestDestroy(pointer) }

    /// The comparisons on which all queries agree; what one of them compares otherwise is read in full.
    private static func comparisons(in queries: [ContextQuery]) -> [RecordKind: Comparison] {
        let comparing = queries.map(\.compared).filter { !$0.isEmpty }
        return (comparing.first ?? [:]).filter { kind, comparison in
            comparing.allSatisfy { $0[kind] == nil || $0[kind] == comparison }
        }
    }
}

extension SensorAddress {
    fileprivate init(_ address: IPAddress) { self.init(high: address.high, low: address.low) }
}
