/// A value as plain JSON: the same words as in a pipeline file.
struct PlainNode: Codable {
    let node: YAMLNode

    private static let source = SourceText("", name: "description", folder: "/")

    private init(_ content: YAMLNode.Content) {
        node = YAMLNode(content, at: Self.source.start)
    }

    init(_ datum: OptionDatum) {
        switch datum {
        case .list(let elements): self.init(.sequence(elements.map { PlainNode($0).node }))
        case .object(let values):
            let entries = values.sorted { $0.key < $1.key }.map {
                YAMLMapping.Entry(key: $0.key, keyMark: Self.source.start, value: PlainNode($0.value).node)
            }
            self.init(.mapping(YAMLMapping(entries)))
        case .text(let text): self.init(.scalar(YAMLScalar(text, style: .quoted)))
        case .path(let path): self.init(.scalar(YAMLScalar(path.text, style: .quoted)))
        default: self.init(.scalar(YAMLScalar(datum.description)))
        }
    }

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.singleValueContainer() {
            if container.decodeNil() {
                self.init(.scalar(YAMLScalar("")))
                return
            }
            if let value = try? container.decode(Bool.self) {
                self.init(.scalar(YAMLScalar(value.description)))
                return
            }
            if let value = try? container.decode(Int64.self) {
                self.init(.scalar(YAMLScalar(value.description)))
                return
            }
            if let value = try? container.decode(Double.self) {
                self.init(.scalar(YAMLScalar(value.description)))
                return
            }
            if let value = try? container.decode(String.self) {
                self.init(
                    .scalar(
                        YAMLScalar(
                            value.split(separator: "$", omittingEmptySubsequences: false)
                                .joined(separator: "$$"), style: .quoted)))
                return
            }
            if let value = try? container.decode([PlainNode].self) {
                self.init(.sequence(value.map(\.node)))
                return
            }
        }
        let values = try decoder.singleValueContainer().decode([String: PlainNode].self)
        self.init(PlainNode(object: values))
    }

    private init(object values: [String: PlainNode]) {
        let entries = values.sorted { $0.key < $1.key }.map {
            YAMLMapping.Entry(key: $0.key, keyMark: Self.source.start, value: $0.value.node)
        }
        self.init(.mapping(YAMLMapping(entries)))
    }

    private init(_ other: PlainNode) { node = other.node }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch node.content {
        case .sequence(let elements): try container.encode(elements.map { PlainNode($0.content) })
        case .mapping(let mapping):
            let values = mapping.entries.map { ($0.key, PlainNode($0.value.content)) }
            try container.encode(Dictionary(values) { first, _ in first })
        case .scalar(let scalar):
            switch scalar.value {
            case .null: try container.encodeNil()
            case .boolean(let value): try container.encode(value)
            case .integer(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            }
        }
    }
}
