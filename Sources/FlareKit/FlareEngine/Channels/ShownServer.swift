import FlareModel

/// What a server shows of itself in a handshake: its certificate and its fingerprint.
struct ShownServer: Hashable, Sendable {
    let subject: String
    /// By what the sensor knows the certificate: its hash, or its serial number and who signed it.
    let certificate: String
    let ja3s: String
    /// Names that the certificate is for.
    let alternatives: [String]

    /// The columns of handshakes that say it.
    static let columns: Set<ColumnName> = [
        .subject, .issuer, .serial, .fingerprint, .ja3s, .alternativeNames,
    ]
    /// What is asked of certificates that are logged by themselves.
    static let certificateColumns = columns.subtracting([.ja3s])
    static let certificateLayout = RecordLayout(kind: .certificate, columns: [], hasNames: true)

    /// Longer lists of names are cut off.
    private static let mostAlternatives = 256

    /// The columns of a batch.
    struct Columns {
        private let subject, issuer, serial, fingerprint, ja3s, alternatives: [String]?

        init(_ rows: RecordTable?) {
            subject = rows?.texts[.subject]
            issuer = rows?.texts[.issuer]
            serial = rows?.texts[.serial]
            fingerprint = rows?.texts[.fingerprint]
            ja3s = rows?.texts[.ja3s]
            alternatives = rows?.texts[.alternativeNames]
        }

        /// By what handshakes call the certificate of a record.
        func reference(_ row: Int) -> String {
            // Of a chain the first certificate is the server's.
            String((fingerprint?[row] ?? "").prefix { $0 != "," && $0 != "\n" })
        }

        /// All that is shown in one record, a line each; empty where nothing is.
        func text(_ row: Int) -> String {
            let subject = self.subject?[row] ?? ""
            var certificate = reference(row)
            if certificate.isEmpty || isFile(certificate), let serial = serial?[row], !serial.isEmpty {
                certificate = "\(serial) \(issuer?[row] ?? "")"
            }
            let ja3s = self.ja3s?[row] ?? ""
            let alternatives = self.alternatives?[row] ?? ""
            if subject.isEmpty, certificate.isEmpty, ja3s.isEmpty, alternatives.isEmpty { return "" }
            let names = String(decoding: alternatives.utf8.prefix(ShownServer.mostAlternatives), as: UTF8.self)
            return ShownServer.text([subject, certificate, ja3s, names])
        }
    }

    /// Whether it is Zeek's id of a file, and no hash: another one in each handshake.
    private static func isFile(_ reference: String) -> Bool {
        reference.first == "F" && reference.allSatisfy { $0.isLetter || $0.isNumber }
            && !reference.allSatisfy(\.isHexDigit)
    }

    private static func text(_ parts: [String]) -> String {
        parts.map { $0.replacing("\n", with: ",") }.joined(separator: "\n")
    }

    /// What a handshake shows, with what is logged of its certificate elsewhere.
    ///
    /// - Parameter certificates: texts by reference.
    static func joined(_ text: String, _ certificates: [String: String]) -> String {
        guard let shown = ShownServer(text), !shown.certificate.isEmpty else { return text }
        let logged = certificates[shown.certificate].flatMap { ShownServer($0) }
        guard logged != nil || isFile(shown.certificate) else { return text }
        let names = shown.alternatives.isEmpty ? logged?.alternatives ?? [] : shown.alternatives
        let parts = [
            shown.subject.isEmpty ? logged?.subject ?? "" : shown.subject, logged?.certificate ?? "", shown.ja3s,
            names.joined(separator: ","),
        ]
        return parts.allSatisfy(\.isEmpty) ? "" : Self.text(parts)
    }

    /// - Parameter text: as `Columns` makes it.
    init?(_ text: String) {
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4 else { return nil }
        (subject, certificate, ja3s) = (parts[0], parts[1], parts[2])
        alternatives = parts[3].split(separator: ",").map { String($0).trimmed }
    }

    /// Whether more is known than that some server of its kind answered.
    var hasCertificate: Bool { !subject.isEmpty || !certificate.isEmpty }

    /// The one host that the certificate is for: its common name, or else its only other name. A pattern names no host.
    var host: String? {
        if let common = Self.commonName(of: subject) { return Self.host(common) }
        return alternatives.count == 1 ? Self.host(alternatives[0]) : nil
    }

    /// `CN=a.example` among the parts of a distinguished name (RFC 4514), written with commas or slashes.
    private static func commonName(of subject: String) -> String? {
        for part in subject.split(whereSeparator: { $0 == "," || $0 == "/" || $0 == "+" }) {
            let pair = part.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
            if pair.count == 2, pair[0].lowercased() == "cn" { return pair[1] }
        }
        return nil
    }

    /// The name where it can be one of a host: labels of letters, digits and hyphens with dots between them (RFC 1123, 2.1).
    private static func host(_ name: String) -> String? {
        let name = NameTable.normalized(name)
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count > 1, IPAddress(name) == nil else { return nil }
        let isHost = labels.allSatisfy { label in
            !label.isEmpty
                && label.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
                        || byte == UInt8(ascii: "_")
                }
        }
        return isHost ? name : nil
    }
}

extension String {
    /// Without spaces at its ends.
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
