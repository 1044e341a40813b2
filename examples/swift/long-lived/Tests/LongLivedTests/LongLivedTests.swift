import FlareKit
import FlareKitTesting
import Testing

@testable import LongLived

@Test("one connection of ten hours among short ones is found")
func tenHours() async throws {
    var records: [MemoryRecord] = []
    for peer in 0..<20 {
        records += .channel(from: "10.0.0.1", to: "203.0.113.\(peer)", times: [1_700_000_000], lasting: 30)
    }
    records += .channel(from: "10.0.0.1", to: "198.51.100.7", times: [1_700_000_000], lasting: 36_000)
    let findings = try await MemoryRun.findings(of: LongLived(LongLived.Options(), PluginContext()), in: records)
    #expect(findings.mismatch([ExpectedFinding(to: "198.51.100.7", summary: "600 minutes")]) == nil)
}
