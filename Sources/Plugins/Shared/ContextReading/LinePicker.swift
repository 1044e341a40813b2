import ContextWords

/// Finds the lines that a source may be asked for again.
///
/// One thread at a time uses it, and shows it all lines of a file in their order.
package protocol LinePicker: AnyObject, Sendable {
    /// The header lines that stand before the lines of the last call; empty for formats without them.
    var header: [UInt8] { get }
    /// The lines that follow are of this file.
    func begin(_ path: String)
    /// Brings itself up to header lines that nobody shows it.
    func takeHeader(_ lines: [UInt8])
    /// Picks lines that stand under the same header.
    ///
    /// - Parameters:
    ///   - lines: whole lines, with the scanner's padding behind them.
    ///   - begin: where to begin among them; raised to where to go on.
    ///   - picked: filled from its beginning.
    /// - Returns: how many were picked.
    func pick(
        _ lines: UnsafeRawBufferPointer, from begin: inout Int, into picked: UnsafeMutableBufferPointer<ContextLine>
    ) -> Int
}

extension LinePicker {
    package var header: [UInt8] { [] }
    package func begin(_ path: String) {}
    package func takeHeader(_ lines: [UInt8]) {}
}
