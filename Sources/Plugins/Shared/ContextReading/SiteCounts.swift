import CompressedFiles
import RecordArenas
import FlareKit
import LineFiles
import Synchronization

/// What a source over files remembers between its readings: the files of the first one, and how many sources shared
/// each value in the last one.
package final class SiteCounts: Sendable {
    private struct State {
        var files: [String: Seen] = [:]
        var scanners: [any ArenaScanner] = []
        var scan: Scan?
    }

    private struct Seen {
        var identity: FileIdentity?
        var size: Int64?
    }

    private let state = Mutex(State())

    package init() {}

    /// Remembers the files of the first reading.
    package func remember(_ files: [InputFile]) {
        let seen = files.map { ($0.path, Seen(identity: $0.identity, size: $0.size)) }
        state.withLock { $0.files = Dictionary(seen) { first, _ in first } }
    }

    /// What has changed since the first reading, in words.
    package func changes(in files: [InputFile]) -> [String] {
        let before = state.withLock { $0.files }
        guard !before.isEmpty else { return [] }
        let now = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
        return before.sorted { $0.key < $1.key }.compactMap { path, seen in
            guard let file = now[path] else { return "\(path) is gone since it was first read" }
            if file.identity != seen.identity { return "\(path) is another file than the one first read" }
            if let old = seen.size, let new = file.size, new < old {
                return "\(path) is shorter than when it was first read"
            }
            return nil
        }
    }

    /// Remembers the scanners of a reading, whose counts are complete when their cursors have ended.
    package func begin(_ scanners: [any ArenaScanner], _ scan: Scan) {
        state.withLock {
            $0.scanners = scanners
            $0.scan = scan
        }
    }

    /// How many sources share each value.
    ///
    /// - Parameter again: reads once more and counts some values alone, where there were too many to count, or
    ///   where they are names that were called, which are not counted else.
    package func sources(
        sharing values: [SharedValue], again: (Scan, [SharedValue]) async throws -> [any ArenaScanner]
    ) async throws -> [SharedValue: Int] {
        let (scanners, scan) = state.withLock { ($0.scanners, $0.scan) }
        guard let scan else { return [:] }
        for scanner in scanners { Self.expect(values, of: scanner) }
        var counting = scanners
        let isPartial = values.contains { $0.column == .host } || scanners.contains { RecordArenaIsFull($0.arena) }
        if isPartial {
            counting = try await again(scan, values)
            for scanner in counting { Self.expect(values, of: scanner) }
        }
        var counts: [SharedValue: Int] = [:]
        for value in values { counts[value] = Self.count(value, counting) }
        return counts
    }

    /// Calls a function of the interface in C with a value.
    private static func with<Result>(
        _ value: SharedValue, _ plan: ReadingPlan,
        _ body: (ContextKind, ContextColumn, UnsafeBufferPointer<CChar>) -> Result
    ) -> Result? {
        guard let kind = plan.number(of: value.kind), let column = plan.number(of: value.column) else { return nil }
        var text = value.value
        return text.withUTF8 { bytes in bytes.withMemoryRebound(to: CChar.self) { body(kind, column, $0) } }
    }

    private static func expect(_ values: [SharedValue], of scanner: any ArenaScanner) {
        for value in values {
            with(value, scanner.plan) { RecordArenaExpect(scanner.arena, $0, $1, $2.baseAddress, $2.count) }
        }
    }

    private static func count(_ value: SharedValue, _ scanners: [any ArenaScanner]) -> Int? {
        var sources: Set<UInt64> = []
        var hasMore = false
        for scanner in scanners {
            var found = [UInt64](repeating: 0, count: Int(CONTEXT_EXACT))
            var more = false
            let known = with(value, scanner.plan) {
                RecordArenaSources(scanner.arena, $0, $1, $2.baseAddress, $2.count, &found, &more)
            }
            guard let count = known else { return nil }
            sources.formUnion(found.prefix(count))
            hasMore = hasMore || more
        }
        if sources.isEmpty { return nil }
        let kept = SharedValue.exactUpTo
        guard hasMore || sources.count > kept else { return sources.count }
        // The share of all hashes up to the k-th smallest tells how many there are.
        let largest = Double(sources.sorted().prefix(kept).last ?? .max)
        return Int(clamping: Double(kept - 1) * 0x1p64 / max(1, largest))
    }
}

/// Drives cursors to their ends for their counts alone.
package func drain(_ cursors: [any Cursor], _ scan: Scan) throws {
    for cursor in cursors {
        var batch = RecordBatch(scan.kinds, capacity: 64)
        while try cursor.next(into: &batch) { batch.removeAll() }
    }
}
