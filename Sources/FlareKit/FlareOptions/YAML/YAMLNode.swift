/// A node of a YAML document that knows where it stands.
public struct YAMLNode: Sendable {
    /// What a node holds.
    public enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping(YAMLMapping)
    }

    /// What the node holds.
    public var content: Content
    /// The place of the node's first character. An aliased node stands where its anchor stands.
    public let mark: SourceMark

    public init(_ content: Content, at mark: SourceMark) {
        self.content = content
        self.mark = mark
    }

    /// The scalar, if the node is one.
    public var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
    /// The elements, if the node is a sequence.
    public var elements: [YAMLNode]? { if case .sequence(let elements) = content { elements } else { nil } }
    /// The entries, if the node is a mapping.
    public var mapping: YAMLMapping? { if case .mapping(let mapping) = content { mapping } else { nil } }

    /// The value under a key, if the node is a mapping that has it.
    public subscript(key key: String) -> YAMLNode? { mapping?[key] }

    /// Whether nothing is written there: an empty plain scalar or `null`.
    public var isNull: Bool { scalar?.value == .null }
}

/// The text of a scalar and whether it was quoted.
public struct YAMLScalar: Sendable, Equatable {
    /// How a scalar is written, which decides how it is read.
    public enum Style: Sendable {
        /// Without quotes: null, Boolean, number or text, by the core schema.
        case plain
        /// In quotes or as a block: text, whatever it says.
        case quoted
    }

    /// Without quotes, escapes read; `${NAME}` as it was written.
    public let text: String
    /// Whether it was in quotes.
    public let style: Style

    public init(_ text: String, style: Style = .plain) {
        self.text = text
        self.style = style
    }

    /// What the scalar means by the core schema of YAML 1.2.
    public var value: YAMLValue { style == .quoted ? .text(text) : YAMLValue(plain: text) }
}

/// A mapping in the order it was written, each key once.
public struct YAMLMapping: Sendable {
    /// A key with its value.
    public struct Entry: Sendable {
        /// The key's text; keys are never read as numbers.
        public let key: String
        /// Where the key stands.
        public let keyMark: SourceMark
        /// What it stands for.
        public var value: YAMLNode

        public init(key: String, keyMark: SourceMark, value: YAMLNode) {
            self.key = key
            self.keyMark = keyMark
            self.value = value
        }
    }

    /// In the order of the file, merged ones last.
    public private(set) var entries: [Entry]

    /// - Parameter entries: of a key that occurs twice the first counts.
    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    /// The keys in the order of ``entries``.
    public var keys: [String] { entries.map(\.key) }

    /// The entry of a key.
    ///
    /// - Complexity: O(n) in the number of entries.
    public func entry(_ key: String) -> Entry? { entries.first { $0.key == key } }

    /// The value of a key.
    public subscript(key: String) -> YAMLNode? { entry(key)?.value }

    /// Puts an entry in the place of the one with the same key, or last.
    public mutating func set(_ entry: Entry) {
        if let place = entries.firstIndex(where: { $0.key == entry.key }) {
            entries[place] = entry
        } else {
            entries.append(entry)
        }
    }

    /// The mapping without some of its keys.
    package func without(_ keys: Set<String>) -> YAMLMapping {
        YAMLMapping(entries.filter { !keys.contains($0.key) })
    }

    /// The other mapping laid over this one: mappings are merged key by key, everything else is replaced.
    package func overlaid(with other: YAMLMapping) -> YAMLMapping {
        var merged = entries
        // Looked up by name: a hostile file may have very many keys.
        var places = Dictionary(entries.enumerated().map { ($1.key, $0) }) { first, _ in first }
        for entry in other.entries {
            guard let place = places[entry.key] else {
                places[entry.key] = merged.count
                merged.append(entry)
                continue
            }
            let below = merged[place].value.mapping
            merged[place] = entry
            if let below, let above = entry.value.mapping {
                merged[place].value.content = .mapping(below.overlaid(with: above))
            }
        }
        return YAMLMapping(merged)
    }
}

extension YAMLNode {
    /// The node in one line, as it could be written.
    public var flowText: String {
        switch content {
        case .scalar(let scalar): scalar.style == .plain ? scalar.text : OptionDatum.text(scalar.text).description
        case .sequence(let elements): "[" + elements.map(\.flowText).joined(separator: ", ") + "]"
        case .mapping(let mapping):
            "{" + mapping.entries.map { "\($0.key): \($0.value.flowText)" }.joined(separator: ", ") + "}"
        }
    }
}
