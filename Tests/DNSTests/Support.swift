import FlareKit
import FlareKitTesting
import Foundation
import SyntheticTraffic

@testable import DNS

/// Seconds since 1970.
let noon = 1_700_000_000.0
let client = "10.0.0.5"
let resolver = "10.0.0.53"

extension MemoryRecord {
    init(_ lookup: SyntheticLookup, from source: String = client, to destination: String = resolver) {
        self.init(
            .dns, at: noon + lookup.seconds, from: source, to: destination, port: lookup.port, proto: 17,
            texts: [
                .query: lookup.name, .queryType: lookup.type, .responseCode: lookup.code,
                .answers: lookup.answers.joined(separator: "\n"),
                .answerTTLs: lookup.answers.map { _ in "\(lookup.timeToLive)" }.joined(separator: "\n"),
            ])
    }
}

/// The lookups of a plan as records.
func records(
    _ plan: LookupPlan, seed: UInt64, hours: Double = 4, from source: String = client, to destination: String = resolver
) -> [MemoryRecord] {
    var dice = SeededGenerator(seed: seed)
    return plan.lookups(hours: hours, using: &dice).map { MemoryRecord($0, from: source, to: destination) }
}

func detector(_ yaml: String = "") throws -> DNSC2Detector { DNSC2Detector(try DNSC2Options.read(yaml)) }

/// Everything that harmless programs ask.
func harmless(seed: UInt64, hours: Double = 4, from source: String = client) -> [MemoryRecord] {
    LookupPlan.allCases.filter { !$0.isMalicious }.flatMap { records($0, seed: seed, hours: hours, from: source) }
}

extension Finding {
    /// What was found.
    var form: String? { if case .text(let form)? = evidence["dns_form"] { form } else { nil } }
    func integer(_ field: String) -> Int? { if case .integer(let value)? = evidence[field] { Int(value) } else { nil } }
    func number(_ field: String) -> Double? { if case .number(let value)? = evidence[field] { value } else { nil } }
    func texts(_ field: String) -> [String]? { if case .texts(let value)? = evidence[field] { value } else { nil } }
}
