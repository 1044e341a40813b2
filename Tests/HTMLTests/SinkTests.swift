import FlareKit
import Foundation
import SampleReports
import Testing

@testable import HTML

@Suite("the html sink")
struct SinkTests {
    private func folder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "flare-html-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private func sink(_ path: String, _ more: String = "") throws -> HTMLSink {
        try HTMLSink(HTMLOptions.read("{path: \"\(path)\"\(more)}"))
    }

    @Test("the page is there after the commit, whole, and nothing beside it")
    func commits() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let sample = SampleReport(count: 2)
        let sink = try sink(folder + "/new/report.html")
        try await sink.begin(sample.run.header, sample.columns, resume: nil)
        try await sink.write([sample.findings[0]])
        try await sink.write([sample.findings[1]])
        #expect(!FileManager.default.fileExists(atPath: folder + "/new/report.html"))
        #expect(try await sink.commit(sample.run) == nil)
        let html = try String(contentsOfFile: folder + "/new/report.html", encoding: .utf8)
        #expect(html.hasPrefix("<!doctype html>"))
        #expect(html.hasSuffix("</html>\n"))
        #expect(sample.findings.allSatisfy { html.contains("<article id=\"f-\($0.id)\"") })
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/new") == ["report.html"])
    }

    @Test("an abort leaves the old page")
    func aborts() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try "old".write(toFile: folder + "/report.html", atomically: false, encoding: .utf8)
        let sample = SampleReport(count: 1)
        let sink = try sink(folder + "/report.html")
        try await sink.begin(sample.run.header, sample.columns, resume: nil)
        try await sink.write(sample.findings)
        await sink.abort()
        #expect(try String(contentsOfFile: folder + "/report.html", encoding: .utf8) == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["report.html"])
    }

    @Test("each evaluation of a live run writes the page anew")
    func liveRun() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let sample = SampleReport(count: 2)
        let sink = try sink(folder + "/report.html")
        try await sink.begin(sample.run.header, sample.columns, resume: nil)
        try await sink.write(sample.findings)
        _ = try await sink.commit(sample.run)
        try await sink.write([sample.findings[1]])
        _ = try await sink.commit(sample.run)
        let html = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
        #expect(Pages.between("<article id=", ">", in: html).count == 1)
    }

    @Test("a link that is no address of the web is a complaint about its option")
    func linkComplaint() throws {
        let error = #expect(throws: OptionComplaint.self) {
            try sink("x.html", ", links: {Search: \"javascript:x\"}")
        }
        #expect(error?.option == "links.Search")
    }
}
