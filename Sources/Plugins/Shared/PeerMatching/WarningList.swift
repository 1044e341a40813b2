import FlareKit
import FoundationEssentials

/// A MISP warning list (MISP/misp-warninglists, schema.json).
///
/// - `cidr`: networks and addresses.
/// - `hostname`: a name and all below it.
/// - `string`: the whole name or address and nothing else; one with a dot in front (`.google.de`), which no name
///   equals, means what ends with it.
/// - `substring`: occurs anywhere; `regex`: matches anywhere. On addresses only where the list is for addresses.
struct WarningList {
    let file: ListFile

    private enum Kind: String, Decodable { case cidr, hostname, string, substring, regex }

    private struct Document: Decodable {
        let name: String?
        let type: Kind
        let list: [String]
        let matching_attributes: [String]?
    }

    func read(into builder: inout PeerMatcher.Builder, from item: UInt32) throws(ListError) -> ListContent {
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(file.bytes))
        } catch {
            throw ListError(file.path, "it is no MISP warning list: \(Self.explanation(error))")
        }
        var content = ListContent(name: document.name, format: .misp)
        let isForAddresses = document.matching_attributes?.contains { $0.hasPrefix("ip-") } ?? true
        for (index, text) in document.list.enumerated() {
            let number = item + UInt32(content.entries)
            do throws(TextPattern.Fault) {
                if try add(text, document.type, isForAddresses, number, &builder) {
                    content.entries += 1
                } else {
                    content.refuse(text, line: index + 1)
                }
            } catch {
                content.refuse(text, line: index + 1, because: error.description)
            }
        }
        return content
    }

    private func add(
        _ text: String, _ kind: Kind, _ isForAddresses: Bool, _ item: UInt32, _ builder: inout PeerMatcher.Builder
    ) throws(TextPattern.Fault) -> Bool {
        switch kind {
        case .cidr:
            guard let network = CIDR(text) else { return false }
            builder.add(network, item: item)
        case .hostname, .string:
            if kind == .string, let network = CIDR(text) {
                builder.add(network, item: item)
                return true
            }
            let isOpen = text.hasPrefix(".")
            let form: NameForm = isOpen ? .subdomains : kind == .string ? .exact : .withSubdomains
            let bare = isOpen ? text.dropFirst() : text[...]
            guard let name = HostName(text: String(bare.hasSuffix(".") ? bare.dropLast() : bare), form: form)
            else { return false }
            builder.add(name, item: item)
        case .substring, .regex:
            let pattern = try TextPattern(text, kind == .regex ? .regularExpression : .substring)
            builder.add(pattern, onAddresses: isForAddresses, item: item)
        }
        return true
    }

    private static func explanation(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            (context.codingPath.isEmpty
                ? ""
                : context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
                    + ": ") + context.debugDescription
        default: "\(error)"
        }
    }
}
