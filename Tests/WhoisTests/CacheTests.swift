import FlareKit
import Foundation
import Synchronization
import Testing

@testable import Whois

@Suite("The cache of owners")
struct CacheTests {
    /// A clock that is set by hand.
    final class Clock: Sendable {
        private let seconds = Mutex<Int64>(1_700_000_000)
        var now: Int64 { seconds.withLock { $0 } }
        func pass(_ more: Int64) { seconds.withLock { $0 += more } }
    }

    static let addresses = ["8.8.8.8", "5.5.5.5", "9.9.9.9"].compactMap { IPAddress($0) }
    static let answers: [IPAddress: OwnerAnswer] = [
        addresses[0]: .owner(AddressOwner(asNumber: 15169, name: "GOOGLE", country: "US")), addresses[1]: .unknown,
        addresses[2]: .failed("no answer in time"),
    ]

    static func cache(_ folder: Folder, _ clock: Clock = Clock(), entries: Int = 1000) -> OwnerCache {
        OwnerCache(
            path: "\(folder.path)/deep/whois.sqlite",
            limits: OwnerCache.Limits(owner: 1000, unknown: 100, entries: entries), now: { clock.now })
    }

    @Test("answers and that there is none are kept for the next run, failures are not")
    func kept() throws {
        let folder = try Folder()
        Self.cache(folder).keep(Self.answers, of: "cymru")
        let next = Self.cache(folder)
        #expect(
            next.answers(of: "cymru", to: Self.addresses)
                == Self.answers.filter { if case .failed = $0.value { false } else { true } })
        #expect(next.answers(of: "rdap", to: Self.addresses).isEmpty)
        #expect(next.remarks.isEmpty)
    }

    @Test("each kind of answer is good for its own time")
    func life() throws {
        let clock = Clock()
        let cache = Self.cache(try Folder(), clock)
        cache.keep(Self.answers, of: "cymru")
        clock.pass(99)
        #expect(cache.answers(of: "cymru", to: Self.addresses).count == 2)
        clock.pass(1)
        #expect(cache.answers(of: "cymru", to: Self.addresses).keys.sorted() == [Self.addresses[0]])
        clock.pass(900)
        #expect(cache.answers(of: "cymru", to: Self.addresses).isEmpty)
    }

    @Test("no more than so many answers are kept, the oldest go first")
    func bounded() throws {
        let clock = Clock()
        let cache = Self.cache(try Folder(), clock, entries: 10)
        let addresses = (0..<30).map { IPAddress(v4: 0x0808_0800 + $0) }
        for address in addresses {
            cache.keep([address: .owner(AddressOwner(asNumber: 1))], of: "cymru")
            clock.pass(1)
        }
        #expect(cache.answers(of: "cymru", to: addresses).keys.sorted() == Array(addresses.suffix(10)))
    }

    @Test("a broken cache is set aside and made anew, and the run says so")
    func broken() throws {
        let folder = try Folder()
        Self.cache(folder).keep(Self.answers, of: "cymru")
        let path = "\(folder.path)/deep/whois.sqlite"
        for part in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + part) }
        try Data(repeating: 0x5A, count: 20_000).write(to: URL(fileURLWithPath: path))
        let cache = Self.cache(folder)
        #expect(cache.remarks.count == 1)
        #expect(cache.remarks.first?.contains("was broken") == true)
        #expect(FileManager.default.fileExists(atPath: "\(path).broken-1700000000"))
        cache.keep(Self.answers, of: "cymru")
        #expect(cache.answers(of: "cymru", to: Self.addresses).count == 2)
    }

    @Test("a cache that is broken in its middle is set aside when that shows")
    func brokenInside() throws {
        let folder = try Folder()
        let many = Dictionary(
            uniqueKeysWithValues: (0..<900).map { (IPAddress(v4: 0x0808_0000 + $0), OwnerAnswer.unknown) })
        do {
            let cache = Self.cache(folder)
            cache.keep(many, of: "cymru")
        }
        let path = "\(folder.path)/deep/whois.sqlite"
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try handle.seek(toOffset: 4096)
        handle.write(Data(repeating: 0xFF, count: 3 * 4096))
        try handle.close()
        for part in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + part) }
        let cache = Self.cache(folder)
        _ = cache.answers(of: "cymru", to: many.keys.sorted())
        #expect(cache.remarks.first?.contains("was broken") == true, "\(cache.remarks)")
        cache.keep(Self.answers, of: "cymru")
        #expect(cache.answers(of: "cymru", to: Self.addresses).count == 2)
    }

    @Test("where no file can be, lookups go on without")
    func noPlace() throws {
        let cache = OwnerCache(path: "/proc/nowhere/whois.sqlite", limits: OwnerCache.Limits(), now: { 0 })
        cache.keep(Self.answers, of: "cymru")
        #expect(cache.answers(of: "cymru", to: Self.addresses).isEmpty)
        #expect(cache.remarks.count == 1)
    }

    @Test("several users of one file do not disturb each other, even those that begin it together")
    func shared() async throws {
        for _ in 0..<20 {
            let folder = try Folder()
            let remarks = await withTaskGroup(of: [String].self) { group in
                for user in 0..<4 {
                    group.addTask {
                        let cache = Self.cache(folder)
                        for address in Self.addresses(ofUser: user) { cache.keep([address: .unknown], of: "cymru") }
                        return cache.remarks
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(remarks.isEmpty)
            let addresses = (0..<4).flatMap { Self.addresses(ofUser: $0) }
            #expect(Self.cache(folder).answers(of: "cymru", to: addresses).count == addresses.count)
        }
    }

    static func addresses(ofUser user: Int) -> [IPAddress] {
        (0..<25).map { IPAddress(v4: UInt32(0x0808_0000 + user * 100 + $0)) }
    }
}
