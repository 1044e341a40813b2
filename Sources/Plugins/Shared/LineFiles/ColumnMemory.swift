import FlareKit

/// The memory of a table's columns, for a scanner that is not written in Swift.
///
/// Each pointer has room for the table's capacity, and is valid inside the closure that it was lent to.
package struct ColumnMemory {
    package let start: UnsafeMutablePointer<Int64>?
    /// Two numbers of 64 bits an address, the high one first.
    package let source: UnsafeMutableRawPointer?
    package let destination: UnsafeMutableRawPointer?
    package let port: UnsafeMutablePointer<UInt16>?
    package let proto: UnsafeMutablePointer<UInt8>?
    package let position: UnsafeMutablePointer<Int64>?
    /// The columns of numbers that were named, in that order; `nil` for those that the table does not have.
    package fileprivate(set) var numbers: [UnsafeMutablePointer<Int64>?] = []

    /// Lends the memory of a table's head and of some columns of numbers.
    ///
    /// The columns are taken out of the table meanwhile, so that none is copied and the table can be changed.
    package static func lend<Result>(
        _ table: inout RecordTable, numbers: [ColumnName], _ body: (inout RecordTable, ColumnMemory) -> Result
    ) -> Result {
        assert(MemoryLayout<IPAddress>.size == 16 && MemoryLayout<IPAddress>.offset(of: \.low) == 8)
        var start = take(&table.start)
        var source = take(&table.source)
        var destination = take(&table.destination)
        var port = take(&table.port)
        var proto = take(&table.proto)
        var position = take(&table.position)
        defer {
            (table.start, table.source, table.destination) = (start, source, destination)
            (table.port, table.proto, table.position) = (port, proto, position)
        }
        return start.withUnsafeMutableBufferPointer { start in
            source.withUnsafeMutableBufferPointer { source in
                destination.withUnsafeMutableBufferPointer { destination in
                    port.withUnsafeMutableBufferPointer { port in
                        proto.withUnsafeMutableBufferPointer { proto in
                            position.withUnsafeMutableBufferPointer { position in
                                let memory = ColumnMemory(
                                    start: start.baseAddress, source: UnsafeMutableRawPointer(source.baseAddress),
                                    destination: UnsafeMutableRawPointer(destination.baseAddress),
                                    port: port.baseAddress, proto: proto.baseAddress, position: position.baseAddress)
                                return lendNumbers(numbers[...], &table, memory, body)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func lendNumbers<Result>(
        _ rest: ArraySlice<ColumnName>, _ table: inout RecordTable, _ memory: ColumnMemory,
        _ body: (inout RecordTable, ColumnMemory) -> Result
    ) -> Result {
        guard let column = rest.first else { return body(&table, memory) }
        var memory = memory
        guard var values = table.numbers.removeValue(forKey: column) else {
            memory.numbers.append(nil)
            return lendNumbers(rest.dropFirst(), &table, memory, body)
        }
        defer { table.numbers[column] = values }
        return values.withUnsafeMutableBufferPointer { values in
            memory.numbers.append(values.baseAddress)
            return lendNumbers(rest.dropFirst(), &table, memory, body)
        }
    }

    private static func take<Element>(_ column: inout [Element]) -> [Element] {
        var taken: [Element] = []
        swap(&taken, &column)
        return taken
    }
}
