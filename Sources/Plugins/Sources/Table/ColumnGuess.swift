import FlareKit
import Foundation

/// One column of a sample.
struct ColumnGuess {
    let name: String
    /// Its name in lower case without what is no letter or digit, and the same of its last parts.
    let plainNames: [String]
    /// Shares of the values, 0 to 1.
    private(set) var times = 0.0
    private(set) var clocks = 0.0
    private(set) var addresses = 0.0
    private(set) var inside = 0.0
    private(set) var numbers = 0.0
    private(set) var ports = 0.0
    private(set) var hosts = 0.0
    private(set) var protocols = 0.0
    private(set) var zones = 0.0
    private(set) var isEmpty = true
    /// The first values, those that are none too.
    let values: [String]
    /// What stands in brackets behind the name: ms, KB, UTC+1.
    let unit: String

    init(_ name: String, _ values: [String], _ reference: Timestamp) {
        self.name = name
        // Log Analytics writes types and zones behind names: SrcIP_s, TimeGenerated [UTC].
        let match = name.firstMatch(of: /\s*[\[(]([^\])]*)[\])]$/)
        unit = match.map { String($0.1) } ?? ""
        let isUnit = Self.units.contains(unit.lowercased()) || ValueForms.isZone(unit) || name.hasSuffix("]")
        let bare = (isUnit ? String(name[..<(match?.range.lowerBound ?? name.endIndex)]) : name)
            .replacing(/_[sdtbg]$/, with: "")
        let parts = bare.split(whereSeparator: { ".: ".contains($0) }).map(Self.plain)
        plainNames = [Self.plain(bare), parts.suffix(2).joined(), parts.last ?? ""]
        self.values = Array(values.prefix(100))
        let values = values.filter { !["", "-", "null", "N/A", "(empty)"].contains($0) }
        guard !values.isEmpty else { return }
        isEmpty = false
        func share(_ holds: (String) -> Bool) -> Double {
            Double(values.count(where: holds)) / Double(values.count)
        }
        addresses = share { Self.address($0) != nil }
        inside = share { Self.address($0).map { $0.scope == .private } ?? false }
        numbers = share { Double($0.replacingOccurrences(of: ",", with: "")) != nil }
        ports = share { UInt16(Self.whole($0)) != nil }
        times = addresses > 0.5 ? 0 : share { TableTime.read($0, reference) != nil }
        clocks = share(Self.isClock)
        let isFile = ["file", "image", "process", "path", "program", "exe"].contains { plainNames[0].contains($0) }
        hosts = times > 0.5 || isFile ? 0 : share(Self.isHost)
        protocols = share {
            ["tcp", "udp", "icmp", "6", "17", "1", "58", "icmp6", "ipv6-icmp"].contains(
                Self.whole($0.lowercased()).split(separator: "/", maxSplits: 1).first ?? "")
        }
        zones = share(ValueForms.isZone)
    }

    /// Whether it has days without a time of the day.
    var isDate: Bool {
        times > 0.8
            && values.allSatisfy {
                !$0.contains(":")
                    && $0.wholeMatch(of: /\d{9,}(?:[.,]\d*)?|\d{5}[.,]\d{3,}|\/Date.*|\d{8}[T ]\d{6}.*/) == nil
            }
    }

    /// Its name without what says that it is an address.
    var stem: String {
        let name = plainNames[0]
        let end = ["ipaddress", "ipaddr", "address", "addr", "ip", "host"].first { name.hasSuffix($0) }
        return String(name.dropLast(end?.count ?? 0))
    }

    var hasPortName: Bool { ["port", "puerto", "poort"].contains { plainNames[0].contains($0) } }

    /// Units of numbers.
    private static let units: Set<String> = [
        "s", "sec", "secs", "seconds", "ms", "msec", "milliseconds", "us", "µs", "microseconds", "ns", "min", "minutes",
        "h",
        "b", "byte", "bytes", "kb", "kib", "mb", "mib", "gb", "utc", "gmt",
    ]
    /// Whether its numbers are whole ones of what they count, and no thousands of it.
    var isInBytes: Bool { ["", "b", "byte", "bytes"].contains(unit.lowercased()) }
    /// Whether it tells when something ended.
    var isEnd: Bool {
        ["end", "stop", "last", "finish", "ende", "fin", "closed"].contains { plainNames[0].hasPrefix($0) }
    }
    /// Whether it tells what a gateway put in place of an address or a port.
    var isTranslated: Bool {
        [
            "xlate", "translat", "postnat", "mapped", "srcnat", "sourcenat", "dstnat", "destnat", "natsrc", "natsource",
            "natdst",
            "natdest", "natip", "natport", "natted",
        ].contains { plainNames[0].contains($0) }
    }
    /// Whether it is called in another language than English.
    var isForeign: Bool {
        name.unicodeScalars.contains { !$0.isASCII }
            || [
                "quell", "ziel", "zeit", "datum", "uhr", "dauer", "fecha", "origen", "destino", "puerto", "horodat",
                "heure",
                "adresse", "octets", "duree", "dataora", "sorgente", "durata", "origem", "tijd", "bron", "poort",
            ].contains {
                plainNames[0].contains($0)
            }
    }

    /// Whether nearly all of its numbers are ports that clients take.
    var isOfClients: Bool {
        let numbers = values.compactMap { UInt16(Self.whole($0)) }
        return numbers.count { $0 >= 1024 } * 10 >= numbers.count * 9
    }

    /// Whether it may hold ports: by its name, or where columns have none.
    var mayBePort: Bool { ports > 0.8 && (hasPortName || (name.hasPrefix("column ") && !isOfStatuses)) }

    /// Whether its numbers are answers of HTTP, most of which are 200.
    private var isOfStatuses: Bool {
        values.allSatisfy { Int($0).map { (100..<600).contains($0) } ?? true }
            && values.count { $0 == "200" } * 2 > values.count
    }

    static func plain(_ name: some StringProtocol) -> String {
        String(
            name.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil).lowercased().unicodeScalars
                .filter { CharacterSet.alphanumerics.contains($0) })
    }

    /// 443.0, as data frames have it, is 443, and so is 443 (https).
    private static func whole(_ text: String) -> String {
        text.firstMatch(of: /^(\d+)(?:\.0$|[ (\/])/).map { String($0.1) } ?? text
    }

    private static func address(_ text: String) -> IPAddress? {
        if let address = IPAddress(text) { return address }
        // pc7 (10.0.0.7), 10.0.0.7 (pc7)
        if text.hasSuffix(")"), let open = text.lastIndex(of: "(") {
            return IPAddress(String(text[text.index(after: open)...].dropLast()))
                ?? IPAddress(text[..<open].trimmingCharacters(in: .whitespaces))
        }
        guard let colon = text.firstIndex(of: ":"), text.contains(".") else { return nil }
        return IPAddress(String(text[..<colon]))
    }

    private static func isClock(_ text: String) -> Bool {
        let parts = text.split(separator: ":")
        return (2...3).contains(parts.count) && parts.allSatisfy { Double($0) != nil && $0.count >= 2 }
    }

    private static func isHost(_ text: String) -> Bool {
        if let scheme = text.firstRange(of: "://")?.lowerBound { return text[..<scheme].utf8.count <= 8 }
        let name = text.split(separator: "/", maxSplits: 1).first.map(String.init) ?? ""
        guard name.contains("."), name.utf8.count < 254, IPAddress(name) == nil else { return false }
        // A program's name is none of a host.
        if ["exe", "dll", "sys", "bat", "msi", "bin", "tmp"].contains(name.split(separator: ".").last?.lowercased()) {
            return false
        }
        return name.unicodeScalars.allSatisfy {
            CharacterSet.alphanumerics.contains($0) || "-._:".unicodeScalars.contains($0)
        }
            && name.split(separator: ".").last.map { $0.contains { $0.isLetter } } == true
    }
}
