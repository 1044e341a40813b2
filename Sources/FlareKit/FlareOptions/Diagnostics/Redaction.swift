import Synchronization

/// The one place that keeps credentials out of what Flare prints: complaints, errors, logs, reports, pages and saved
/// pipelines.
///
/// What ``Secret/reveal()`` handed out is masked wherever it stands. So is what looks like a credential, whether or not
/// it was ever a ``Secret``: the user of a URL, the value behind `api_key=` and its like, and the header `Authorization`.
public enum Redaction {
    /// What stands in place of a credential.
    public static let mask = "***"

    /// Shorter secrets are not searched for: half of a text would be masked, and that tells them.
    private static let shortest = 4
    private static let known = Mutex<Set<[UInt8]>>([])

    /// Masks a secret from now on, also as it stands in JSON, in a URL, and in Base64.
    public static func remember(_ secret: String) {
        guard secret.utf8.count >= shortest else { return }
        var json = JSONText()
        json.append(secret)
        let forms = [
            Array(secret.utf8), Array(json.bytes.dropFirst().dropLast()), percentEncoded(secret), base64(secret),
        ]
        known.withLock { $0.formUnion(forms) }
    }

    /// The text with a mask in place of each credential.
    public static func redacted(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let ranges = credentials(in: bytes)
        guard !ranges.isEmpty else { return text }
        var result: [UInt8] = []
        var place = 0
        for range in ranges {
            result += bytes[place..<range.lowerBound]
            result += mask.utf8
            place = range.upperBound
        }
        return String(decoding: result + bytes[place...], as: UTF8.self)
    }

    /// What is wrong with an address that is copied into outputs, where it holds a credential.
    public static func complaint(aboutLink address: String, option: String) -> OptionComplaint? {
        guard redacted(address) != address else { return nil }
        return OptionComplaint(
            "a user, password or key stands in the address, which is copied into every output", option: option,
            suggestion: "take it out; the browser asks for it")
    }

    /// Where credentials stand in a text of UTF-8: in order, none within or beside another.
    ///
    /// - Parameters:
    ///   - further: more texts to mask.
    ///   - isConfiguration: whether the text is a line of YAML, in which `password: x` gives a value.
    static func credentials(
        in bytes: [UInt8], and further: [[UInt8]] = [], isConfiguration: Bool = false
    ) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for secret in known.withLock({ $0 }).union(further) { ranges += occurrences(of: secret, in: bytes) }
        ranges += users(in: bytes)
        ranges += assignments(in: bytes, isConfiguration: isConfiguration)
        return ranges.joined()
    }

    private static func occurrences(of wanted: [UInt8], in bytes: [UInt8]) -> [Range<Int>] {
        guard let first = wanted.first, bytes.count >= wanted.count else { return [] }
        var ranges: [Range<Int>] = []
        var place = 0
        while place <= bytes.count - wanted.count {
            if bytes[place] == first, bytes[place..<place + wanted.count].elementsEqual(wanted) {
                ranges.append(place..<place + wanted.count)
                place += wanted.count
            } else {
                place += 1
            }
        }
        return ranges
    }

    // MARK: The user of a URL

    /// `user:password` before an `@`, with or without a scheme before it.
    private static func users(in bytes: [UInt8]) -> [Range<Int>] {
        guard bytes.contains(UInt8(ascii: "@")) else { return [] }
        return bytes.indices.split { endsWord(bytes[$0]) }.flatMap { word in
            let schemes = occurrences(of: Array("://".utf8), in: Array(bytes[word])).map {
                $0.upperBound + word.startIndex
            }
            guard !schemes.isEmpty else { return [userWithoutScheme(in: bytes[word])].compactMap { $0 } }
            return zip(schemes, schemes.dropFirst() + [word.endIndex]).compactMap { user(of: bytes[$0..<$1]) }
        }
    }

    /// - Parameter address: what follows a scheme.
    private static func user(of address: ArraySlice<UInt8>) -> Range<Int>? {
        guard let at = address.lastIndex(of: UInt8(ascii: "@")), at > address.startIndex else { return nil }
        let user = address[..<at]
        // A path or a query may hold an @, but then a host with its port comes before it.
        let authority = user.prefix { !"/?#".utf8.contains($0) }
        let port = authority.split(separator: UInt8(ascii: ":"), maxSplits: 1).dropFirst().first ?? []
        let isHost = authority.endIndex < at && port.allSatisfy { (0x30...0x39).contains($0) }
        return isHost ? nil : user.startIndex..<at
    }

    private static func userWithoutScheme(in word: ArraySlice<UInt8>) -> Range<Int>? {
        guard let at = word.lastIndex(of: UInt8(ascii: "@")),
            let colon = word[..<at].firstIndex(of: UInt8(ascii: ":")), colon + 1 < at
        else { return nil }
        let opening = word[..<colon].lastIndex { "[({,=".utf8.contains($0) }
        let start = opening.map { $0 + 1 } ?? word.startIndex
        return start < colon ? start..<at : nil
    }

    private static func endsWord(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7F || "\"'`<>".utf8.contains(byte) }

    // MARK: Names with values

    private static let names = [
        "apikey", "api_key", "api-key", "access_key", "token", "password", "passwd", "passphrase", "pwd", "secret",
        "credential", "credentials", "authorization",
    ].map { Array($0.utf8) }

    /// Whether people write secrets under a name. A file of a secret is none.
    static func isSecret(_ name: some Sequence<UInt8>) -> Bool {
        let lowered = name.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
        return lowered.elementsEqual("auth".utf8) || lowered.suffix(5).elementsEqual(".auth".utf8)
            || names.contains { lowered.count >= $0.count && lowered.suffix($0.count).elementsEqual($0) }
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || "_-.".utf8.contains(byte)
    }

    /// The values of names under which people write secrets: `api_key=x`, `"password":"x"`, `Authorization: Basic x`.
    private static func assignments(in bytes: [UInt8], isConfiguration: Bool) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for sign in bytes.indices where bytes[sign] == UInt8(ascii: "=") || bytes[sign] == UInt8(ascii: ":") {
            var end = sign
            while end > 0, bytes[end - 1] == 0x20 { end -= 1 }
            let isQuoted = end > 0 && "\"'".utf8.contains(bytes[end - 1])
            if isQuoted { end -= 1 }
            // In JSON inside JSON the quotes are escaped.
            if isQuoted, end > 0, bytes[end - 1] == UInt8(ascii: "\\") { end -= 1 }
            var start = end
            while start > 0, isName(bytes[start - 1]) { start -= 1 }
            let name = bytes[start..<end]
            guard isSecret(name) else { continue }
            let isHeader = name.suffix(13).map { $0 | 0x20 }.elementsEqual("authorization".utf8)
            let givesValue = bytes[sign] == UInt8(ascii: "=") || isHeader || isQuoted || isConfiguration
            if givesValue, let value = value(in: bytes, after: sign, isHeader, isConfiguration) { ranges.append(value) }
        }
        return ranges
    }

    private static let schemes = ["basic", "bearer", "apikey", "digest", "negotiate"].map { Array($0.utf8) }

    private static func value(
        in bytes: [UInt8], after sign: Int, _ isHeader: Bool, _ isConfiguration: Bool
    ) -> Range<Int>? {
        var start = sign + 1
        while start < bytes.count, bytes[start] == 0x20 { start += 1 }
        let quotes = "\"'\\[".utf8
        var quote: UInt8?
        // A list of values, as one of a header is, is masked from its first on.
        while start < bytes.count, quotes.contains(bytes[start]), !(isConfiguration && bytes[start] == 0x5B) {
            if bytes[start] != UInt8(ascii: "\\"), bytes[start] != UInt8(ascii: "[") { quote = bytes[start] }
            start += 1
        }
        func word(from start: Int) -> Int {
            bytes[start...].firstIndex { $0 <= 0x20 || "\"'\\&,;)]}".utf8.contains($0) } ?? bytes.count
        }
        var end: Int
        if let quote {
            end = bytes[start...].firstIndex { $0 == quote || $0 == UInt8(ascii: "\\") } ?? bytes.count
        } else if isConfiguration {
            // What is no scalar has its own names, and references show no secret.
            if start < bytes.count, "{[|>&*!#".utf8.contains(bytes[start]) { return nil }
            let isInside = bytes[..<sign].contains { "{[".utf8.contains($0) }
            end = isInside ? bytes[start...].firstIndex { ",}]".utf8.contains($0) } ?? bytes.count : bytes.count
        } else {
            end = word(from: start)
        }
        if isHeader, quote == nil, schemes.contains(where: { $0.elementsEqual(bytes[start..<end].map { $0 | 0x20 }) }) {
            start = end
            while start < bytes.count, bytes[start] == 0x20 { start += 1 }
            end = word(from: start)
        }
        while end > start, bytes[end - 1] == 0x20 { end -= 1 }
        let value = bytes[start..<end]
        return value.isEmpty || value.first == UInt8(ascii: "{") || value.starts(with: "${".utf8)
            || value.elementsEqual(mask.utf8) ? nil : start..<end
    }

    // MARK: Forms of a secret

    private static func percentEncoded(_ text: String) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return text.utf8.flatMap { byte -> [UInt8] in
            isName(byte) || byte == UInt8(ascii: "~")
                ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    /// Base64 (RFC 4648, section 4) without its padding.
    private static func base64(_ text: String) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        var (bits, count) = (UInt32(0), 0)
        for byte in text.utf8 {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                result.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
            bits &= (1 << UInt32(count)) - 1
        }
        if count > 0 { result.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        return result
    }
}
