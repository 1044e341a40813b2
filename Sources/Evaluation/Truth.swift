import FlareKit

/// What is known of channels beforehand: which are beacons, which are harmless.
///
/// A CSV with the columns `src_ip`, `dest_ip`, `dest_port`, `proto` and `label`, all but the first allowed to be empty or
/// missing, and perhaps `malicious` (0 or 1; 1 if it is missing) and `periodic` (0 or 1; what malicious says if it is
/// missing). An entry without a destination is about all channels of the source.
public struct Truth: Sendable {
    public struct Entry: Sendable, Hashable {
        public var source: IPAddress
        public var peer: Peer?
        public var port: UInt16?
        public var proto: UInt8?
        public var label: String
        public var isMalicious: Bool
        /// Whether it calls regularly, harmless or not.
        public var isPeriodic: Bool

        public init(
            source: IPAddress, peer: Peer? = nil, port: UInt16? = nil, proto: UInt8? = nil, label: String = "",
            isMalicious: Bool = true, isPeriodic: Bool? = nil
        ) {
            self.source = source
            self.peer = peer
            self.port = port
            self.proto = proto
            self.label = label
            self.isMalicious = isMalicious
            self.isPeriodic = isPeriodic ?? isMalicious
        }

        /// Whether the entry is about a channel; parts that one of them leaves out do not count.
        ///
        /// - Parameter others: what else the channel's destination is known as.
        func isAbout(_ key: ChannelKey, others: [Peer] = []) -> Bool {
            source == key.source && (peer.map { $0 == key.peer || others.contains($0) } ?? true)
                && (port == nil || key.port == nil || port == key.port)
                && (proto == nil || key.proto == nil || proto == key.proto)
        }
    }

    public let entries: [Entry]
    private let bySource: [IPAddress: [Int]]

    public init(_ entries: [Entry]) {
        self.entries = entries
        bySource = Dictionary(grouping: entries.indices) { entries[$0].source }
    }

    /// Reads a CSV.
    ///
    /// - Parameter name: how errors call it.
    /// - Throws: `PluginError` with the line.
    public init(csv text: String, name: String) throws {
        let rows = CSVRows.read(text)
        guard let head = rows.first?.cells else {
            throw PluginError(
                "it is empty", at: name, remedy: "a CSV with the columns src_ip, dest_ip, label is needed")
        }
        guard let source = head.firstIndex(of: "src_ip") else {
            throw PluginError("there is no column src_ip, only \(head.joined(separator: ", "))", at: "\(name):1")
        }
        var entries: [Entry] = []
        for row in rows.dropFirst() {
            func cell(_ column: String) -> String? {
                head.firstIndex(of: column).flatMap { $0 < row.cells.count ? row.cells[$0] : nil }
                    .flatMap { $0.isEmpty ? nil : $0 }
            }
            let place = "\(name):\(row.line)"
            guard source < row.cells.count, let address = IPAddress(row.cells[source]) else {
                throw PluginError("src_ip is no address", at: place)
            }
            let port = try cell("dest_port").map { text in
                guard let port = UInt16(text) else { throw PluginError("dest_port \(text) is no port", at: place) }
                return port
            }
            func flag(_ column: String) throws -> Bool? {
                try cell(column).map { text in
                    guard ["0", "1"].contains(text) else {
                        throw PluginError("\(column) is 0 or 1, not \(text)", at: place)
                    }
                    return text == "1"
                }
            }
            let (isMalicious, isPeriodic) = (try flag("malicious"), try flag("periodic"))
            entries.append(
                Entry(
                    source: address, peer: cell("dest_ip").map { IPAddress($0).map(Peer.address) ?? .name($0) },
                    port: port, proto: cell("proto").map(TransportProtocol.number(of:)), label: cell("label") ?? "",
                    isMalicious: isMalicious ?? true, isPeriodic: isPeriodic))
        }
        self.init(entries)
    }

    /// The entries that a finding is about; none where nothing is known of it.
    func entries(about finding: Finding) -> [Int] {
        switch finding.subject {
        case .channel(let key):
            matches(key, others: finding.addresses.map(Peer.address) + (finding.host.map { [.name($0)] } ?? []))
        case .group(let keys): Array(Set(keys.flatMap { matches($0) })).sorted()
        case .source(let address): bySource[address] ?? []
        }
    }

    /// The entries about a channel.
    func matches(_ key: ChannelKey, others: [Peer] = []) -> [Int] {
        (bySource[key.source] ?? []).filter { entries[$0].isAbout(key, others: others) }
    }
}

/// Rows of a CSV (RFC 4180).
enum CSVRows {
    struct Row {
        /// From 1.
        let line: Int
        var cells: [String]
    }

    static func read(_ text: String) -> [Row] {
        var rows: [Row] = []
        var cells: [String] = []
        var cell = ""
        var (line, start) = (1, 1)
        var isQuoted = false
        var characters = text.makeIterator()
        var pending = characters.next()
        func endRow() {
            cells.append(cell)
            if cells != [""] { rows.append(Row(line: start, cells: cells)) }
            (cells, cell, start) = ([], "", line)
        }
        while let character = pending {
            pending = characters.next()
            if character.isNewline { line += 1 }
            switch character {
            case "\"" where isQuoted && pending == "\"":
                cell.append("\"")
                pending = characters.next()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                cells.append(cell)
                cell = ""
            case _ where character.isNewline && !isQuoted: endRow()
            default: cell.append(character)
            }
        }
        if !cell.isEmpty || !cells.isEmpty { endRow() }
        return rows
    }
}
