import CompressedFiles
import FlareKit
import Foundation

/// What stats.log and capture_loss.log say of packets that Zeek could not take or never got. Nobody asks for these logs: they are
/// read where they stand among the others.
struct LossLogs {
    private(set) var record = SensorRecord()
    /// How many lines of them the file at hand had when they were looked at last.
    private var seen: UInt64 = 0
    /// The names of the columns, by the last header of the file.
    private var columns: [Substring] = []

    private static let logs: Set<String> = ["stats", "capture_loss"]

    /// The largest file that is read beside those that were asked for, in bytes of its content.
    private static let mostBeside = 16 << 20

    init() {}

    /// Reads those logs that lie beside logs of connections, whose patterns seldom name them.
    init(beside files: [InputFile]) {
        let paths = Set(files.map(\.path))
        let folders = Set(
            files.filter { !$0.isStream }.map(\.path).filter { Self.name(of: $0).hasPrefix("conn") }
                .map { String($0.dropLast(Self.name(of: $0).utf8.count)) })
        for folder in folders.sorted() {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
            for name in names.sorted() where Self.logs.contains(String(name.prefix { $0 != "." })) {
                guard !paths.contains(folder + name), let file = try? InputFile(path: folder + name, form: .records)
                else {
                    continue
                }
                let content = file.beginning(Self.mostBeside).content
                begin()
                content.withUnsafeBytes { read($0, header: { [] }) }
            }
        }
        begin()
    }

    private static func name(of path: String) -> Substring { path.split(separator: "/").last ?? "" }

    mutating func begin() {
        seen = 0
        columns = []
    }

    /// Whether the scanner's last lines hold some of them.
    mutating func areIn(_ scanner: LogScanner) -> Bool {
        let count = scanner.skippedLines(of: Self.logs)
        defer { seen = count }
        return count > seen
    }

    /// - Parameters:
    ///   - lines: whole ones, of which those of other logs are passed over.
    ///   - header: the header of the file, asked for where the lines have none before them.
    mutating func read(_ lines: UnsafeRawBufferPointer, header: () -> [UInt8]) {
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            switch line.first {
            case UInt8(ascii: "#"): take(header: String(decoding: line, as: UTF8.self))
            case UInt8(ascii: "{"): take(json: line)
            default:
                if columns.isEmpty {
                    for line in header().split(separator: UInt8(ascii: "\n")) {
                        take(header: String(decoding: line, as: UTF8.self))
                    }
                }
                let columns = columns
                let values = String(decoding: line, as: UTF8.self).split(
                    separator: "\t", omittingEmptySubsequences: false)
                take { name in
                    columns.firstIndex(of: name[...]).flatMap { $0 < values.count ? String(values[$0]) : nil }
                }
            }
        }
    }

    private mutating func take(header line: String) {
        if line.hasPrefix("#fields\t") { columns = Array(line.split(separator: "\t").dropFirst()) }
    }

    private mutating func take(json line: UnsafeRawBufferPointer.SubSequence) {
        guard let values = (try? JSONReader.read(Array(line)))?.values else { return }
        take { name in
            switch values[name] {
            case .text(let text)?: text
            case .integer(let number)?: String(number)
            case .number(let number)?: String(number)
            default: nil
            }
        }
    }

    /// Takes a record by its fields: each log has some that no other has.
    private mutating func take(_ field: (String) -> String?) {
        func count(_ name: String) -> Int64? { field(name).flatMap { Int64($0) } }
        guard let time = field("ts").flatMap(Self.seconds) else { return }
        let peer = field("peer") ?? ""
        if let taken = count("pkts_proc"), let dropped = count("pkts_dropped") {
            record.add(
                SensorRecord.Sample(time: time, packets: taken.addingClamped(dropped), lost: dropped), of: peer,
                kind: .dropped, isTotal: false)
        } else if let gaps = count("gaps"), let confirmed = count("acks") {
            record.add(
                SensorRecord.Sample(time: time, packets: max(gaps, confirmed), lost: gaps), of: peer, kind: .missing,
                isTotal: false)
        }
    }

    /// Seconds since 1970, as a number or a date.
    private static func seconds(_ text: String) -> Int64? {
        Double(text).map { Int64(clamping: $0) } ?? Timestamp(text)?.wholeSeconds
    }
}
