import FlareModel

/// A password, a token or a key.
///
/// It is never written in a pipeline file itself: `password: ${PASSWORD}` takes it from the environment, and
/// `password_file: path` from a file, which every option of this type brings along. It never shows: its description
/// is `***`, and it cannot be encoded.
public struct Secret: Sendable, Hashable {
    private enum Origin: Sendable, Hashable {
        case text(String)
        case file(String)
    }

    private let origin: Origin

    /// A secret that is known already.
    public init(_ text: String) {
        origin = .text(text)
    }

    /// A secret that stands in a file.
    ///
    /// - Parameter file: the path; it is not read yet.
    public init(file: String) {
        origin = .file(file)
    }

    /// The name of the option that takes a secret from a file.
    package static func fileOption(of name: String) -> String { "\(name)_file" }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: OptionValue {
    public static var optionType: OptionType { .secret }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .secret(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = value
    }
    public var datum: OptionDatum { .secret(self) }
}

extension Secret {
    /// The secret itself, without line ends at its end: files and mounted secrets often have one. A file is read now.
    /// From now on ``Redaction`` masks it in all that is printed.
    ///
    /// - Throws: `PluginError` where the file cannot be read or is not UTF-8, and where the secret is empty or holds a
    ///   control character.
    public func reveal() throws(PluginError) -> String {
        var (text, place): (String, String?) =
            switch origin {
            case .text(let text): (text, nil)
            case .file(let path): (try Self.read(path), path)
            }
        while let last = text.unicodeScalars.last, last == "\n" || last == "\r" { text.unicodeScalars.removeLast() }
        guard !text.isEmpty else { throw PluginError("the secret is empty", at: place) }
        Redaction.remember(text)
        // A header with a line end is refused by whoever sends it, with the whole of it in the error.
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw PluginError(
                "the secret holds an end of line or another control character", at: place,
                remedy: "see how it was written there")
        }
        return text
    }

    private static func read(_ path: String) throws(PluginError) -> String {
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(path, atMost: 65_536)
        } catch {
            throw PluginError("the secret cannot be read: \(error.reason)", at: path)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PluginError("the secret is not text in UTF-8", at: path)
        }
        return text
    }
}
