import FlareModel
import FlarePlugins
import Foundation
import Synchronization

/// How much memory the kept records of a run may take. What is more waits in a temporary file.
///
/// A quarter of the run's limit is the records'; the rest is left for the tables of channels and names, for the channels' order and for judging.
final class RecordMemory: Sendable {
    private let most: Int
    private let held = Atomic(0)
    private let spilled = Atomic(0)
    private let files: Mutex<Files>

    private struct Files {
        var file: SpillFile?
        /// Why there is none, or no more.
        var failure: String?
    }

    /// - Parameter limit: bytes of the whole run.
    init(limit: Int64) {
        most = Int(clamping: limit / 4)
        files = Mutex(Files())
    }

    /// So many records are put in order at a time.
    var mostSorted: Int { Swift.max(1 << 16, most / 64) }

    var hasSpilled: Bool { spilled.load(ordering: .relaxed) > 0 }

    /// Takes in some columns that are complete.
    ///
    /// - Returns: the file that they have to go to; `nil` where memory takes them.
    func admit(_ bytes: Int) -> SpillFile? {
        guard bytes > 0 else { return nil }
        if held.add(bytes, ordering: .relaxed).newValue <= most { return nil }
        guard let file = file() else { return nil }
        held.subtract(bytes, ordering: .relaxed)
        spilled.add(bytes, ordering: .relaxed)
        return file
    }

    /// Moves a column out of memory that has as many rows as records which wait in the file.
    func follow<Element>(_ column: inout RecordColumn<Element>) {
        if hasSpilled, let file = file() { column.spill(to: file) }
    }

    /// Columns of so many bytes in memory are gone.
    func giveBack(_ bytes: Int) { held.subtract(bytes, ordering: .relaxed) }

    func file() -> SpillFile? {
        files.withLock { files in
            if files.file == nil, files.failure == nil {
                do { files.file = try SpillFile() } catch { files.failure = "\(error)" }
            }
            if files.file?.failure != nil { return nil }
            return files.file
        }
    }

    /// What a reader has to know of it.
    var remarks: [String] {
        let (folder, failure) = files.withLock { ($0.file?.folder, $0.failure ?? $0.file?.failure) }
        var remarks: [String] = []
        if let folder, hasSpilled {
            remarks.append(
                "records took more than a quarter of memory_limit: "
                    + "\((spilled.load(ordering: .relaxed) / 1_000_000).grouped) MB of them waited in a temporary file in \(folder); "
                    + "findings are the same, and take longer")
        }
        if let failure {
            remarks.append(
                "memory_limit was passed: \(failure); set TMPDIR to a folder with more room, or raise memory_limit")
        }
        return remarks
    }
}
