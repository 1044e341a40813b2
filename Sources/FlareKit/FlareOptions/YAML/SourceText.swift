/// A text that configuration was read from: a file, or one value given on the command line.
///
/// Every ``SourceMark`` carries its text, so that a complaint can show the line without reading the file again, and a
/// relative path can be resolved against the folder of the file it stands in.
public final class SourceText: Sendable {
    /// Where the text comes from.
    public enum Origin: Sendable {
        /// A file, whose complaints name line and column.
        case file
        /// A value on the command line, whose complaints name the argument.
        case commandLine
    }

    /// How the text is named in complaints: a path as the user gave it, or `--set sources.0.path`.
    public let name: String
    /// The absolute folder that relative paths in this text are resolved against.
    public let folder: String
    /// Where the text comes from.
    public let origin: Origin
    private let lines: [Substring]

    /// - Parameters:
    ///   - text: the whole text.
    ///   - name: how complaints name it.
    ///   - folder: the absolute folder of relative paths in it.
    ///   - origin: a file or the command line.
    public init(_ text: String, name: String, folder: String, origin: Origin = .file) {
        self.name = name
        self.folder = folder
        self.origin = origin
        self.lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }

    /// The text of a line without its end.
    ///
    /// - Parameter number: from 1.
    /// - Returns: `nil` past the last line.
    public func line(_ number: Int) -> Substring? {
        lines.indices.contains(number - 1) ? lines[number - 1] : nil
    }

    /// The very beginning, for complaints about the text as a whole.
    public var start: SourceMark { SourceMark(self, line: 1, column: 1) }
}

/// A place in a ``SourceText``.
public struct SourceMark: Sendable {
    /// The text the place is in.
    public let source: SourceText
    /// From 1.
    public let line: Int
    /// In characters (Unicode scalars), from 1.
    public let column: Int
    /// How many characters of the line belong to what stands there, at least 1.
    public let length: Int

    /// How the text is named in complaints.
    public var file: String { source.name }

    public init(_ source: SourceText, line: Int, column: Int, length: Int = 1) {
        self.source = source
        self.line = line
        self.column = column
        self.length = max(1, length)
    }
}

extension SourceMark: Equatable {
    public static func == (left: SourceMark, right: SourceMark) -> Bool {
        left.source === right.source && left.line == right.line && left.column == right.column
    }
}

extension SourceMark: CustomStringConvertible {
    /// `pipeline.yaml:3:5`, or the argument's name for a value from the command line.
    public var description: String {
        switch source.origin {
        case .file: "\(source.name):\(line):\(column)"
        case .commandLine: source.name
        }
    }
}
