import FlareKit

/// Rules of Suricata 6 and newer.
enum SuricataRules {
    /// Numbers of rules of one's own.
    private static let own: (first: UInt64, count: UInt64) = (1_000_000, 999_000)

    static func text(_ facts: RuleFacts) -> String {
        guard !facts.names.isEmpty else {
            return addressHeaders(facts).enumerated().map { rule($1, [], facts, $0) }.joined(separator: "\n")
        }
        return facts.names.enumerated().map { number, name in
            let (proto, buffer) =
                switch facts.origin {
                case .handshake: ("tls", "tls.sni")
                case .request: ("http", "http.host")
                case .lookup: ("dns", "dns.query")
                }
            let port = proto == "dns" ? nil : facts.port
            // http.host is normalized to lower case, in which nocase is an error.
            let content =
                ["\(buffer)", "dotprefix", "content:\".\(content(name))\"", "endswith"]
                + (proto == "http" ? [] : ["nocase"])
            return rule("alert \(proto) $HOME_NET any -> any \(port.map(String.init) ?? "any")", content, facts, number)
        }.joined(separator: "\n")
    }

    /// A port whose protocol is not known is looked for in both that have ports.
    private static func addressHeaders(_ facts: RuleFacts) -> [String] {
        let protos: [String] =
            switch facts.proto {
            case 6?: ["tcp"]
            case 17?: ["udp"]
            case 1?, 58?: ["icmp"]
            case nil where facts.port != nil: ["tcp", "udp"]
            default: ["ip"]
            }
        let addresses = facts.addresses.map(\.description).joined(separator: ",")
        return protos.map { proto in
            let port = ["tcp", "udp"].contains(proto) ? facts.port.map(String.init) ?? "any" : "any"
            return "alert \(proto) $HOME_NET any -> [\(addresses)] \(port)"
        }
    }

    private static func rule(_ header: String, _ match: [String], _ facts: RuleFacts, _ number: Int) -> String {
        let flow = header.hasPrefix("alert tcp") || header.hasPrefix("alert tls") || header.hasPrefix("alert http")
        let sid = own.first + (FNV.hash("\(facts.id) \(number)") % own.count)
        var options = ["msg:\"Flare \(message(facts.title))\""] + (flow ? ["flow:to_server"] : []) + match
        options += ["threshold:type limit, track by_src, seconds 3600, count 1", "classtype:trojan-activity"]
        let techniques = facts.techniques.map { "mitre_technique_id \($0)" }
        options.append("metadata:" + (["flare_finding \(word(facts.id))"] + techniques).joined(separator: ", "))
        return "\(header) (" + (options + ["sid:\(sid)", "rev:1"]).map { "\($0);" }.joined(separator: " ") + ")"
    }

    /// Letters, digits and what names are made of as they are, all else in hexadecimal.
    private static func content(_ text: String) -> String {
        text.utf8.map { isPlain($0) ? String(UnicodeScalar($0)) : "|\($0.hexadecimal)|" }.joined()
    }

    /// What is said to people; what would end the text, or is not ASCII, is a `?`.
    private static func message(_ text: String) -> String {
        text.unicodeScalars.map {
            $0.isASCII && $0.value >= 0x20 && !"\";\\|".unicodeScalars.contains($0) ? String($0) : "?"
        }.joined()
    }

    private static func word(_ text: String) -> String {
        String(text.utf8.filter(isPlain).map { Character(UnicodeScalar($0)) })
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
