/// Finds wanted fields in a document in one pass, whether it is written nested (`{"flow":{"start":…}}`), flat
/// (`{"flow.start":…}`) or half and half.
struct FieldTree: Sendable {
    private struct Node: Sendable {
        var children: [(name: [UInt8], node: Int)] = []
        /// The places among the wanted values, lowest first.
        var slots: [Int] = []
    }

    /// A value as it is written.
    enum Raw {
        case text(UnsafeBufferPointer<UInt8>)
        /// A number, `true` or `false`.
        case scalar(UnsafeBufferPointer<UInt8>)
    }

    private var nodes = [Node()]

    /// - Parameter paths: the wanted fields, each with its place among the values.
    init(_ paths: [(path: String, slot: Int)]) {
        for (path, slot) in paths {
            add(path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)[...], at: 0, slot)
        }
    }

    private mutating func add(_ parts: ArraySlice<String>, at node: Int, _ slot: Int) {
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
            add(parts[end...], at: child, slot)
        }
    }

    /// Reads an object.
    ///
    /// - Parameter found: called with each wanted value that is there; of an array with its first.
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
                if isFirst, depth < 100 {
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
