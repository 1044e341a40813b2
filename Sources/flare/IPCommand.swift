import ArgumentParser
import FlareKit

/// Original Flare's conversions between addresses and hexadecimal digits.
struct IPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ip",
        abstract: "Converts addresses to hexadecimal digits and back, and tells their kind.",
        discussion: """
            Eight digits are an IPv4 address, 32 an IPv6 address, with or without 0x.

            Example: flare ip c0a80035
            Example: flare ip 192.168.0.53
            """)

    @Argument(help: "Addresses, or their digits.")
    var values: [String]

    func validate() throws {
        if values.isEmpty { throw ValidationError("name an address or its digits") }
        for value in values where Self.address(value) == nil {
            throw ValidationError("'\(value)' is neither an IP address nor 8 or 32 hexadecimal digits")
        }
    }

    func run() throws {
        let rows = values.compactMap(Self.address).map { [$0.description, Self.digits($0), $0.scope.rawValue] }
        for line in TextTable.lines([["address", "hexadecimal", "kind"]] + rows) { try StandardOutput.print(line) }
    }

    private static func address(_ text: String) -> IPAddress? {
        if let address = IPAddress(text) { return address }
        let digits = text.lowercased().hasPrefix("0x") ? String(text.dropFirst(2)) : text
        guard digits.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
        switch digits.utf8.count {
        case 8: return UInt32(digits, radix: 16).map(IPAddress.init(v4:))
        case 32:
            guard let high = UInt64(digits.prefix(16), radix: 16), let low = UInt64(digits.suffix(16), radix: 16) else {
                return nil
            }
            return IPAddress(high: high, low: low)
        default: return nil
        }
    }

    private static func digits(_ address: IPAddress) -> String {
        func padded(_ number: UInt64, _ count: Int) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: count - text.utf8.count) + text
        }
        if let v4 = address.v4 { return padded(UInt64(v4), 8) }
        return padded(address.high, 16) + padded(address.low, 16)
    }
}
