/// A number that is kept of each record in place of the texts that it is worked out from: what a detector has to know of a
/// lookup takes 8 bytes, however long its name is.
///
/// Two are the same if their names are.
public struct DerivedColumn: Sendable {
    public let column: ColumnName
    /// The columns that it is worked out from.
    public let sources: Set<ColumnName>
    /// Works it out of some rows of a table, one number a row. Pure; called from any thread.
    public let values: @Sendable (RecordTable, Range<Int>) -> [Int64]

    /// - Parameter column: a column of numbers that no sensor has.
    public init(
        _ column: ColumnName, from sources: Set<ColumnName>,
        values: @escaping @Sendable (RecordTable, Range<Int>) -> [Int64]
    ) {
        self.column = column
        self.sources = sources
        self.values = values
    }
}

extension DerivedColumn: Hashable {
    public static func == (a: DerivedColumn, b: DerivedColumn) -> Bool { a.column == b.column }
    public func hash(into hasher: inout Hasher) { hasher.combine(column) }
}
