import ContextReading
import FlareKit
import FlareKitTesting
import RecordSchemas
import Testing

@testable import Suricata

@Suite("Schemas of records")
struct SchemaTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// What a source reads with a schema of Suricata's own fields and one more section.
    private func records(_ section: String, _ columns: [RecordKind: Set<ColumnName>], _ line: String) async throws
        -> [MemoryRecord]
    {
        let path = try folder.write("eve.json", (Line.flow(at: 1) + "\n" + line + "\n").utf8)
        let text = """
            title: a schema of one's own
            index: x
            file_time: timestamp
            records:
              flow: {fields: {source: src_ip}}
            \(section)
            """
        var options = EVESourceOptions()
        options.paths = [OptionPath(path)]
        let source = try EVESource(options, schema: RecordSchema.read(text, file: "own.yaml"))
        #expect(source.contextKinds.isSuperset(of: columns.keys))
        let scan = Scan(kinds: columns, now: Timestamp(seconds: 1_900_000_000))
        let queries = [ContextQuery(source: IPAddress("10.0.0.1"))]
        return try await source.records(about: queries, scan).flatMap { try $0.records(columns) }
    }

    @Test("a further kind is a section of a schema, and nothing else knows it")
    func kind() async throws {
        let smb = RecordKind("smb")
        let section = """
              smb:
                select: {event_type: [smb]}
                fields: {source: src_ip, destination: dest_ip, port: dest_port, id: flow_id, command: smb.command, share: smb.share}
            """
        let read = try await records(
            section, [smb: [.text("command"), .text("share"), .id]],
            Line.event(
                "smb", at: 2, id: 7, to: "10.0.0.8", 445,
                said: #""smb":{"command":"SMB2_COMMAND_READ","share":"\\\\a\\b"}"#))
        #expect(read.count == 1)
        #expect(read.first?.kind == smb)
        #expect(read.first?.texts == [.text("command"): "SMB2_COMMAND_READ", .text("share"): #"\\a\b"#])
        #expect(read.first?.numbers == [.id: 7])
        #expect(read.first?.port == 445)
    }

    @Test("a further column of a kind is one line of its schema")
    func column() async throws {
        let section = """
              http:
                select: {event_type: [http]}
                fields: {source: src_ip, destination: dest_ip, host: http.hostname, method: http.ja4h}
            """
        let read = try await records(
            section, [.http: [.host, .method]],
            Line.event("http", at: 2, said: #""http":{"hostname":"A.example:80","ja4h":"ge11nn"}"#))
        #expect(read.first?.texts == [.host: "a.example", .method: "ge11nn"])
    }

    @Test("more kinds than can be told apart are refused, and how many is said")
    func tooManyKinds() throws {
        let kinds = (0...64).map { "kind\($0)" }
        let sections = kinds.map { "  \($0): {select: {event_type: [\($0)]}, fields: {source: src_ip}}" }
        let schema = try RecordSchema.read(
            "title: x\nindex: y\nrecords:\n  flow: {fields: {source: a}}\n" + sections.joined(separator: "\n"),
            file: "x.yaml")
        let asked = Dictionary(uniqueKeysWithValues: kinds.map { (RecordKind($0), Set<ColumnName>()) })
        let failure = #expect(throws: PluginError.self) { try ReadingPlan(schema, asked) }
        #expect(failure?.description.contains("65 kinds") == true)
    }

    @Test("a column that is none is refused, and the ones that are are named")
    func unknownColumn() {
        let text = "title: x\nindex: y\nrecords: {flow: {fields: {source: a}}, http: {fields: {user_agnet: b}}}"
        let complaint = #expect(throws: OptionComplaint.self) { try RecordSchema.read(text, file: "x.yaml") }
        #expect(complaint?.expected?.contains("user_agent") == true)
    }
}
