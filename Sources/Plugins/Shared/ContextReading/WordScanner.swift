import CompressedFiles
import ContextWords

/// A scanner written in C++ that fills a `ContextBook`.
///
/// One thread at a time uses it: the one that drives its cursor, and after that one ended whoever asks for counts.
package protocol WordScanner: AnyObject, Sendable {
    var book: OpaquePointer? { get }
    /// The lines that follow are of this file.
    func begin(_ file: InputFile)
    /// The lines that follow are of this file, and stand under these header lines.
    func begin(_ path: String, header: [UInt8])
    /// Sees the lines of a stream, and their number, before another reader can take the next ones.
    func see(_ lines: UnsafeRawBufferPointer, number: Int, of file: InputFile)
    /// Brings itself up to what stands before some lines.
    ///
    /// - Parameter number: of the lines' block, or share of a stream.
    func prepare(for lines: UnsafeRawBufferPointer, number: Int, of file: InputFile) throws(InputFileError)
    /// Reads lines until they end or the book holds `most` records.
    ///
    /// - Parameter lines: whole lines, with the scanner's padding behind them.
    /// - Returns: how many bytes were consumed.
    func read(_ lines: UnsafeRawBufferPointer, at position: Int64, most: Int) -> Int
}

extension WordScanner {
    package func begin(_ file: InputFile) {}
    package func begin(_ path: String, header: [UInt8]) {}
    package func see(_ lines: UnsafeRawBufferPointer, number: Int, of file: InputFile) {}
    package func prepare(for lines: UnsafeRawBufferPointer, number: Int, of file: InputFile) throws(InputFileError) {}
}
