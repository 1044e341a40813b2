import FlareKit
import Foundation
import TestKit

@testable import LineFiles

/// What becomes of a sensor's files.
extension TemporaryFolder {
    func rename(_ old: String, to new: String) throws {
        try FileManager.default.moveItem(atPath: path(old), toPath: path(new))
    }

    func copy(_ old: String, to new: String) throws {
        try FileManager.default.copyItem(atPath: path(old), toPath: path(new))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

    func cut(_ name: String, to size: Int = 0) { truncate(path(name), off_t(size)) }
}

/// A line as a sensor writes it, told from all others by its number.
func line(_ number: Int) -> String {
    let time = Timestamp(seconds: 1_704_067_200 + Double(number)).description
    return "{\"timestamp\":\"\(time)\",\"event_type\":\"flow\",\"number\":\(number)}\n"
}

func lines(_ numbers: Range<Int>) -> String { numbers.map(line).joined() }

/// Follows files and notes the lines that come.
final class Follower {
    let files: LiveFiles
    private let buffer = LineBuffer(capacity: 0)
    private(set) var text = ""

    init(_ pattern: String, resume: Checkpoint? = nil, longestLine: Int = 1 << 20, window: Int64? = nil) {
        files = LiveFiles(
            InputPaths([OptionPath(pattern)]), resume: resume, longestLine: longestLine, window: window)
    }

    /// Reads until nothing is there for now.
    ///
    /// - Returns: what came.
    @discardableResult
    func read() -> String {
        var came = ""
        while true {
            switch files.next(into: buffer) {
            case .idle:
                text += came
                return came
            case .file: continue
            case .lines(let region):
                came += String(decoding: buffer[region.bytes], as: UTF8.self)
                if region.longLine != nil { came += "<too long>" }
            }
        }
    }

    /// Looks as often without anything coming as it takes to believe that nothing will.
    func readUntilSettled() -> String { (0..<60).map { _ in read() }.joined() }

    var checkpoint: Checkpoint { files.checkpoint(unread: nil) }
}
