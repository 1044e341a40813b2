import FlareKit

/// Who holds an address, as far as somebody could tell.
public struct AddressOwner: Hashable, Sendable, Codable {
    /// The number of the autonomous system that announces it.
    public var asNumber: UInt32?
    /// That system's name, or the holder's where no system is known: `GO-DADDY-COM-LLC`.
    public var name: String?
    /// Two letters (ISO 3166), upper case.
    public var country: String?
    /// The network that the answer is about, such as `160.153.0.0/16`.
    public var prefix: String?
    /// The registry that gave it out: `arin`, `ripencc`, `apnic`, `lacnic`, `afrinic`.
    public var registry: String?

    public init(
        asNumber: UInt32? = nil, name: String? = nil, country: String? = nil, prefix: String? = nil,
        registry: String? = nil
    ) {
        self.asNumber = asNumber == 0 ? nil : asNumber
        (self.name, self.country) = Self.split(name.flatMap(Self.clean), country)
        self.prefix = prefix
        self.registry = registry.flatMap(Self.clean)?.lowercased()
    }

    /// The owner in a few words: `GO-DADDY-COM-LLC, US`; empty where nothing is known.
    public var label: String {
        let name = name ?? asNumber.map { "AS\($0)" }
        return [name, country].compactMap { $0 }.joined(separator: ", ")
    }

    /// Whether there is nothing left to ask others for.
    var isWhole: Bool { asNumber != nil && name != nil && country != nil }
    /// Whether a person could tell who it is.
    var isNamed: Bool { name != nil }
    var isEmpty: Bool { asNumber == nil && name == nil && country == nil }

    /// Takes over what is not known yet.
    ///
    /// A name or prefix of another autonomous system is left where it is.
    mutating func fill(from other: AddressOwner) {
        let isOther = asNumber != nil && other.asNumber != nil && asNumber != other.asNumber
        if !isOther {
            name = name ?? other.name
            prefix = prefix ?? other.prefix
        }
        asNumber = asNumber ?? other.asNumber
        country = country ?? other.country
        registry = registry ?? other.registry
    }
}

extension AddressOwner {
    /// Whether the owner's name has the registered label of a domain as a word: `DROPBOX, US` and `dropbox.com`.
    ///
    /// Part of a word does not count: names of other companies hold short labels by chance.
    func agrees(with domain: String) -> Bool {
        guard let label = domain.split(separator: ".", maxSplits: 1).first?.lowercased(), label.utf8.count >= 3,
            let name
        else { return false }
        return name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.contains { $0 == label }
    }
}

extension AddressOwner {
    /// Longer names are cut: no registry has such, and a liar may.
    static let longestName = 160

    /// A text of somebody else's as it can be shown: without control characters, in one line, not too long.
    ///
    /// - Returns: `nil` where nothing is left.
    static func clean(_ text: String) -> String? {
        var words: [String] = [""]
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator: words.append("")
            // Marks that turn the direction of writing or cannot be seen hide what a name is.
            case .format, .privateUse, .surrogate, .unassigned: continue
            default: words[words.count - 1].unicodeScalars.append(scalar)
            }
        }
        let line = words.filter { !$0.isEmpty }.joined(separator: " ")
        return line.isEmpty ? nil : String(line.prefix(longestName))
    }

    /// Names of autonomous systems often end with the country: `GOOGLE, US`.
    private static func split(_ name: String?, _ country: String?) -> (String?, String?) {
        let given = country.flatMap(Self.country)
        guard let name, let comma = name.lastIndex(of: ","),
            let end = Self.country(name[name.index(after: comma)...].drop { $0 == " " })
        else { return (name, given) }
        return (Self.clean(String(name[..<comma])), given ?? end)
    }

    /// Two letters as a country; `nil` for anything else, and for `ZZ`, which stands for none.
    static func country(_ text: some StringProtocol) -> String? {
        guard text.utf8.count == 2, text.utf8.allSatisfy({ (65...90).contains($0 & 0xDF) }) else { return nil }
        let country = text.uppercased()
        return country == "ZZ" ? nil : country
    }
}
