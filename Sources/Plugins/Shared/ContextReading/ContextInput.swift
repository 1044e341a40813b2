import CompressedFiles
import FlareKit
import LineFiles

/// What a source over files reads when it is asked again: its files once more, or what it kept of an input that cannot
/// be read twice.
package struct ContextInput {
    package var files: [InputFile] = []
    package var kept: KeptLines.Reading?
    /// What has to be said of them.
    package var remarks: [String] = []

    /// - Throws: `PluginError` where the files are not there any more, or nothing was kept.
    package init(_ kept: KeptLines, _ inputs: InputPaths, _ counts: SiteCounts, _ scan: Scan) throws {
        if inputs.haveStreams || kept.isKeeping {
            let reading = try kept.reading(scan.window)
            self.kept = reading
            remarks = reading.remarks
        }
        // What is followed is not read again.
        let again = inputs.withoutStreams
        guard again.count > 0, self.kept == nil || inputs.haveStreams else { return }
        files = try again.open().files
        remarks += counts.changes(in: files)
    }

    /// How many cursors find work.
    package func readerCount(_ work: WorkQueue, _ scan: Scan) -> Int {
        max(1, min(scan.parallelism, work.readerCount + (kept?.readerCount ?? 0)))
    }
}
