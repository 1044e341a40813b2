import RecordArenas
import Testing

@Suite("How many sources share a value")
struct SharingTests {
    /// Counts in the memory that scanners write to.
    private final class Counter {
        private let interest = ContextInterestCreate(.max, .min, .max)
        private let arena: OpaquePointer?

        init() { arena = RecordArenaCreate(interest) }

        deinit {
            RecordArenaDestroy(arena)
            ContextInterestDestroy(interest)
        }

        var isFull: Bool { RecordArenaIsFull(arena) }

        func add(_ value: String, from source: Int) {
            RecordArenaCountSource(
                arena, 0, 0, value, value.utf8.count, SensorAddress(high: 0, low: UInt64(source))
            )
        }

        func expect(_ value: String) { RecordArenaExpect(arena, 0, 0, value, value.utf8.count) }

        func sources(of value: String) -> (hashes: [UInt64], hasMore: Bool) {
            var found = [UInt64](repeating: 0, count: Int(CONTEXT_EXACT))
            var hasMore = false
            let count = RecordArenaSources(
                arena, 0, 0, value, value.utf8.count, &found, &hasMore)
            return (Array(found.prefix(count)), hasMore)
        }
    }

    @Test("sources are counted whether they wait, were taken in, or both")
    func waiting() {
        let counter = Counter()
        // More pairs than wait at once.
        for number in 0..<600_000 {
            counter.add("many \(number % 10)", from: number)
            if number % 20_000 == 0 { counter.add("few", from: number) }
        }
        counter.expect("few")
        counter.expect("nobody's")
        let few = counter.sources(of: "few")
        #expect(few.hashes.count == 30 && !few.hasMore)
        #expect(Set(few.hashes).count == 30 && few.hashes == few.hashes.sorted())
        #expect(counter.sources(of: "nobody's").hashes.isEmpty)
        for number in 0..<10 {
            let many = counter.sources(of: "many \(number)")
            #expect(many.hashes.count == Int(CONTEXT_EXACT) && many.hasMore)
        }
        // Asked again, after more came.
        for number in 0..<40 { counter.add("few", from: number * 20_000) }
        #expect(counter.sources(of: "few").hashes.count == 40)
        #expect(!counter.isFull)
    }

    @Test("more values than are counted are said")
    func full() {
        let counter = Counter()
        counter.add("first", from: 1)
        for number in 0..<1_100_000 { counter.add("\(number)", from: 1) }
        #expect(counter.isFull)
        #expect(counter.sources(of: "first").hashes.count == 1)
    }
}
