/// Any JSON value, for answers whose shape is not promised.
enum AnyJSON: Decodable, Sendable {
    case object([String: AnyJSON])
    case array([AnyJSON])
    case text(String)
    case number(Double)
    case other

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: AnyKey.self) {
            var object: [String: AnyJSON] = [:]
            for key in container.allKeys { object[key.stringValue] = try container.decode(AnyJSON.self, forKey: key) }
            self = .object(object)
            return
        }
        if var container = try? decoder.unkeyedContainer() {
            var array: [AnyJSON] = []
            while !container.isAtEnd { array.append(try container.decode(AnyJSON.self)) }
            self = .array(array)
            return
        }
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .other
        }
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    subscript(key: String) -> AnyJSON? { if case .object(let object) = self { object[key] } else { nil } }
    var elements: [AnyJSON] { if case .array(let array) = self { array } else { [] } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }
}
