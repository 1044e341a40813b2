import CLz4

/// lz4, frame after frame (LZ4 Frame Format 1.6.4), skippable ones included.
final class Lz4Decoder: Decoder {
    private let context: OpaquePointer
    private var isInFrame = false
    private var fault: DecodingFault?

    init() throws(DecodingFault) {
        var context: OpaquePointer?
        _ = LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
        guard let context else { throw .corrupt("there is no memory for lz4") }
        self.context = context
    }

    deinit { LZ4F_freeDecompressionContext(context) }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool)
        throws(DecodingFault) -> (consumed: Int, written: Int)
    {
        if let fault { throw fault }
        if input.isEmpty, !isInFrame { return (0, 0) }
        var (consumed, written) = (input.count, output.count)
        let rest = LZ4F_decompress(context, output.baseAddress, &written, input.baseAddress, &consumed, nil)
        if LZ4F_isError(rest) != 0 {
            let found = DecodingFault.corrupt(String(cString: LZ4F_getErrorName(rest)))
            if written == 0 { throw found }
            fault = found
            return (consumed, written)
        }
        isInFrame = rest != 0
        if isLast, isInFrame, consumed == input.count, written == 0 { throw .truncated }
        return (consumed, written)
    }
}
