/// A path as it is written in configuration.
///
/// A relative one belongs to the folder of the file it stands in, on the command line to the working directory; `~/`
/// is the user's home. `-` is standard input or output, `builtin:NAME` something that the command carries.
public struct OptionPath: Sendable, Hashable {
    /// What a path leads to.
    public enum Location: Sendable, Hashable {
        /// A file or folder, absolute unless the path is a default of the plugin's own. What a glob makes of
        /// special characters is the plugin's business.
        case file(String)
        /// `-`: standard input for a source, standard output for a sink.
        case standardStream
        /// What the command carries under this name.
        case builtIn(String)
    }

    /// As it was written.
    public let text: String
    /// Where it leads.
    public let location: Location
    /// The absolute folder that a relative path was resolved against, `nil` for other paths. Its special characters
    /// are not meant as a glob.
    public let folder: String?

    /// - Parameters:
    ///   - text: as written.
    ///   - folder: the absolute folder of relative paths; `nil` leaves them relative.
    ///   - home: the user's home folder for `~/`.
    public init(_ text: String, in folder: String? = nil, home: String? = nil) {
        self.text = text
        if text == "-" {
            (location, self.folder) = (.standardStream, nil)
        } else if text.hasPrefix("builtin:") {
            (location, self.folder) = (.builtIn(String(text.dropFirst("builtin:".count))), nil)
        } else if text.hasPrefix("~/"), let home {
            (location, self.folder) = (.file(Self.join(home, text.dropFirst(2))), nil)
        } else if text.hasPrefix("/") {
            (location, self.folder) = (.file(text), nil)
        } else {
            (location, self.folder) = (.file(folder.map { Self.join($0, text[...]) } ?? text), folder)
        }
    }

    /// The file's path, `nil` for standard streams and built-in things.
    public var file: String? { if case .file(let path) = location { path } else { nil } }

    /// A path under a folder, without `./` at its beginning.
    package static func join(_ folder: String, _ path: Substring) -> String {
        var path = path
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        if path.isEmpty || path == "." { return folder }
        return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
    }
}

extension OptionPath: ExpressibleByStringLiteral, CustomStringConvertible {
    /// A default such as `"-"` or `"builtin:well-known"`.
    public init(stringLiteral text: String) { self.init(text) }
    /// As it was written.
    public var description: String { text }
}

extension OptionPath: OptionValue {
    public static var optionType: OptionType { .path }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .path(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = value
    }
    public var datum: OptionDatum { .path(self) }
}
