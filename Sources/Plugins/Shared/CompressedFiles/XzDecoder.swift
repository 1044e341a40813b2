import CLzma

/// xz, stream after stream, and its forerunners lzma and lzip (The .xz File Format 1.1.0).
final class XzDecoder: Decoder {
    /// Its address must not change: the library keeps it.
    private let stream: UnsafeMutablePointer<lzma_stream>
    private var hasEnded = false
    private var fault: DecodingFault?

    /// Of the decoder, in bytes: xz's highest level needs 65 MB.
    private static let mostMemory: UInt64 = 1 << 28

    /// LZMA_CONCATENATED, which is more than Swift takes out of the header.
    private static let concatenated: UInt32 = 8

    init() throws(DecodingFault) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: lzma_stream())
        let code = lzma_auto_decoder(stream, Self.mostMemory, Self.concatenated)
        guard code == LZMA_OK else {
            stream.deallocate()
            throw .corrupt("xz cannot begin, code \(code.rawValue)")
        }
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
    }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool)
        throws(DecodingFault) -> (consumed: Int, written: Int)
    {
        if let fault { throw fault }
        if hasEnded {
            // Only lzma ends before its input does.
            guard input.isEmpty else { throw .corrupt("something follows its end") }
            return (0, 0)
        }
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = input.count
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = output.count
        let code = lzma_code(stream, isLast ? LZMA_FINISH : LZMA_RUN)
        let consumed = input.count - stream.pointee.avail_in
        let written = output.count - stream.pointee.avail_out
        switch code {
        case LZMA_STREAM_END: hasEnded = true
        case LZMA_OK, LZMA_BUF_ERROR:
            if isLast, consumed == input.count, written == 0 { throw .truncated }
        default:
            let found = DecodingFault.corrupt(Self.name(of: code))
            // What was written before the fault comes first.
            if written == 0 { throw found }
            fault = found
        }
        return (consumed, written)
    }

    private static func name(of code: lzma_ret) -> String {
        switch code {
        case LZMA_DATA_ERROR: "the data are damaged"
        case LZMA_FORMAT_ERROR: "what follows is not xz"
        case LZMA_OPTIONS_ERROR: "it was written with options that are not known"
        case LZMA_MEM_ERROR, LZMA_MEMLIMIT_ERROR: "it needs too much memory"
        default: "xz code \(code.rawValue)"
        }
    }
}
