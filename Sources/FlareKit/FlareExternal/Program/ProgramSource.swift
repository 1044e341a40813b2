import FlareModel
import FlareOptions
import FlarePlugins

/// A source that is a program: asked for a scan, it writes records until it says that there are no more.
struct ProgramSource: Source, ClosablePlugin {
    let program: ExternalProgram

    var offers: Set<RecordKind> { Set((program.record.traits.offers ?? ["flow"]).map(RecordKind.init)) }
    var isRereadable: Bool { program.record.traits.rereadable ?? false }
    var endsNow: Bool { program.record.traits.endsNow ?? false }
    var failure: String? { program.health.failure }
    func cancel() { program.cancel() }
    func close() async { await program.close() }

    func open(_ scan: Scan) async throws -> [any Cursor] {
        let stream = try await program.stream("scan") { text in
            text.key("window")
            text.append(scan.window)
            text.key("kinds")
            text.object { text in
                for (kind, columns) in scan.kinds.sorted(by: { $0.key.name < $1.key.name }) {
                    text.key(kind.name)
                    text.list { list in for name in columns.map(\.name).sorted() { list.append(name) } }
                }
            }
            text.key("live")
            text.append(scan.isLive)
            text.key("resume")
            text.object { text in
                for (name, value) in (scan.resume.first?.state ?? [:]).sorted(by: { $0.key < $1.key }) {
                    text.key(name)
                    text.append(value)
                }
            }
        }
        return [ProgramCursor(stream, program)]
    }
}

/// Takes the records of a scan.
///
/// Only the engine's thread that drives it touches it: the law of `Cursor`.
final class ProgramCursor: Cursor, @unchecked Sendable {
    private let stream: ExternalStream
    private let program: ExternalProgram
    private(set) var ingest = IngestCounts()
    private var rest: ArraySlice<JSONValue> = []
    private var kind = RecordKind.flow
    private var state = Checkpoint()
    private var isOver = false

    init(_ stream: ExternalStream, _ program: ExternalProgram) {
        self.stream = stream
        self.program = program
    }

    func checkpoint() -> Checkpoint { state }

    func next(into batch: inout RecordBatch) throws -> Bool {
        batch.origin = program.descriptor.name
        do throws(ExternalFault) {
            if rest.isEmpty, !isOver { try takeAnswer() }
            try fill(&batch)
        } catch {
            let failure = program.failed(error)
            guard program.health.mayFail, !(failure is CancellationError) else { throw failure }
            (rest, isOver) = ([], true)
        }
        return !(rest.isEmpty && isOver) || batch.count > 0
    }

    private func takeAnswer() throws(ExternalFault) {
        switch try stream.take(within: 1000) {
        case .nothing: return
        case .end: isOver = true
        case .answer(let answer):
            isOver = answer["end"]?.boolean == true
            if let name = answer["kind"]?.text { kind = RecordKind(name) }
            rest = (answer["records"]?.elements ?? [])[...]
            ingest.bytes.addClamped(max(0, answer["bytes"]?.integer ?? 0))
            if let words = answer["checkpoint"]?.values { state = Checkpoint(words.compactMapValues(\.text)) }
            for (reason, count) in try Self.counts("skipped", of: answer) {
                ingest.read.addClamped(count)
                ingest.skipped[reason, default: .init()].count.addClamped(count)
            }
            for (reason, count) in try Self.counts("rejected", of: answer) {
                ingest.read.addClamped(count)
                ingest.rejected[reason, default: .init()].count.addClamped(count)
            }
        }
    }

    private func fill(_ batch: inout RecordBatch) throws(ExternalFault) {
        guard !rest.isEmpty else { return }
        guard let place = batch.index(of: kind) else {
            for _ in rest { ingest.skip(kind.name) }
            rest = []
            return
        }
        while let record = rest.first, !batch.tables[place].isFull {
            rest.removeFirst()
            if try append(record, to: &batch.tables[place]) {
                ingest.use(kind)
            }
        }
    }

    /// - Returns: `false` for a record that was rejected.
    private func append(_ record: JSONValue, to table: inout RecordTable) throws(ExternalFault) -> Bool {
        guard record.values != nil else { throw .nonsense("a record is \(record.phrase), not an object") }
        guard let start = record["start"].flatMap({ Value($0, as: .time) }), case .time(let time) = start else {
            ingest.reject("no start", at: IngestCounts.Place(program.descriptor.name))
            return false
        }
        guard let source = record["src_ip"]?.text.flatMap(IPAddress.init),
            let destination = record["dest_ip"]?.text.flatMap(IPAddress.init)
        else {
            ingest.reject("no addresses", at: IngestCounts.Place(program.descriptor.name))
            return false
        }
        let row = table.count
        table.append(
            start: time, source: source, destination: destination,
            port: UInt16(clamping: record["dest_port"]?.integer ?? 0), proto: Self.proto(record["proto"]))
        for column in Array(table.numbers.keys) {
            if let number = record[column.name]?.integer { table.numbers[column]?[row] = number }
        }
        for column in Array(table.texts.keys) {
            if let text = record[column.name]?.text { table.texts[column]?[row] = text }
        }
        return true
    }

    private static func proto(_ value: JSONValue?) -> UInt8 {
        if let number = value?.integer { return UInt8(exactly: number) ?? TransportProtocol.unknown }
        return value?.text.map(TransportProtocol.number(of:)) ?? TransportProtocol.unknown
    }

    private static func counts(_ name: String, of answer: JSONValue) throws(ExternalFault) -> [String: Int] {
        guard let value = answer[name] else { return [:] }
        guard let values = value.values else { throw .nonsense("\(name): \(value.phrase) is no object of counts") }
        var counts: [String: Int] = [:]
        for (reason, count) in values {
            guard let number = count.integer, number >= 0 else {
                throw .nonsense("\(name).\(reason): \(count.phrase) is no count")
            }
            counts[reason] = Int(clamping: number)
        }
        return counts
    }
}
