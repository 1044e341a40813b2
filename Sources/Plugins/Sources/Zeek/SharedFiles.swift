import CompressedFiles
import FlareKit
import LineFiles
import Synchronization

/// What the cursors of one scan share: the work, a ledger of header lines for each file, and which logs are flows.
final class SharedFiles: Sendable {
    let work: WorkQueue
    private let ledgers: [ObjectIdentifier: HeaderLedger]
    private let flowLogs: Mutex<[String]?>
    /// Where records of connections go that are not over; `nil` where they are passed over.
    let unfinished: OpenConnections?
    private let kinds: Set<RecordKind>

    /// - Parameters:
    ///   - flows: the logs whose records are flows; `nil` if the first lines are to tell.
    ///   - kinds: the kinds that the scan reads by themselves.
    ///   - unfinished: takes the records of connections that are not over.
    init(
        _ files: [InputFile], notes: IngestCounts = IngestCounts(), flows: [String]?, kinds: Set<RecordKind> = [],
        unfinished: OpenConnections? = nil, blockSize: Int64 = WorkQueue.usualBlockSize
    ) {
        self.unfinished = unfinished
        work = WorkQueue(files, notes: notes, blockSize: blockSize)
        ledgers = Dictionary(files.map { (ObjectIdentifier($0), HeaderLedger()) }) { first, _ in first }
        flowLogs = Mutex(flows)
        self.kinds = kinds
    }

    func ledger(of file: InputFile) -> HeaderLedger { ledgers[ObjectIdentifier(file)] ?? HeaderLedger() }

    /// The logs whose records are flows.
    ///
    /// - Parameter lines: decide it for all cursors where nothing else has.
    func flows(seeing lines: UnsafeRawBufferPointer) -> [String] {
        flowLogs.withLock { flows in
            let known = flows ?? FlowLogs.choose(seeing: FlowLogs.logs(in: lines), beside: kinds)
            flows = known
            return known
        }
    }
}
