/// Numbers names from 0; the empty name, "none", is 0. Names are compared in lower case, as DNS does (RFC 4343),
/// without the root's dot at the end.
struct NameTable: Sendable {
    static let none: UInt32 = 0

    private(set) var names: [String] = [""]
    private var numbers: [String: UInt32] = ["": 0]

    var count: Int { names.count }

    mutating func number(of name: String) -> UInt32 {
        if let number = numbers[name] { return number }
        let normal = Self.normalized(name)
        let number = numbers[normal] ?? UInt32(names.count)
        if Int(number) == names.count { names.append(normal) }
        numbers[normal] = number
        if normal != name { numbers[name] = number }
        return number
    }

    static func normalized(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.utf8.last == UInt8(ascii: ".") ? String(lower.dropLast()) : lower
    }
}
