/// What a word of a list is, told from its bytes.
enum ListToken {
    case v4(first: UInt32, bits: UInt8)
    /// An IPv6 address or network; to be read as text.
    case v6
    case name(UnsafeBufferPointer<UInt8>, NameForm)

    /// - Returns: `nil` for what is neither.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        if let (first, bits) = Self.v4(bytes) {
            self = .v4(first: first, bits: bits)
            return
        }
        if bytes.contains(UInt8(ascii: ":")) {
            self = .v6
            return
        }
        var name = bytes[...]
        var form = NameForm.withSubdomains
        if name.starts(with: [UInt8(ascii: "*"), UInt8(ascii: ".")]) {
            name = name.dropFirst(2)
        } else if name.first == UInt8(ascii: ".") {
            name = name.dropFirst()
            form = .subdomains
        }
        if name.last == UInt8(ascii: ".") { name = name.dropLast() }
        let whole = UnsafeBufferPointer(rebasing: name)
        guard Self.isName(whole) else { return nil }
        self = .name(whole, form)
    }

    /// Whether bytes can be a host name: labels of letters, digits, `-`, `_` or bytes beyond ASCII, with a dot between;
    /// and not digits alone, which is an address that was cut.
    static func isName(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes.count <= NameTable.longest else { return false }
        var wasDot = true
        var hasLetter = false
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "."):
                if wasDot { return false }
                wasDot = true
                continue
            case 48...57: break
            case 65...90, 97...122, 45, 95, 128...: hasLetter = true
            default: return false
            }
            wasDot = false
        }
        return !wasDot && hasLetter
    }

    /// Reads `a.b.c.d` and `a.b.c.d/bits`; leading zeros are refused, since they may be octal (RFC 6943, 3.1.1).
    static func v4(_ bytes: UnsafeBufferPointer<UInt8>) -> (first: UInt32, bits: UInt8)? {
        guard (7...18).contains(bytes.count) else { return nil }
        var address: UInt32 = 0
        var number: UInt32 = 0
        var digits = 0
        var parts = 0
        var place = 0
        while place <= bytes.count {
            let byte = place < bytes.count ? bytes[place] : UInt8(ascii: "/")
            if (48...57).contains(byte) {
                if digits > 0, number == 0 { return nil }
                number = number * 10 + UInt32(byte - 48)
                digits += 1
                if digits > 3 { return nil }
            } else if byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/") {
                guard digits > 0, number < 256, parts < 4 else { return nil }
                address = address << 8 | number
                parts += 1
                (number, digits) = (0, 0)
                if byte == UInt8(ascii: "/") { break }
            } else {
                return nil
            }
            place += 1
        }
        guard parts == 4 else { return nil }
        guard place < bytes.count else { return (address, 32) }
        let length = bytes[(place + 1)...]
        guard (1...2).contains(length.count), length.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let bits = length.reduce(UInt8(0)) { $0 &* 10 &+ ($1 - 48) }
        return bits <= 32 ? (address, bits) : nil
    }
}
