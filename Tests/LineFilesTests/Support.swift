import CZlib
import FlareKit
import Foundation

@testable import LineFiles

/// A folder of a test's own, removed with it.
final class TemporaryFolder: Sendable {
    let url: URL

    init() {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("flare-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    @discardableResult
    func write(_ content: String, as name: String) throws -> String { try write(Data(content.utf8), as: name) }

    /// Writes a file in place of an old one, which stays what it was to whoever has it open.
    @discardableResult
    func write(_ content: Data, as name: String) throws -> String {
        try content.write(to: URL(fileURLWithPath: path(name)), options: .atomic)
        return path(name)
    }

    func append(_ text: String, to name: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path(name)))
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
    }

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

/// The content as one gzip member.
func gzip(_ content: String) -> Data {
    var stream = z_stream()
    deflateInit2_(
        &stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var input = Array(content.utf8)
    var output = [UInt8](repeating: 0, count: input.count + input.count / 1000 + 64)
    return input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = uInt(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = uInt(target.count)
            _ = deflate(&stream, Z_FINISH)
            return Data(target.prefix(target.count - Int(stream.avail_out)))
        }
    }
}

/// A gzip member of zeros, which is never held unpacked.
func gzip(zeros count: Int) -> Data {
    var stream = z_stream()
    deflateInit2_(
        &stream, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var input = [UInt8](repeating: 0, count: 1 << 20)
    var output = [UInt8](repeating: 0, count: 1 << 20)
    var packed = Data()
    for step in 0..<(count >> 20) {
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = uInt(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = uInt(target.count)
                _ = deflate(&stream, step + 1 == count >> 20 ? Z_FINISH : Z_NO_FLUSH)
                packed += target.prefix(target.count - Int(stream.avail_out))
            }
        }
    }
    return packed
}
