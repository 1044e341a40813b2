import Foundation
import TestKit
import Testing

/// A sensor's log that grows and rotates in all the ways that sensors and logrotate know.
struct GrowingLog {
    enum Step {
        /// Some bytes more, perhaps in the midst of a line.
        case write(Data)
        /// `eve.json` becomes `eve.json.N`, and a new one is begun.
        case rename
        /// `eve.json` is copied to `eve.json.N` and cut to nothing.
        case copyAndTruncate
        /// The newest rotated file is compressed, then removed.
        case compress
    }

    let folder: TemporaryFolder
    private var rotated = 0
    private var file: URL { folder.url.appending(path: "eve.json") }

    init(in folder: TemporaryFolder) throws {
        self.folder = folder
        try folder.file("eve.json")
    }

    private func rotated(_ number: Int) -> URL { folder.url.appending(path: "eve.json.\(number)") }

    mutating func take(_ step: Step) throws {
        switch step {
        case .write(let bytes):
            let handle = try FileHandle(forWritingTo: file)
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: bytes)
        case .rename:
            rotated += 1
            #expect(rename(file.path, rotated(rotated).path) == 0)
            try Data().write(to: file, options: .withoutOverwriting)
        case .copyAndTruncate:
            rotated += 1
            try FileManager.default.copyItem(at: file, to: rotated(rotated))
            #expect(truncate(file.path, 0) == 0)
        case .compress:
            guard rotated > 0, FileManager.default.fileExists(atPath: rotated(rotated).path) else { return }
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["gzip", rotated(rotated).path]
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
    }

    /// A few hours of a home, in the order in which a sensor logs flows: beacons that begin, pause and change their
    /// pace among what people do.
    static func lines(seed: UInt64, hours: Int) -> [String] {
        var dice = SeededDice(seed: seed)
        var flows: [(logged: Int, line: String)] = []
        var id = 0
        func add(_ start: Int, _ source: String, _ destination: String, _ dice: inout SeededDice) {
            id += 1
            let line = SampleFlows.flow(at: start, from: source, to: destination, id: id)
            flows.append((start + Int.random(in: 1...200, using: &dice), line))
        }
        let end = hours * 3600
        for start in stride(from: 300, to: end, by: 60) { add(start, "192.168.0.53", "160.153.76.129", &dice) }
        for start in stride(from: 1800, to: end / 2, by: 45) { add(start, "192.168.0.54", "203.0.113.7", &dice) }
        // Twice as slow in the second half: its period moves.
        for start in stride(from: end / 2, to: end, by: 90) { add(start, "192.168.0.54", "203.0.113.7", &dice) }
        for start in stride(from: end / 3, to: end * 2 / 3, by: 120) {
            add(start, "192.168.0.55", "198.51.100.3", &dice)
        }
        for _ in 0..<hours * 60 {
            let host = Int.random(in: 2...20, using: &dice), peer = Int.random(in: 1...9, using: &dice)
            add(Int.random(in: 0..<end, using: &dice), "192.168.0.\(host)", "198.51.100.\(peer)", &dice)
        }
        return flows.sorted { ($0.logged, $0.line) < ($1.logged, $1.line) }.map { $0.line + "\n" }
    }

    /// The lines as steps of seeded sizes, cut anywhere, with rotations in between.
    static func steps(of lines: [String], seed: UInt64) -> [Step] {
        var dice = SeededDice(seed: seed)
        let content = Data(lines.joined().utf8)
        var steps: [Step] = []
        var place = 0
        while place < content.count {
            let end = min(content.count, place + Int.random(in: 500...16_000, using: &dice))
            steps.append(.write(content[place..<end]))
            place = end
            // A sensor rotates between lines.
            guard content[..<end].last == 10 || Bool.random(using: &dice) else { continue }
            if content[..<end].last != 10, let feed = content[end...].firstIndex(of: 10) {
                steps.append(.write(content[end...feed]))
                place = feed + 1
            }
            switch Int.random(in: 0..<8, using: &dice) {
            case 0: steps.append(.rename)
            case 1: steps.append(.copyAndTruncate)
            case 2: steps.append(.compress)
            default: break
            }
        }
        return steps
    }
}
