import FlareKit
import PeerMatching

/// Names of one's own hosts and networks: CSV (`network,name`) or YAML (a mapping of networks to names).
struct HostNames: Sendable {
    private let networks: PeerMatcher
    private let names: [String]

    static let none = HostNames()

    private init() {
        networks = PeerMatcher(PeerMatcher.Builder())
        names = []
    }

    /// - Throws: where a line or a network is wrong, with its place.
    init(path: String) throws(PluginError) {
        let bytes: [UInt8]
        do throws(ListError) {
            bytes = try ListFile(path: path).bytes
        } catch {
            throw PluginError(error.what, at: path)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let isYAML = path.hasSuffix(".yaml") || path.hasSuffix(".yml")
        try self.init(isYAML ? Self.yaml(text, path) : Self.csv(text, path))
    }

    private init(_ entries: [(network: CIDR, name: String)]) {
        var builder = PeerMatcher.Builder()
        builder.takesBroad = true
        for (place, entry) in entries.enumerated() { builder.add(entry.network, item: UInt32(place)) }
        networks = PeerMatcher(builder)
        names = entries.map(\.name)
    }

    private static func yaml(_ text: String, _ path: String) throws(PluginError) -> [(CIDR, String)] {
        let root: YAMLNode
        do throws(ConfigurationError) {
            root = try YAMLReader.read(text, file: path)
        } catch {
            throw PluginError("\(error)", at: path)
        }
        guard let mapping = root.mapping else {
            throw PluginError(
                "it is no mapping of networks to names", at: path, remedy: "write lines such as 10.0.0.0/8: lab")
        }
        var entries: [(CIDR, String)] = []
        for entry in mapping.entries {
            guard let network = CIDR(entry.key), let name = entry.value.scalar?.text else {
                throw PluginError(
                    "\"\(entry.key)\" is no network with a name", at: "\(path) line \(entry.keyMark.line)")
            }
            entries.append((network, name))
        }
        return entries
    }

    private static func csv(_ text: String, _ path: String) throws(PluginError) -> [(CIDR, String)] {
        var entries: [(CIDR, String)] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (number, line) in lines.enumerated() {
            guard !line.hasPrefix("#"), let comma = line.firstIndex(of: ",") else { continue }
            let name = line[line.index(after: comma)...].trimmed
            guard let network = CIDR(line[..<comma].trimmed) else {
                // The first line may name the columns.
                if number == 0 { continue }
                throw PluginError("\"\(line[..<comma])\" is no network", at: "\(path) line \(number + 1)")
            }
            entries.append((network, name))
        }
        return entries
    }

    /// The name of the smallest network around an address.
    func name(of address: IPAddress) -> String? {
        var name: String?
        networks.forEach(matching: address) { match in
            name = names[Int(match.item)]
            return false
        }
        return name
    }
}

extension Substring {
    /// Without spaces and quotes around.
    fileprivate var trimmed: String {
        var text = self
        while let first = text.first, first.isWhitespace || first == "\"" { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace || last == "\"" { text = text.dropLast() }
        return String(text)
    }
}
