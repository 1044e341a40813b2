import FlareKit
import Foundation
import SampleReports
import Testing

@testable import HTML

@Suite("Pictures")
struct PictureTests {
    private static let second: Int64 = 1_000_000_000

    /// Seconds since 1970 of the strokes of a raster: each row's start and its pen's moves.
    private func strokes(in svg: String) throws -> [Int64] {
        var seconds: [Int64] = []
        for row in svg.components(separatedBy: "data-start=\"").dropFirst() {
            let start = try #require(row.components(separatedBy: "\"").first.flatMap { Int64($0) })
            let path = try #require(
                row.components(separatedBy: " d=\"").dropFirst().first?.components(separatedBy: "\"").first)
            var pen = start
            for (place, stroke) in path.split(whereSeparator: { $0 == "M" || $0 == "m" }).enumerated() {
                let digits = stroke.prefix { $0.isNumber }
                let step = try #require(Int64(digits))
                pen = place == 0 ? start + step : pen + step
                seconds.append(pen)
            }
        }
        return seconds
    }

    @Test("the times read back from the page's picture are those of the flows", arguments: [24, 58, 24 * 9, 24 * 40])
    func rasterTellsTimes(hours: Int64) throws {
        let sample = SampleReport(count: 12, hours: hours)
        let html = try Pages.html(sample)
        for finding in sample.findings where finding.times.count <= RasterPicture.strokeLimit {
            let article = try #require(
                Pages.between("<article id=\"f-\(finding.id)\"", "</article>", in: html).first)
            let raster = try #require(Pages.between("<svg class=\"picture raster\"", "<figure>", in: article).first)
            let told = try strokes(in: raster)
            var flows = finding.times.map { $0 / Self.second }
            flows = flows.enumerated().filter { $0.offset == 0 || flows[$0.offset - 1] != $0.element }.map(\.element)
            #expect(told == flows)
        }
    }

    @Test("too many calls for one picture are drawn coarser, none of them far from its place")
    func coarseRaster() throws {
        let window = Span(start: 0, end: 86_400)
        let times = (0..<86_400).map { Int64($0) * Self.second }
        let raster = RasterPicture(times: times, window: window)
        let told = try strokes(in: raster.svg(text: ""))
        #expect(told.count <= RasterPicture.strokeLimit)
        #expect(raster.grain == 40)
        #expect(told == Array(stride(from: 0, to: 86_400, by: 40)))
    }

    @Test("a long window is drawn row by row, each beginning at its midnight")
    func daysAsRows() {
        let raster = RasterPicture(times: [], window: Span(start: 86_400 * 10 + 3600, end: 86_400 * 12))
        #expect(
            raster.rows == [Span(start: 86_400 * 10, end: 86_400 * 11), Span(start: 86_400 * 11, end: 86_400 * 12)])
    }

    @Test("times before 1970 have their place")
    func negativeTimes() throws {
        let raster = RasterPicture(times: [-1_500_000_000, 500_000_000], window: Span(start: -10, end: 10))
        #expect(try strokes(in: raster.svg(text: "")) == [-2, 0])
    }

    @Test("the histogram counts each interval once, on the bar of its length")
    func histogram() throws {
        let times = [0, 60, 120, 180, 300, 2000].map { Int64($0) * Self.second }
        let histogram = try #require(IntervalHistogram(times: times, period: 60))
        #expect(histogram.reach == 180)
        #expect(histogram.counts[20] == 3)
        #expect(histogram.counts[40] == 1)
        #expect(histogram.counts[IntervalHistogram.bars] == 1)
        #expect(histogram.counts.reduce(0, +) == 5)
    }

    @Test("calls at one and the same moment have no histogram")
    func noIntervals() {
        #expect(IntervalHistogram(times: [5, 5, 5], period: nil) == nil)
        #expect(IntervalHistogram(times: [5], period: 60) == nil)
    }

    @Test("sizes that are not known for every call have no picture")
    func noSizes() {
        let window = Span(start: 0, end: 10)
        #expect(SizesPicture(times: [1, 2], sizes: [1], window: window) == nil)
        #expect(SizesPicture(times: [1, 2], sizes: [0, 0], window: window) != nil)
    }

    @Test("a strip is some 300 bytes and keeps counts within a few per cent")
    func strip() {
        let times = (0..<1440).map { Int64($0) * 60 * Self.second }
        let strip = Strip(finding(times: times), window: Span(start: 0, end: 86_400))
        #expect(strip.text.utf8.count == 285)
        #expect(strip.reach == 180)
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let codes = strip.text.utf8.map { letters.firstIndex(of: $0) ?? -1 }
        // Seven or eight calls in each of the bins of 7.5 minutes.
        #expect(codes.prefix(Strip.moments).allSatisfy { (6.5...8.7).contains(pow(2, Double($0) / 8) - 1) })
    }

    @Test("pictures of odd windows and values are drawn without a fault")
    func oddValues() {
        for times in [[Int64.min, .max], [0, 0], [Int64.max - 1, .max]] {
            let subject = finding(times: times) {
                $0.sizes = [Int64.max, .min]
                $0.interval = .infinity
            }
            let window = Span(start: Span.second(times[0]), end: Span.second(times[1]))
            #expect(!RasterPicture(times: times, window: window).svg(text: "").isEmpty)
            #expect(Strip(subject, window: window).text.utf8.count == 285)
            _ = IntervalHistogram(times: times, period: .nan)?.svg(text: "")
            _ = SizesPicture(times: times, sizes: subject.sizes, window: window)?.svg(text: "")
        }
    }
}
