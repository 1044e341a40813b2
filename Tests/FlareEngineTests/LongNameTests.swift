import FlareKit
import FlareKitTesting
import Testing

@testable import FlareEngine

@Suite("Names longer than a host's")
struct LongNameTests {
    @Test("channels toward them keep their beginning, and two of one beginning stay two")
    func bounded() async throws {
        let long = String(repeating: "a", count: 1_000_000)
        var records: [MemoryRecord] = []
        for (place, name) in [long + "1", long + "2", "example.com"].enumerated() {
            var flow = MemoryRecord(
                at: 1_700_000_000 + Double(place), from: "10.0.0.1", to: "203.0.113.\(place)", id: Int64(place))
            flow.texts[.host] = place == 0 ? name : ""
            records.append(flow)
            records.append(
                MemoryRecord(
                    .tls, at: 1_700_000_000 + Double(place), from: "10.0.0.1", to: "203.0.113.\(place)",
                    id: Int64(place), texts: [.host: name]))
        }
        let found = try await MemoryRun.findings(
            of: CountingDetector(grouping: Grouping(by: .host)), in: records)
        let names = found.compactMap { $0.channel?.peer.description }
        #expect(Set(names).count == 3)
        #expect(names.contains("example.com"))
        #expect(names.filter { $0.hasPrefix("aaaa") }.allSatisfy { $0.utf8.count < 1024 && $0.contains("…") })
    }

    @Test("rows are filled in place, unasked and unsaid columns too")
    func rows() {
        var table = RecordTable(kind: .flow, columns: [.bytesToServer, .duration, .host], capacity: 2)
        let address = IPAddress(v4: 1)
        table.append(
            start: Timestamp(seconds: 1), source: address, destination: address,
            numbers: [.bytesToServer: 5, .id: 7], texts: [.host: "a"])
        table.append(start: Timestamp(seconds: 2), source: address, destination: address, numbers: [.duration: 3])
        #expect(table.numbers == [.bytesToServer: [5, RecordTable.unknown], .duration: [RecordTable.unknown, 3]])
        #expect(table.texts == [.host: ["a", ""]])
    }
}
