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
    static func fileOption(of name: String) -> String { "\(name)_file" }
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
    /// The secret itself. From a file it is read now, and an end of line at its end is left out.
    ///
    /// - Throws: `PluginError` where the file cannot be read, is not UTF-8, or is empty.
    public func reveal() throws(PluginError) -> String {
        switch origin {
        case .text(let text): return text
        case .file(let path):
            let bytes: [UInt8]
            do {
                bytes = try FileBytes.read(path, atMost: 65_536)
            } catch {
                throw PluginError("the secret cannot be read: \(error.reason)", at: path)
            }
            guard var text = String(validating: bytes, as: UTF8.self) else {
                throw PluginError("the secret is not text in UTF-8", at: path)
            }
            while text.last?.isNewline == true { text.removeLast() }
            guard !text.isEmpty else { throw PluginError("the file of the secret is empty", at: path) }
            return text
        }
    }
}
