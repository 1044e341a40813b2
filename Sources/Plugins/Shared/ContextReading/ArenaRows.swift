import RecordArenas
import FlareKit

/// Moves the records of an arena into the tables of a batch.
package enum ArenaRows {
    /// - Parameter first: the first record that has not been moved yet; raised to the one that did not fit.
    package static func move(
        _ arena: OpaquePointer?, _ plan: ReadingPlan, from first: inout Int, into batch: inout RecordBatch
    ) {
        let count = RecordArenaCount(arena)
        guard first < count else { return }
        let places = plan.kinds.map { batch.index(of: $0) }
        // Most kinds are rare.
        var lanes = Array(repeating: Lane(), count: batch.tables.count)
        while first < count {
            let head = RecordArenaHead(arena, first)
            if let place = places[Int(head.kind)] {
                if batch.tables[place].isFull { break }
                if !lanes[place].isTaken { lanes[place].take(&batch.tables[place], plan) }
                append(head, &batch.tables[place], &lanes[place])
                for value in 0..<RecordArenaValues(arena, first) {
                    lanes[place].set(RecordArenaValue(arena, first, value), row: batch.tables[place].count - 1)
                }
            }
            first += 1
        }
        for place in lanes.indices where lanes[place].isTaken { lanes[place].give(back: &batch.tables[place], plan) }
    }

    private static func append(_ head: ContextHead, _ table: inout RecordTable, _ lane: inout Lane) {
        let row = table.count
        table.start[row] = head.start
        table.source[row] = IPAddress(high: head.source.high, low: head.source.low)
        table.destination[row] = IPAddress(high: head.destination.high, low: head.destination.low)
        table.port[row] = head.port
        table.proto[row] = head.protocol
        table.position[row] = Int64(head.position)
        table.count += 1
        lane.clear(row)
        lane.id?[row] = head.id
        lane.sourcePort?[row] = Int64(head.sourcePort)
    }

    /// A table's columns by their places in scanners, taken out so that they are written where they are.
    private struct Lane {
        private(set) var isTaken = false
        /// Empty where the table lacks the column.
        private var texts: [[String]] = []
        private var numbers: [[Int64]] = []
        var id: [Int64]?
        var sourcePort: [Int64]?
        private var textPlaces: [Int] = []
        private var numberPlaces: [Int] = []

        mutating func take(_ table: inout RecordTable, _ plan: ReadingPlan) {
            isTaken = true
            texts = Array(repeating: [], count: plan.columns.count)
            numbers = Array(repeating: [], count: plan.columns.count)
            for column in Array(table.texts.keys) {
                if let place = plan.place(column) { texts[place] = table.texts.removeValue(forKey: column) ?? [] }
            }
            for column in Array(table.numbers.keys) {
                if let place = plan.place(column) {
                    numbers[place] = table.numbers.removeValue(forKey: column) ?? []
                }
            }
            textPlaces = texts.indices.filter { !texts[$0].isEmpty }
            numberPlaces = numbers.indices.filter { !numbers[$0].isEmpty }
            id = table.numbers.removeValue(forKey: .id)
            sourcePort = table.numbers.removeValue(forKey: .sourcePort)
        }

        mutating func clear(_ row: Int) {
            for place in textPlaces where !texts[place][row].isEmpty { texts[place][row] = "" }
            for place in numberPlaces { numbers[place][row] = RecordTable.unknown }
        }

        mutating func set(_ value: ContextValue, row: Int) {
            let place = Int(value.column)
            if value.isNumber {
                if !numbers[place].isEmpty { numbers[place][row] = value.number }
            } else if !texts[place].isEmpty {
                let bytes = UnsafeRawBufferPointer(start: value.text, count: value.length)
                texts[place][row] = String(decoding: bytes, as: UTF8.self)
            }
        }

        mutating func give(back table: inout RecordTable, _ plan: ReadingPlan) {
            for place in textPlaces { table.texts[plan.columns[place]] = texts[place] }
            for place in numberPlaces { table.numbers[plan.columns[place]] = numbers[place] }
            if let id { table.numbers[.id] = id }
            if let sourcePort { table.numbers[.sourcePort] = sourcePort }
        }
    }
}
