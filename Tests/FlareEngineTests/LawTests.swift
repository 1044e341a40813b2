import FlareKit
import FlareKitTesting
import Testing

@Suite("The laws of plugins")
struct LawTests {
    @Test("a source in memory keeps them")
    func memorySource() async throws {
        let scan = Scan(
            kinds: [.flow: [.bytesToServer]], now: Timestamp(seconds: FormsOfPluginsTests.noon))
        #expect(try await SourceLaw.breaches(of: MemorySource(FormsOfPluginsTests.flows), scan).isEmpty)
    }

    @Test("a source that yields a record twice breaks them")
    func unlawfulSource() async throws {
        struct Twice: Source {
            var offers: Set<RecordKind> { [.flow] }
            func open(_ scan: Scan) async throws -> [any Cursor] {
                (0..<scan.parallelism).map { _ in MemoryCursor(FormsOfPluginsTests.flows, batchSize: 50) }
            }
        }
        let scan = Scan(kinds: [.flow: []], now: Timestamp(seconds: FormsOfPluginsTests.noon))
        #expect(try await SourceLaw.breaches(of: Twice(), scan).count == 2)
    }
}
