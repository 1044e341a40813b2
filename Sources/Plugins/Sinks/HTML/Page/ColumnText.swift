import FlareKit
import Foundation
import OutputText

/// Values of columns, written for people.
enum ColumnText {
    /// A value with its unit.
    static func value(_ value: Value, _ field: Field) -> String {
        switch value {
        case .integer(let number):
            return field.isIdentifier ? String(number) : measured(Double(number), integer: number, field.unit)
        case .number(let number): return measured(number, integer: nil, field.unit)
        case .boolean(let flag): return flag ? "yes" : "no"
        case .time(let time): return second(time)
        case .text, .address, .texts: return value.description
        }
    }

    /// `2026-01-31 23:59:59`, in UTC.
    static func second(_ time: Timestamp) -> String {
        time.description.prefix(19).split(separator: "T").joined(separator: " ")
    }

    private static func measured(_ number: Double, integer: Int64?, _ unit: String?) -> String {
        switch unit {
        case "s": return Readable.seconds(number)
        case "bytes": return integer.map(Readable.bytes) ?? Readable.decimal(number, 2) + " B"
        default:
            let text = integer.map(Readable.count) ?? small(number)
            return unit.map { "\(text) \($0)" } ?? text
        }
    }

    /// A number with the places that tell it apart: `0.93`, `1.2e-6`.
    static func small(_ number: Double) -> String {
        guard number != 0, abs(number) < 0.001 else { return Readable.decimal(number, 3) }
        guard abs(number) > 1e-300 else { return "0" }
        let exponent = Int(log10(abs(number)).rounded(.down))
        let mantissa = Readable.decimal(number / pow(10, Double(exponent)), 1)
        // What rounds up to ten is one of the next power.
        return mantissa.hasSuffix("10") ? "\(mantissa.dropLast())e\(exponent + 1)" : "\(mantissa)e\(exponent)"
    }
}
