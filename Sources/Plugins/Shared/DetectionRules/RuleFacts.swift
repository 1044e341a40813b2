import FlareKit
import OutputText

/// What of a finding a rule elsewhere can look for.
package struct RuleFacts: Sendable {
    /// How its names were seen.
    package enum Origin: Sendable { case handshake, request, lookup }

    package let id: String
    package let detector: String
    /// What was found, on one line.
    package let summary: String
    package let severity: Severity
    package let techniques: [String]
    /// The destination's names in lower case; empty where none is known.
    package let names: [String]
    package let origin: Origin
    /// The destination's addresses.
    package let addresses: [IPAddress]
    package let port: UInt16?
    package let proto: UInt8?
    /// Values that no rule can hold, since they have control characters or `` ` ``, or are too long.
    package let leftOut: Int

    /// More values do not go into a rule.
    private static let mostValues = 20
    private static let longestText = 512

    /// Whether no rule can hold it: SPL may take what stands between two `` ` `` for a macro, in quotes too.
    private static func isUnsayable(_ scalar: Unicode.Scalar) -> Bool { SafeText.isControl(scalar) || scalar == "`" }

    /// - Parameter column: the texts of a column of the finding, by its name; none where it is empty.
    package init(_ column: (String) -> [String]) {
        var leftOut = 0
        func texts(_ name: String) -> [String] {
            var kept: [String] = []
            for text in column(name) where !text.isEmpty && text.wholeMatch(of: /\+[0-9,]+ more/) == nil {
                if text.utf8.count > Self.longestText || text.unicodeScalars.contains(where: Self.isUnsayable) {
                    leftOut += 1
                } else if !kept.contains(text), kept.count < Self.mostValues {
                    kept.append(text)
                }
            }
            return kept
        }
        func line(_ name: String) -> String { SafeText.line(column(name).first ?? "", limit: 200) }
        id = line("id")
        detector = line("detector")
        summary = line("summary")
        severity = column("severity").first.flatMap(Severity.init) ?? .medium
        techniques = texts("techniques").filter(Finding.isTechnique)
        let destinations = texts("dest_ip")
        addresses = (destinations + texts("addresses")).compactMap { IPAddress($0) }
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        names = (texts("host") + destinations).filter { IPAddress($0) == nil }
            .map { ($0.hasSuffix(".") ? String($0.dropLast()) : $0).lowercased() }
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        origin =
            switch column("host_from").first {
            case "sni"?: .handshake
            case "http"?: .request
            default: .lookup
            }
        port = column("dest_port").first.flatMap { UInt16($0) }.flatMap { $0 == 0 ? nil : $0 }
        proto = column("proto").first.map(TransportProtocol.number(of:)).flatMap {
            $0 == TransportProtocol.unknown ? nil : $0
        }
        self.leftOut = leftOut
    }

    /// - Parameter columns: those of the run.
    package init(_ finding: Finding, _ columns: [Column]) {
        let known = Dictionary(columns.map { ($0.name, $0) }) { first, _ in first }
        self.init { name in
            switch name == "id" ? .text(finding.id) : known[name]?.value(of: finding) {
            case .texts(let texts)?: texts
            case let value?: [value.description]
            case nil: []
            }
        }
    }

    /// Whether there is anything on the wire that a rule could look for: not of a source's scans.
    package var isSearchable: Bool { !names.isEmpty || !addresses.isEmpty }

    /// `beacon to evil.example:443`
    var title: String {
        let place = names.first ?? addresses.first?.description ?? ""
        return "\(detector) to \(place)" + (port.map { ":\($0)" } ?? "")
    }
}
