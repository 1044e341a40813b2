// Every detector and every enricher that needs no server, over records whose numbers lie at the ends of their types. A
// trap ends the process; nothing else is looked at.
//
// usage: hostile-numbers [RECORDS (100000) [SEED (1)]]

import Allowlist
import Beacon
import Context
import Domain
import FlareKit
import FlareKitTesting
import Focus
import Periodic
import Threats
import Traffic

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let (count, seed) = (arguments.first ?? 100_000, UInt64(arguments.dropFirst().first ?? 1))
let recordsARun = 2000
// Where this file lies.
let folder = String(#filePath.dropLast("/main.swift".count))

func volume() throws -> VolumeDetector {
    try VolumeDetector(.read("min_bytes: 1 B\ndeviations: 0.5"), PluginContext())
}

let detectors: [any Detector] = [
    BeaconDetector(.init()).withoutThreshold, ClassicBeaconDetector(.init()).withoutThreshold,
    RITADetector(.init()).withoutThreshold, try volume(),
    ScanDetector(try .read("min_destinations: 2\nmin_ports: 2"), PluginContext()),
    try LongConnectionDetector(.read("report: 1s"), PluginContext()),
]
let enrichers: [any Enricher] = [
    try FocusEnricher(.read("direction: all"), PluginContext()),
    try AllowlistEnricher(.read("lists: [builtin:well-known]"), PluginContext()),
    DomainEnricher(.init()), ContextEnricher(.init()), PeriodicEnricher(.init()),
    FrameworkEnricher(.init()),
    ThreatListEnricher(try .read("lists: [threats.txt]", folder: folder)),
]

var hostile = HostileRecords(seed: seed)
var (read, findings) = (0, 0)
while read < count {
    let records = hostile.next(recordsARun)
    read += records.count
    // Each by its own grouping, then all by one.
    for grouping in [nil, Grouping(by: .host), Grouping(by: .domain)] {
        let outcome = try await MemoryRun.outcome(of: detectors, in: records, grouping: grouping, enrichers: enrichers)
        findings += outcome.findings.count
        guard outcome.run.failures.isEmpty else { fatalError("\(outcome.run.failures)") }
    }
}
print("\(read) records, seed \(seed): \(findings) findings of \(detectors.count) detectors, nothing ended the process")
