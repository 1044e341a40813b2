import FlareModel

/// An input of a source: a file, by what tells it from others.
struct BatchInput: Hashable, Comparable, Sendable {
    /// Its name, for people.
    let origin: String
    private let content: String

    init(_ batch: RecordBatch) { (origin, content) = (batch.origin, batch.content) }

    static func == (a: BatchInput, b: BatchInput) -> Bool {
        a.content.isEmpty ? b.content.isEmpty && a.origin == b.origin : a.content == b.content
    }

    func hash(into hasher: inout Hasher) { hasher.combine(content.isEmpty ? origin : content) }

    static func < (a: BatchInput, b: BatchInput) -> Bool { (a.origin, a.content) < (b.origin, b.content) }
}
