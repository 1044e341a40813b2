import CZstd

/// zstd, frame after frame (RFC 8878, section 3.1).
final class ZstdDecoder: Decoder {
    private let stream: OpaquePointer
    private var isInFrame = false

    init() throws(DecodingFault) {
        guard let stream = ZSTD_createDStream() else { throw .corrupt("there is no memory for zstd") }
        self.stream = stream
    }

    deinit { ZSTD_freeDStream(stream) }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool)
        throws(DecodingFault) -> (consumed: Int, written: Int)
    {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        if input.isEmpty, !isInFrame { return (0, 0) }
        let rest = ZSTD_decompressStream(stream, &target, &source)
        if ZSTD_isError(rest) != 0 {
            // What was written before the fault still counts; the fault comes again with the next call.
            if target.pos == 0 { throw .corrupt(String(cString: ZSTD_getErrorName(rest))) }
            return (source.pos, target.pos)
        }
        isInFrame = rest != 0
        if isLast, isInFrame, source.pos == input.count, target.pos == 0 { throw .truncated }
        return (source.pos, target.pos)
    }
}
