import Foundation

/// The content as one zstd frame of blocks that are not compressed (RFC 8878, section 3.1.1).
func zstdFrame(_ content: Data) -> Data {
    // A window of 128 KiB and no size of the content; then blocks of up to 100 kB, the last one marked.
    var frame = Data([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38])
    var rest = content[...]
    repeat {
        let block = rest.prefix(100_000)
        rest = rest.dropFirst(block.count)
        let header = UInt32(block.count) << 3 | (rest.isEmpty ? 1 : 0)
        frame += Data([UInt8(header & 0xFF), UInt8(header >> 8 & 0xFF), UInt8(header >> 16 & 0xFF)]) + block
    } while !rest.isEmpty
    return frame
}
