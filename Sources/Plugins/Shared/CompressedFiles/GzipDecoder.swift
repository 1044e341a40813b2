import CZlib

/// gzip, member after member (RFC 1952, section 2.2).
final class GzipDecoder: Decoder {
    /// Its address must not change: zlib keeps it.
    private let stream: UnsafeMutablePointer<z_stream>
    private var place = Place.betweenMembers
    private var members = 0

    private enum Place {
        case betweenMembers
        case inMember
        /// Zeros behind the last member, as tapes and block devices leave them.
        case padding
    }

    /// Whether it is what gzip has in a member, without its header, as zip has it: then it ends with it.
    private let isBare: Bool

    init(isBare: Bool = false) throws(DecodingFault) {
        self.isBare = isBare
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // The largest window; 16 for the gzip form alone, below 0 for none.
        let windowBits = isBare ? -MAX_WBITS : MAX_WBITS + 16
        let code = inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            stream.deallocate()
            throw .corrupt("zlib cannot begin, code \(code)")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool)
        throws(DecodingFault) -> (consumed: Int, written: Int)
    {
        if isBare, members > 0 { return (0, 0) }
        if place == .betweenMembers, let first = input.first {
            place = first == 0 && members > 0 ? .padding : .inMember
        }
        switch place {
        case .betweenMembers:
            return (0, 0)
        case .padding:
            guard input.allSatisfy({ $0 == 0 }) else { throw .corrupt("what follows the last member is not gzip") }
            return (input.count, 0)
        case .inMember:
            return try inflateSome(input, into: output, isLast: isLast)
        }
    }

    private func inflateSome(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(DecodingFault) -> (consumed: Int, written: Int) {
        let inputCount = min(input.count, Int(UInt32.max))
        let outputCount = min(output.count, Int(UInt32.max))
        // zlib reads through this pointer and never writes.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self))
        stream.pointee.avail_in = uInt(inputCount)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_out = uInt(outputCount)
        let code = inflate(stream, Z_NO_FLUSH)
        let consumed = inputCount - Int(stream.pointee.avail_in)
        let written = outputCount - Int(stream.pointee.avail_out)
        switch code {
        case Z_STREAM_END:
            members += 1
            place = .betweenMembers
            inflateReset(stream)
        case Z_OK, Z_BUF_ERROR:
            if isLast, consumed == inputCount, written == 0 { throw .truncated }
        default:
            // What was written before the fault still counts; the fault comes again with the next call.
            if written == 0 { throw .corrupt(stream.pointee.msg.map { String(cString: $0) } ?? "zlib code \(code)") }
        }
        return (consumed, written)
    }
}
