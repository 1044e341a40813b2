import FlareKit
import PeerMatching

/// Owners by text files: iptoasn's ranges, or pyasn's networks with names.
struct TableProvider: LocalOwnerProvider {
    private enum Table: Sendable {
        case ranges(RangeTable)
        case prefixes(PrefixNames)
    }

    let name = "tsv"
    private let path: String
    private let names: String?
    private let version: [FileVersion?]
    private let table: Table
    /// Lines that could not be read.
    let unreadable: Int

    /// - Parameters:
    ///   - path: of either kind, told apart by the first line with content; plain or gzip.
    ///   - names: JSON of AS names, for pyasn's kind.
    init(path: String, names: String?) throws(PluginError) {
        self.path = path
        self.names = names
        version = Self.version(path, names)
        let bytes = try Self.read(path)
        if Self.isRanges(bytes) {
            let ranges = RangeTable(bytes)
            table = .ranges(ranges)
            unreadable = ranges.unreadable
            if ranges.count == 0 { throw Self.empty(path) }
        } else {
            let nameBytes: [UInt8]? = if let names { try Self.read(names) } else { nil }
            let prefixes = try PrefixNames(bytes, names: nameBytes, at: names ?? path)
            table = .prefixes(prefixes)
            unreadable = prefixes.unreadable
            if prefixes.count == 0 { throw Self.empty(path) }
        }
    }

    func owner(of address: IPAddress) -> AddressOwner? {
        switch table {
        case .ranges(let table): table.owner(of: address)
        case .prefixes(let table): table.owner(of: address)
        }
    }

    func refreshed() throws -> any LocalOwnerProvider {
        Self.version(path, names) == version ? self : try TableProvider(path: path, names: names)
    }

    private static func version(_ path: String, _ names: String?) -> [FileVersion?] {
        [FileVersion(path), names.flatMap { FileVersion($0) }]
    }

    private static func read(_ path: String) throws(PluginError) -> [UInt8] {
        do throws(ListError) {
            return try ListFile(path: path).bytes
        } catch {
            throw PluginError(error.what, at: path)
        }
    }

    /// Ranges have an address in their second column, networks a number.
    private static func isRanges(_ bytes: [UInt8]) -> Bool {
        let remarks: Set<UInt8> = [UInt8(ascii: ";"), UInt8(ascii: "#"), 0x0D]
        let line = bytes.prefix(1 << 16).split(separator: 0x0A).first {
            $0.first.map { !remarks.contains($0) } ?? false
        }
        return (line?.split(separator: 0x09, omittingEmptySubsequences: false).count ?? 0) >= 4
    }

    private static func empty(_ path: String) -> PluginError {
        PluginError(
            "no line of it can be read", at: path,
            remedy: "name an ip2asn file of iptoasn.com, or pyasn's ipasn.dat")
    }
}
