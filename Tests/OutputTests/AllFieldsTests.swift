import FlareKit
import FlareKitTesting
import Foundation
import GRDB
import Testing

@testable import HTML
@testable import History
@testable import HistoryDatabase
@testable import SQLite
@testable import Tabular
@testable import flare

/// Findings in which every field of every built-in plugin is set, written by each sink, and read back.
@Suite("Every field in every output")
struct AllFieldsTests {
    static let fields: [Field] = {
        var fields = BuiltInPlugins.registry.descriptors.flatMap(\.evidence)
        // What `whois` writes of both ends is declared by its options, not by the plugin alone.
        if !fields.contains(where: { $0.name == Field.addresses.name }) { fields.append(.addresses) }
        var names: Set<String> = []
        return fields.filter { names.insert($0.name).inserted }
    }()
    static let columns = FlareKit.Column.all(with: fields)
    static let findings = (0..<3).map { FullFinding.make(with: fields, number: $0) }
    static let window = TimeWindow(since: Timestamp(seconds: 1_714_521_600), until: Timestamp(seconds: 1_714_525_200))

    let folder = try! OutputFolder()

    /// Writes the findings, and hands back the file.
    private func written(_ name: String, by sink: any Sink) async throws -> String {
        let header = RunHeader(
            pipeline: "all", version: "0", started: Timestamp(seconds: 1_714_526_000), sources: ["eve"])
        try await sink.begin(header, Self.columns, resume: nil)
        try await sink.write(Self.findings)
        var run = Run(header: header, window: Self.window, ingest: IngestCounts(), ingestBySource: [:])
        run.findings = Self.findings.count
        _ = try await sink.commit(run)
        return name.isEmpty ? "" : try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }

    private func shown(_ column: FlareKit.Column, _ finding: Finding) -> String {
        column.value(of: finding)?.description ?? ""
    }

    @Test("a finding has a value in every column")
    func isFull() {
        #expect(Self.columns.count > 70)
        // What the engine writes when it gathers incidents is looked at in tests of its own.
        let gathered: Set = ["incident", "incident_name", "incident_reasons", "expected"]
        for column in Self.columns where !gathered.contains(column.name) {
            #expect(Self.findings.allSatisfy { column.value(of: $0) != nil }, "\(column.name)")
        }
        #expect(Set(Self.columns.map(\.name)).count == Self.columns.count)
    }

    @Test("csv")
    func csv() async throws {
        _ = try await written("o.csv", by: CSVSink(.read("path: \"\(folder.path("o.csv"))\"")))
        let rows = try Python.json(
            "import csv,json,sys;json.dump(list(csv.reader(open(sys.argv[1],newline=''))),sys.stdout)",
            folder.path("o.csv"), as: [[String]].self)
        #expect(rows.first == Self.columns.map(\.name))
        #expect(rows.count == 4)
        for (row, finding) in zip(rows.dropFirst(), Self.findings) {
            for (cell, column) in zip(row, Self.columns) { #expect(cell == shown(column, finding), "\(column.name)") }
        }
    }

    @Test("json")
    func json() async throws {
        let text = try await written("o.json", by: JSONSink(.read("path: \"\(folder.path("o.json"))\"")))
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        for (line, finding) in zip(lines, Self.findings) {
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: any Sendable])
            for column in Self.columns where column.name != "modifiers" {
                #expect(Self.text(object[column.name]) == shown(column, finding), "\(column.name)")
            }
            let modifiers = object["modifiers"] as? [[String: any Sendable]] ?? []
            #expect(modifiers.map { $0["name"] as? String } == finding.modifiers.map(\.name))
            #expect(modifiers.map { $0["amount"] as? Double } == finding.modifiers.map(\.amount))
            #expect(modifiers.map { $0["reason"] as? String } == finding.modifiers.map(\.reason))
        }
    }

    /// A value of JSON as a cell.
    static func text(_ value: Any?) -> String {
        switch value {
        case let texts as [String]: texts.joined(separator: "; ")
        case let text as String: text
        case let number as NSNumber where CFBooleanTypes.isFlag(number): number.boolValue ? "true" : "false"
        case let number as NSNumber: Value.number(number.doubleValue).description
        default: ""
        }
    }

    @Test("table")
    func table() async throws {
        let names = Self.columns.map(\.name).joined(separator: ", ")
        let sink = TableSink(
            try TableOptions.read("{columns: [\(names)]}"), terminal: { Terminal(width: nil, hasColors: false) })
        let run = Run(
            header: RunHeader(pipeline: "all", version: "0", started: Timestamp(seconds: 0), sources: []),
            window: .all, ingest: IngestCounts(), ingestBySource: [:])
        let lines = await sink.report(of: run, Self.findings, Self.columns).split(separator: "\n").map(String.init)
        let shown = Self.columns.filter { column in Self.findings.contains { column.value(of: $0) != nil } }
        let headings = shown.map { TableLayout.heading($0.field) }
        #expect(lines.first?.split(separator: " ") == headings.joined(separator: " ").split(separator: " "))
        for finding in Self.findings {
            let id = "finding \(finding.source.map { $0.description.suffix(1) } ?? "")"
            var rest = try #require(lines.first { $0.contains(id) })[...]
            // In the order of the columns; numbers have their units and at most two decimals.
            for column in Self.columns {
                let value = column.value(of: finding)
                let wanted: String =
                    switch value {
                    case .integer where column.field.unit == "bytes": ""
                    case .integer(let number) where !column.name.hasSuffix("port") && !column.name.hasSuffix("asn"):
                        number.grouped
                    case .number(let number): String(Value.number((number * 100).rounded() / 100).description.prefix(5))
                    case .time(let time): time.dayAndTime
                    default: value?.description ?? ""
                    }
                guard let place = rest.range(of: wanted) ?? (wanted.isEmpty ? rest.startIndex..<rest.startIndex : nil)
                else {
                    Issue.record("\(column.name): \(wanted) is not in the row")
                    continue
                }
                rest = rest[place.upperBound...]
            }
        }
    }

    @Test("each detector of the command says which techniques of ATT&CK its findings would be")
    func techniques() {
        for descriptor in BuiltInPlugins.registry.descriptors where descriptor.kind == .detector {
            #expect(!descriptor.techniques.isEmpty, "\(descriptor.name)")
            #expect(descriptor.techniques.allSatisfy(Finding.isTechnique))
        }
    }

    @Test("markdown")
    func markdown() async throws {
        let text = try await written("o.md", by: MarkdownSink(.read("path: \"\(folder.path("o.md"))\"")))
        let lines = Set(text.split(separator: "\n").map { $0.filter { $0 != "`" } })
        let standard = Set(FlareKit.Column.standard.map(\.name))
        for finding in Self.findings {
            for column in Self.columns where !standard.contains(column.name) && column.field.section != .head {
                let unit = column.field.unit.map { " \($0)" } ?? ""
                #expect(lines.contains("- \(column.name): \(shown(column, finding))\(unit)"), "\(column.name)")
            }
            #expect(lines.contains("**Context:** context_summary \(finding.summary.suffix(1))"))
        }
    }

    @Test("html")
    func html() async throws {
        _ = try await written("o.html", by: HTMLSink(.read("path: \"\(folder.path("o.html"))\"")))
        struct Page: Decodable {
            struct Data: Decodable {
                struct Named: Decodable { let name: String }
                let fields: [Named]
                let evidence: [[[[Scalar]]]]
            }
            let data: Data
            let articles: [String]
            let links: [String?]
        }
        let page = try Python.json(Python.page, folder.path("o.html"), as: Page.self)
        #expect(page.data.fields.map(\.name) == Self.columns.map(\.name))
        let standard = Set(FlareKit.Column.standard.map(\.name))
        for (place, finding) in Self.findings.byUrgency().enumerated() {
            let values = page.data.evidence[place][0]
            let named = Dictionary(uniqueKeysWithValues: values.map { (Int($0[0].text) ?? -1, $0[1].text) })
            for (index, column) in Self.columns.enumerated() where !standard.contains(column.name) {
                let wanted =
                    if case .time(let time)? = column.value(of: finding) {
                        Value.number(Double(time.nanoseconds) / 1e9).description
                    } else {
                        shown(column, finding)
                    }
                #expect(named[index] == wanted, "\(column.name)")
                // In the opened finding too, for browsers without script.
                let article = page.articles[place]
                if case .text(let text)? = column.value(of: finding) {
                    let isThere = column.field.section == .links ? page.links.contains(text) : article.contains(text)
                    #expect(isThere, "\(column.name)")
                }
                if case .texts(let texts)? = column.value(of: finding), column.name != "modifiers" {
                    for text in texts { #expect(article.contains(text), "\(column.name)") }
                }
            }
            for modifier in finding.modifiers { #expect(page.articles[place].contains(modifier.reason)) }
        }
    }

    @Test("sqlite")
    func sqlite() async throws {
        _ = try await written("", by: SQLiteSink(.read("path: \"\(folder.path("o.sqlite"))\"")))
        let rows = try await DatabaseQueue(path: folder.path("o.sqlite")).read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT finding.*, channel.source, channel.peer, channel.port, channel.proto FROM finding
                    JOIN channel ON channel.id = finding.channel
                    """)
        }
        #expect(rows.count == 3)
        for finding in Self.findings {
            let row = try #require(rows.first { $0["id"] == finding.id })
            let evidence = try JSONDecoder().decode([String: Value].self, from: Data((row["evidence"] as String).utf8))
            for field in Self.fields where field.name != "host" {
                #expect(evidence[field.name]?.description == finding.evidence[field.name]?.description, "\(field.name)")
            }
            #expect(row["host"] == finding.host)
            #expect(row["source"] == finding.source?.description)
            #expect(row["peer"] == "198.51.100.7")
            #expect(row["port"] == 8443)
            #expect(row["proto"] == "tcp")
            #expect(row["score"] == finding.score)
            #expect(row["priority"] == finding.priority)
            #expect(row["severity"] == finding.severity.rawValue)
            #expect(row["occurrences"] == finding.occurrences)
            #expect(row["percent"] == finding.percent)
            #expect(row["interval"] == finding.interval)
            #expect(row["bytes_toserver"] == finding.bytesToServer)
            #expect(row["bytes_toclient"] == finding.bytesToClient)
            #expect(row["dest_degree"] == finding.destinationDegree)
            #expect(row["summary"] == finding.summary)
            #expect(row["detector"] == finding.detector)
            #expect(row["first_seen"] == finding.firstSeen.map { $0.nanoseconds / 1_000_000_000 })
            #expect(row["last_seen"] == finding.lastSeen.map { $0.nanoseconds / 1_000_000_000 })
        }
    }
}

/// A value of JSON as a cell.
struct Scalar: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(Value.self).description
    }
}

enum CFBooleanTypes {
    /// Whether a number of `JSONSerialization` was `true` or `false`.
    static func isFlag(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
