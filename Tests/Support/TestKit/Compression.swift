import CZlib
import CZstd
import Foundation

/// The content as `gzip` stores it.
public func gzip(_ content: Data) -> Data {
    gzip(of: content.count) { write in content.withUnsafeBytes { write($0) } }
}

public func gzip(_ content: String) -> Data { gzip(Data(content.utf8)) }

/// Zero bytes as `gzip` stores them, without holding them: a small file of a large content.
public func gzip(zeros count: Int) -> Data {
    gzip(of: count) { write in
        let part = [UInt8](repeating: 0, count: 1 << 20)
        for start in stride(from: 0, to: count, by: part.count) {
            part.withUnsafeBytes { write(.init(rebasing: $0[..<min(part.count, count - start)])) }
        }
    }
}

private func gzip(of size: Int, _ body: ((UnsafeRawBufferPointer) -> Void) -> Void) -> Data {
    var stream = z_stream()
    deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: 1 << 16)
    var stored = Data()
    func deflateAll(_ flush: Int32) {
        repeat {
            let room = output.count
            output.withUnsafeMutableBufferPointer {
                stream.next_out = $0.baseAddress
                stream.avail_out = UInt32(room)
                _ = deflate(&stream, flush)
            }
            stored.append(contentsOf: output[..<(room - Int(stream.avail_out))])
        } while stream.avail_out == 0
    }
    body { part in
        guard let base = part.bindMemory(to: UInt8.self).baseAddress else { return }
        stream.next_in = UnsafeMutablePointer(mutating: base)
        stream.avail_in = UInt32(part.count)
        deflateAll(Z_NO_FLUSH)
    }
    deflateAll(Z_FINISH)
    return stored
}

/// The content as `zstd` stores it, in one frame that tells its size.
public func zstd(_ content: Data) -> Data {
    var output = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
    let count = content.withUnsafeBytes { ZSTD_compress(&output, output.count, $0.baseAddress, content.count, 3) }
    return Data(output[..<count])
}
