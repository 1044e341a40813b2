import FlareModel
import FoundationEssentials

/// Reads YAML into types that read themselves from JSON, keeping the place of what does not fit.
package enum YAMLDecoding {
    package static func decode<Value: Decodable>(_ type: Value.Type, from node: YAMLNode) throws(Diagnostic) -> Value {
        do {
            return try JSONDecoder().decode(type, from: JSONEncoder().encode(Plain(node: node)))
        } catch let error as DecodingError {
            throw diagnostic(for: error, in: node)
        } catch {
            throw Diagnostic("this cannot be read: \(error)", at: node.mark)
        }
    }

    /// A node as JSON writes it.
    private struct Plain: Encodable {
        let node: YAMLNode

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch node.content {
            case .sequence(let elements): try container.encode(elements.map(Plain.init))
            case .mapping(let mapping):
                let values = mapping.entries.map { ($0.key, Plain(node: $0.value)) }
                try container.encode(Dictionary(values) { first, _ in first })
            case .scalar(let scalar):
                switch scalar.value {
                case .null: try container.encodeNil()
                case .boolean(let value): try container.encode(value)
                case .integer(let value): try container.encode(value)
                case .number(let value) where value.isFinite: try container.encode(value)
                case .number, .text: try container.encode(scalar.text)
                }
            }
        }
    }

    private static func diagnostic(for error: DecodingError, in node: YAMLNode) -> Diagnostic {
        switch error {
        case .typeMismatch(let type, let context):
            return Diagnostic("this is of another type", at: mark(context, node), expected: name(of: type))
        case .valueNotFound(let type, let context):
            return Diagnostic("there is no value", at: mark(context, node), expected: name(of: type))
        case .keyNotFound(let key, let context):
            return Diagnostic("there is no \"\(key.stringValue)\"", at: mark(context, node))
        case .dataCorrupted(let context):
            return Diagnostic(context.debugDescription, at: mark(context, node))
        @unknown default:
            return Diagnostic("this cannot be read: \(error)", at: node.mark)
        }
    }

    private static func name(of type: Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is any FixedWidthInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is any RandomAccessCollection.Type: "a list"
        default: "a mapping"
        }
    }

    /// The place of the deepest node that the decoder came to.
    private static func mark(_ context: DecodingError.Context, _ root: YAMLNode) -> SourceMark {
        var node = root
        for key in context.codingPath {
            if let index = key.intValue, let elements = node.elements, elements.indices.contains(index) {
                node = elements[index]
            } else if let next = node[key: key.stringValue] {
                node = next
            }
        }
        return node.mark
    }
}
