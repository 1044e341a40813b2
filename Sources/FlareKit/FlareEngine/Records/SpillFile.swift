import FlareModel
import Foundation
import Synchronization

/// A file without a name for columns that memory has no room for. It is gone when the run ends, however it ends.
final class SpillFile: Sendable {
    let folder: String
    private let descriptor: Int32
    private let room = Mutex(Room())

    /// What of the file is in use.
    private struct Room {
        var end = 0
        /// Where regions begin that nobody reads any more, by their length.
        var free: [Int: [Int]] = [:]
        var failure: String?
    }

    /// Why the file takes no more.
    var failure: String? { room.withLock(\.failure) }

    init() throws {
        folder = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var path = Array((folder + "/flare-records-XXXXXX").utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else {
            throw PluginError("no temporary file in \(folder): \(String(cString: strerror(errno)))")
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(path)
    }

    deinit { close(descriptor) }

    /// Appends numbers.
    ///
    /// - Returns: `nil` where the file takes no more.
    func write<Element>(_ numbers: UnsafeBufferPointer<Element>) -> MappedNumbers<Element>? {
        let bytes = UnsafeRawBufferPointer(numbers)
        let length = Self.length(bytes.count)
        let offset = room.withLock { room in
            if let free = room.free[length]?.popLast() { return free }
            defer { room.end += length }
            return room.end
        }
        var written = 0
        while written < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + written, bytes.count - written, offset + written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                fail(String(cString: strerror(count < 0 ? errno : ENOSPC)))
                return nil
            }
            written += count
        }
        guard let mapped = MappedNumbers<Element>(self, descriptor, offset: offset, count: numbers.count) else {
            fail(String(cString: strerror(errno)))
            return nil
        }
        return mapped
    }

    /// The numbers there are read no more.
    fileprivate func free(offset: Int, bytes: Int) {
        room.withLock { $0.free[Self.length(bytes), default: []].append(offset) }
    }

    /// Whole pages, as mmap(2) asks for.
    private static func length(_ bytes: Int) -> Int {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        return (bytes + page - 1) / page * page
    }

    private func fail(_ reason: String) {
        room.withLock { if $0.failure == nil { $0.failure = "the temporary file in \(folder): \(reason)" } }
    }
}

/// Numbers in a file, as if they were in memory.
final class MappedNumbers<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    private let file: SpillFile
    private let region: UnsafeMutableRawPointer
    private let offset: Int
    private let bytes: Int
    let numbers: UnsafeBufferPointer<Element>

    var count: Int { numbers.count }

    /// - Parameter offset: of the first number, at the beginning of a page.
    fileprivate init?(_ file: SpillFile, _ descriptor: Int32, offset: Int, count: Int) {
        self.file = file
        self.offset = offset
        bytes = count * MemoryLayout<Element>.stride
        guard let region = mmap(nil, bytes, PROT_READ, MAP_SHARED, descriptor, offset), region != MAP_FAILED else {
            return nil
        }
        self.region = region
        numbers = UnsafeBufferPointer(start: region.assumingMemoryBound(to: Element.self), count: count)
    }

    deinit {
        munmap(region, bytes)
        file.free(offset: offset, bytes: bytes)
    }

    @inline(__always)
    subscript(row: Int) -> Element {
        precondition(row >= 0 && row < numbers.count)
        return numbers[row]
    }

    func release() { madvise(region, bytes, MADV_DONTNEED) }
}
