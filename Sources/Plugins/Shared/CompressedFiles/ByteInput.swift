/// Bytes, one after another.
protocol ByteInput: AnyObject {
    /// - Returns: how many bytes were read, 0 at the end.
    func next(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int
}

/// Bytes in memory.
final class BytesInput: ByteInput {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func next(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, rest.count)
        buffer.copyBytes(from: rest.prefix(count))
        rest = rest.dropFirst(count)
        return count
    }
}

/// Bytes that can be looked at before they are taken.
final class BufferedInput: ByteInput {
    private let source: any ByteInput
    private var buffer: UnsafeMutableRawBufferPointer
    private var pending = 0..<0
    private(set) var hasEnded = false
    /// How many bytes were taken.
    private(set) var position: Int64 = 0

    private static let usualSize = 1 << 18

    init(_ source: any ByteInput) {
        self.source = source
        buffer = .allocate(byteCount: Self.usualSize, alignment: 64)
    }

    deinit { buffer.deallocate() }

    /// What was read and not taken.
    var available: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[pending]) }

    /// Reads until so many bytes are available, or the end is reached.
    func fill(_ count: Int) throws(InputFileError) {
        while pending.count < count, !hasEnded {
            if pending.lowerBound > 0 {
                buffer.copyMemory(from: available)
                pending = 0..<pending.count
            }
            if pending.count == buffer.count || buffer.count < count { grow(to: max(count, 2 * buffer.count)) }
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[pending.upperBound...])
            let found = try source.next(into: rest)
            pending = pending.lowerBound..<pending.upperBound + found
            hasEnded = found == 0
        }
    }

    /// Takes bytes that are available.
    func take(_ count: Int) {
        pending = pending.lowerBound + count..<pending.upperBound
        position += Int64(count)
    }

    func next(into target: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        if pending.isEmpty {
            let count = hasEnded ? 0 : try source.next(into: target)
            hasEnded = count == 0
            position += Int64(count)
            return count
        }
        let count = min(target.count, pending.count)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: available[..<count]))
        take(count)
        return count
    }

    private func grow(to size: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        larger.copyMemory(from: available)
        pending = 0..<pending.count
        buffer.deallocate()
        buffer = larger
    }
}

/// What a decoder makes of other bytes.
final class DecodedInput: ByteInput {
    private let source: BufferedInput
    private let decoder: any Decoder
    private let path: String

    init(_ source: BufferedInput, _ decoder: any Decoder, path: String) {
        self.source = source
        self.decoder = decoder
        self.path = path
    }

    func next(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        while true {
            if source.available.isEmpty { try source.fill(1) }
            let isLast = source.hasEnded
            do throws(DecodingFault) {
                let (consumed, written) = try decoder.decode(source.available, into: buffer, isLast: isLast)
                source.take(consumed)
                if written > 0 || (isLast && consumed == 0) { return written }
            } catch {
                throw InputFileError(path: path, reason: error.reason, position: source.position)
            }
        }
    }
}

extension DecodingFault {
    var reason: InputFileError.Reason {
        switch self {
        case .truncated: .truncated
        case .corrupt(let detail): .corrupt(detail)
        }
    }
}
