import FlareKit
import OutputText

/// An address in which columns in braces stand for a finding's values: `https://siem/?q={src_ip}`.
///
/// Whatever a value holds, it stays a value: each byte that is not a letter, a digit or one of `-._~` is
/// percent-encoded (RFC 3986, section 2.3).
struct LinkTemplate: Sendable {
    enum Part: Sendable, Equatable {
        case literal(String)
        case column(String)
    }

    let name: String
    /// The option that gives it.
    let option: String
    let parts: [Part]

    /// The links that the options name.
    static func all(_ links: [String: String]) throws(OptionComplaint) -> [LinkTemplate] {
        try links.sorted { $0.key < $1.key }.map { name, address throws(OptionComplaint) in
            try LinkTemplate(name, address, option: "links.\(name)")
        }
    }

    /// - Throws: a complaint about an address that is none of the web's, or about braces.
    init(_ name: String, _ address: String, option: String) throws(OptionComplaint) {
        guard WebAddress.checked(address) != nil else {
            throw OptionComplaint(
                "\"\(address)\" is not an address of the web", option: option,
                expected: "an address that begins with https:// or http://")
        }
        if let complaint = Redaction.complaint(aboutLink: address, option: option) { throw complaint }
        self.name = name
        self.option = option
        self.parts = try Self.parse(address, option)
    }

    private static func parse(_ address: String, _ option: String) throws(OptionComplaint) -> [Part] {
        var parts: [Part] = []
        var rest = address[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw OptionComplaint(
                    "a brace is not closed", option: option, suggestion: "write %7B for a plain brace")
            }
            let column = String(rest[rest.index(after: open)..<close])
            guard !column.isEmpty else {
                throw OptionComplaint(
                    "there is no name between the braces", option: option, expected: "a column's name")
            }
            parts.append(.column(column))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        return parts
    }

    /// The address for a finding; `nil` where it lacks one of the values.
    func address(_ value: (String) -> String?) -> String? {
        var address = ""
        for part in parts {
            switch part {
            case .literal(let text): address += text
            case .column(let name):
                guard let value = value(name) else { return nil }
                address += PercentEncoding.encode(value)
            }
        }
        return address
    }

    /// Names of the columns it takes.
    var columns: [String] {
        parts.compactMap { if case .column(let name) = $0 { name } else { nil } }
    }

    /// The parts for the page's script: a literal as a text, a column as `[name]`.
    var json: String {
        JSONText.object([
            (key: "name", json: JSONText.text(name)),
            (
                key: "parts",
                json: JSONText.array(
                    parts.map { part in
                        switch part {
                        case .literal(let text): JSONText.text(text)
                        case .column(let name): JSONText.array([JSONText.text(name)])
                        }
                    })
            ),
        ])
    }
}

/// An address that a browser opens without running anything.
enum WebAddress {
    /// The text, if it is such an address.
    static func checked(_ text: String) -> String? {
        let lowered = text.prefix(8).lowercased()
        return lowered.hasPrefix("https://") || lowered.hasPrefix("http://") ? text : nil
    }
}

/// Percent-encoding (RFC 3986).
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// The text with every byte encoded that is not unreserved.
    static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
