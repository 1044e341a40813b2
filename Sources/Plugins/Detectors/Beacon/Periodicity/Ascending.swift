/// Numbers that ascend: sorts many that are not below 0 faster than by comparing them (byte by byte of their bits, whose order is theirs),
/// and counts in them.
enum Ascending {
    /// Fewer are compared.
    private static let fewest = 200

    /// - Parameter values: none below 0, none NaN.
    /// - Complexity: O(n).
    static func sorted(_ values: [Double]) -> [Double] {
        guard values.count >= fewest, values.allSatisfy({ $0.sign == .plus }) else { return values.sorted() }
        var counts = [Int](repeating: 0, count: 8 * 256)
        var keys = values.map(\.bitPattern)
        var other = [UInt64](repeating: 0, count: keys.count)
        counts.withUnsafeMutableBufferPointer { counts in
            keys.withUnsafeMutableBufferPointer { keys in
                other.withUnsafeMutableBufferPointer { other in sort(keys, other, counts) }
            }
        }
        return keys.map(Double.init(bitPattern:))
    }

    /// How many of the ascending values are below the bound, by bisection.
    static func count<Number: Comparable>(below bound: Number, in values: [Number]) -> Int {
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Unchecked places: the counts of a byte add up to the number of keys.
    private static func sort(
        _ result: UnsafeMutableBufferPointer<UInt64>, _ spare: UnsafeMutableBufferPointer<UInt64>,
        _ counts: UnsafeMutableBufferPointer<Int>
    ) {
        var (keys, other) = (result, spare)
        for key in keys {
            for byte in 0..<8 { counts[byte << 8 | Int(truncatingIfNeeded: key >> (8 * UInt64(byte))) & 255] += 1 }
        }
        for byte in 0..<8 {
            let shift = 8 * UInt64(byte)
            let row = byte << 8
            if counts[row | Int(truncatingIfNeeded: keys[0] >> shift) & 255] == keys.count { continue }
            var place = 0
            for digit in row..<(row + 256) { (counts[digit], place) = (place, place + counts[digit]) }
            for key in keys {
                let digit = row | Int(truncatingIfNeeded: key >> shift) & 255
                other[counts[digit]] = key
                counts[digit] += 1
            }
            swap(&keys, &other)
        }
        if keys.baseAddress != result.baseAddress { _ = result.update(from: keys) }
    }
}
