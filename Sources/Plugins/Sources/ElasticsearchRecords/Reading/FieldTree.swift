import ElasticsearchClient

/// Finds wanted fields in a document in one pass, whether it is written nested (`{"flow":{"start":…}}`), flat
/// (`{"flow.start":…}`) or half and half.
struct FieldTree: Sendable {
    private struct Node: Sendable {
        var children: [(name: [UInt8], node: Int)] = []
        /// The places among the wanted values, lowest first.
        var slots: [Int] = []
        /// Whether all elements of arrays are wanted, here and below.
        var takesAll = false
    }

    /// A value as it is written.
    enum Raw {
        case text(UnsafeBufferPointer<UInt8>)
        /// A number, `true` or `false`.
        case scalar(UnsafeBufferPointer<UInt8>)
    }

    private var nodes = [Node()]

    /// - Parameters:
    ///   - paths: the wanted fields, each with its place among the values.
    ///   - lists: the places of which all elements of arrays are wanted, and not the first alone.
    init(_ paths: [(path: String, slot: Int)], lists: Set<Int> = []) {
        for (path, slot) in paths {
            let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            add(parts[...], at: 0, slot, takesAll: lists.contains(slot))
        }
    }

    private mutating func add(_ parts: ArraySlice<String>, at node: Int, _ slot: Int, takesAll: Bool) {
        nodes[node].takesAll = nodes[node].takesAll || takesAll
        guard !parts.isEmpty else {
            nodes[node].slots.append(slot)
            return
        }
        for end in parts.startIndex + 1...parts.endIndex {
            let name = Array(parts[parts.startIndex..<end].joined(separator: ".").utf8)
            let child: Int
            if let known = nodes[node].children.first(where: { $0.name == name })?.node {
                child = known
            } else {
                child = nodes.count
                nodes.append(Node())
                nodes[node].children.append((name, child))
            }
            add(parts[end...], at: child, slot, takesAll: takesAll)
        }
    }

    /// Reads an object.
    ///
    /// - Parameter found: called with each wanted value that is there; of an array with its first, or with all.
    func read(
        _ scanner: inout JSONScanner, _ found: (Int, Raw) -> Void
    ) throws(JSONError) {
        try read(&scanner, node: 0, depth: 0, found)
    }

    private func read(
        _ scanner: inout JSONScanner, node: Int, depth: Int, _ found: (Int, Raw) -> Void
    ) throws(JSONError) {
        try scanner.object { name, scanner throws(JSONError) in
            if let child = child(of: node, name) {
                try value(&scanner, child, depth: depth, found)
            } else {
                try scanner.skip(depth: depth + 1)
            }
        }
    }

    private func value(
        _ scanner: inout JSONScanner, _ node: Int, depth: Int, _ found: (Int, Raw) -> Void
    ) throws(JSONError) {
        switch scanner.peek() {
        case UInt8(ascii: "{") where !nodes[node].children.isEmpty && depth < 100:
            try read(&scanner, node: node, depth: depth + 1, found)
        case UInt8(ascii: "{"): try scanner.skip(depth: depth + 1)
        case UInt8(ascii: "["):
            var isFirst = true
            try scanner.array { scanner throws(JSONError) in
                if isFirst || nodes[node].takesAll, depth < 100 {
                    isFirst = false
                    try value(&scanner, node, depth: depth + 1, found)
                } else {
                    try scanner.skip(depth: depth + 1)
                }
            }
        case UInt8(ascii: "\""):
            let raw = try scanner.rawText()
            for slot in nodes[node].slots { found(slot, .text(raw)) }
        default:
            let raw = try scanner.rawScalar()
            if raw[0] == UInt8(ascii: "n") { return }
            for slot in nodes[node].slots { found(slot, .scalar(raw)) }
        }
    }

    private func child(of node: Int, _ name: UnsafeBufferPointer<UInt8>) -> Int? {
        for child in nodes[node].children where child.name.count == name.count && child.name.elementsEqual(name) {
            return child.node
        }
        return nil
    }
}
