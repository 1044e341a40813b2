import FlareKit
import Foundation
import OutputFiles

/// The closing summary's figures for machines.
struct RunReport: Encodable {
    let run: Run
    let exitCode: Int32
    let conditions: [String]
    /// Records that were read, and what became of them; the three add up to the first.
    let records: Records

    struct Records: Encodable {
        let read: Int
        let used: Int
        let skipped: Int
        let rejected: Int
    }

    init(_ outcome: RunOutcome, exitCode: Int32) {
        run = outcome.run
        self.exitCode = exitCode
        conditions = outcome.conditions.map { Redaction.redacted($0.description) }
        let ingest = outcome.run.ingest
        records = Records(
            read: ingest.read, used: ingest.usedCount, skipped: ingest.skippedCount, rejected: ingest.rejectedCount)
    }

    private enum CodingKeys: String, CodingKey {
        case run
        case exitCode = "exit_code"
        case conditions
        case records
    }

    /// Writes the file whole or not at all, as sinks do; `-` is standard output.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var file = WholeFile(path == "-" ? nil : path)
        do {
            try file.write(encoder.encode(self) + Data("\n".utf8))
            try file.commit()
        } catch {
            file.abort()
            throw error
        }
    }
}
