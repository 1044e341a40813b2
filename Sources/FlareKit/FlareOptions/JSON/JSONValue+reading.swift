/// Why some bytes are no JSON.
public struct JSONFault: Error, Sendable, CustomStringConvertible {
    /// What is wrong, and at which byte.
    public let description: String
}

extension JSONValue {
    /// Reads a text of JSON (RFC 8259), strictly, and never deeper than 64 levels.
    ///
    /// - Parameter json: one value, with white space around it or none.
    public init(json: [UInt8]) throws(JSONFault) {
        do {
            self = try JSONReader.read(json)
        } catch {
            throw JSONFault(description: error.description)
        }
    }
}
