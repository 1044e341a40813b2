/// Reads the content of a file from its beginning to its end, undoing its compression.
///
/// What could be decoded is delivered before an error is: a truncated file yields all its whole blocks first.
public final class ContentReader {
    /// Bytes as stored that were consumed so far; for a progress bar against ``InputFile/size``.
    public private(set) var position: Int64 = 0

    private let path: String
    private let source: any ByteInput
    private let input: UnsafeMutableRawBufferPointer
    /// What of `input` is not decoded yet.
    private var pending = 0..<0
    private var decoder: (any Decoder)?
    private var hasEnded = false
    private var failure: InputFileError?

    private static let inputSize = 1 << 18

    /// Reads a stream from where it stands, and a regular file from its beginning, whoever else reads it.
    public convenience init(_ file: InputFile) { self.init(file.makeInput(), path: file.path) }

    init(_ source: any ByteInput, path: String) {
        self.source = source
        self.path = path
        input = .allocate(byteCount: Self.inputSize, alignment: 64)
    }

    deinit { input.deallocate() }

    /// Fills the buffer with what comes next.
    ///
    /// - Returns: how many bytes were written: fewer than there is room for only at the end, or before an error that
    ///   the next call throws.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        var filled = 0
        while filled < buffer.count, failure == nil {
            do throws(InputFileError) {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                guard let count = try readSome(into: rest) else { break }
                filled += count
            } catch {
                failure = error
            }
        }
        if filled == 0, let failure, !buffer.isEmpty { throw failure }
        return filled
    }

    /// What comes next, up to so many bytes.
    func prefix(_ count: Int) -> (content: [UInt8], isWhole: Bool, failure: InputFileError?) {
        var content = [UInt8](repeating: 0, count: count)
        let found = content.withUnsafeMutableBytes { (try? read(into: $0)) ?? 0 }
        content.removeLast(count - found)
        return (content, found < count, failure)
    }

    /// Decodes once.
    ///
    /// - Returns: how many bytes were written, perhaps none; `nil` at the end.
    private func readSome(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int? {
        if pending.isEmpty, !hasEnded { try refill() }
        if decoder == nil { decoder = try makeDecoder() }
        guard let decoder else { return nil }
        do throws(DecodingFault) {
            let (consumed, written) = try decoder.decode(
                UnsafeRawBufferPointer(rebasing: input[pending]), into: buffer, isLast: hasEnded)
            pending = pending.lowerBound + consumed..<pending.upperBound
            position += Int64(consumed)
            return hasEnded && consumed == 0 && written == 0 ? nil : written
        } catch {
            throw fault(error)
        }
    }

    private func refill() throws(InputFileError) {
        let count = try source.next(into: input)
        pending = 0..<count
        hasEnded = count == 0
    }

    /// Chooses the decoder by the first bytes, waiting for as many as are needed; `nil` for empty content.
    private func makeDecoder() throws(InputFileError) -> (any Decoder)? {
        while pending.count < StoredFormat.headLength, !hasEnded {
            let rest = UnsafeMutableRawBufferPointer(rebasing: input[pending.upperBound...])
            let count = try source.next(into: rest)
            pending = pending.lowerBound..<pending.upperBound + count
            hasEnded = count == 0
        }
        if pending.isEmpty { return nil }
        let format = StoredFormat(head: input[pending])
        do throws(DecodingFault) {
            switch format {
            case .plain: return PlainDecoder()
            case .gzip: return try GzipDecoder()
            case .zstd: return try ZstdDecoder()
            case .unsupported: break
            }
        } catch {
            throw fault(error)
        }
        guard case .unsupported(let name) = format else { return nil }
        throw InputFileError(path: path, reason: .unsupported(name))
    }

    private func fault(_ fault: DecodingFault) -> InputFileError {
        switch fault {
        case .truncated: InputFileError(path: path, reason: .truncated, position: position)
        case .corrupt(let detail): InputFileError(path: path, reason: .corrupt(detail), position: position)
        }
    }
}
