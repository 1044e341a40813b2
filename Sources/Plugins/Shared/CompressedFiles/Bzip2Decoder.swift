import CBzip2

/// bzip2, stream after stream, as parallel programs write them too.
final class Bzip2Decoder: Decoder {
    /// Its address must not change: the library keeps it.
    private let stream: UnsafeMutablePointer<bz_stream>
    private var isInStream = false
    private var streams = 0

    init() throws(DecodingFault) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: bz_stream())
    }

    deinit {
        if isInStream { BZ2_bzDecompressEnd(stream) }
        stream.deallocate()
    }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool)
        throws(DecodingFault) -> (consumed: Int, written: Int)
    {
        if !isInStream {
            guard let first = input.first else { return (0, 0) }
            guard first == UInt8(ascii: "B") else {
                // Zeros behind the last stream, as tapes and block devices leave them.
                if streams > 0, input.allSatisfy({ $0 == 0 }) { return (input.count, 0) }
                throw .corrupt("what follows the last stream is not bzip2")
            }
            let code = BZ2_bzDecompressInit(stream, 0, 0)
            guard code == BZ_OK else { throw .corrupt("bzip2 cannot begin, code \(code)") }
            isInStream = true
        }
        let inputCount = min(input.count, Int(UInt32.max))
        let outputCount = min(output.count, Int(UInt32.max))
        // The library reads through this pointer and never writes.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
        stream.pointee.avail_in = UInt32(inputCount)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.pointee.avail_out = UInt32(outputCount)
        let code = BZ2_bzDecompress(stream)
        let consumed = inputCount - Int(stream.pointee.avail_in)
        let written = outputCount - Int(stream.pointee.avail_out)
        switch code {
        case BZ_STREAM_END:
            BZ2_bzDecompressEnd(stream)
            stream.initialize(to: bz_stream())
            isInStream = false
            streams += 1
        case BZ_OK:
            if isLast, consumed == inputCount, written == 0 { throw .truncated }
        default:
            // What was written before the fault still counts; the fault comes again with the next call.
            if written == 0 { throw .corrupt(code == BZ_DATA_ERROR ? "the data are damaged" : "bzip2 code \(code)") }
        }
        return (consumed, written)
    }
}
