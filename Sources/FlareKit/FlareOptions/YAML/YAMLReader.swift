/// How large a YAML document may be.
public struct YAMLLimits: Sendable {
    /// The longest text.
    public var bytes: Int
    /// How deep sequences and mappings may be nested, through aliases too.
    public var depth: Int
    /// How many nodes aliases may stand for, all together.
    public var expandedNodes: Int

    public init(bytes: Int = 4_000_000, depth: Int = 64, expandedNodes: Int = 100_000) {
        self.bytes = bytes
        self.depth = depth
        self.expandedNodes = expandedNodes
    }

    /// Enough for a pipeline file of a large site, too little to do harm.
    public static let standard = YAMLLimits()
}

/// Reads YAML with the place of every node.
///
/// The syntax is YAML 1.1's as libyaml reads it, with merge keys (`<<`); plain scalars are taken by the core schema of
/// YAML 1.2: `yes`, `on` and `1:30` are text. Refused are a key that occurs twice, keys that are not scalars, more than one document, tags
/// other than `!!str` and `!`, and what is over the limits.
public enum YAMLReader {
    /// Reads a text.
    ///
    /// - Parameters:
    ///   - text: the document, with or without a byte-order mark.
    ///   - file: how complaints name it.
    ///   - folder: the absolute folder that relative paths in it belong to.
    ///   - limits: how large it may be.
    /// - Throws: all complaints as far as the text could be read.
    public static func read(
        _ text: String, file: String, folder: String = "/", limits: YAMLLimits = .standard
    ) throws(ConfigurationError) -> YAMLNode {
        // libyaml reads a byte-order mark as a character of the first line where it is told the encoding.
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        return try read(SourceText(text, name: file, folder: folder), text, limits: limits)
    }

    /// Reads bytes, which must be UTF-8, with or without a byte-order mark.
    public static func read(
        bytes: [UInt8], file: String, folder: String = "/", limits: YAMLLimits = .standard
    ) throws(ConfigurationError) -> YAMLNode {
        try checkSize(bytes.count, file: file, limits: limits)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError([notUTF8(bytes, file: file, folder: folder)])
        }
        return try read(text, file: file, folder: folder, limits: limits)
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: absolute, or relative to the working directory. Relative paths in the file belong to its folder.
    ///   - name: how complaints name the file, its path if not given.
    ///   - limits: how large it may be.
    public static func read(
        contentsOf path: String, name: String? = nil, limits: YAMLLimits = .standard
    ) throws(ConfigurationError) -> YAMLNode {
        let bytes: [UInt8]
        do throws(FileBytes.Failure) {
            bytes = try FileBytes.read(path, atMost: limits.bytes)
        } catch {
            throw ConfigurationError([Diagnostic("\(name ?? path): \(error.reason)", at: nil)])
        }
        let folder = FileBytes.folder(of: FileBytes.absolute(path))
        return try read(bytes: bytes, file: name ?? path, folder: folder, limits: limits)
    }

    /// Reads a text that has its name and folder already.
    package static func read(
        _ source: SourceText, _ text: String, limits: YAMLLimits = .standard
    ) throws(ConfigurationError) -> YAMLNode {
        try checkSize(text.utf8.count, file: source.name, limits: limits)
        var composer = YAMLComposer(source, limits: limits)
        return try composer.compose(text)
    }

    private static func checkSize(_ size: Int, file: String, limits: YAMLLimits) throws(ConfigurationError) {
        if size > limits.bytes {
            let limit = ByteSize(bytes: Int64(limits.bytes))
            throw ConfigurationError([Diagnostic("\(file): it is longer than \(limit)", at: nil)])
        }
    }

    private static func notUTF8(_ bytes: [UInt8], file: String, folder: String) -> Diagnostic {
        let shown = String(decoding: bytes, as: UTF8.self)
        let source = SourceText(shown, name: file, folder: folder)
        var (line, column) = (1, 1)
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        return Diagnostic(
            "this is not UTF-8", at: SourceMark(source, line: line, column: column),
            suggestion: isUTF16 ? "the file is UTF-16: save it as UTF-8" : "save the file as UTF-8")
    }
}
