import FlareModel

/// Numbers names from 0; the empty name, "none", is 0. Names are compared in lower case, as DNS does (RFC 4343),
/// without the root's dot at the end.
struct NameTable: Sendable {
    static let none: UInt32 = 0

    private(set) var names: [String] = [""]
    private var numbers: [String: UInt32] = ["": 0]

    var count: Int { names.count }

    mutating func number(of name: String) -> UInt32 {
        let name = Self.bounded(name)
        if let number = numbers[name] { return number }
        let normal = Self.normalized(name)
        let number = numbers[normal] ?? UInt32(names.count)
        if Int(number) == names.count { names.append(normal) }
        numbers[normal] = number
        if normal != name { numbers[name] = number }
        return number
    }

    /// A name of the DNS has at most 253 bytes (RFC 1035), what a client says may be as long as it likes.
    private static let mostBytes = 1024

    /// The name, or of one longer than any host's the beginning and a hash of the whole:
    /// many of them cost no more memory than others, and two of one beginning are still two.
    static func bounded(_ name: String) -> String {
        guard name.utf8.count > mostBytes else { return name }
        let beginning = String(decoding: name.utf8.prefix(mostBytes / 2), as: UTF8.self)
        return "\(beginning)…\(String(FNV.hash(name), radix: 16))"
    }

    static func normalized(_ name: String) -> String {
        let lower = name.lowercased()
        return lower.utf8.last == UInt8(ascii: ".") ? String(lower.dropLast()) : lower
    }
}
