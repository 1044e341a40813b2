import Foundation

/// A folder of its own for each test, which is gone with the test.
public final class TemporaryFolder: Sendable {
    public let url: URL

    public init() {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("flare-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    public var path: String { url.path }

    /// Where a file of this name is; the folder itself for an empty name.
    public func path(_ name: String) -> String { name.isEmpty ? path : url.appendingPathComponent(name).path }

    /// The names of all files, hidden ones too, sorted.
    public var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

    /// Writes a file, into the old one where there is one, and gives its path.
    @discardableResult
    public func write(_ content: Data, as name: String) throws -> String { try write(content, as: name, []) }

    @discardableResult
    public func write(_ content: String, as name: String) throws -> String { try write(Data(content.utf8), as: name) }

    /// Writes a file in place of an old one, which stays what it was to whoever has it open; and gives its path.
    @discardableResult
    public func replace(_ content: Data, as name: String) throws -> String { try write(content, as: name, .atomic) }

    @discardableResult
    public func replace(_ content: String, as name: String) throws -> String {
        try replace(Data(content.utf8), as: name)
    }

    private func write(_ content: Data, as name: String, _ options: Data.WritingOptions) throws -> String {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: file, options: options)
        return file.path
    }

    public func append(_ text: String, to name: String) throws {
        let handle = try FileHandle(forWritingTo: url.appendingPathComponent(name))
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
    }

    public func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
}
