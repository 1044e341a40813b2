/// Undoes one way of compression, piece by piece.
protocol Decoder: AnyObject {
    /// Decodes some of the input into the output.
    ///
    /// - Parameters:
    ///   - input: what was read and not yet consumed; not empty unless `isLast`.
    ///   - output: not empty.
    ///   - isLast: nothing comes after this input.
    /// - Returns: how much was consumed and how much written. Nothing written and everything consumed asks for more
    ///   input; at the end of the last input it means the end.
    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool)
        throws(DecodingFault) -> (consumed: Int, written: Int)
}

/// What a decoder stumbled on.
enum DecodingFault: Error {
    case truncated
    case corrupt(String)
}

/// Content that is stored as it is.
final class PlainDecoder: Decoder {
    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool)
        throws(DecodingFault) -> (consumed: Int, written: Int)
    {
        let count = min(input.count, output.count)
        output.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
        return (count, count)
    }
}
