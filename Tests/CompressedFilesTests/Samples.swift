import CZlib
import CZstd
import Foundation

/// A folder of a test's own, removed with it.
final class TemporaryFolder: Sendable {
    private let url: URL

    init() {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("flare-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { name.isEmpty ? url.path : url.appendingPathComponent(name).path }

    /// Writes a file and gives its path.
    func write(_ content: Data, as name: String) throws -> String {
        try content.write(to: url.appendingPathComponent(name))
        return path(name)
    }
}

/// The content as it is stored: `plain`, `gzip` or `zstd`.
func compress(_ content: Data, _ format: String) -> Data {
    switch format {
    case "gzip": gzip(content)
    case "zstd": zstd(content)
    default: content
    }
}

private func gzip(_ content: Data) -> Data {
    var stream = z_stream()
    deflateInit2_(
        &stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var input = [UInt8](content)
    var output = [UInt8](repeating: 0, count: content.count + content.count / 1000 + 64)
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

private func zstd(_ content: Data) -> Data {
    var output = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
    let count = content.withUnsafeBytes { ZSTD_compress(&output, output.count, $0.baseAddress, content.count, 3) }
    return Data(output.prefix(count))
}
